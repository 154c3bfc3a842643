#include "sim/oracle/flow.h"

namespace leat {

Amount amount_of(const RowBatch& rows, Measure measure) {
  Amount amount{rows.size(), 0};
  if (measure == Measure::kCount) return amount;
  for (uint32_t i = 0; i < rows.size(); ++i) amount.sum += hash_row(rows.row(i), rows.timestamp(i));
  return amount;
}

Flow::Flow(const Plan& plan, Measure measure) : plan_(plan), totals_(plan.instances()) {
  const auto& nodes = plan.graph().nodes;
  for (uint32_t n = 0; n < nodes.size(); ++n) {
    in_.push_back(Measure::kCount);
    out_.emplace_back(1 + nodes[n].sides.size(), Measure::kCount);
    for (const Plan::Feed& feed : plan.feeds(NodeId{n})) {
      if (feed.chained || measure == Measure::kCount) continue;
      in_[n] = measure;
      out_[feed.from.value][slot(feed.output)] = measure;  // a node stands after what it reads
    }
  }
  for (uint32_t i = 0; i < plan.instances(); ++i) {
    totals_[i].now.outs.resize(out_[plan.node_of(i).value].size());
  }
}

void Flow::in(uint32_t instance, const RowBatch& rows) {
  totals_[instance].now.in.add(amount_of(rows, in_[plan_.node_of(instance).value]));
}

void Flow::out(uint32_t instance, uint32_t output, const RowBatch& rows) {
  auto& outs = totals_[instance].now.outs;
  const size_t at = slot(output);
  if (at < outs.size()) outs[at].add(amount_of(rows, out_[plan_.node_of(instance).value][at]));
}

void Flow::snapshot(uint32_t subtask, CheckpointId id) {
  for (const uint32_t i : plan_.instances_of(subtask)) totals_[i].take(id);
}

void Flow::in_flight(NodeId to, CheckpointId id, Amount amount) {
  if (in_[to.value] == Measure::kCount) amount.sum = 0;
  in_flight_[{id, to}].add(amount);
}

void Flow::settle(CheckpointId id) {
  in_flight_.erase(in_flight_.begin(), in_flight_.lower_bound({id, NodeId{0}}));
  for (auto& totals : totals_) totals.settle(id);
}

void Flow::rewind(uint32_t subtask, Rewind how, CheckpointId to) {
  for (const uint32_t i : plan_.instances_of(subtask)) {
    totals_[i].rewind(how, to);
    totals_[i].now.outs.resize(out_[plan_.node_of(i).value].size());
  }
}

const Flow::Totals& Flow::at(uint32_t instance, const CheckpointId* id) const {
  if (id != nullptr) {
    if (const Totals* taken = totals_[instance].at(*id)) return *taken;
  }
  return totals_[instance].now;
}

std::vector<Flow::Gap> Flow::gaps(const CheckpointId* id) const {
  // Without alignment a receiver may have applied what its sender had not sent yet at its snapshot.
  const bool repeats = plan_.graph().config.checkpoint.mode == CheckpointingMode::kAtLeastOnce;
  std::vector<Gap> gaps;
  for (uint32_t n = 0; n < plan_.graph().nodes.size(); ++n) {
    const NodeId node{n};
    if (plan_.feeds(node).empty() || plan_.parallelism(node) == 0) continue;
    Gap gap{node, {}, {}};
    for (uint32_t i = 0; i < plan_.parallelism(node); ++i) {
      gap.applied.add(at(plan_.instance(node, i), id).in);
    }
    if (id != nullptr) {
      const auto held = in_flight_.find({*id, node});
      if (held != in_flight_.end()) gap.applied.add(held->second);
    }
    for (const Plan::Feed& feed : plan_.feeds(node)) {
      const uint32_t copies = feed.partitioning == Partitioning::kBroadcast && !feed.chained
                                  ? plan_.parallelism(node)
                                  : 1;
      for (uint32_t i = 0; i < plan_.parallelism(feed.from); ++i) {
        const Amount& out = at(plan_.instance(feed.from, i), id).outs[slot(feed.output)];
        for (uint32_t copy = 0; copy < copies; ++copy) gap.emitted.add(out);
      }
    }
    if (in_[n] == Measure::kCount) gap.emitted.sum = 0;  // also read across a channel by others
    const bool differs = repeats ? gap.applied.rows < gap.emitted.rows : gap.emitted != gap.applied;
    if (differs) gaps.push_back(gap);
  }
  return gaps;
}

std::vector<Flow::Gap> Flow::gaps_at(CheckpointId id) const { return gaps(&id); }
std::vector<Flow::Gap> Flow::gaps_now() const { return gaps(nullptr); }

}  // namespace leat
