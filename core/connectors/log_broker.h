// The external partitioned log: Kafka's architecture as far as a job can see it. Topics with
// partitions and offsets, consumer groups, idempotent producers, transactions, read_committed.
//
// It is a process of its own that is reached by messages only (log_protocol.h). Its contents are
// durable: it may be slow or unreachable, but does not forget (whoever runs it does not let it
// die). A transactional producer has an id and an epoch; opening it anew raises the epoch, aborts
// what its older epochs left open and fences them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/env/env.h"
#include "core/graph/specs.h"

namespace leat {

// What stands in the topics when the world begins: records of `data` become readable as they
// arrive.
struct LogTopics {
  std::map<std::string, std::shared_ptr<const SplitData>> topics;
  // The sinks' topics: where their rows go, by topic name.
  std::map<std::string, NodeId> sinks;
  Duration transaction_timeout{3600000};
};

// `persist`: the committed rows of sink topics are written to env.blobs() as they commit (on the
// real clock, so that they can be looked at); in the simulation the taps see them.
std::unique_ptr<Process> make_log_broker(Env& env, LogTopics topics, bool persist);

// Persisted rows are in blobs of this prefix, one for each commit; this reads one back.
std::string committed_prefix(const std::string& topic);
RowBatch decode_committed(std::string_view blob);

}  // namespace leat
