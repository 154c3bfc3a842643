#include "tests/core/runtime/world_of_one_task.h"

#include <algorithm>

namespace leat::testing {

namespace {
const ProcessId kElsewhere{7};
std::string joined(const RowBatch& rows) {
  std::string text;
  for (uint32_t i = 0; i < rows.size(); ++i) text += (i > 0 ? " " : "") + to_text(rows.row(i));
  return text;
}
}  // namespace

WorldOfOneTask::WorldOfOneTask(GraphOf graph, const std::string& node, uint32_t index) {
  for (StreamNode& each : graph.graph().nodes) {
    each.output.fields = {{"v", ValueType::kInt}};
    for (SideOutput& side : each.sides) side.schema = each.output;
  }
  JobGraph job = make_job_graph(graph.graph()).value();
  const VertexId vertex = job.vertex_of(*graph.graph().find(node));
  for (uint32_t v = 0; v < job.vertices.size(); ++v) {
    for (uint32_t i = 0; i < job.vertices[v].parallelism; ++i) {
      description.peers[{VertexId{v}, i}] = {1, kElsewhere};
    }
  }
  description.execution = {{vertex, index}, 1};
  program_ = {graph.graph(), std::move(job)};
  trace_.observe(*this);
}

void WorldOfOneTask::start(uint32_t credits) {
  task_ = make_task(*this, description, 3, operators);
  uint32_t c = 0;
  for (const OutChannel& channel : out_channels(program_.job, description.execution.subtask)) {
    if (credits > 0) task_->on_partition_request(c, {channel.consumer, 1}, credits);
    ++c;
  }
  task_->start();
}

void WorldOfOneTask::send(uint32_t channel, std::vector<int64_t> values, Control control) {
  Batch batch{RowBatch(1), control};
  for (const int64_t value : values) batch.rows.append(EventTime{value})[0] = Value::integer(value);
  task_->on_batch(channel, sequences_[channel]++, std::move(batch));
}

void WorldOfOneTask::run_steps() {
  while (!announced_.empty()) step(announced_.front().channel);
}

bool WorldOfOneTask::step(uint32_t channel) {
  const auto found = std::find_if(announced_.begin(), announced_.end(),
                                  [&](const RunTag& tag) { return tag.channel == channel; });
  if (found == announced_.end()) return false;
  announced_.erase(found);
  task_->on_run(channel);
  return true;
}

void WorldOfOneTask::answer_storage() {
  std::vector<BlobReply> replies = std::move(storage_);
  storage_.clear();
  for (BlobReply& reply : replies) task_->on_blob(std::move(reply));
}

void WorldOfOneTask::advance_to(int64_t ms) {
  now_ = {ms};
  for (;;) {
    const auto due = std::min_element(timers_.begin(), timers_.end(), [](auto& a, auto& b) {
      return std::pair(a.when, a.id) < std::pair(b.when, b.id);
    });
    if (due == timers_.end() || due->when > now_) return;
    const TimerTag tag = due->tag;
    timers_.erase(due);
    task_->on_timer(tag);
  }
}

Lines WorldOfOneTask::seen() { return std::exchange(log, {}); }

std::string WorldOfOneTask::name_of(SubtaskId subtask) const {
  return subtask_name(program_.job, program_.graph, subtask);
}

void WorldOfOneTask::send_batch(ExecutionId to, ProcessId, uint32_t, uint64_t, Batch batch) {
  std::string line = "-> " + name_of(to.subtask) + ":";
  if (!batch.rows.empty()) line += " " + joined(batch.rows);
  if (batch.has_control()) line += " <" + to_text(batch.control) + ">";
  log.push_back(line);
}

void WorldOfOneTask::send_credit(ExecutionId to, ProcessId, uint32_t channel, uint32_t credits) {
  log.push_back("credit " + std::to_string(credits) + " to " + name_of(to.subtask) + "/" +
                std::to_string(channel));
}

void WorldOfOneTask::request_partition(ExecutionId producer, ProcessId, uint32_t producer_channel,
                                       ExecutionId, uint32_t consumer_channel, uint32_t credits) {
  log.push_back("request " + name_of(producer.subtask) + "/" + std::to_string(producer_channel) +
                " for " + std::to_string(consumer_channel) + " with " + std::to_string(credits));
}

void WorldOfOneTask::send_external(uint32_t, NodeId, Bytes body) { log.push_back("log: " + body); }

void WorldOfOneTask::acknowledge(ExecutionId, CheckpointId id, const SnapshotHandle& handle) {
  log.push_back("acknowledge " + std::to_string(id.value) + " " +
                (handle.blob.empty() ? "without state" : handle.blob));
}

void WorldOfOneTask::decline(ExecutionId, CheckpointId id, AbortReason, const std::string& cause) {
  log.push_back("decline " + std::to_string(id.value) + ": " + cause);
}

void WorldOfOneTask::send_to_coordinator(ExecutionId, NodeId, Bytes event) {
  log.push_back("enumerator: " + event);
}

TimerId WorldOfOneTask::call_at(ProcTime when, TimerTag tag) {
  timers_.push_back({when, next_timer_, tag});
  return {next_timer_++};
}

void WorldOfOneTask::cancel(TimerId timer) {
  std::erase_if(timers_, [&](const Timer& each) { return each.id == timer.value; });
}

void WorldOfOneTask::put(BlobTicket ticket, std::string name, Bytes bytes) {
  if (!storage_fails) stored[name] = std::move(bytes);
  storage_.push_back({ticket, !storage_fails, storage_fails ? "disk full" : "", {}, name});
}

void WorldOfOneTask::get(BlobTicket ticket, std::string name) {
  const auto found = stored.find(name);
  const bool ok = found != stored.end();
  storage_.push_back({ticket, ok, ok ? "" : "no such blob", ok ? found->second : Bytes()});
}

void WorldOfOneTask::remove(std::string name) {
  stored.erase(name);
  log.push_back("remove " + name);
}

void WorldOfOneTask::on_fact(ProcTime, const Fact& fact) {
  const uint32_t kind = static_cast<uint32_t>(fact.index());
  if (std::find(shown_facts.begin(), shown_facts.end(), kind) != shown_facts.end()) {
    log.push_back(to_text(fact));
  }
}

// ---- operators ----

void Adder::on_rows(uint32_t, RowBatch& rows, OperatorContext& ctx) {
  for (uint32_t i = 0; i < rows.size(); ++i) {
    const int64_t value = rows.row(i)[0].as_int();
    if (value == 13) throw JobError("13 is unlucky");
    if (value >= 1000) ctx.wake_at(ProcTime{value - 1000});
    sum_ += value;
    ctx.out().append_row_of(rows, i);
  }
}

void Adder::on_watermark(EventTime time, OperatorContext& ctx) {
  say("watermark " + std::to_string(time.ms));
  ctx.emit(Watermark{time});
}

void Adder::on_status(StreamStatus status, OperatorContext& ctx) {
  say(to_text(Control{status}));
  ctx.emit(status);
}

void Adder::on_processing_time(ProcTime time, OperatorContext&) {
  say("woken for " + std::to_string(time.ms));
}

void Adder::snapshot(CheckpointId id, ByteWriter& out, OperatorContext& ctx) {
  say("snapshot " + std::to_string(id.value));
  if (!stateless) out.zigzag(sum_);
  if (as_sink) static_cast<ConnectorContext&>(ctx).hold_acknowledgement(id);
}

void Adder::restore(ByteReader& in, OperatorContext&) {
  sum_ = in.zigzag();
  say("restore " + std::to_string(sum_));
}

void Adder::on_external(std::string_view body, ConnectorContext& ctx) {
  if (body == "open") closable_ = false;
  if (body == "close") closable_ = true;
  if (body == "fail") ctx.fail("fenced");
  if (body.starts_with("release ")) {
    ctx.release_acknowledgement({std::stoull(std::string(body.substr(8)))});
  }
}

void Counter::open(OperatorContext& ctx) {
  static_cast<ConnectorContext&>(ctx).send_to_enumerator("splits?");
}

void Counter::on_enumerator_event(std::string_view event, ConnectorContext& ctx) {
  if (event == "turn idle") return ctx.emit(StreamStatus::kIdle);
  if (event == "watermark 5") return ctx.emit(Watermark{{5}});
  if (event == "fail") {
    ctx.fail("fenced");
    return ctx.emit(Watermark{{5}});  // a failed task says no more
  }
  assigned_ = true;
  if (event == "no splits") next_ = records_ + 1;
  if (event == "split 0" && next_ <= records_) ctx.announce_split(0, ctx.now());
}

void Counter::read(uint32_t split, uint32_t rows_max, ConnectorContext& ctx) {
  for (uint32_t i = 0; i < rows_max && next_ <= records_; ++i, ++next_) {
    ctx.out().append(EventTime{next_})[0] = Value::integer(next_);
  }
  if (next_ <= records_) ctx.announce_split(split, ctx.now());
}

}  // namespace leat::testing
