// A whole task with its operator chain, one input channel and one output (conformance core.md,
// "chain"). The links are scripted; everything between and around them is the engine's task.
//
// Links emit rows of several widths, so a row travels as [all its cells as a list, the first cell,
// the second cell where it is an int].
#include <algorithm>
#include <set>
#include <utility>

#include "core/operators/keyed_process_operator.h"
#include "core/operators/timestamps_and_watermarks.h"
#include "sim/conform/scripts.h"
#include "sim/conform/subject.h"
#include "sim/conform/task_host.h"

namespace leat {

namespace {

using Calls = std::vector<Value>;

Row travelling(std::vector<Value> cells) {
  const Value first = cells.empty() ? Value::null() : cells[0];
  const bool marked = cells.size() > 1 && cells[1].type() == ValueType::kInt;
  const Value mark = marked ? cells[1] : Value::integer(0);
  return {Value::list(std::move(cells)), first, mark};
}

Row with_name(RowView row, const std::string& name) {
  const auto cells = row[0].as_list();
  std::vector<Value> more(cells.begin(), cells.end());
  more.push_back(Value::text(name));
  Row named = travelling(std::move(more));
  return named;
}

// {"name":"a","does":[...]}: tells what it is asked, and emits what "does" says.
class Link final : public Operator {
 public:
  Link(const Value& link, Calls& calls) : name_(text_of(member(link, "name"))), calls_(calls) {
    const Value does = member(link, "does");
    for (const Value& each : does.as_list()) does_.insert(text_of(each));
  }

  void open(OperatorContext&) override { call("open"); }
  void on_rows(uint32_t, RowBatch& rows, OperatorContext& ctx) override {
    if (does("drop")) return;
    for (uint32_t i = 0; i < rows.size(); ++i) {
      const Row row = with_name(std::as_const(rows).row(i), name_);
      for (int copy = 0; copy < (does("double") ? 2 : 1); ++copy) {
        ctx.out().append(row, rows.timestamp(i));
      }
    }
  }
  void on_watermark(EventTime time, OperatorContext& ctx) override {
    if (does("watermark")) emit("watermark", Value::integer(time.ms), ctx);
    ctx.emit(Watermark{time});
  }
  void on_status(StreamStatus status, OperatorContext& ctx) override {
    const char* text = status == StreamStatus::kIdle ? "idle" : "active";
    if (does("status")) emit("status", Value::text(text), ctx);
    ctx.emit(status);
  }
  void prepare_snapshot_pre_barrier(CheckpointId id, OperatorContext& ctx) override {
    called("pre_barrier", id, ctx);
  }
  void snapshot(CheckpointId, ByteWriter&, OperatorContext&) override {
    call("snapshot");
    if (does("fail_snapshot")) throw JobError("the snapshot fails");
  }
  void on_checkpoint_complete(CheckpointId id, OperatorContext& ctx) override {
    called("complete", id, ctx);
  }
  void on_checkpoint_aborted(CheckpointId id, OperatorContext& ctx) override {
    called("abort", id, ctx);
  }
  void end_input(OperatorContext& ctx) override { ended("end_input", ctx); }
  void finish(OperatorContext& ctx) override { ended("finish", ctx); }
  void close() override { call("close"); }

 private:
  bool does(const char* what) const { return does_.contains(what); }
  void call(const char* what) { calls_.push_back(Value::text(name_ + "." + what)); }
  void emit(const char* what, std::optional<Value> value, OperatorContext& ctx) const {
    std::vector<Value> cells = {Value::text(name_), Value::text(what)};
    if (value) cells.push_back(std::move(*value));
    ctx.out().append(travelling(std::move(cells)), std::nullopt);
  }
  void called(const char* what, CheckpointId id, OperatorContext& ctx) {
    call(what);
    if (does(what)) emit(what, Value::integer(static_cast<int64_t>(id.value)), ctx);
  }
  void ended(const char* what, OperatorContext& ctx) {
    call(what);
    if (does(what)) emit(what, std::nullopt, ctx);
  }

