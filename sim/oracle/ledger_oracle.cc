// Ledger: no record gets lost or doubled between two nodes, and every record that a source read
// ends in one account of each operator behind it: handed on, filtered, declared late, kept in a
// pane. And each goes where the partitioning of its edge sends it (routing.h).
#include "sim/oracle/flow.h"
#include "sim/oracle/oracles.h"
#include "sim/oracle/routing.h"

namespace leat {
namespace {

class LedgerOracle final : public Oracle {
 public:
  LedgerOracle(const Plan& plan, const Runs& runs)
      : Oracle("ledger", plan, runs), flow_(plan, Measure::kCount), routing_(plan) {}

  FactSet facts() const override { return fact_set<BatchSent, ChannelStateRestored>(); }
  uint32_t taps() const override { return kInputTap | kOutputTap; }
  void on_fact(const Fact& fact) override {
    if (const auto* restored = std::get_if<ChannelStateRestored>(&fact)) {
      // An earlier attempt has dealt these out.
      if (restored->out != 0)
        routing_.on_dealt_before(runs_.live(restored->execution), restored->channel,
                                 restored->rows);
      return;
    }
    const auto& sent = std::get<BatchSent>(fact);
    routing_.on_sent(runs_.live(sent.execution), sent.channel, sent.rows);
  }
  void on_input_of(uint32_t instance, uint32_t input, const RowBatch& rows) override {
    flow_.in(instance, rows);
    if (const auto astray = routing_.on_input(instance, input, rows)) went_astray(*astray);
  }
  void on_output(uint32_t instance, uint32_t output, const RowBatch& rows) override {
    flow_.out(instance, output, rows);
  }
  void on_snapshot(uint32_t subtask, CheckpointId id) override { flow_.snapshot(subtask, id); }
  void on_completed(CheckpointId id) override { flow_.settle(id); }
  void on_rewind(uint32_t subtask, Rewind how, CheckpointId to) override {
    flow_.rewind(subtask, how, to);
    routing_.rewind(subtask);
  }

  void finish(const EndOfRun& end) override {
    if (!end.finished()) return;
    for (const Flow::Gap& gap : flow_.gaps_now()) {
      violate(
          "record_unaccounted", plan_.name(gap.node), "all input",
          std::to_string(gap.emitted.rows) + " rows that were emitted to it",
          std::to_string(gap.applied.rows) + " rows that it was given",
          "at the end of the input every emitted row has been processed once by the node behind");
    }
    for (uint32_t n = 0; n < plan_.graph().nodes.size(); ++n) balance(NodeId{n});
    for (const Routing::Astray& uneven : routing_.uneven()) went_astray(uneven);
  }

 private:
  Amount total_in(NodeId node) const {
    Amount total;
    for (uint32_t i = 0; i < plan_.parallelism(node); ++i)
      total.add(flow_.received(plan_.instance(node, i)));
    return total;
  }
  Amount total_out(NodeId node, uint32_t output) const {
    Amount total;
    for (uint32_t i = 0; i < plan_.parallelism(node); ++i) {
      total.add(flow_.emitted(plan_.instance(node, i), output));
    }
    return total;
  }

  void balance(NodeId id) {
    const StreamNode& node = plan_.node(id);
    if (std::holds_alternative<UnionSpec>(node.spec)) return;
    uint64_t had = 0;
    uint64_t made = total_out(id, kMainOutput).rows;
    const char* rule = nullptr;
    if (const auto* source = std::get_if<SourceSpec>(&node.spec)) {
      for (uint32_t split = 0; split < source->data->splits(); ++split)
        had += source->data->size(split);
      rule = "every record of every split is emitted once in the lineage that counts";
    } else if (std::holds_alternative<MapSpec>(node.spec) ||
               std::holds_alternative<SubtaskSpec>(node.spec) ||
               std::holds_alternative<AssignSpec>(node.spec)) {
      had = total_in(id).rows;
      rule = "a map hands on one row for each";
    } else if (std::holds_alternative<SplitSpec>(node.spec)) {
      had = total_in(id).rows;
      if (!node.sides.empty()) made += total_out(id, 0).rows;
      rule = "a split hands each row on to one of its outputs";
    }
    report_.judged();
    if (rule == nullptr || had == made) return;
    violate("record_unaccounted", node.name, "all input", std::to_string(had) + " rows handed on",
            std::to_string(made) + " rows handed on", rule);
  }

  void went_astray(const Routing::Astray& astray) {
    violate("record_unaccounted", plan_.where(astray.instance), astray.subject, astray.expected,
            astray.got, astray.rule);
  }

  Flow flow_;
  Routing routing_;
};

}  // namespace

OraclePtr make_ledger_oracle(const Plan& plan, const Runs& runs) {
  return std::make_unique<LedgerOracle>(plan, runs);
}

}  // namespace leat
