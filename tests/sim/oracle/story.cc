#include "tests/sim/oracle/story.h"

#include "core/base/check.h"
#include "core/data/element.h"

namespace leat::story {
namespace {

class Table final : public SplitData {
 public:
  explicit Table(Splits splits) : splits_(std::move(splits)) {}
  uint32_t splits() const override { return static_cast<uint32_t>(splits_.size()); }
  std::string split_name(uint32_t split) const override { return "p" + std::to_string(split); }
  uint64_t size(uint32_t split) const override { return splits_[split].size(); }
  Duration arrival(uint32_t, uint64_t) const override { return {0}; }
  void read(uint32_t split, uint64_t first, uint32_t count, RowBatch& out) const override {
    for (uint64_t i = first; i < first + count; ++i) {
      const Rec& r = splits_[split][i];
      const auto row = out.append(EventTime::min());
      row[0] = Value::text(r.k);
      row[1] = Value::integer(r.v);
      row[2] = Value::time(r.t);
    }
  }

 private:
  Splits splits_;
};

class Twice final : public MapFunction {
 public:
  void map(RowView in, Timestamp, std::span<Value> out) const override {
    out[0] = in[0];
    out[1] = Value::integer(in[1].as_int() * 2);
    out[2] = in[2];
  }
  std::unique_ptr<MapFunction> clone() const override { return std::make_unique<Twice>(); }
};

class Remember final : public KeyedProcessFunction {
 public:
  std::vector<StateDescriptor> states() const override {
    return {{"sum", StateDescriptor::Kind::kValue}};
  }
  void process(RowView in, ProcessContext& ctx) const override {
    ValueState& sum = ctx.value(0);
    const int64_t before = sum.get().is_null() ? 0 : sum.get().as_int();
    sum.update(Value::integer(before + in[1].as_int()));
    ctx.register_timer(*ctx.timestamp() + Duration{10});
    ctx.emit(in);
  }
  void on_timer(TimeDomain, int64_t time, ProcessContext& ctx) const override {
    const Row row{ctx.key()[0], ctx.value(0).get(), Value::time(time)};
    ctx.emit(row);
  }
  std::unique_ptr<KeyedProcessFunction> clone() const override {
    return std::make_unique<Remember>();
  }
};

Schema schema(std::vector<Field> fields) { return Schema{std::move(fields)}; }

StreamNode node(std::string name, NodeSpec spec, std::vector<StreamEdge> inputs,
                uint32_t parallelism, Schema output) {
  StreamNode n;
  n.name = std::move(name);
  n.spec = std::move(spec);
  n.inputs = std::move(inputs);
  n.parallelism = parallelism;
  n.output = std::move(output);
  return n;
}

SourceSpec source(const Splits& splits) {
  SourceSpec spec;
  spec.data = std::make_shared<Table>(splits);
  spec.event_time = read_field(2);
  spec.watermark.kind = WatermarkSpec::Kind::kBounded;
  spec.watermark.bound = {5};
  return spec;
}

JobProgram finished(StreamGraph graph) {
  graph.config.checkpoint.interval = Duration{100};
  graph.config.restart.kind = RestartConfig::Kind::kFixedDelay;
  graph.config.restart.attempts = 10;
  // Of four key groups "a" is in the first half, and "b" and "c" are in the second.
  graph.config.max_parallelism = 4;
  auto job = make_job_graph(graph);
  check(job.ok(), "the story's job has no plan");
  return {std::move(graph), std::move(job.value())};
}

}  // namespace

JobProgram window_job(const Splits& splits, Duration lateness, bool late_to_side) {
  const Schema record =
      schema({{"k", ValueType::kString}, {"v", ValueType::kInt}, {"t", ValueType::kTime}});
  StreamGraph graph;
  graph.nodes.push_back(node("in", source(splits), {}, 1, record));
  graph.nodes.push_back(
      node("twice", MapSpec{std::make_shared<Twice>(), "twice"}, {{kIn}}, 1, record));
  WindowSpec window;
  window.size = {10};
  window.allowed_lateness = lateness;
  window.late_to_side = late_to_side;
  AggregateSpec sum;
  sum.kind = AggregateSpec::Kind::kSum;
  sum.argument = read_field(1);
  sum.argument_type = ValueType::kInt;
  window.aggregates.push_back(sum);
  StreamNode keyed = node("sum", window, {{kTwice, kMainOutput, Partitioning::kHash}}, 2,
                          schema({{"k", ValueType::kString},
                                  {"start", ValueType::kTime},
                                  {"end", ValueType::kTime},
                                  {"sum", ValueType::kInt}}));
  keyed.keyed = true;
  keyed.key_fields = {0};
  if (late_to_side) keyed.sides.push_back({"late", record});
  graph.nodes.push_back(keyed);
  graph.nodes.push_back(node("out", SinkSpec{}, {{kSum}}, 2, {}));
  return finished(std::move(graph));
}

JobProgram process_job(const Splits& splits) {
  const Schema record =
      schema({{"k", ValueType::kString}, {"v", ValueType::kInt}, {"t", ValueType::kTime}});
  StreamGraph graph;
  graph.nodes.push_back(node("in", source(splits), {}, 1, record));
  graph.nodes.push_back(
      node("twice", MapSpec{std::make_shared<Twice>(), "twice"}, {{kIn}}, 1, record));
  StreamNode keyed = node("remember", KeyedProcessSpec{std::make_shared<Remember>(), "remember"},
                          {{kTwice, kMainOutput, Partitioning::kHash}}, 2, record);
  keyed.keyed = true;
  keyed.key_fields = {0};
  graph.nodes.push_back(keyed);
  graph.nodes.push_back(node("out", SinkSpec{}, {{kSum}}, 2, {}));
  return finished(std::move(graph));
}

Row pane(const std::string& k, int64_t start, int64_t sum) {
  return {Value::text(k), Value::time(start), Value::time(start + 10), Value::integer(sum)};
}

RowBatch Story::Source::read(uint32_t split, uint64_t first, uint32_t count) const {
  const auto& spec = std::get<SourceSpec>(program_.graph.nodes[0].spec);
  RowBatch rows(3);
  spec.data->read(split, first, count, rows);
  for (uint32_t i = 0; i < rows.size(); ++i)
    rows.set_timestamp(i, EventTime{rows.row(i)[2].as_int()});
  return rows;
}

ExecutionId Story::task(uint32_t subtask) const {
  return subtask == 0 ? ExecutionId{{VertexId{0}, 0}, attempt_}
                      : ExecutionId{{VertexId{1}, subtask - 1}, attempt_};
}

void Story::start(uint64_t checkpoint) {
  unheard_.reset();
  const CheckpointId from{checkpoint};
  ++attempt_;
  if (attempt_ > 1) fact(JobRestored{from, attempt_ - 1});
  for (uint32_t s = 0; s < 3; ++s) {
    fact(ExecutionStateChanged{task(s), ExecutionState::kDeploying, ProcessId{1}});
    fact(TaskDeployed{task(s), ProcessId{1}, from});
    if (checkpoint != 0) fact(TaskRestored{task(s), from, 1000 * checkpoint + s});
    fact(ExecutionStateChanged{task(s), ExecutionState::kRunning, ProcessId{1}});
  }
  for (uint32_t i = 0; i < 2; ++i) {
    open_[i].clear();
    sent_[i] = 0;
  }
}

void Story::assign(uint64_t first0, uint64_t first1) {
  fact(SplitAssigned{task(0), kIn, 0, first0});
  fact(SplitAssigned{task(0), kIn, 1, first1});
}

void Story::read(uint32_t split, uint64_t first, uint32_t count) {
  let_sinks_hear();
  const RowBatch rows = rows_in_.read(split, first, count);
  fact(SplitRead{task(0), kIn, split, first, count, rows.hash()});
  tap({Tap::kSource, task(0), kIn, split, first, rows});
  tap({Tap::kOutput, task(0), kIn, kMainOutput, 0, rows});
  tap({Tap::kInput, task(0), kTwice, 0, 0, rows});
  RowBatch doubled(3);
  for (uint32_t i = 0; i < rows.size(); ++i) {
    std::get<MapSpec>(program_.graph.nodes[1].spec)
        .function->map(rows.row(i), rows.timestamp(i), doubled.append(rows.timestamp(i)));
  }
  tap({Tap::kOutput, task(0), kTwice, kMainOutput, 0, doubled});
  for (uint32_t index = 0; index < 2; ++index) {
    RowBatch part(3);
    for (uint32_t i = 0; i < doubled.size(); ++i) {
      if ((doubled.row(i)[0] == Value::text("a")) == (index == 0)) part.append_row_of(doubled, i);
    }
    if (part.empty()) continue;
    fact(BatchSent{task(0), index, sent_[index], part.size(), part.hash()});
    fact(BatchProcessed{task(1 + index), 0, sent_[index]++, part.size()});
    tap({Tap::kInput, task(1 + index), kSum, 0, 0, part});
  }
}

void Story::finish_split(uint32_t split) {
  const auto& spec = std::get<SourceSpec>(program_.graph.nodes[0].spec);
  fact(SplitFinished{task(0), kIn, split, spec.data->size(split)});
}

void Story::let_sinks_hear() {
  if (!unheard_) return;
  for (uint32_t index = 0; index < 2; ++index)
    fact(WatermarkAdvanced{task(1 + index), kOut, *unheard_});
  unheard_.reset();
}

void Story::watermark(int64_t t) {
  const EventTime time{t};
  let_sinks_hear();
  unheard_ = time;
  fact(WatermarkAdvanced{task(0), kTwice, time});
  for (uint32_t index = 0; index < 2; ++index) {
    fact(BatchSent{task(0), index, sent_[index], 0, 1, hash_control(Watermark{time})});
    fact(BatchProcessed{task(1 + index), 0, sent_[index]++, 0});
    fact(WatermarkAdvanced{task(1 + index), kSum, time});
  }
}

void Story::fire(uint32_t index, const Row& row) {
  RowBatch rows(static_cast<uint32_t>(row.size()));
  rows.append(row, EventTime{row[2].as_int() - (row.size() == 4 ? 1 : 0)});
  tap({Tap::kOutput, task(1 + index), kSum, kMainOutput, 0, rows});
  tap({Tap::kInput, task(1 + index), kOut, 0, 0, rows});
  if (open_[index].empty()) open_[index].set_width(rows.width());
  open_[index].append_row_of(rows, 0);
}

void Story::checkpoint(uint64_t id) {
  let_sinks_hear();
  const CheckpointId c{id};
  fact(CheckpointTriggered{c});
  fact(SnapshotTaken{task(0), c, 20, 1000 * id});
  for (uint32_t index = 0; index < 2; ++index) {
    fact(BatchSent{task(0), index, sent_[index], 0, 2});
    fact(BatchProcessed{task(1 + index), 0, sent_[index]++, 0});
    fact(BarrierReceived{task(1 + index), 0, c});
    fact(BarrierAligned{task(1 + index), c});
    fact(SnapshotTaken{task(1 + index), c, 30, 1000 * id + 1 + index});
    if (!open_[index].empty()) {
      frozen_.push_back({id, index, next_transaction_++, open_[index]});
      const Frozen& f = frozen_.back();
      fact(TransactionPreCommitted{kOut, index, f.transaction, c, f.rows.size(), f.rows.hash()});
      open_[index].clear();
    }
  }
  for (uint32_t s = 0; s < 3; ++s) fact(CheckpointAcknowledged{task(s), c});
}

void Story::complete(uint64_t id) {
  fact(CheckpointCompleted{CheckpointId{id}});
  for (uint32_t s = 0; s < 3; ++s) fact(CompletionNotified{task(s), CheckpointId{id}});
}

void Story::commit(uint64_t checkpoint) {
  for (const Frozen& f : frozen_) {
    if (f.checkpoint != checkpoint) continue;
    fact(TransactionCommitted{kOut, f.index, f.transaction, f.rows.size(), f.rows.hash()});
    tap({Tap::kCommitted, {}, kOut, static_cast<uint32_t>(f.transaction), 0, f.rows});
  }
}

void Story::abort(uint64_t checkpoint) {
  for (const Frozen& f : frozen_) {
    if (f.checkpoint == checkpoint) fact(TransactionAborted{kOut, f.index, f.transaction});
  }
}

void Story::end() {
  let_sinks_hear();
  for (uint32_t s = 0; s < 3; ++s) {
    fact(TaskFinished{task(s)});
    fact(ExecutionStateChanged{task(s), ExecutionState::kFinished, ProcessId{1}});
  }
  fact(JobStatusChanged{JobStatus::kFinished});
}

size_t Story::find_tap(Tap tap, NodeId node, size_t n) const {
  for (size_t i = 0; i < steps.size(); ++i) {
    const auto* t = std::get_if<Tapped>(&steps[i].what);
    if (t != nullptr && t->tap == tap && t->node == node && n-- == 0) return i;
  }
  fail_check("the story has no such tap");
}

void Story::insert(size_t before, const Step& step) {
  steps.push_back(step);
  std::rotate(steps.begin() + static_cast<std::ptrdiff_t>(before), steps.end() - 1, steps.end());
}

void Story::move(size_t from, size_t before) {
  insert(before, Step(steps[from]));
  erase(from < before ? from : from + 1);
}

Verdict Story::play(const std::vector<OracleKind>& which, EndOfRun end) const {
  const Plan plan(program_);
  Oracles oracles(plan, which);
  for (const Step& step : steps) {
    if (const auto* fact = std::get_if<Fact>(&step.what)) {
      oracles.on_fact(ProcTime{step.at}, *fact);
    } else if (const auto* t = std::get_if<TimerStep>(&step.what)) {
      oracles.on_timer(t->execution, t->node, t->event, t->domain, t->time, t->key);
    } else {
      const auto& tapped = std::get<Tapped>(step.what);
      switch (tapped.tap) {
        case Tap::kSource:
          oracles.on_source_rows(tapped.execution, tapped.node, tapped.output, tapped.first,
                                 tapped.rows);
          break;
        case Tap::kInput:
          oracles.on_operator_input(tapped.execution, tapped.node, 0, tapped.rows);
          break;
        case Tap::kOutput:
          oracles.on_operator_output(tapped.execution, tapped.node, tapped.output, tapped.rows);
          break;
        case Tap::kCommitted:
          oracles.on_committed_rows(tapped.node, tapped.output, tapped.rows);
          break;
      }
    }
  }
  return oracles.judge(end);
}

Splits two_splits() {
  return {{{"a", 1, 1}, {"a", 2, 4}, {"a", 4, 17}, {"a", 32, 18}}, {{"b", 8, 3}, {"b", 16, 19}}};
}

Story correct(const JobProgram& program) {
  Story s(program);
  s.start();
  s.assign(0, 0);
  s.read(0, 0, 2);
  s.read(1, 0, 1);
  s.checkpoint(1);
  s.complete(1);
  s.read(1, 1, 1);
  s.read(0, 2, 1);
  s.watermark(11);  // 17 - 5 - 1
  s.fire(0, pane("a", 0, 6));
  s.fire(1, pane("b", 0, 16));
  s.checkpoint(2);  // frozen, acknowledged, and then the machine dies
  s.steps.pop_back();
  s.fact(ConnectionReset{ProcessId{1}, ProcessId{2}});
  s.fact(TaskFailed{s.task(1), FailureKind::kLostConnection, "it"});
  s.start(1);
  s.abort(2);
  s.assign(2, 1);
  s.read(0, 2, 2);
  s.finish_split(0);
  s.read(1, 1, 1);
  s.finish_split(1);
  s.watermark(EventTime::max().ms);
  s.fire(0, pane("a", 0, 6));
  s.fire(0, pane("a", 10, 72));
  s.fire(1, pane("b", 0, 16));
  s.fire(1, pane("b", 10, 32));
  s.checkpoint(3);
  s.complete(3);
  s.commit(3);
  s.end();
  return s;
}

std::vector<std::string> names(const Verdict& verdict) {
  std::vector<std::string> names;
  for (const Violation& v : verdict.violations) {
    if (std::find(names.begin(), names.end(), v.name) == names.end()) names.push_back(v.name);
  }
  return names;
}

}  // namespace leat::story