  std::string name_;
  std::set<std::string> does_;
  Calls& calls_;
};

// {"name":"t","timers":true}: adds its name, and sets an event timer at the second cell.
class TimerLink final : public KeyedProcessFunction {
 public:
  explicit TimerLink(std::string name) : name_(std::move(name)) {}
  std::vector<StateDescriptor> states() const override { return {}; }
  void process(RowView in, ProcessContext& ctx) const override {
    ctx.emit(with_name(in, name_));
    ctx.register_timer(EventTime{in[2].as_int()});
  }
  void on_timer(TimeDomain, int64_t time, ProcessContext& ctx) const override {
    ctx.emit(travelling({Value::text(name_), Value::text("timer"), Value::integer(time)}));
  }
  std::unique_ptr<KeyedProcessFunction> clone() const override {
    return std::make_unique<TimerLink>(name_);
  }

 private:
  std::string name_;
};

// Keeps the timestamps; the generator looks at the second cell, which stands last here.
std::unique_ptr<Operator> assigner(const Value& link) {
  const Value spec = Value::map({{Value::text("generator"), member(link, "assign")},
                                 {Value::text("timestamp"), Value::text("record")}});
  return std::make_unique<TimestampsAndWatermarksOperator>(scripted_timestamp(spec),
                                                           scripted_generator(spec));
}

class Links final : public OperatorFactory {
 public:
  Links(Value links, Calls& calls) : links_(std::move(links)), calls_(calls) {}
  std::unique_ptr<Operator> make(const StreamNode& node) const override {
    const Value& link = links_.as_list()[std::stoul(node.name)];
    if (has_member(link, "assign")) return assigner(link);
    if (has_member(link, "timers")) return std::make_unique<KeyedProcessOperator>(node);
    if (!has_member(link, "does")) throw UnknownRequest("the link " + to_json(link));
    return std::make_unique<Link>(link, calls_);
  }

 private:
  Value links_;
  Calls& calls_;
};

Schema travelling_schema() {
  return {{{"cells", ValueType::kList}, {"first", ValueType::kNull}, {"mark", ValueType::kInt}}};
}

StreamNode node_of(std::string name, NodeSpec spec) {
  StreamNode node;
  node.name = std::move(name);
  node.spec = std::move(spec);
  node.parallelism = 1;
  node.output = travelling_schema();
  return node;
}

// in =(network)=> 0 -> 1 -> .. =(network)=> out
JobProgram program_of(const Value& links) {
  StreamGraph graph;
  graph.config.auto_watermark_interval = {0};
  graph.nodes.push_back(node_of("in", SourceSpec{}));
  for (size_t i = 0; i < links.as_list().size(); ++i) {
    const Value& link = links.as_list()[i];
    StreamNode node = node_of(std::to_string(i), MapSpec{});
    if (has_member(link, "timers")) {
      node.spec = KeyedProcessSpec{std::make_shared<TimerLink>(text_of(member(link, "name"))), ""};
      node.keyed = true;
      node.key_fields = {1};
    }
    node.inputs = {{NodeId{static_cast<uint32_t>(i)}, kMainOutput,
                    i > 0 ? Partitioning::kForward
                          : (node.keyed ? Partitioning::kHash : Partitioning::kRebalance)}};
    graph.nodes.push_back(std::move(node));
  }
  StreamNode out = node_of("out", SinkSpec{});
  out.inputs = {{NodeId{static_cast<uint32_t>(graph.nodes.size() - 1)}, kMainOutput,
                 Partitioning::kRebalance}};
  graph.nodes.push_back(std::move(out));
  Result<JobGraph> job = make_job_graph(graph);
  if (!job.ok()) throw JobError(job.error());
  check(job.value().vertices.size() == 3, "the links of a case do not make one chain");
  return {std::move(graph), std::move(job.value())};
}

class ChainSubject final : public Subject {
 public:
  explicit ChainSubject(const Value& links) : factory_(links, calls_), host_(program_of(links)) {
    TaskDescription description;
    description.execution = {{VertexId{1}, 0}, 1};
    for (uint32_t v = 0; v < 3; ++v) description.peers[{VertexId{v}, 0}] = {1, ProcessId{1}};
    task_ = make_task(host_, std::move(description), 1, factory_);
    task_->start();
    task_->on_partition_request(0, {{VertexId{2}, 0}, 1}, 1'000'000);
    host_.run(*task_);
  }

