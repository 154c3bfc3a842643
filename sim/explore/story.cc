#include "sim/explore/story.h"

#include <fmt/format.h>

#include "sim/world/simulation.h"

namespace leat {

namespace {

// Longer runs are not kept whole.
constexpr size_t kMostKept = 20'000;

// Tells one fact; "" where it does not matter.
class Teller {
 public:
  Teller(const Scenario& scenario, const std::string& node) : scenario_(scenario), node_(node) {}

  std::string operator()(const FaultInjected& f) const {
    const auto kind = static_cast<FaultKind>(f.kind);
    const bool of_storage = kind == FaultKind::kStorageFail || kind == FaultKind::kStorageSlow;
    return fmt::format("fault: {} {}", name_of(kind),
                       of_storage ? std::string("storage") : process(f.process));
  }
  std::string operator()(const ProcessStarted& f) const {
    return f.incarnation < 2 ? "" : process(f.process) + " is back";
  }
  std::string operator()(const TaskManagerLost& f) const {
    return "the JobManager notices that " + process(f.process) + " is gone";
  }
  std::string operator()(const TaskFailed& f) const {
    return task(f.execution) + " fails: " + f.cause;
  }
  std::string operator()(const JobRestored& f) const {
    return f.checkpoint.value == 0
               ? std::string("the job starts from nothing")
               : fmt::format("the job starts anew from checkpoint {}", f.checkpoint.value);
  }
  std::string operator()(const CheckpointTriggered& f) const {
    return fmt::format("checkpoint {} is triggered", f.checkpoint.value);
  }
  std::string operator()(const CheckpointCompleted& f) const {
    return fmt::format("checkpoint {} completes", f.checkpoint.value);
  }
  std::string operator()(const CheckpointAborted& f) const {
    return fmt::format("checkpoint {} is aborted: {}", f.checkpoint.value, name_of(f.reason));
  }
  std::string operator()(const SnapshotTaken& f) const {
    return is_on_stage(f.execution) ? fmt::format("{} takes its snapshot for checkpoint {}",
                                                  task(f.execution), f.checkpoint.value)
                                    : "";
  }
  std::string operator()(const SplitRead& f) const {
    return fmt::format("{} reads rows {}..{} of split {}", subtask(f.execution, f.node), f.first,
                       f.first + f.count - 1, f.split);
  }
  std::string operator()(const WatermarkAdvanced& f) const {
    if (!is_asked_for(f.node)) return "";
    return fmt::format("{}: watermark {}", subtask(f.execution, f.node), time(f.time));
  }
  std::string operator()(const LateRecord& f) const {
    return fmt::format("{}: a row @{} is late, the watermark is {}", subtask(f.execution, f.node),
                       f.time.ms, time(f.watermark));
  }
  std::string operator()(const PaneFired& f) const {
    return fmt::format("{}: window [{}, {}) fires", subtask(f.execution, f.node), time(f.start),
                       time(f.end));
  }
  std::string operator()(const TimerFired& f) const {
    return is_asked_for(f.node)
               ? fmt::format("{}: the timer of {} fires", subtask(f.execution, f.node), f.time)
               : "";
  }
  std::string operator()(const TransactionPreCommitted& f) const {
    return f.rows == 0 ? ""
                       : fmt::format("{}[{}]: {} rows are pre-committed for checkpoint {}",
                                     node_name(f.sink), f.subtask, f.rows, f.checkpoint.value);
  }
  std::string operator()(const TransactionCommitted& f) const {
    return f.rows == 0
               ? ""
               : fmt::format("{}[{}]: {} rows are committed", node_name(f.sink), f.subtask, f.rows);
  }
  std::string operator()(const TransactionAborted& f) const {
    return fmt::format("{}[{}]: a transaction is aborted", node_name(f.sink), f.subtask);
  }
  template <class F>
  std::string operator()(const F&) const {
    return "";
  }

 private:
  static std::string time(EventTime t) {
    if (t == EventTime::max()) return "MAX";
    return t == EventTime::min() ? std::string("MIN") : std::to_string(t.ms);
  }
  std::string process(ProcessId id) const { return process_name(scenario_.cluster, id); }
  std::string task(ExecutionId id) const {
    return subtask_name(scenario_.program->job, scenario_.program->graph, id.subtask);
  }
  std::string node_name(NodeId id) const { return scenario_.program->graph.node(id).name; }
  std::string subtask(ExecutionId id, NodeId node) const {
    return fmt::format("{}[{}]", node_name(node), id.subtask.index);
  }
  bool is_asked_for(NodeId id) const { return node_.empty() || node_name(id) == node_; }
  bool is_on_stage(ExecutionId id) const {
    for (const NodeId node : scenario_.program->job.vertex(id.subtask.vertex).nodes) {
      if (is_asked_for(node)) return true;
    }
    return false;
  }

  const Scenario& scenario_;
  const std::string& node_;
};

}  // namespace

std::string seconds_text(int64_t ms) { return fmt::format("{}.{:03}s", ms / 1000, ms % 1000); }

void Story::on_fact(ProcTime at, const Fact& fact) {
  std::string text = std::visit(Teller(scenario_, node_), fact);
  if (text.empty()) return;
  if (lines_.size() >= kMostKept) {
    ++dropped_;
    return;
  }
  lines_.push_back({at.ms, std::move(text)});
}

std::vector<std::string> Story::lines(size_t most, int64_t until) const {
  size_t count = lines_.size();
  while (until > 0 && count > 0 && lines_[count - 1].at > until) --count;
  std::vector<std::string> told;
  const auto tell = [&](size_t i) {
    told.push_back(fmt::format("{:>9}  {}", seconds_text(lines_[i].at), lines_[i].text));
  };
  if (count <= most) {
    for (size_t i = 0; i < count; ++i) tell(i);
    return told;
  }
  const size_t first = most / 4;
  const size_t last = most - first - 1;
  for (size_t i = 0; i < first; ++i) tell(i);
  told.push_back(fmt::format("           ... {} more", count - first - last));
  for (size_t i = count - last; i < count; ++i) tell(i);
  return told;
}

}  // namespace leat
