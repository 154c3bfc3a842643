#include "core/runtime/outputs.h"

#include <algorithm>

namespace leat {

Outputs::Outputs(TaskHost& host, const TaskDescription& task)
    : host_(host), execution_(task.execution) {
  const JobProgram& program = host.program();
  for (OutChannel& wiring : out_channels(program.job, execution_.subtask)) {
    const auto peer = task.peers.find(wiring.consumer);
    check(peer != task.peers.end(), "a task does not know where its consumer runs");
    const JobEdge& edge = program.job.edges[wiring.edge];
    Channel& channel = channels_.emplace_back();
    channel.wiring = wiring;
    channel.consumer = {wiring.consumer, peer->second.attempt};
    channel.process = peer->second.process;
    const StreamEdge carried{edge.from, edge.output, edge.partitioning};
    channel.buffer.set_width(program.graph.schema_of(carried).width());
  }
}

void Outputs::configure(uint32_t batch_rows, Flushing flushing) {
  check(batch_rows > 0, "batches without rows");
  batch_rows_ = batch_rows;
  flushing_ = flushing;
}

// A full buffer is finished only when something comes behind it, so that a control element can ride
// with the rows before it.
void Outputs::add_row(uint32_t c, const RowBatch& rows, uint32_t i) {
  Channel& channel = channels_[c];
  if (channel.buffer.size() >= batch_rows_) finish_batch(channel, {});
  if (channel.buffer.empty()) channel.buffer.reserve(std::min(batch_rows_, rows.size() - i));
  channel.buffer.append_row_of(rows, i);
}

void Outputs::add_rows(uint32_t c, RowBatch& rows) {
  Channel& channel = channels_[c];
  if (rows.size() <= batch_rows_) {
    const bool worth_a_batch =
        channel.buffer.size() + rows.size() > batch_rows_ && rows.size() * 2 >= batch_rows_;
    if (worth_a_batch) finish_batch(channel, {});
    if (channel.buffer.empty()) {
      std::swap(channel.buffer, rows);
      return;
    }
  }
  for (uint32_t i = 0; i < rows.size(); ++i) add_row(c, rows, i);
}

void Outputs::add_control(uint32_t c, const Control& control) {
  finish_batch(channels_[c], control);
  send_what_credits_allow(c);
}

void Outputs::broadcast(const Control& control) {
  for (uint32_t c = 0; c < size(); ++c) add_control(c, control);
}

bool Outputs::supports_unaligned(uint32_t c) const {
  return host_.program().job.edges[channels_[c].wiring.edge].supports_unaligned;
}

void Outputs::add_overtaking(uint32_t c, const CheckpointBarrier& barrier,
                             std::vector<ChannelBatch>& overtaken) {
  Channel& channel = channels_[c];
  if (!channel.buffer.empty()) finish_batch(channel, {});
  for (const QueuedBatch& item : channel.queue.items()) {
    if (auto data = data_of(item.batch)) overtaken.push_back({c, std::move(*data)});
  }
  channel.urgent.push_back(barrier);
  send_urgent(c);
}

void Outputs::restore(uint32_t c, Batch batch) {
  check(c < channels_.size(), "a checkpoint has rows of a channel that does not exist");
  check(channels_[c].buffer.empty(), "rows of a checkpoint come behind others");
  channels_[c].queue.push({0, std::move(batch), true});
}

void Outputs::end_step() {
  for (uint32_t c = 0; c < size(); ++c) {
    Channel& channel = channels_[c];
    const uint32_t least = flushing_ == Flushing::kEveryStep ? 1 : batch_rows_;
    if (channel.buffer.size() >= least) finish_batch(channel, {});
    if (!channel.queue.empty()) send_what_credits_allow(c);
  }
}

void Outputs::flush() {
  for (uint32_t c = 0; c < size(); ++c) {
    if (!channels_[c].buffer.empty()) finish_batch(channels_[c], {});
    send_what_credits_allow(c);
  }
}

void Outputs::finish_batch(Channel& channel, const Control& control) {
  const uint32_t width = channel.buffer.width();
  channel.queue.push({0, Batch{std::move(channel.buffer), control}});
  channel.buffer = RowBatch(width);
}

void Outputs::grant(uint32_t c, uint32_t credits) {
  check(c < channels_.size() && channels_[c].opened, "credits for a channel that nobody reads");
  channels_[c].credits += credits;
  send_what_credits_allow(c);
}

void Outputs::open(uint32_t c, ExecutionId consumer, uint32_t credits) {
  check(c < channels_.size(), "a request for a channel that does not exist");
  Channel& channel = channels_[c];
  if (channel.opened || consumer != channel.consumer) return;
  channel.opened = true;
  send_urgent(c);
  grant(c, credits);
}

void Outputs::send_what_credits_allow(uint32_t c) {
  Channel& channel = channels_[c];
  if (abandoned_ || !channel.opened) return;
  while (!channel.queue.empty()) {
    if (takes_credit(channel.queue.front())) {
      if (channel.credits == 0) return;
      --channel.credits;
    }
    send(channel, c, channel.queue.pop().batch);
  }
}

void Outputs::send_urgent(uint32_t c) {
  Channel& channel = channels_[c];
  if (abandoned_ || !channel.opened) return;
  for (const CheckpointBarrier& barrier : std::exchange(channel.urgent, {}))
    send(channel, c, Batch{RowBatch(channel.buffer.width()), barrier});
}

void Outputs::send(Channel& channel, uint32_t c, Batch batch) {
  const uint64_t sequence = channel.next_sequence++;
  Env& env = host_.env();
  const bool plain = std::holds_alternative<std::monostate>(batch.control);
  env.trace().add(env.now(), BatchSent{execution_, c, sequence, batch.rows.size(), batch.hash(),
                                       plain ? 0 : hash_control(batch.control)});
  host_.send_batch(channel.consumer, channel.process, channel.wiring.consumer_channel, sequence,
                   std::move(batch));
}

void Outputs::abandon() { abandoned_ = true; }

bool Outputs::available() const {
  return std::all_of(channels_.begin(), channels_.end(),
                     [](const Channel& channel) { return channel.queue.empty(); });
}

bool Outputs::holds_rows() const {
  return std::any_of(channels_.begin(), channels_.end(),
                     [](const Channel& channel) { return !channel.buffer.empty(); });
}

}  // namespace leat
