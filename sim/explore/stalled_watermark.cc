// Watch: rows that wait for the watermark, which stands still because a partition is silent.
#include <algorithm>
#include <map>

#include "sim/explore/event_times.h"
#include "sim/explore/upstream.h"
#include "sim/explore/watch.h"

namespace leat {

namespace {

// So long on the clock, while rows come that are as much later in event time, nobody has to wait.
constexpr int64_t kPatience = 30'000;

class StalledWatermark final : public Watch {
 public:
  explicit StalledWatermark(const Scenario& scenario) : graph_(scenario.program->graph) {}
  FactSet facts() const override {
    return fact_set<WatermarkAdvanced, SplitRead, BatchProcessed>();
  }
  std::string excuse() const override { return "silence"; }
  uint64_t judged() const override { return advances_; }

  void on_fact(ProcTime at, const Fact& fact) override {
    now_ = at.ms;
    const auto* advanced = std::get_if<WatermarkAdvanced>(&fact);
    if (advanced == nullptr) return;
    ++advances_;
    const auto found = waits_.find({advanced->execution.subtask, advanced->node});
    if (found == waits_.end()) return;
    keep_longest(advanced->node, found->second);
    found->second.rows = 0;
    found->second.from = found->second.newest;
  }
  void on_operator_input(ExecutionId execution, NodeId node, uint32_t,
                         const RowBatch& rows) override {
    if (!waits_for_watermarks(node)) return;
    const auto [found, fresh] = waits_.try_emplace({execution.subtask, node});
    Wait& wait = found->second;
    if (wait.rows == 0) wait.since = now_;
    for (uint32_t i = 0; i < rows.size(); ++i) {
      const Timestamp time = rows.timestamp(i);
      if (!time || *time == EventTime::min()) continue;
      wait.newest = std::max(wait.newest.value_or(time->ms), time->ms);
      ++wait.rows;
    }
    if (!fresh || !wait.newest) return;
    wait.from = wait.newest;
  }
  void on_timer(ExecutionId, NodeId node, TimerEvent, TimeDomain domain, int64_t,
                const Value&) override {
    if (domain == TimeDomain::kEvent) timed_[node] = true;
  }

  std::optional<Violation> finding() override {
    for (const auto& [at, wait] : waits_) keep_longest(at.second, wait);
    if (longest_.lasted < kPatience) return std::nullopt;
    const NodeId source = most_silent_source();
    const SplitData& data = *std::get<SourceSpec>(graph_.node(source).spec).data;
    const std::string silent = "partition " + std::to_string(longest_silence(data).split) + " of " +
                               graph_.node(source).name;
    Violation v = seen_in_job(
        "watermark_stalled", graph_.node(longest_.node).name,
        "who is silent does not hold back the others; repair: an idle timeout of the watermarks "
        "(\"idle_after\", with_idleness), and a side output for what the silent one brings later");
    v.subject = "the watermark";
    v.expected = "goes on with the partitions that bring rows, while " + silent + " brings none";
    v.got = "stood still for " + describe(Duration{longest_.lasted}) + ", and " +
            std::to_string(longest_.rows) + " rows waited for it";
    return v;
  }

 private:
  struct Wait {
    int64_t since = 0;              // the first row came that still waits
    std::optional<int64_t> newest;  // event time of what has come
    std::optional<int64_t> from;    // the same when the watermark last moved
    uint64_t rows = 0;
  };
  struct Longest {
    NodeId node;
    int64_t lasted = 0;
    uint64_t rows = 0;
  };

  bool waits_for_watermarks(NodeId node) const {
    const NodeSpec& spec = graph_.node(node).spec;
    if (std::holds_alternative<KeyedProcessSpec>(spec) ||
        std::holds_alternative<CoProcessSpec>(spec)) {
      return timed_.contains(node);
    }
    const auto* window = std::get_if<WindowSpec>(&spec);
    if (window != nullptr) return window->domain == TimeDomain::kEvent && !window->is_global();
    return std::holds_alternative<WindowJoinSpec>(spec) ||
           std::holds_alternative<CoGroupSpec>(spec);
  }
  bool some_go_idle(NodeId node) const {
    for (const NodeId source : sources_of(graph_, node)) {
      if (std::get<SourceSpec>(graph_.node(source).spec).data == nullptr) return true;
      const EventTimes times(graph_, source);
      for (const Assigner& assigner : times.assigners()) {
        if (assigner.watermark.idle_after) return true;
      }
    }
    return false;
  }
  // Rows wait for what is out of order anyway: only if as much of event time has gone by is it the
  // watermark that does not come.
  void keep_longest(NodeId node, const Wait& wait) {
    if (wait.rows == 0 || *wait.newest - *wait.from < kPatience) return;
    const int64_t lasted = now_ - wait.since;
    if (lasted > longest_.lasted && !some_go_idle(node)) longest_ = {node, lasted, wait.rows};
  }
  NodeId most_silent_source() const {
    NodeId most;
    int64_t longest = -1;
    for (const NodeId source : sources_of(graph_, longest_.node)) {
      const int64_t lasts =
          longest_silence(*std::get<SourceSpec>(graph_.node(source).spec).data).lasts;
      if (lasts > longest) most = source;
      longest = std::max(longest, lasts);
    }
    return most;
  }

  const StreamGraph& graph_;
  std::map<std::pair<SubtaskId, NodeId>, Wait> waits_;
  std::map<NodeId, bool> timed_;  // it has set timers in event time
  Longest longest_;
  int64_t now_ = 0;
  uint64_t advances_ = 0;
};

}  // namespace

WatchPtr watch_stalled_watermark(const Scenario& scenario) {
  return std::make_unique<StalledWatermark>(scenario);
}

}  // namespace leat
