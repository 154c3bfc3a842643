// What a step of the world touches, and so which steps commute.
//
// The independence relation of the exhaustive search. Two steps are independent exactly if
// - they touch no common thing: a task, a batch in a channel between tasks, a link that a message
// is
//   sent on, a blob of the storage; and
// - neither touches a process as a whole that the other touches at all.
// It is conservative. A process is touched as a whole by its start, its death and whatever it hears
// of others' deaths; by any step of the JobManager or of the log; and in a TaskManager by any
// message that names no task in its facts. A step of a task touches the task, and of the channels
// the batches that it sends or takes, by number: channels are first in, first out. That holds while
// no batch waits for a credit, which is checked. Two messages on one link are dependent where they
// are sent, because their order is the order of arrival.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/env/cluster_config.h"
#include "core/graph/job_graph.h"
#include "core/trace/facts.h"
#include "sim/world/event_queue.h"

namespace leat {

struct Footprint {
  std::vector<uint64_t> things;  // each sorted, without repeats
  std::vector<uint32_t> wholly;  // processes
  std::vector<uint32_t> partly;
  void add(const Footprint& other);
};
bool dependent(const Footprint& a, const Footprint& b);

// Collects the footprint of one step after the other, from its event, from what the world says of
// it, and from its facts.
class FootprintReader {
 public:
  FootprintReader(const JobGraph& job, const ClusterConfig& cluster);

  void begin(const Event& event);
  void happens_at(ProcessId process, uint32_t endpoint);
  void touches(uint64_t what) { add_thing(what); }
  void on_fact(const Fact& fact);
  // Of the step since begin().
  Footprint end();
  // Some batch had to wait for a credit: then taking batches does not commute with sending others.
  bool waited_for_credit() const { return waited_; }

 private:
  void add_thing(uint64_t thing) { now_.things.push_back(thing); }
  void add_task(ProcessId process, uint32_t local);
  bool is_worker(ProcessId process) const;

  const ClusterConfig& cluster_;
  // Of each subtask's in-channels: the producer and its number for the channel.
  std::map<SubtaskId, std::vector<std::pair<SubtaskId, uint32_t>>> producers_;
  std::vector<std::vector<SubtaskId>> locals_;  // by process: its tasks by their own numbers
  Footprint now_;
  Event event_;
  std::optional<SubtaskId> task_;  // whose step it is
  bool waited_ = false;
  bool placed_ = false;   // it is known where the step happens
  bool control_ = false;  // at a TaskManager, but at none of its tasks
  bool named_ = false;    // and its facts name a task
};

}  // namespace leat
