// A whole task with several channels (twoinput.md, "channels"): gate, valves, combination of the
// inputs, operator and output of the engine, between upstream tasks and a downstream one that exist
// by name only.
#include "core/runtime/task.h"
#include "core/runtime/wiring.h"
#include "sim/conform/subject.h"

namespace leat {

namespace {

constexpr uint32_t kCredits = 1000000;  // output is never full
const ProcessId kHere{1};
const ProcessId kElsewhere{2};

// [k, n] of rows [k, s, n].
class PassOne final : public MapFunction {
 public:
  void map(RowView in, Timestamp, std::span<Value> out) const override {
    out[0] = in[0];
    out[1] = in[2];
  }
  std::unique_ptr<MapFunction> clone() const override { return std::make_unique<PassOne>(); }
};

// [k, input, n].
class PassTwo final : public CoMapFunction {
 public:
  void map(uint32_t input, RowView in, Timestamp, std::span<Value> out) const override {
    out[0] = in[0];
    out[1] = Value::integer(int64_t{input} + 1);
    out[2] = in[2];
  }
  std::unique_ptr<CoMapFunction> clone() const override { return std::make_unique<PassTwo>(); }
};

// Channels by input: {3} is a union of three, {2, 1} two inputs.
std::vector<uint32_t> channels_of(const Value& node) {
  if (has_member(node, "union")) return {static_cast<uint32_t>(number_of(member(node, "union")))};
  if (text_of(member(node, "connect")) != "pass")
    throw UnknownRequest("the connect function is not known");
  std::vector<uint32_t> channels;
  const Value counts = member(node, "channels");
  for (const Value& count : counts.as_list()) {
    channels.push_back(static_cast<uint32_t>(number_of(count)));
  }
  return channels;
}

StreamNode plain_node(std::string name, uint32_t parallelism, uint32_t width) {
  StreamNode node;
  node.name = std::move(name);
  node.parallelism = parallelism;
  node.output.fields.resize(width);
  return node;
}

JobProgram program_of(const std::vector<uint32_t>& channels) {
  StreamGraph graph;
  graph.config.chaining = false;
  const bool two = channels.size() > 1;
  StreamNode task = plain_node("task", 1, two ? 3 : 2);
  for (uint32_t input = 0; input < channels.size(); ++input) {
    StreamNode source = plain_node("in" + std::to_string(input), channels[input], 3);
    source.spec = SourceSpec{};
    graph.nodes.push_back(std::move(source));
    task.inputs.push_back({NodeId{input}, kMainOutput, Partitioning::kRebalance});
  }
  if (two) {
    task.spec = CoMapSpec{std::make_shared<PassTwo>(), "pass"};
  } else {
    task.spec = MapSpec{std::make_shared<PassOne>(), "pass"};
  }
  graph.nodes.push_back(std::move(task));
  StreamNode sink = plain_node("out", 1, two ? 3 : 2);
  sink.spec = SinkSpec{};
  sink.inputs.push_back({NodeId{static_cast<uint32_t>(channels.size())}});
  graph.nodes.push_back(std::move(sink));
  JobGraph job = make_job_graph(graph).value();
  return {std::move(graph), std::move(job)};
}

class TaskSubject final : public Subject, private TaskHost, private Env {
 public:
  explicit TaskSubject(std::vector<uint32_t> channels)
      : channels_(std::move(channels)), program_(program_of(channels_)) {
    const VertexId vertex = program_.job.vertex_of(*program_.graph.find("task"));
    TaskDescription description;
    description.execution = {{vertex, 0}, 1};
    for (uint32_t v = 0; v < program_.job.vertices.size(); ++v) {
      for (uint32_t i = 0; i < program_.job.vertices[v].parallelism; ++i) {
        description.peers[{VertexId{v}, i}] = {1, kElsewhere};
      }
    }
    const SubtaskId consumer = out_channels(program_.job, {vertex, 0})[0].consumer;
    task_ = make_task(*this, std::move(description), 1);
    task_->on_partition_request(0, {consumer, 1}, kCredits);
    task_->start();
  }

