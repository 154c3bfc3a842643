// What whoever runs the log can ask it beside the clients. (Kafka: kafka-transactions.sh.)
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "core/env/env.h"

namespace leat {

// A transaction that has been begun, and neither committed nor aborted.
struct UnfinishedTransaction {
  NodeId sink;
  uint32_t subtask = 0;
  uint64_t transaction = 0;
};

// In the order of sinks, subtasks and transactions.  REQUIRES: make_log_broker() has made `log`.
std::vector<UnfinishedTransaction> unfinished_transactions(const Process& log);

}  // namespace leat
