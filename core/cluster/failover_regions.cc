#include "core/cluster/failover_regions.h"

#include <algorithm>
#include <map>

#include "core/base/check.h"
#include "core/graph/job_graph.h"

namespace leat {

namespace {

// Gives both sides the lesser of their names.
void join(std::vector<uint32_t>& names, uint32_t a, uint32_t b) {
  const uint32_t least = std::min(names[a], names[b]);
  const uint32_t gone = std::max(names[a], names[b]);
  if (least == gone) return;
  std::replace(names.begin(), names.end(), gone, least);
}

}  // namespace

FailoverRegions::FailoverRegions(std::vector<uint32_t> parallelism, std::vector<RegionEdge> edges)
    : parallelism_(std::move(parallelism)), edges_(std::move(edges)) {
  for (uint32_t v = 0; v < parallelism_.size(); ++v) {
    first_.push_back(static_cast<uint32_t>(tasks_.size()));
    for (uint32_t i = 0; i < parallelism_[v]; ++i) tasks_.push_back({{v}, i});
  }
  for (uint32_t i = 0; i < tasks_.size(); ++i) region_.push_back(i);
  add_links();
  connect();
  merge_circles();
}

void FailoverRegions::add_links() {
  for (uint32_t e = 0; e < edges_.size(); ++e) {
    const RegionEdge& edge = edges_[e];
    const uint32_t sources = parallelism_[edge.from.value];
    const uint32_t targets = parallelism_[edge.to.value];
    const Partitioning how =
        is_pointwise(edge.partitioning) ? Partitioning::kRescale : Partitioning::kHash;
    for (uint32_t source = 0; source < sources; ++source) {
      for (const uint32_t target : channel_targets(how, sources, targets, source)) {
        links_.push_back({number({edge.from, source}), number({edge.to, target}), e});
      }
    }
  }
}

void FailoverRegions::connect() {
  for (const Link& link : links_) {
    if (edges_[link.edge].exchange == Exchange::kPipelined) join(region_, link.from, link.to);
  }
}

// Vertices that pipelined edges connect have the same name.
std::vector<uint32_t> FailoverRegions::vertex_groups() const {
  std::vector<uint32_t> groups;
  for (uint32_t v = 0; v < parallelism_.size(); ++v) groups.push_back(v);
  for (const RegionEdge& edge : edges_) {
    if (edge.exchange == Exchange::kPipelined) join(groups, edge.from.value, edge.to.value);
  }
  return groups;
}

// Regions that reach one another in a circle over blocking edges could neither begin first. Such a
// circle counts only inside a group of vertices that pipelined edges connect.
void FailoverRegions::merge_circles() {
  const std::vector<uint32_t> groups = vertex_groups();
  std::map<uint32_t, std::set<uint32_t>> reaches;  // from region to region
  for (const Link& link : links_) {
    const RegionEdge& edge = edges_[link.edge];
    if (groups[edge.from.value] != groups[edge.to.value]) continue;
    if (region_[link.from] != region_[link.to]) {
      reaches[region_[link.from]].insert(region_[link.to]);
    }
  }
  bool grown = true;
  while (grown) {
    grown = false;
    for (auto& [from, to] : reaches) {
      const size_t before = to.size();
      for (const uint32_t step : std::set<uint32_t>(to)) {
        const auto further = reaches.find(step);
        if (further != reaches.end()) to.insert(further->second.begin(), further->second.end());
      }
      grown |= to.size() > before;
    }
  }
  for (const auto& [from, to] : reaches) {
    for (const uint32_t other : to) {
      const auto back = reaches.find(other);
      if (back != reaches.end() && back->second.contains(from)) join(region_, from, other);
    }
  }
}

std::vector<std::vector<SubtaskId>> FailoverRegions::regions() const {
  std::map<uint32_t, std::vector<SubtaskId>> by_name;
  for (uint32_t i = 0; i < tasks_.size(); ++i) by_name[region_[i]].push_back(tasks_[i]);
  std::vector<std::vector<SubtaskId>> list;
  for (auto& [name, tasks] : by_name) list.push_back(std::move(tasks));
  return list;
}

std::vector<SubtaskId> FailoverRegions::to_restart(
    SubtaskId failed, const std::set<WrittenPartition>& unavailable) const {
  std::set<uint32_t> restarts{region_[number(failed)]};
  bool grown = true;
  while (grown) {
    const size_t before = restarts.size();
    for (const Link& link : links_) {
      const bool lost = unavailable.contains({tasks_[link.from], edges_[link.edge].to});
      if (lost && restarts.contains(region_[link.to])) restarts.insert(region_[link.from]);
      if (restarts.contains(region_[link.from])) restarts.insert(region_[link.to]);
    }
    grown = restarts.size() > before;
  }
  std::vector<SubtaskId> tasks;
  for (uint32_t i = 0; i < tasks_.size(); ++i) {
    if (restarts.contains(region_[i])) tasks.push_back(tasks_[i]);
  }
  return tasks;
}

}  // namespace leat
