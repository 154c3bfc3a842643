#include "tests/viz/run_model.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

namespace leat::viz_test {
namespace {

constexpr NodeId kSource{0}, kParse{1}, kWindow{2}, kOut{3}, kLate{4};

// The splits of the model by name, in order of first use.
class ModelSplits final : public SplitData {
 public:
  explicit ModelSplits(const ModelSetup& setup) {
    for (const ModelRecord& r : setup.records) {
      if (std::find(names_.begin(), names_.end(), r.split) == names_.end())
        names_.push_back(r.split);
      ++sizes_[r.split];
    }
  }
  uint32_t splits() const override { return static_cast<uint32_t>(names_.size()); }
  std::string split_name(uint32_t split) const override { return names_[split]; }
  uint64_t size(uint32_t split) const override { return sizes_.at(names_[split]); }
  Duration arrival(uint32_t, uint64_t) const override { return {}; }
  void read(uint32_t, uint64_t, uint32_t, RowBatch&) const override {}
  uint32_t index(const std::string& name) const {
    return static_cast<uint32_t>(std::find(names_.begin(), names_.end(), name) - names_.begin());
  }

 private:
  std::vector<std::string> names_;
  std::map<std::string, uint64_t> sizes_;
};

struct Split {
  std::optional<int64_t> highest;
  int64_t mark = INT64_MIN;
  int64_t heard = 0;
  bool idle = false;
  uint64_t next = 0;
};
using WindowKey = std::pair<int64_t, std::string>;  // start, key

struct Player {
  const ModelSetup& setup;
  const JobProgram& program;
  RunRecorder& out;
  ModelSplits splits;
  std::vector<Split> state;
  std::map<WindowKey, int64_t> counts;
  std::set<WindowKey> fired;
  int64_t watermark = INT64_MIN;
  uint32_t attempt = 1;
  uint64_t checkpoint = 0;
  uint32_t pending_out = 0;

  struct Snapshot {
    std::vector<Split> state;
    std::map<WindowKey, int64_t> counts;
    std::set<WindowKey> fired;
    size_t position;
    int64_t mark;
  };

  ExecutionId source(uint32_t split) const {
    return {{program.job.vertex_of(kSource), split % setup.parallelism}, attempt};
  }
  ExecutionId window(const std::string& key) const {
    return {
        {program.job.vertex_of(kWindow), static_cast<uint32_t>(hash_name(key) % setup.parallelism)},
        attempt};
  }
  void fact(int64_t at, const Fact& f) { out.on_fact(ProcTime{at}, f); }

  void fire(int64_t at, const WindowKey& w, bool late) {
    const ExecutionId execution = window(w.second);
    fact(at, PaneFired{execution,
                       kWindow,
                       {w.first},
                       {w.first + setup.window.ms},
                       hash_name(w.second),
                       static_cast<uint8_t>(late)});
    RowBatch rows(4);
    const Value row[] = {Value::text(w.second), Value::time(w.first),
                         Value::time(w.first + setup.window.ms), Value::integer(counts[w])};
    rows.append(RowView(row), EventTime{w.first + setup.window.ms - 1});
    out.on_operator_output(execution, kWindow, kMainOutput, rows);
    fact(at, BatchSent{execution, 0, 0, 1, 0});
    fired.insert(w);
    ++pending_out;
  }

  void advance(int64_t at) {
    int64_t least = INT64_MAX;
    for (const Split& s : state) {
      if (!s.idle) least = std::min(least, s.mark);
    }
    if (least == INT64_MAX || least <= watermark) return;
    watermark = least;
    for (uint32_t i = 0; i < setup.parallelism; ++i) {
      fact(at,
           WatermarkAdvanced{{{program.job.vertex_of(kWindow), i}, attempt}, kWindow, {watermark}});
    }
    for (const auto& [w, n] : std::map<WindowKey, int64_t>(counts)) {
      if (!fired.contains(w) && w.first + setup.window.ms - 1 <= watermark) fire(at, w, false);
    }
  }

  void check_idle(int64_t at) {
    if (!setup.idle_after) return;
    for (uint32_t i = 0; i < state.size(); ++i) {
      if (state[i].idle || at - state[i].heard <= setup.idle_after->ms) continue;
      state[i].idle = true;
      fact(state[i].heard + setup.idle_after->ms, SplitIdle{source(i), kSource, i, 1});
    }
  }