  void step(const Value& step, StepResult& result) override {
    if (!has_member(step, "open")) {
      if (std::exchange(opening_, false)) calls_.clear();
      act(step);
    }
    run(result);
  }
  void rows(std::span<const Value> steps, StepResult& result) override {
    if (std::exchange(opening_, false)) calls_.clear();
    take(steps);
    run(result);
  }

 private:
  void run(StepResult& result) {
    opening_ = false;
    host_.run(*task_);
    if (host_.failure()) throw JobError(*host_.failure());
    for (const Batch& batch : host_.take_sent()) tell(batch, result);
    if (!calls_.empty()) result.told["calls"] = Value::list(std::exchange(calls_, {}));
  }

  static CheckpointId checkpoint(const Value& step, const char* name) {
    return {static_cast<uint64_t>(number_of(member(step, name)))};
  }

  void take(std::span<const Value> steps) {
    const RowBatch told = batch_of(steps);
    Batch batch{RowBatch(travelling_schema().width()), {}};
    for (uint32_t i = 0; i < told.size(); ++i) {
      const RowView cells = told.row(i);
      batch.rows.append(travelling({cells.begin(), cells.end()}), told.timestamp(i));
    }
    task_->on_batch(0, sequence_++, std::move(batch));
  }

  void act(const Value& step) {
    if (has_member(step, "row")) {
      take({&step, 1});
    } else if (has_member(step, "notify_complete")) {
      task_->notify_complete(checkpoint(step, "notify_complete"));
    } else if (has_member(step, "notify_abort")) {
      task_->notify_aborted(checkpoint(step, "notify_abort"), checkpoint(step, "latest_complete"));
    } else {
      task_->on_batch(0, sequence_++, {RowBatch(travelling_schema().width()), control_of(step)});
    }
  }

  static Control control_of(const Value& step) {
    if (has_member(step, "watermark")) return Watermark{{number_of(member(step, "watermark"))}};
    if (has_member(step, "status"))
      return text_of(member(step, "status")) == "idle" ? StreamStatus::kIdle
                                                       : StreamStatus::kActive;
    if (has_member(step, "barrier")) return CheckpointBarrier{checkpoint(step, "barrier"), {0}};
    if (has_member(step, "cancel_barrier"))
      return CancelCheckpointMarker{checkpoint(step, "cancel_barrier")};
    if (has_member(step, "end")) return EndOfData{text_of(member(step, "end")) == "drain"};
    if (has_member(step, "close")) return EndOfPartition{};
    throw UnknownRequest("a chain does not know the step " + to_json(step));
  }

  static void tell(const Batch& batch, StepResult& result) {
    for (uint32_t i = 0; i < batch.rows.size(); ++i) {
      const auto cells = batch.rows.row(i)[0].as_list();
      Emitted emitted;
      emitted.row.assign(cells.begin(), cells.end());
      emitted.time = batch.rows.timestamp(i);
      result.out.push_back(std::move(emitted));
    }
    struct Teller {
      StepResult& result;
      static Value number(CheckpointId id) {
        return Value::integer(static_cast<int64_t>(id.value));
      }
      void operator()(std::monostate) const {}
      void operator()(Watermark w) const { result.out.push_back(Emitted::watermark(w.time)); }
      void operator()(StreamStatus s) const { result.out.push_back(Emitted::status_of(s)); }
      void operator()(CheckpointBarrier b) const {
        result.out.push_back(Emitted::control_of("barrier", number(b.id)));
      }
      void operator()(CancelCheckpointMarker m) const {
        result.out.push_back(Emitted::control_of("cancel_barrier", number(m.id)));
      }
      void operator()(EndOfData e) const {
        result.out.push_back(
            Emitted::control_of("end", Value::text(e.drain ? "drain" : "no_drain")));
      }
      void operator()(EndOfPartition) const {}  // the channel is over: the cases do not show it
    };
    std::visit(Teller{result}, batch.control);
  }

  Calls calls_;
  Links factory_;
  LoneTaskHost host_;
  std::unique_ptr<Task> task_;
  uint64_t sequence_ = 0;
  bool opening_ = true;
};

}  // namespace

std::unique_ptr<Subject> make_chain_subject(const Value& node) {
  return std::make_unique<ChainSubject>(member(node, "chain"));
}

}  // namespace leat
