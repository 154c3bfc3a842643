#include "sim/oracle/routing.h"

#include <algorithm>
#include <map>

#include "sim/oracle/key_place.h"

namespace leat {

Routing::Routing(const Plan& plan) : plan_(plan), key_lives_(plan.graph().nodes.size()) {
  for (uint32_t n = 0; n < plan.graph().nodes.size(); ++n) {
    const StreamNode& node = plan.node({n});
    inputs_.emplace_back();
    for (uint32_t input = 0; input < (has_one_input(node) ? 1 : 2); ++input)
      inputs_.back().push_back(input_of(node, {n}, input));
  }
  for (uint32_t s = 0; s < plan.subtasks(); ++s) sent_.emplace_back(plan.outs(s).size());
}

bool Routing::has_one_input(const StreamNode& node) {
  if (!node.second_key_fields.empty()) return false;
  return unites_inputs(node.spec) || inputs_of(node.spec).value_or(1) == 1;
}

// Only where all edges into the input are dealt alike, because a row does not say which it took.
Routing::Input Routing::input_of(const StreamNode& node, NodeId id, uint32_t input) const {
  Input in;
  const std::vector<Plan::Feed>& feeds = plan_.feeds(id);
  std::vector<Plan::Feed> of_it;
  if (has_one_input(node)) {
    of_it = feeds;
  } else if (feeds.size() == node.inputs.size() && input < feeds.size()) {
    of_it.push_back(feeds[input]);
  }
  if (of_it.empty()) return in;
  const auto all = [&](Partitioning how) {
    return std::all_of(of_it.begin(), of_it.end(), [how](const Plan::Feed& feed) {
      return feed.partitioning == how && !feed.chained;
    });
  };
  in.key_fields = input == 0 ? node.key_fields : node.second_key_fields;
  in.by_key = node.keyed && !in.key_fields.empty() && all(Partitioning::kHash);
  in.to_first = all(Partitioning::kGlobal);
  if (all(Partitioning::kCustom) && node.inputs.size() == 1 && of_it.size() == 1)
    in.custom = node.inputs[0].custom;
  return in;
}

// Where the row belongs; `index` is where it is.
std::optional<uint32_t> Routing::place_of(NodeId node, const Input& input, RowView row,
                                          uint32_t index) {
  if (input.to_first) return 0;
  if (input.by_key) {
    const auto [lives, fresh] = key_lives_[node.value].insert(key_of(row, input.key_fields));
    if (fresh) {
      const uint32_t parallelism = plan_.parallelism(node);
      const uint32_t groups = key_groups_of(plan_.graph(), plan_.node(node), parallelism);
      *lives = place_of_key(row, input.key_fields, groups, parallelism).value_or(index);
    }
    return *lives;
  }
  if (input.custom == nullptr) return std::nullopt;
  const int64_t channel = input.custom->channel(row, plan_.parallelism(node));
  return channel < 0 ? std::nullopt : std::optional(static_cast<uint32_t>(channel));
}

std::optional<Routing::Astray> Routing::on_input(uint32_t instance, uint32_t input,
                                                 const RowBatch& rows) {
  const NodeId node = plan_.node_of(instance);
  if (input >= inputs_[node.value].size()) input = 0;
  const Input& in = inputs_[node.value][input];
  if (!in.by_key && !in.to_first && in.custom == nullptr) return std::nullopt;
  const uint32_t index = plan_.index_of(instance);
  for (uint32_t i = 0; i < rows.size(); ++i) {
    const std::optional<uint32_t> place = place_of(node, in, rows.row(i), index);
    if (!place || *place == index) continue;
    return Astray{instance, "row (" + to_text(rows.row(i)) + ")",
                  "at " + plan_.name(node) + "[" + std::to_string(*place) + "]",
                  "at " + plan_.where(instance),
                  in.by_key     ? "a key lives in the subtask that holds its key group"
                  : in.to_first ? "global goes to the first subtask"
                                : "the job's own partitioning says where a row goes"};
  }
  return std::nullopt;
}

void Routing::on_sent(uint32_t subtask, uint32_t channel, uint64_t rows) {
  if (channel < sent_[subtask].size()) sent_[subtask][channel] += static_cast<int64_t>(rows);
}

void Routing::on_dealt_before(uint32_t subtask, uint32_t channel, uint64_t rows) {
  if (channel < sent_[subtask].size()) sent_[subtask][channel] -= static_cast<int64_t>(rows);
}

void Routing::rewind(uint32_t subtask) {
  std::fill(sent_[subtask].begin(), sent_[subtask].end(), int64_t{0});
}

std::vector<Routing::Astray> Routing::uneven() const {
  std::vector<Astray> found;
  for (uint32_t s = 0; s < sent_.size(); ++s) {
    std::map<uint32_t, std::pair<int64_t, int64_t>> by_edge;  // least and most
    for (uint32_t c = 0; c < sent_[s].size(); ++c) {
      const int64_t rows = sent_[s][c];
      const auto [at, first] = by_edge.try_emplace(plan_.outs(s)[c].edge, rows, rows);
      at->second = {std::min(at->second.first, rows), std::max(at->second.second, rows)};
    }
    for (const auto& [edge, counts] : by_edge) {
      const Partitioning how = plan_.job().edges[edge].partitioning;
      if (how != Partitioning::kRebalance && how != Partitioning::kRescale) continue;
      if (counts.second - counts.first <= 1) continue;
      found.push_back({plan_.instances_of(s).back(), "its channels", "at most one row apart",
                       "between " + std::to_string(counts.first) + " and " +
                           std::to_string(counts.second) + " rows",
                       "rows that are dealt out go round"});
    }
  }
  return found;
}

}  // namespace leat