  void read(const ModelRecord& r, int64_t at) {
    const uint32_t i = splits.index(r.split);
    Split& split = state[i];
    if (split.idle) {
      split.idle = false;
      fact(at, SplitIdle{source(i), kSource, i, 0});
    }
    split.heard = at;
    const Value row[] = {Value::text(r.key), Value::time(r.event)};
    RowBatch rows(2);
    rows.append(RowView(row), EventTime{r.event});
    out.on_source_rows(source(i), kSource, i, split.next, rows);
    fact(at, SplitRead{source(i), kSource, i, split.next, 1, 0});
    ++split.next;
    out.on_operator_input(source(i), kParse, 0, rows);
    out.on_operator_output(source(i), kParse, kMainOutput, rows);
    const ExecutionId target = window(r.key);
    fact(at, BatchSent{source(i), target.subtask.index, 0, 1, 0});
    out.on_operator_input(target, kWindow, 0, rows);
    judge(r, at, target, rows);
    if (!split.highest || r.event > *split.highest) {
      split.highest = r.event;
      split.mark = r.event - setup.bound.ms - 1;
      fact(at, SplitWatermark{source(i), kSource, i, {split.mark}});
    }
    advance(at);
  }

  void judge(const ModelRecord& r, int64_t at, ExecutionId target, const RowBatch& rows) {
    const int64_t start = r.event - r.event % setup.window.ms;
    const int64_t last = start + setup.window.ms - 1;
    if (watermark != INT64_MIN && last + setup.lateness.ms <= watermark) {
      fact(at, LateRecord{target, kWindow, {r.event}, {watermark}, 1});
      out.on_operator_output(target, kWindow, 0, rows);
      fact(at, BatchSent{target, 1, 0, 1, 0});
      fact(at, LogAppended{kLate, 1, 0});
      return;
    }
    ++counts[{start, r.key}];
    if (watermark != INT64_MIN && last <= watermark) fire(at, {start, r.key}, true);
  }

  Snapshot take_checkpoint(int64_t at, size_t position) {
    ++checkpoint;
    fact(at, CheckpointTriggered{{checkpoint}});
    for (const VertexId v : {program.job.vertex_of(kSource), program.job.vertex_of(kWindow)}) {
      for (uint32_t i = 0; i < setup.parallelism; ++i) {
        fact(at, SnapshotTaken{{{v, i}, attempt}, {checkpoint}, 64 + 40 * counts.size(), 0});
      }
    }
    fact(at, CheckpointCompleted{{checkpoint}});
    if (pending_out > 0) fact(at, TransactionCommitted{kOut, 0, checkpoint, pending_out, 0});
    pending_out = 0;
    return {state, counts, fired, position, watermark};
  }

  void deploy(int64_t at, CheckpointId from) {
    for (uint32_t v = 0; v < program.job.vertices.size(); ++v) {
      for (uint32_t i = 0; i < program.job.vertices[v].parallelism; ++i) {
        fact(at, TaskDeployed{{{{v}, i}, attempt}, {1 + i % 2}, from});
      }
    }
  }

  void run() {
    fact(0, JobStatusChanged{JobStatus::kRunning});
    deploy(0, {0});
    state.resize(splits.splits());
    std::vector<ModelRecord> records = setup.records;
    for (size_t i = 0; i < records.size(); ++i) records[i].place = i;
    std::sort(records.begin(), records.end(), [](const auto& a, const auto& b) {
      return std::tuple(a.arrival, a.place) < std::tuple(b.arrival, b.place);
    });
    std::optional<Snapshot> snapshot;
    int64_t next_checkpoint = setup.checkpoint_every.ms;
    size_t crash = 0;
    int64_t clock = 0;
    for (size_t i = 0; i < records.size(); ++i) {
      const int64_t at = std::max(records[i].arrival, clock);
      while (next_checkpoint <= at) {
        check_idle(next_checkpoint);
        snapshot = take_checkpoint(next_checkpoint, i);
        next_checkpoint += setup.checkpoint_every.ms;
      }
      if (crash < setup.crashes.size() && setup.crashes[crash] <= at) {
        const int64_t resumed = restart(setup.crashes[crash++], snapshot);
        clock = std::max(clock, resumed);
        i = (snapshot ? snapshot->position : 0) - 1;  // the loop adds one
        continue;
      }
      check_idle(at);
      advance(at);
      read(records[i], at);
    }
    finish(std::max(clock, records.empty() ? 0 : records.back().arrival));
  }

  int64_t restart(int64_t at, const std::optional<Snapshot>& snapshot) {
    const int64_t resumed = at + 1000;
    fact(at, FaultInjected{0, 0, {1}});
    fact(at, ProcessDied{{1}, 1});
    fact(at + 100, JobStatusChanged{JobStatus::kRestarting});
    const uint64_t from = snapshot ? checkpoint : 0;
    fact(resumed, JobRestored{{from}, attempt});
    ++attempt;
    deploy(resumed, {from});
    state = snapshot ? snapshot->state : std::vector<Split>(splits.splits());
    counts = snapshot ? snapshot->counts : std::map<WindowKey, int64_t>();
    fired = snapshot ? snapshot->fired : std::set<WindowKey>();
    for (uint32_t i = 0; i < state.size(); ++i) {
      state[i].highest.reset();
      state[i].mark = INT64_MIN;
      state[i].idle = false;
      state[i].heard = resumed;
      fact(resumed, SplitAssigned{source(i), kSource, i, state[i].next});
    }
    watermark = INT64_MIN;
    return resumed;
  }

