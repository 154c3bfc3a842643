// What the first operator of a task must have said by now, and what it may say at most: the least
// of what its live channels have brought. It is told which batch a task has taken; what the batch
// brought is known by its hash.
//
// A channel that is idle counts for nothing, nor does a watermark that comes on one. The least is
// looked for when a watermark comes, and when a channel falls idle that stood where the task
// stands, but not when others come and go. One that comes back behind the task holds it back no
// more than it carries it on. (Flink: StatusWatermarkValve.)
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/data/element.h"
#include "sim/oracle/plan.h"

namespace leat {

class WatermarkFloor {
 public:
  explicit WatermarkFloor(const Plan& plan);

  // A watermark that somebody may send.
  void may_be_sent(EventTime time);
  void on_sent(uint32_t subtask, uint32_t channel, uint64_t sequence, uint64_t control);
  // A batch of a channel whose sender is of the same attempt. The task stands at `said`.
  void on_taken(uint32_t subtask, uint32_t channel, uint64_t sequence, EventTime said);
  // New attempts have new channels.
  void reset(uint32_t subtask);

  // A checkpoint has begun: barriers are elements that say nothing of time.
  void on_triggered(CheckpointId id, ProcTime at);
  // What a channel has brought is not known.
  void lose_track(uint32_t subtask, uint32_t channel);
  // It has brought what a checkpoint held, and that may be above what still comes.
  void lose_track_for_good(uint32_t subtask, uint32_t channel);
  // The most that a task which stands at `said` may say now; none where that is not known.
  std::optional<EventTime> ceiling(uint32_t subtask, EventTime said) const;

  EventTime owed(uint32_t subtask) const { return owed_[subtask]; }
  // Whether all channels of a task with one input are idle: then so is what it makes of them.
  bool all_idle(uint32_t subtask) const;
  // Whether it is known what all channels have brought.
  bool is_clear(uint32_t subtask) const;
  bool has_one_input(uint32_t subtask) const { return one_input_[subtask]; }

 private:
  struct In {
    EventTime watermark = EventTime::min();
    bool idle = false;
    bool unclear = false;   // it may have brought a watermark that nobody has told of
    bool restored = false;  // a checkpoint held some of it
  };
  struct Sent {
    uint64_t first = 0;             // the sequence number of the first
    std::deque<uint64_t> controls;  // of batches on the way; 0: none
  };

  void look(uint32_t subtask, EventTime said);
  void look_at_inputs(uint32_t subtask);  // of a task with several
  void take(uint32_t subtask, In& in, uint64_t control, EventTime said);

  const Plan& plan_;
  std::map<uint64_t, EventTime> watermarks_;  // by the hash of the element
  std::set<uint64_t> timeless_;               // hashes of elements that say nothing of time
  const uint64_t idle_;
  const uint64_t active_;
  std::vector<std::vector<In>> ins_;     // by subtask and channel
  std::vector<std::vector<Sent>> sent_;  // the same of the senders
  std::vector<bool> one_input_;          // by subtask
  std::vector<EventTime> owed_;
};

}  // namespace leat
