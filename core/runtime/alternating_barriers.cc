#include "core/runtime/alternating_barriers.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace leat {

using As = IncomingBarrier::As;

AlternatingBarriers::AlternatingBarriers(uint32_t channels, AfterTasksFinish after,
                                         BarrierEffects& effects)
    : open_(channels), after_(after), effects_(effects) {
  check(channels > 0, "barriers of a task without channels");
}

// ---- what comes in ----

void AlternatingBarriers::on_announcement(uint32_t channel, const IncomingBarrier& barrier,
                                          ProcTime now) {
  begin_if_new(barrier, now);
  if (is_obsolete(barrier.id)) return;
  if (state_ == State::kWaiting || state_ == State::kCollecting) {
    announced_.insert(channel);
  } else {
    effects_.overtake(channel);
  }
}

void AlternatingBarriers::on_barrier(uint32_t channel, const IncomingBarrier& barrier,
                                     ProcTime now) {
  if (is_obsolete(barrier.id)) {
    if (barrier.as != As::kUnaligned) effects_.unblock(channel);
    return;
  }
  begin_if_new(barrier, now);
  given_.insert(channel);
  after_transition(received(state_, channel, barrier, now));
}

void AlternatingBarriers::on_cancel(CheckpointId id) {
  // One that is only announced is not known to be under way.
  if (id > current_ || (id == current_ && !given_.empty())) abort(id, BarrierAbort::kCancelled);
}

void AlternatingBarriers::on_end(uint32_t channel, ProcTime now) {
  check(open_ > 0, "a channel ends that is not there");
  --open_;
  if (!pending()) return;
  if (after_ == AfterTasksFinish::kEnd) return abort(current_, BarrierAbort::kInputEnded);
  given_.insert(channel);
  blocked_.erase(channel);
  announced_.erase(channel);
  after_transition(ended(now));
}

void AlternatingBarriers::on_time(ProcTime now) {
  if (!due_ || now < *due_) return;
  due_.reset();
  State to = state_;
  if (!turn(state_, current_, to)) return abort(current_, BarrierAbort::kOvertakenByLater);
  state_ = to;
}

// ---- one checkpoint ----

void AlternatingBarriers::begin_if_new(const IncomingBarrier& barrier, ProcTime now) {
  if (barrier.id <= current_) return;
  if (pending()) abort(current_, BarrierAbort::kSubsumed);
  current_ = barrier.id;
  first_ = barrier;
  given_.clear();
  needed_ = open_;
  if (barrier.as != As::kTimeout) return;
  const Duration passed = now - barrier.began;
  due_ = now + Duration{std::max<int64_t>(barrier.timeout.ms - passed.ms, 0) + 1};
}

bool AlternatingBarriers::timed_out(const IncomingBarrier& barrier, ProcTime now) const {
  return barrier.as == As::kTimeout && barrier.timeout < now - barrier.began;
}

bool AlternatingBarriers::received(State in, uint32_t channel, const IncomingBarrier& barrier,
                                   ProcTime now) {
  switch (in) {
    case State::kWaiting:
    case State::kCollecting: {
      if (barrier.as != As::kUnaligned) return received_aligned(channel, barrier, now);
      State turned = in;
      return turn(in, barrier.id, turned) && received(turned, channel, barrier, now);
    }
    case State::kWaitingUnaligned:
      // One that came in its turn holds its channel back, though nobody waits for that.
      if (barrier.as != As::kUnaligned) block(channel);
      if (!effects_.start_saving(barrier.id)) return false;
      trigger(barrier.id, Alignment::kUnaligned);
      break;
    case State::kCollectingUnaligned:
      if (barrier.as != As::kUnaligned) block(channel);
      break;
  }
  state_ = State::kCollectingUnaligned;
  if (all_given()) {
    effects_.stop_saving(current_);
    let_go();
  }
  return true;
}

bool AlternatingBarriers::received_aligned(uint32_t channel, const IncomingBarrier& barrier,
                                           ProcTime now) {
  announced_.erase(channel);
  block(channel);
  if (all_given()) {
    trigger(barrier.id, Alignment::kAligned);
    let_go();
    return true;
  }
  if (!timed_out(barrier, now)) {
    state_ = State::kCollecting;
    return true;
  }
  State turned = state_;
  if (!turn(state_, barrier.id, turned)) return false;
  IncomingBarrier unaligned = barrier;
  unaligned.as = As::kUnaligned;
  return received(turned, channel, unaligned, now);
}

bool AlternatingBarriers::ended(ProcTime now) {
  if (state_ == State::kCollecting && !all_given() && timed_out(first_, now)) {
    return turn(state_, current_, state_);
  }
  if (!all_given()) return true;
  if (state_ == State::kCollecting) {
    trigger(current_, Alignment::kAligned);
    let_go();
  } else if (state_ == State::kCollectingUnaligned) {
    effects_.stop_saving(current_);
    let_go();
  }
  return true;
}

// The checkpoint is unaligned from here on. Where a barrier was handled before, saving and trigger
// come now, else with the first of those that overtake.
bool AlternatingBarriers::turn(State from, CheckpointId id, State& to) {
  if (from != State::kWaiting && from != State::kCollecting) return true;
  for (const uint32_t channel : std::exchange(announced_, {})) effects_.overtake(channel);
  to = State::kWaitingUnaligned;
  if (from == State::kWaiting) return true;
  if (!effects_.start_saving(id)) return false;
  trigger(id, Alignment::kUnaligned);
  to = State::kCollectingUnaligned;
  return true;
}

void AlternatingBarriers::after_transition(bool good) {
  if (!good) return abort(current_, BarrierAbort::kOvertakenByLater);
  if (!all_given()) return;
  given_.clear();
  settled_ = current_;
  due_.reset();
  if (triggered_ == current_) effects_.all_barriers(current_);
}

void AlternatingBarriers::block(uint32_t channel) {
  blocked_.insert(channel);
  effects_.block(channel);
}

void AlternatingBarriers::trigger(CheckpointId id, Alignment how) {
  triggered_ = id;
  effects_.trigger(id, how);
}

void AlternatingBarriers::let_go() {
  for (const uint32_t channel : std::exchange(blocked_, {})) effects_.unblock(channel);
  announced_.clear();
  state_ = State::kWaiting;
}

void AlternatingBarriers::abort(CheckpointId id, BarrierAbort reason) {
  current_ = std::max(current_, id);
  settled_ = std::max(settled_, id);
  given_.clear();
  needed_ = 0;
  due_.reset();
  if (state_ == State::kCollectingUnaligned) effects_.stop_saving(id);
  let_go();
  effects_.abort(id, reason);
}

}  // namespace leat