  void finish(int64_t at) {
    for (uint32_t i = 0; i < state.size(); ++i) {
      fact(at, SplitWatermark{source(i), kSource, i, EventTime::max()});
    }
    for (uint32_t i = 0; i < setup.parallelism; ++i) {
      fact(at, WatermarkAdvanced{
                   {{program.job.vertex_of(kWindow), i}, attempt}, kWindow, EventTime::max()});
    }
    for (const auto& [w, n] : std::map<WindowKey, int64_t>(counts)) {
      if (!fired.contains(w)) fire(at, w, false);
    }
    take_checkpoint(at + 10, 0);
    fact(at + 20, JobStatusChanged{JobStatus::kFinished});
  }
};

StreamNode node(const char* name, NodeSpec spec, std::vector<StreamEdge> inputs,
                uint32_t parallelism) {
  StreamNode n;
  n.name = name;
  n.spec = std::move(spec);
  n.inputs = std::move(inputs);
  n.parallelism = parallelism;
  return n;
}

}  // namespace

JobProgram model_program(const ModelSetup& setup) {
  JobProgram program;
  StreamGraph& graph = program.graph;
  graph.config.name = setup.job;
  graph.config.parallelism = setup.parallelism;
  SourceSpec source;
  source.data = std::make_shared<ModelSplits>(setup);
  source.watermark = {WatermarkSpec::Kind::kBounded, setup.bound, setup.idle_after};
  MapSpec parse;
  parse.label = "net, mag";
  WindowSpec window;
  window.size = setup.window;
  window.allowed_lateness = setup.lateness;
  window.late_to_side = true;
  window.aggregates.push_back({});
  window.aggregates.back().name = "n";
  window.aggregates.back().label = "count()";
  graph.nodes.push_back(node("quakes", source, {}, setup.parallelism));
  graph.nodes.push_back(node("parse", parse, {{kSource}}, setup.parallelism));
  StreamNode per_day =
      node("per_day", window, {{kParse, kMainOutput, Partitioning::kHash}}, setup.parallelism);
  per_day.key_fields = {0};
  per_day.keyed = true;
  per_day.sides.push_back({"late", {}});
  graph.nodes.push_back(per_day);
  graph.nodes.push_back(
      node("out", SinkSpec{SinkSpec::Kind::kTransactional, "out", ""}, {{kWindow}}, 1));
  graph.nodes.push_back(
      node("late", SinkSpec{SinkSpec::Kind::kAtLeastOnce, "late", ""}, {{kWindow, 0}}, 1));
  for (StreamNode& n : graph.nodes)
    n.output.fields = {{"net", ValueType::kString}, {"time", ValueType::kTime}};
  program.job = make_job_graph(graph).value();
  return program;
}

void play(const ModelSetup& setup, const JobProgram& program, RunRecorder& recorder) {
  Player player{setup, program, recorder, ModelSplits(setup), {}, {}, {}};
  player.run();
}

Quakes read_quakes(size_t networks) {
  std::ifstream in(std::string(LEAT_SOURCE_DIR) + "/scenarios/data/earthquakes.csv");
  std::map<std::string, size_t> sizes;
  Quakes quakes;
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    std::stringstream cells(line);
    std::string id, net, time, updated;
    std::getline(cells, id, ',');
    std::getline(cells, net, ',');
    std::getline(cells, time, ',');
    std::getline(cells, updated, ',');
    quakes.records.push_back({net, net, std::stoll(time), std::stoll(updated)});
    ++sizes[net];
  }
  std::vector<std::pair<size_t, std::string>> order;
  for (const auto& [net, n] : sizes) order.push_back({n, net});
  std::sort(order.rbegin(), order.rend());
  order.resize(std::min(networks, order.size()));
  std::erase_if(quakes.records, [&](const ModelRecord& r) {
    return std::none_of(order.begin(), order.end(),
                        [&](const auto& o) { return o.second == r.split; });
  });
  quakes.start = INT64_MAX;
  for (const ModelRecord& r : quakes.records) quakes.start = std::min(quakes.start, r.arrival);
  for (ModelRecord& r : quakes.records) r.arrival -= quakes.start;
  return quakes;
}

}  // namespace leat::viz_test
