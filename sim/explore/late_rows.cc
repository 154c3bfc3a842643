// Watch: rows that a window drops because they came after the watermark, and nobody is told.
#include <algorithm>

#include "sim/explore/event_times.h"
#include "sim/explore/upstream.h"
#include "sim/explore/watch.h"

namespace leat {

namespace {

// How far the rows of a split really lie behind those that came before them, at worst.
struct Disorder {
  NodeId source;
  NodeId assigner;
  Duration bound;  // of the watermark that is made there
  int64_t behind = 0;
};

std::vector<Disorder> disorder_of(const StreamGraph& graph, NodeId source) {
  const EventTimes times(graph, source);
  std::vector<Disorder> all;
  for (const Assigner& assigner : times.assigners())
    all.push_back({source, assigner.node, assigner.watermark.bound});
  const SplitData& data = *std::get<SourceSpec>(graph.node(source).spec).data;
  for (uint32_t split = 0; split < data.splits(); ++split) {
    std::vector<std::optional<int64_t>> largest(all.size());
    for (const RecordTimes& record : times.of_split(split)) {
      for (size_t a = 0; a < all.size(); ++a) {
        if (!record[a]) continue;
        if (largest[a]) all[a].behind = std::max(all[a].behind, *largest[a] - record[a]->least);
        largest[a] = std::max(largest[a].value_or(record[a]->largest), record[a]->largest);
      }
    }
  }
  return all;
}

class LateRows final : public Watch {
 public:
  explicit LateRows(const Scenario& scenario) : graph_(scenario.program->graph) {}
  FactSet facts() const override { return fact_set<LateRecord>(); }
  std::string excuse() const override { return "lateness"; }
  uint64_t judged() const override { return rows_; }

  void on_operator_input(ExecutionId, NodeId node, uint32_t, const RowBatch& rows) override {
    if (std::holds_alternative<WindowSpec>(graph_.node(node).spec)) rows_ += rows.size();
  }
  void on_fact(ProcTime, const Fact& fact) override {
    const auto& late = std::get<LateRecord>(fact);
    if (late.to_side != 0) return;
    if (dropped_ == 0) first_ = late;
    if (late.node == first_.node) ++dropped_;
  }

  std::optional<Violation> finding() override {
    if (dropped_ == 0) return std::nullopt;
    for (const NodeId source : sources_of(graph_, first_.node)) {
      const auto& spec = std::get<SourceSpec>(graph_.node(source).spec);
      if (spec.data == nullptr) continue;
      const std::vector<Disorder> all = disorder_of(graph_, source);
      for (const Disorder& d : all) {
        if (d.behind > d.bound.ms) return too_small(d);
      }
      const EventTimes times(graph_, source);
      for (const Assigner& assigner : times.assigners()) {
        if (assigner.watermark.idle_after)
          return taken_for_idle(source, *assigner.watermark.idle_after);
      }
    }
    return shared();
  }

 private:
  Violation told(const std::string& name, const std::string& rule) const {
    Violation v = seen_in_job(name, graph_.node(first_.node).name, rule);
    v.subject = "rows of the run without faults";
    v.got = std::to_string(dropped_) + " dropped as late, and nobody is told; the first, of time " +
            std::to_string(first_.time.ms) + ", came when the watermark was at " +
            std::to_string(first_.watermark.ms);
    return v;
  }
  std::optional<Violation> too_small(const Disorder& d) const {
    Violation v = told("late_lost",
                       "the watermark waits for the rows that are still to come; repair: a bound "
                       "of " +
                           describe(Duration{d.behind}) + " at \"" + graph_.node(d.assigner).name +
                           "\" loses none of them (it is " + describe(d.bound) +
                           "; answers come so much later), or allowed lateness, or a side output "
                           "for what is late");
    v.expected = "a bound of " + describe(Duration{d.behind}) + ": so far behind rows of " +
                 graph_.node(d.source).name + " come";
    return v;
  }
  std::optional<Violation> taken_for_idle(NodeId source, Duration after) const {
    const Silence silence = longest_silence(*std::get<SourceSpec>(graph_.node(source).spec).data);
    Violation v =
        told("late_lost",
             "a partition that is silent for a while is not done; repair: an idle timeout longer "
             "than the silence of partitions (" +
                 describe(Duration{silence.lasts}) + " here, the timeout is " + describe(after) +
                 "), or a side output for what the others did not wait for");
    v.expected = "none: each is inside the bound of its own partition, but partition " +
                 std::to_string(silence.split) + " of " + graph_.node(source).name +
                 " was silent and taken for idle";
    return v;
  }
  std::optional<Violation> shared() const {
    Violation v = told("speed_dependent",
                       "each partition has a watermark of its own; repair: make timestamps and "
                       "watermarks at the source, where partitions are still apart");
    v.expected = "none: each is inside the bound of its own partition";
    return v;
  }

  const StreamGraph& graph_;
  LateRecord first_;
  uint64_t dropped_ = 0;
  uint64_t rows_ = 0;
};

}  // namespace

WatchPtr watch_late_rows(const Scenario& scenario) { return std::make_unique<LateRows>(scenario); }

}  // namespace leat
