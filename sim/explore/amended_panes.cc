// Watch: windows that answer again when late rows come, before something that takes each answer for
// a new row: a sink that appends, or an operator that adds up.
#include <algorithm>

#include "sim/explore/upstream.h"
#include "sim/explore/watch.h"

namespace leat {

namespace {

// Whether a window that has answered answers again for late rows alone, with all that it has.
bool amends(const NodeSpec& spec) {
  using Kind = TriggerSpec::Kind;
  const auto* window = std::get_if<WindowSpec>(&spec);
  return window != nullptr && window->allowed_lateness.ms > 0 &&
         (window->trigger.kind == Kind::kDefault || window->trigger.kind == Kind::kEventTime);
}

class AmendedPanes final : public Watch {
 public:
  explicit AmendedPanes(const Scenario& scenario) : graph_(scenario.program->graph) {}
  FactSet facts() const override { return fact_set<PaneFired>(); }
  std::string excuse() const override { return "lateness"; }
  uint64_t judged() const override { return panes_; }

  void on_fact(ProcTime, const Fact& fact) override {
    const auto& pane = std::get<PaneFired>(fact);
    ++panes_;
    if (pane.late == 0 || !amends(graph_.node(pane.node).spec)) return;
    if (again_ == 0) first_ = pane;
    if (pane.node == first_.node) ++again_;
  }

  std::optional<Violation> finding() override {
    if (again_ == 0) return std::nullopt;
    const StreamNode& reader = graph_.node(reader_of(first_.node));
    const bool sink = std::holds_alternative<SinkSpec>(reader.spec);
    Violation v = seen_in_job(
        "duplicate_result", reader.name,
        std::string("a window answers once; with allowed lateness it answers again for late rows; "
                    "repair: ") +
            (sink ? "a sink that replaces the row of the same key and window (readers who keep "
                    "the last one say so: \"may_depend_on\": [\"lateness\"])"
                  : "take an answer for what replaces the one before it, not for a new row") +
            ", or a bound of the watermarks as large as the lateness and none allowed");
    v.subject = "window [" + std::to_string(first_.start.ms) + ", " +
                std::to_string(first_.end.ms) + ") of " + graph_.node(first_.node).name;
    v.expected = "one answer";
    v.got = "it answered again for a late row, and \"" + reader.name + "\" " +
            (sink ? "appends" : "counts") + " both answers; so did " + std::to_string(again_) +
            " of " + std::to_string(panes_) + " answers of the run without faults";
    return v;
  }

 private:
  // What takes the answers: the first node behind the window that keeps something, or writes it.
  NodeId reader_of(NodeId window) const {
    std::vector<bool> behind(graph_.nodes.size(), false);
    behind[window.value] = true;
    NodeId reader = window;
    for (uint32_t n = window.value + 1; n < graph_.nodes.size(); ++n) {
      const StreamNode& node = graph_.nodes[n];
      const bool reads =
          std::any_of(node.inputs.begin(), node.inputs.end(), [&](const StreamEdge& edge) {
            return behind[edge.from.value] && (edge.from != window || edge.output == kMainOutput);
          });
      if (!reads) continue;
      if (is_stateless(node.spec) || std::holds_alternative<UnionSpec>(node.spec)) {
        behind[n] = true;
      } else if (reader == window || !std::holds_alternative<SinkSpec>(node.spec)) {
        // What adds up says more than what writes down.
        reader = NodeId{n};
        if (!std::holds_alternative<SinkSpec>(node.spec)) break;
      }
    }
    return reader;
  }

  const StreamGraph& graph_;
  PaneFired first_;
  uint64_t again_ = 0;
  uint64_t panes_ = 0;
};

}  // namespace

WatchPtr watch_amended_panes(const Scenario& scenario) {
  return std::make_unique<AmendedPanes>(scenario);
}

}  // namespace leat
