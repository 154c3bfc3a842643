#include "core/runtime/unaligned_input.h"

#include <algorithm>

namespace leat {

namespace {
// A batch is two elements of its channel: its rows, and what it ends with.
uint64_t rows_element(uint64_t sequence) { return 2 * sequence; }
uint64_t control_element(uint64_t sequence) { return 2 * sequence + 1; }
}  // namespace

UnalignedInput::UnalignedInput(InputGate& gate, Duration timeout, Owner& owner)
    : gate_(gate),
      timeout_(timeout),
      owner_(owner),
      barriers_(gate.size(), AfterTasksFinish::kGoOn, *this),
      savers_(gate.size()),
      open_(gate.size(), true) {}

bool UnalignedInput::any_open() const {
  return std::find(open_.begin(), open_.end(), true) != open_.end();
}

IncomingBarrier UnalignedInput::incoming(const CheckpointBarrier& barrier) const {
  using As = IncomingBarrier::As;
  const As as = barrier.kind == BarrierKind::kUnaligned ? As::kUnaligned
                : barrier.kind == BarrierKind::kTimeout ? As::kTimeout
                                                        : As::kAligned;
  return {barrier.id, as, barrier.timestamp, timeout_};
}

// ---- what comes in ----

void UnalignedInput::arrived(uint32_t channel, uint64_t sequence, Batch batch) {
  ChannelSaver& saver = savers_[channel];
  if (const auto id = saver.on_data()) save(*id, channel, batch);
  const auto* barrier = std::get_if<CheckpointBarrier>(&batch.control);
  if (barrier == nullptr) return gate_.push(channel, sequence, std::move(batch));
  saver.on_barrier(barrier->id, control_element(sequence));
  if (barrier->kind == BarrierKind::kUnaligned) {
    check(batch.rows.empty(), "a barrier has overtaken rows that come with it");
    owner_.tell(BarrierOvertook{owner_.execution(), channel, sequence, barrier->id, 1});
    urgent_.push_back({channel, *barrier, false});
    return gate_.pass(channel, sequence);
  }
  if (barrier->kind == BarrierKind::kTimeout) urgent_.push_back({channel, *barrier, true});
  gate_.push(channel, sequence, std::move(batch));
}

void UnalignedInput::settle(ProcTime now) {
  while (!urgent_.empty()) {
    const Urgent next = urgent_.front();
    urgent_.pop_front();
    begin(next.barrier);
    if (next.announced) {
      announced_[next.channel] = next.barrier.id;
      barriers_.on_announcement(next.channel, incoming(next.barrier), now);
    } else {
      barriers_.on_barrier(next.channel, incoming(next.barrier), now);
    }
  }
}

void UnalignedInput::on_barrier(uint32_t channel, const CheckpointBarrier& barrier, ProcTime now) {
  begin(barrier);
  barriers_.on_barrier(channel, incoming(barrier), now);
  settle(now);
}

void UnalignedInput::on_end(uint32_t channel, ProcTime now) {
  check(open_[channel], "a channel ends twice");
  open_[channel] = false;
  barriers_.on_end(channel, now);
  settle(now);
}

void UnalignedInput::on_time(ProcTime now) {
  barriers_.on_time(now);
  settle(now);
}

void UnalignedInput::begin(const CheckpointBarrier& barrier) {
  handling_ = barrier.id;
  timestamp_ = std::max(timestamp_, barrier.timestamp);
}

// ---- what is done ----

void UnalignedInput::trigger(CheckpointId id, Alignment how) {
  owner_.snapshot_now(id, timestamp_, how);
}

void UnalignedInput::block(uint32_t channel) {
  gate_.block(channel);
  owner_.tell(BarrierReceived{owner_.execution(), channel, handling_});
}

void UnalignedInput::abort(CheckpointId id, BarrierAbort reason) {
  saved_.erase(saved_.begin(), saved_.upper_bound(id));
  owner_.give_up(id, reason);
}

void UnalignedInput::all_barriers(CheckpointId id) {
  std::vector<ChannelBatch> in = std::move(saved_[id]);
  saved_.erase(saved_.begin(), saved_.upper_bound(id));
  std::stable_sort(in.begin(), in.end(), [](const ChannelBatch& a, const ChannelBatch& b) {
    return a.channel < b.channel;
  });
  owner_.input_is_complete(id, std::move(in));
}

bool UnalignedInput::start_saving(CheckpointId id) {
  for (uint32_t c = 0; c < savers_.size(); ++c) {
    if (!savers_[c].start(id)) return false;
    save_queued(id, c);
  }
  return true;
}

void UnalignedInput::save_queued(CheckpointId id, uint32_t channel) {
  const ChannelSaver& saver = savers_[channel];
  for (const QueuedBatch& item : gate_.queued(channel)) {
    if (!item.restored && !saver.saves_queued(rows_element(item.sequence))) return;
    save(id, channel, item.batch);
  }
}

void UnalignedInput::stop_saving(CheckpointId id) {
  for (ChannelSaver& saver : savers_) saver.stop(id);
}

void UnalignedInput::overtake(uint32_t channel) {
  for (QueuedBatch& item : gate_.queued(channel)) {
    const auto* barrier = std::get_if<CheckpointBarrier>(&item.batch.control);
    if (barrier == nullptr || barrier->id != announced_[channel]) continue;
    CheckpointBarrier overtaking = *barrier;
    overtaking.kind = BarrierKind::kUnaligned;
    owner_.tell(BarrierOvertook{owner_.execution(), channel, item.sequence, barrier->id, 0});
    urgent_.push_back({channel, overtaking, false});
    item.batch.control = {};
    return;
  }
  fail_check("no barrier is there to overtake");
}

void UnalignedInput::save(CheckpointId id, uint32_t channel, const Batch& batch) {
  if (auto data = data_of(batch)) saved_[id].push_back({channel, std::move(*data)});
}

}  // namespace leat