  void step(const Value& step, StepResult& result) override {
    result_ = &result;
    const uint32_t channel = channel_of(step);
    if (has_member(step, "row")) {
      arrive(channel, {batch_of({&step, 1}), {}});
    } else if (has_member(step, "watermark")) {
      arrive(channel, {RowBatch(), Watermark{{number_of(member(step, "watermark"))}}});
    } else if (has_member(step, "status")) {
      const bool idle = text_of(member(step, "status")) == "idle";
      arrive(channel, {RowBatch(), idle ? StreamStatus::kIdle : StreamStatus::kActive});
    } else if (has_member(step, "end")) {
      arrive(channel, {RowBatch(), EndOfData{}});
      arrive(channel, {RowBatch(), EndOfPartition{}});
    } else {
      throw UnknownRequest("a task does not know the step " + to_json(step));
    }
    if (!failure_.empty()) throw JobError(failure_);
  }
  void rows(std::span<const Value> steps, StepResult& result) override {
    result_ = &result;
    arrive(channel_of(steps.front()), {batch_of(steps), {}});
    if (!failure_.empty()) throw JobError(failure_);
  }

 private:
  // The gate numbers the channels of the first input before those of the second.
  uint32_t channel_of(const Value& step) const {
    const int64_t input = has_member(step, "input") ? number_of(member(step, "input")) : 1;
    const int64_t channel = number_of(member(step, "channel"));
    if (input < 1 || input > static_cast<int64_t>(channels_.size()) || channel < 0 ||
        channel >= int64_t{channels_[static_cast<size_t>(input - 1)]}) {
      throw UnknownRequest("the task has no such channel");
    }
    return static_cast<uint32_t>(channel) + (input == 2 ? channels_[0] : 0);
  }

  void arrive(uint32_t channel, Batch batch) {
    if (sequences_.size() <= channel) sequences_.resize(channel + 1, 0);
    task_->on_batch(channel, sequences_[channel]++, std::move(batch));
    while (!ready_.empty()) {
      const uint32_t next = ready_.front();
      ready_.erase(ready_.begin());
      task_->on_run(next);
    }
  }

  // TaskHost
  Env& env() override { return *this; }
  const ClusterConfig& cluster() const override { return cluster_; }
  const JobProgram& program() const override { return program_; }
  void send_batch(ExecutionId, ProcessId, uint32_t, uint64_t, Batch batch) override {
    for (uint32_t i = 0; i < batch.rows.size(); ++i) {
      const RowView row = std::as_const(batch.rows).row(i);
      Emitted emitted;
      emitted.row.assign(row.begin(), row.end());
      emitted.time = batch.rows.timestamp(i);
      result_->out.push_back(std::move(emitted));
    }
    if (const auto* watermark = std::get_if<Watermark>(&batch.control)) {
      result_->out.push_back(Emitted::watermark(watermark->time));
    } else if (const auto* status = std::get_if<StreamStatus>(&batch.control)) {
      result_->out.push_back(Emitted::status_of(*status));
    }
  }
  void send_credit(ExecutionId, ProcessId, uint32_t, uint32_t) override {}
  void request_partition(ExecutionId, ProcessId, uint32_t, ExecutionId, uint32_t,
                         uint32_t) override {}
  void send_external(uint32_t, NodeId, Bytes) override {}
  void report_running(ExecutionId) override {}
  void report_end_of_data(ExecutionId) override {}
  void report_finished(ExecutionId) override {}
  void report_failed(ExecutionId, const std::string& cause) override { failure_ = cause; }
  void acknowledge(ExecutionId, CheckpointId, const SnapshotHandle&) override {}
  void decline(ExecutionId, CheckpointId, AbortReason, const std::string&) override {}
  void send_to_coordinator(ExecutionId, NodeId, Bytes) override {}

  // Env: nothing but steps.
  ProcessId self() const override { return kHere; }
  uint32_t incarnation() const override { return 1; }
  ProcTime now() const override { return {}; }
  TimerId call_at(ProcTime, TimerTag) override { return {++timers_}; }
  void cancel(TimerId) override {}
  void send(Message) override {}
  void make_ready(RunTag tag, ProcTime) override { ready_.push_back(tag.channel); }
  BlobStore& blobs() override { fail_check("a task of a case has no checkpoints"); }
  Choices& choices() override { return choices_; }
  Trace& trace() override { return trace_; }

  std::vector<uint32_t> channels_;  // by input
  JobProgram program_;
  ClusterConfig cluster_;
  PlainChoices choices_;
  Trace trace_;
  std::unique_ptr<Task> task_;
  std::vector<uint64_t> sequences_;  // by channel
  std::vector<uint32_t> ready_;      // channels whose step is announced
  StepResult* result_ = nullptr;
  std::string failure_;
  uint64_t timers_ = 0;
};

}  // namespace

std::unique_ptr<Subject> make_task_subject(const Value& node) {
  return std::make_unique<TaskSubject>(channels_of(node));
}

}  // namespace leat
