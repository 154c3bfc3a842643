#include "core/runtime/subtask.h"

#include <algorithm>
#include <limits>

namespace leat {

namespace {

constexpr Site kBatchRows("task.batch_rows");
constexpr Site kHoldBatches("task.hold_batches");

Entity entity_of(const JobProgram& program, SubtaskId subtask) {
  return entity(subtask_name(program.job, program.graph, subtask));
}

}  // namespace

Subtask::Subtask(TaskHost& host, TaskDescription description, uint32_t local_task,
                 const OperatorFactory& factory)
    : host_(host),
      description_(std::move(description)),
      local_task_(local_task),
      entity_(entity_of(host.program(), description_.execution.subtask)),
      work_max_(host.cluster().work_per_step.value_or(std::numeric_limits<uint64_t>::max())),
      gate_(in_channels(host.program().job, description_.execution.subtask),
            host.cluster().credits_per_channel),
      outputs_(host, description_),
      chain_(*this, outputs_, factory),
      checkpoints_(*this, chain_, outputs_),
      ends_(gate_.size()) {
  if (has_inputs()) {
    watermarks_.emplace(chain_.head().node(), input_of_channel());
    const CheckpointConfig& checkpoint = host_.program().graph.config.checkpoint;
    if (checkpoint.is_unaligned()) {
      UnalignedInput::Owner& owner = *this;
      unaligned_.emplace(gate_, checkpoint.alignment_timeout, owner);
    } else {
      barriers_.emplace(gate_.size(), checkpoint.mode);
    }
  }
  if (chain_.head().is_source()) source_ = &static_cast<SourceOperator&>(chain_.head().op());
  check(has_inputs() != (source_ != nullptr), "a task reads either splits or channels");
}

std::vector<uint32_t> Subtask::input_of_channel() const {
  std::vector<uint32_t> inputs;
  for (uint32_t c = 0; c < gate_.size(); ++c) {
    inputs.push_back(host_.program().job.edges[gate_.channel(c).edge].to_input);
  }
  return inputs;
}

void Subtask::settle() {
  if (dead()) return;
  outputs_.end_step();
  if (!running()) return;
  if (outputs_.holds_rows() && !flush_timer_set_) {
    flush_timer_set_ = true;
    call_at(host_.env().now() + host_.cluster().buffer_timeout, entity_, TimerKind::kFlush, 0, 0);
  }
  if (unaligned_ && unaligned_->next_due() < alignment_timer_) {
    alignment_timer_ = unaligned_->next_due();
    call_at(alignment_timer_, entity_, TimerKind::kAlignment, 0, 0);
  }
  close_if_done();
  announce();
}

void Subtask::fail(FailureKind kind, const std::string& cause) {
  if (dead() || state_ == ExecutionState::kFinished) return;
  state_ = ExecutionState::kFailed;
  outputs_.abandon();
  Env& env = host_.env();
  env.trace().add(env.now(), TaskFailed{execution(), kind, cause});
  host_.report_failed(execution(), cause);
}

void Subtask::too_much_work() const {
  throw JobError("one step makes more than " + std::to_string(work_max_) +
                 " rows and timers: it may never end");
}

const Placement& Subtask::peer(SubtaskId subtask) const {
  const auto found = description_.peers.find(subtask);
  check(found != description_.peers.end(), "a task does not know where its peer runs");
  return found->second;
}

// ---- start ----

void Subtask::start() {
  check(state_ == ExecutionState::kDeploying, "a task starts twice");
  state_ = ExecutionState::kInitializing;
  if (description_.snapshot_blob.empty()) {
    guarded([&] { begin_running({}); });
    return;
  }
  const BlobTicket ticket{kEndpointBase + local_task_, static_cast<uint32_t>(BlobKind::kRestore), 0,
                          entity_};
  host_.env().blobs().get(ticket, description_.snapshot_blob);
}

void Subtask::on_blob(BlobReply reply) {
  if (reply.ticket.kind == static_cast<uint32_t>(BlobKind::kSnapshot)) {
    guarded([&] { checkpoints_.on_stored(reply); });
    return;
  }
  if (state_ != ExecutionState::kInitializing) return;
  if (!reply.ok) {
    fail(FailureKind::kUnreadableState,
         "cannot read the snapshot " + description_.snapshot_blob + ": " + reply.error);
    return;
  }
  guarded([&] { begin_running(reply.bytes); });
}

void Subtask::begin_running(std::string_view snapshot) {
  const CheckpointId from = description_.restore_from;
  if (from != CheckpointId{} || execution().attempt > 1) enter_epoch(from);
  draw_batching();
  TaskSnapshot restored{snapshot, {}};
  if (host_.program().graph.config.checkpoint.is_unaligned() && !snapshot.empty())
    restored = decode_snapshot(snapshot);
  if (from != CheckpointId{} && !description_.snapshot_blob.empty())
    tell(TaskRestored{execution(), from, hash_bytes(restored.operators)});
  chain_.open(restored.operators);
  restore_channels(std::move(restored.channels));
  for (uint32_t c = 0; c < gate_.size(); ++c) request_partition(c);
  if (dead()) return;
  state_ = ExecutionState::kRunning;
  host_.report_running(execution());
  if (unaligned_) unaligned_->settle(host_.env().now());
  end_source_if_finished();
}

void Subtask::restore_channels(ChannelState channels) {
  const auto told = [&](uint8_t out, const ChannelBatch& one) {
    tell(ChannelStateRestored{execution(), out, one.channel, one.batch.rows.size(),
                              sum_of_hashes(one.batch.rows)});
  };
  for (ChannelBatch& one : channels.out) {
    told(1, one);
    outputs_.restore(one.channel, std::move(one.batch));
  }
  for (ChannelBatch& one : channels.in) {
    told(0, one);
    gate_.restore(one.channel, std::move(one.batch));
  }
}

// Small batches expose interleavings, large ones are fast; so are batches that wait for company.
void Subtask::draw_batching() {
  const uint32_t most = host_.cluster().batch_rows_max;
  const uint32_t sizes[] = {most, most, most, most, 64, 8, 2, 1};
  Choices& choices = host_.env().choices();
  const uint32_t rows = sizes[choices.choose(kBatchRows, entity_, std::size(sizes))];
  const bool hold = choices.chance(kHoldBatches, entity_, 1, 4);
  outputs_.configure(std::min(rows, most), hold ? Flushing::kWhenFullOrLate : Flushing::kEveryStep);
}

void Subtask::enter_epoch(CheckpointId id) {
  Choices& choices = host_.env().choices();
  for (uint32_t i = 0; i < chain_.size(); ++i) {  // the head's entity is that of the subtask
    choices.enter_epoch(chain_.at(i).entity(), id.value);
  }
  const uint32_t channels = source_ != nullptr ? splits_seen_ : gate_.size();
  for (uint32_t c = 0; c < channels; ++c) choices.enter_epoch(entity(entity_, c), id.value);
}

void Subtask::request_partition(uint32_t in_channel) {
  const InChannel& wiring = gate_.channel(in_channel);
  const Placement& producer = peer(wiring.producer);
  host_.request_partition({wiring.producer, producer.attempt}, producer.process,
                          wiring.producer_channel, execution(), in_channel,
                          host_.cluster().credits_per_channel);
}

void Subtask::partition_not_found(uint32_t in_channel) {
  if (dead()) return;
  call_at(host_.env().now() + host_.cluster().partition_request_retry, entity(entity_, in_channel),
          TimerKind::kPartitionRetry, 0, in_channel);
}

// ---- the network ----

void Subtask::on_batch(uint32_t channel, uint64_t sequence, Batch batch) {
  if (dead()) return;
  if (unaligned_) {
    unaligned_->arrived(channel, sequence, std::move(batch));
    if (running()) guarded([&] { unaligned_->settle(host_.env().now()); });
    return;
  }
  gate_.push(channel, sequence, std::move(batch));
  if (running() && takes_input() && gate_.claim_announcement(channel)) {
    announce(channel, host_.env().now());
  }
}

void Subtask::on_credit(uint32_t out_channel, uint32_t credits) {
  guarded([&] { outputs_.grant(out_channel, credits); });
}

void Subtask::on_partition_request(uint32_t out_channel, ExecutionId consumer, uint32_t credits) {
  guarded([&] { outputs_.open(out_channel, consumer, credits); });
}

void Subtask::on_disconnect(ProcessId peer_process) {
  if (dead() || state_ == ExecutionState::kFinished) return;
  bool lost = false;
  for (uint32_t c = 0; c < gate_.size(); ++c) {
    // Of a channel whose end is here nothing can be lost.
    lost |= !gate_.complete(c) && peer(gate_.channel(c).producer).process == peer_process;
  }
  for (uint32_t c = 0; c < outputs_.size(); ++c) lost |= outputs_.process_of(c) == peer_process;
  if (lost) {
    fail(FailureKind::kLostConnection,
         "lost connection to process " + std::to_string(peer_process.value));
  } else if (peer_process == host_.cluster().log && running()) {
    guarded([&] { chain_.notify_log_disconnected(); });
  }
}

// ---- timers and announcements ----

TimerId Subtask::call_at(ProcTime when, Entity who, TimerKind kind, uint32_t node, uint64_t arg) {
  const uint32_t packed = static_cast<uint32_t>(kind) | node << 8;
  return host_.env().call_at(when, TimerTag{who, kEndpointBase + local_task_, packed, arg});
}

void Subtask::on_timer(const TimerTag& tag) {
  if (!running()) return;
  const uint32_t node = tag.kind >> 8;
  guarded([&] {
    switch (static_cast<TimerKind>(tag.kind & 0xff)) {
      case TimerKind::kWake:
        chain_.at(node).on_wake();
        break;
      case TimerKind::kConnector: {
        ChainNode& at = chain_.at(node);
        at.connector().on_timer(tag.arg, at);
        at.flush();
        break;
      }
      case TimerKind::kFlush:
        flush_timer_set_ = false;
        outputs_.flush();
        break;
      case TimerKind::kAlignment:
        alignment_timer_ = ProcTime::max();
        unaligned_->on_time(host_.env().now());
        break;
      case TimerKind::kPartitionRetry:
        request_partition(static_cast<uint32_t>(tag.arg));
        break;
    }
    end_source_if_finished();
  });
}

void Subtask::announce(uint32_t channel, ProcTime not_before) {
  host_.env().make_ready(RunTag{entity(entity_, channel), local_task_, channel}, not_before);
}

void Subtask::announce_split(uint32_t split, ProcTime not_before) {
  splits_seen_ = std::max(splits_seen_, split + 1);
  announce(split, not_before);
}

bool Subtask::takes_input() {
  return outputs_.available() && chain_.accepts_input() && (!ending_ || data_finished_);
}

void Subtask::announce() {
  if (!takes_input()) return;
  const ProcTime now = host_.env().now();
  for (uint32_t c = 0; c < gate_.size(); ++c) {
    if (gate_.claim_announcement(c)) announce(c, now);
  }
  for (const uint32_t split : waiting_splits_) announce(split, now);
  waiting_splits_.clear();
}

// ---- external systems and coordinators ----

void Subtask::on_external(NodeId node, std::string_view body) {
  if (!running()) return;
  ChainNode* at = chain_.find(node);
  // The log may have held a request of the process that was here before, and that died unnoticed:
  // its answer comes to whoever has the place now. Of the same node it is fenced by its attempt.
  if (at == nullptr) return;
  guarded([&] {
    at->connector().on_external(body, *at);
    at->flush();
    end_source_if_finished();
  });
}

void Subtask::on_coordinator_event(NodeId node, std::string_view event) {
  if (!running()) return;
  check(source_ != nullptr && chain_.head().node_id() == node, "an event for a source elsewhere");
  guarded([&] {
    source_->on_enumerator_event(event, chain_.head());
    chain_.head().flush();
    end_source_if_finished();
  });
}

std::unique_ptr<Task> make_task(TaskHost& host, TaskDescription description, uint32_t local_task,
                                const OperatorFactory& factory) {
  return std::make_unique<Subtask>(host, std::move(description), local_task, factory);
}

}  // namespace leat
