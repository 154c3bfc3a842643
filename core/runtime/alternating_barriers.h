// Barriers of a task with unaligned checkpoints: each checkpoint begins aligned or unaligned, as
// its barriers say, and turns from aligned to unaligned when it takes too long. Exactly once.
// (Flink: SingleCheckpointBarrierHandler with its alternating states; recorded in
// machine/barriers.)
//
// Aligned it is as in BarrierHandler. Unaligned, the first barrier triggers at once: what is in the
// queues before the other barriers, and what still comes before them, becomes state of the
// checkpoint. A barrier that may time out is announced when it arrives behind data; at the timeout
// all announced barriers overtake what is before them.
#pragma once

#include <optional>
#include <set>

#include "core/base/time.h"
#include "core/runtime/barrier_handler.h"

namespace leat {

struct IncomingBarrier {
  enum class As : uint8_t {
    kAligned,    // a savepoint, or an edge that cannot do otherwise
    kUnaligned,  // it has overtaken all data
    kTimeout,    // aligned until `timeout` after `began`
  };
  CheckpointId id;
  As as = As::kAligned;
  ProcTime began;
  Duration timeout;
};

enum class Alignment : uint8_t { kAligned, kUnaligned };
enum class BarrierAbort : uint8_t {
  kSubsumed,          // a later one has begun
  kCancelled,         // given up upstream
  kInputEnded,        // a channel has ended, and checkpoints do not go on after that
  kOvertakenByLater,  // saving finds the barrier of a later one in a queue
};

// What the handler has done, in the order of the calls. None may call back.
class BarrierEffects {
 public:
  virtual ~BarrierEffects() = default;
  virtual void block(uint32_t channel) = 0;
  virtual void unblock(uint32_t channel) = 0;
  virtual void trigger(CheckpointId id, Alignment how) = 0;
  virtual void abort(CheckpointId id, BarrierAbort reason) = 0;
  // The checkpoint that was triggered has all of its barriers.
  virtual void all_barriers(CheckpointId id) = 0;
  // Of all channels. False: one of them cannot (ChannelSaver::start); those before it have begun.
  virtual bool start_saving(CheckpointId id) = 0;
  virtual void stop_saving(CheckpointId id) = 0;
  // The announced barrier comes next, before all data of its channel; on_barrier() follows.
  virtual void overtake(uint32_t channel) = 0;
};

class AlternatingBarriers {
 public:
  // REQUIRES: channels > 0, all open; the effects outlive the handler.
  AlternatingBarriers(uint32_t channels, AfterTasksFinish after, BarrierEffects& effects);

  // A barrier that may time out has arrived, and waits in its queue.
  void on_announcement(uint32_t channel, const IncomingBarrier& barrier, ProcTime now);
  // It is taken: at the head of its queue, or because it has overtaken.
  void on_barrier(uint32_t channel, const IncomingBarrier& barrier, ProcTime now);
  void on_cancel(CheckpointId id);
  void on_end(uint32_t channel, ProcTime now);
  void on_time(ProcTime now);
  std::optional<ProcTime> next_due() const { return due_; }

 private:
  enum class State : uint8_t { kWaiting, kCollecting, kWaitingUnaligned, kCollectingUnaligned };

  bool pending() const { return current_ != settled_; }
  bool all_given() const { return given_.size() >= needed_; }
  bool is_obsolete(CheckpointId id) const {
    return id < current_ || (id == current_ && !pending());
  }
  bool timed_out(const IncomingBarrier& barrier, ProcTime now) const;
  void begin_if_new(const IncomingBarrier& barrier, ProcTime now);
  // Each of these returns false where saving could not begin.
  bool received(State in, uint32_t channel, const IncomingBarrier& barrier, ProcTime now);
  bool received_aligned(uint32_t channel, const IncomingBarrier& barrier, ProcTime now);
  bool ended(ProcTime now);
  bool turn(State from, CheckpointId id, State& to);
  void after_transition(bool good);
  void block(uint32_t channel);
  void trigger(CheckpointId id, Alignment how);
  void let_go();  // unblocks all; what was announced is forgotten
  void abort(CheckpointId id, BarrierAbort reason);

  uint32_t open_;
  AfterTasksFinish after_;
  BarrierEffects& effects_;
  State state_ = State::kWaiting;
  CheckpointId current_;    // the highest begun or given up
  CheckpointId settled_;    // the highest that is complete or given up; equal: none is pending
  CheckpointId triggered_;  // the last one
  IncomingBarrier first_;   // of the pending checkpoint: its first barrier or announcement
  uint32_t needed_ = 0;
  std::set<uint32_t> given_;      // channels that gave its barrier, or ended since
  std::set<uint32_t> blocked_;    // channels
  std::set<uint32_t> announced_;  // channels whose barrier waits in its queue
  std::optional<ProcTime> due_;   // the alignment timeout
};

}  // namespace leat
