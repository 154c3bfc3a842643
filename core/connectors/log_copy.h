// What producers have done at one log, for another log to begin with.
#pragma once

#include <memory>

#include "core/connectors/log_broker.h"

namespace leat {

class LogTransactions;

// A copy of all that the log knows of producers and their transactions.
// REQUIRES: make_log_broker() has made `log`.
std::shared_ptr<const LogTransactions> copy_transactions(const Process& log);

// A log whose producers have done this before; null: nothing.
std::unique_ptr<Process> make_log_broker_after(
    Env& env, LogTopics topics, const std::shared_ptr<const LogTransactions>& before);

}  // namespace leat
