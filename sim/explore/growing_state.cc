// Watch: state that only grows, though no more keys are in use than before.
#include <algorithm>
#include <map>
#include <set>

#include "sim/explore/watch.h"
#include "sim/oracle/plan.h"

namespace leat {

namespace {

// Fewer snapshots, or fewer rows, are no trend.
constexpr size_t kEnoughSnapshots = 8;
constexpr uint64_t kEnoughRows = 100;
// From the half to the whole of its rows the state of such a task grows to twice of what it was;
// less than this, and the growth has come to an end.
constexpr double kStillGrowing = 1.5;
constexpr uint64_t kLeastGrowth = 256;  // bytes

// What keeps rows or states until somebody says that it is enough. Windows end by themselves.
bool keeps_until_told(const NodeSpec& spec) {
  return std::holds_alternative<KeyedProcessSpec>(spec) ||
         std::holds_alternative<CoProcessSpec>(spec) ||
         std::holds_alternative<RunningAggregateSpec>(spec);
}

class GrowingState final : public Watch {
 public:
  explicit GrowingState(const Scenario& scenario)
      : graph_(scenario.program->graph), job_(scenario.program->job) {
    for (const JobVertex& vertex : job_.vertices) {
      std::optional<NodeId> keeps;
      for (const NodeId node : vertex.nodes) {
        if (keeps_until_told(graph_.node(node).spec)) keeps = node;
      }
      keepers_.push_back(keeps);
    }
  }
  FactSet facts() const override { return fact_set<SnapshotTaken, WatermarkAdvanced>(); }
  std::string excuse() const override { return "history"; }
  uint64_t judged() const override { return snapshots_; }

  void on_fact(ProcTime, const Fact& fact) override {
    if (const auto* advanced = std::get_if<WatermarkAdvanced>(&fact)) {
      // From the end on rows no longer come: what is kept then says nothing of a trend.
      if (advanced->time == EventTime::max()) tasks_[advanced->execution.subtask].over = true;
      return;
    }
    const auto& taken = std::get<SnapshotTaken>(fact);
    if (!keepers_[taken.execution.subtask.vertex.value]) return;
    Task& task = tasks_[taken.execution.subtask];
    if (task.over) return;
    ++snapshots_;
    task.sizes.push_back({task.rows, taken.bytes, task.keys.size()});
    task.keys.clear();
  }
  void on_operator_input(ExecutionId execution, NodeId node, uint32_t,
                         const RowBatch& rows) override {
    if (keepers_[execution.subtask.vertex.value] != node) return;
    Task& task = tasks_[execution.subtask];
    task.rows += rows.size();
    const std::vector<uint32_t>& fields = graph_.node(node).key_fields;
    for (uint32_t i = 0; i < rows.size(); ++i) task.keys.insert(key_of(rows.row(i), fields));
  }

  std::optional<Violation> finding() override {
    for (const auto& [subtask, task] : tasks_) {
      if (!only_grows(task)) continue;
      const StreamNode& node = graph_.node(*keepers_[subtask.vertex.value]);
      const Size& half = task.sizes[half_of(task)];
      const Size& last = task.sizes.back();
      Violation v = seen_in_job(
          "state_leak", node.name + "[" + std::to_string(subtask.index) + "]",
          "what is kept for a key is wanted as long as it is kept; repair: clear it by a timer "
          "when the key is done, or give the state a time to live");
      v.subject = "state of " + node.name;
      v.expected = "no more after " + std::to_string(last.rows) + " rows than after " +
                   std::to_string(half.rows) + ", with as many keys in use";
      v.got = std::to_string(half.bytes) + " bytes after " + std::to_string(half.rows) + " rows, " +
              std::to_string(last.bytes) + " bytes after " + std::to_string(last.rows) +
              ", and hardly ever less than before";
      return v;
    }
    return std::nullopt;
  }

 private:
  struct Size {
    uint64_t rows = 0;
    uint64_t bytes = 0;
    size_t keys = 0;  // that came since the snapshot before
  };
  struct Task {
    uint64_t rows = 0;
    std::vector<Size> sizes;
    std::set<Value> keys;
    bool over = false;
  };

  // The first snapshot that has half of the rows of the last.
  static size_t half_of(const Task& task) {
    size_t half = 0;
    while (task.sizes[half].rows * 2 < task.sizes.back().rows) ++half;
    return half;
  }
  // By more than what a sink in the same chain has ready at the one time and not at the other.
  static bool fell(uint64_t before, uint64_t now) {
    return now + kLeastGrowth / 4 < before && now * 10 < before * 9;
  }
  static bool only_grows(const Task& task) {
    if (task.sizes.size() < kEnoughSnapshots || task.rows < kEnoughRows) return false;
    for (size_t i = 1; i < task.sizes.size(); ++i) {
      if (fell(task.sizes[i - 1].bytes, task.sizes[i].bytes)) return false;
    }
    const Size& half = task.sizes[half_of(task)];
    const Size& last = task.sizes.back();
    return last.bytes >= half.bytes + kLeastGrowth &&
           static_cast<double>(last.bytes) >= kStillGrowing * static_cast<double>(half.bytes) &&
           as_many_keys(task);
  }
  // Keys of the second half of the snapshots, against those of the first.
  static bool as_many_keys(const Task& task) {
    size_t first = 0;
    size_t second = 0;
    const size_t half = task.sizes.size() / 2;
    for (size_t i = 0; i < half; ++i) first += task.sizes[i].keys;
    for (size_t i = task.sizes.size() - half; i < task.sizes.size(); ++i)
      second += task.sizes[i].keys;
    return second * 4 <= first * 5;
  }

  const StreamGraph& graph_;
  const JobGraph& job_;
  std::vector<std::optional<NodeId>> keepers_;  // by vertex: the node that may keep for ever
  std::map<SubtaskId, Task> tasks_;
  uint64_t snapshots_ = 0;
};

}  // namespace

WatchPtr watch_growing_state(const Scenario& scenario) {
  return std::make_unique<GrowingState>(scenario);
}

}  // namespace leat
