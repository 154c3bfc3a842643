#include "sim/explore/upgrade.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/cluster/job_store.h"
#include "sim/explore/committed.h"
#include "sim/explore/fixed_by_input.h"
#include "sim/explore/replan.h"
#include "sim/explore/upgraded_graph.h"
#include "sim/explore/watch.h"
#include "sim/world/cluster_processes.h"
#include "sim/world/seeded_choices.h"
#include "sim/world/world.h"

namespace leat {

namespace {

using Table = Committed::Table;
using Tables = std::map<NodeId, Table>;  // by sink
using Blobs = std::map<std::string, Bytes>;

// A run shorter than this has no middle.
constexpr Duration kShortest{1'000};

// Also where the first checkpoint stands.
class UpToCheckpoint final : public Committed, public FactObserver {
 public:
  static FactSet facts() { return fact_set<CheckpointCompleted, CheckpointTriggered>(); }
  void on_fact(ProcTime, const Fact& fact) override {
    if (std::holds_alternative<CheckpointCompleted>(fact))
      completed = true;
    else
      second |= completed;
  }
  bool completed = false;
  bool second = false;
};

// The old version: all that it commits, what it has committed when it is stopped, and what storage
// holds then.
struct Before {
  Tables all;
  Tables stopped;
  Blobs blobs;
  std::set<NodeId> clocked;
};
std::optional<Before> run_before(const Scenario& scenario, uint64_t seed) {
  Before before;
  SeededChoices choices(seed);
  World world(world_plan(scenario), choices);
  UpToCheckpoint seen;
  world.trace().tap(seen);
  world.trace().observe(seen, UpToCheckpoint::facts());
  bool stopped = false;
  while (world.step()) {
    if (seen.completed && before.blobs.empty()) before.blobs = world.blobs();
    // Long before the second checkpoint everything of the first is committed.
    if (!seen.second || stopped) continue;
    before.stopped = seen.tables;
    stopped = true;
  }
  if (!stopped || world.run().end != RunEnd::kFinished) return std::nullopt;
  before.all = std::move(seen.tables);
  before.clocked = std::move(seen.clocked);
  return before;
}

// A chain of one node, as a snapshot has it, under another number.
Bytes renumbered(const Bytes& snapshot, NodeId now) {
  ByteReader in(snapshot);
  check(in.varint() == 1, "an unchained operator stands alone in its snapshot");
  in.node();
  ByteWriter out;
  out.varint(1);
  out.id(now);
  out.text(in.text());
  return out.take();
}

// The checkpoint of the old version as one of the new. Sinks begin anew: what they had ready is
// committed.
class Translation {
 public:
  Translation(const JobGraph& before, const Blobs& blobs, const std::string& directory)
      : before_(before), blobs_(blobs), directory_(directory) {}

  std::optional<Blobs> to(const UpgradedGraph& next, const JobGraph& job) {
    const auto list = blobs_.find(list_blob(directory_));
    if (list == blobs_.end()) return std::nullopt;
    const std::vector<CheckpointId> ids = decode_list(list->second);
    if (ids.empty()) return std::nullopt;
    ByteReader in(blobs_.at(metadata_blob(directory_, ids.back())));
    const CompletedCheckpoint old = CompletedCheckpoint::decode(in);
    CompletedCheckpoint made{old.id, old.timestamp, {}, {}};
    for (uint32_t v = 0; v < job.vertices.size(); ++v) {
      for (uint32_t index = 0; index < job.vertices[v].parallelism; ++index)
        made.subtasks.push_back(subtask(old, next, job.vertices[v].nodes[0], {{v}, index}));
    }
    for (uint32_t n = 0; n < next.found.size(); ++n) {
      if (!next.found[n]) continue;
      if (const Bytes* state = old.coordinator(*next.found[n]))
        made.coordinators.emplace_back(NodeId{n}, *state);
    }
    ByteWriter metadata;
    made.encode(metadata);
    out_[metadata_blob(directory_, made.id)] = metadata.take();
    out_[list_blob(directory_)] = encode(std::vector<CheckpointId>{made.id});
    out_[job_blob(directory_)] =
        encode(JobRecord{1, {made.id.value + kCheckpointIdBlock}, JobStatus::kRunning});
    return std::move(out_);
  }

 private:
  SubtaskSnapshot subtask(const CompletedCheckpoint& old, const UpgradedGraph& next, NodeId node,
                          SubtaskId now) {
    SubtaskSnapshot made{now, false, {}};
    const std::optional<NodeId> found = next.found[node.value];
    if (!found || std::holds_alternative<SinkSpec>(next.graph.node(node).spec)) return made;
    const SubtaskId was{{vertex_of(*found)}, now.index};
    for (const SubtaskSnapshot& s : old.subtasks) {
      if (s.subtask != was) continue;
      made.finished = s.finished;
      if (s.handle.blob.empty()) continue;
      const Bytes state = renumbered(blobs_.at(s.handle.blob), node);
      made.handle = {s.handle.blob, state.size(), hash_bytes(state)};
      out_[s.handle.blob] = state;
    }
    return made;
  }
  uint32_t vertex_of(NodeId node) const {
    for (uint32_t v = 0; v < before_.vertices.size(); ++v) {
      if (before_.vertices[v].nodes[0] == node) return v;
    }
    fail_check("a node that runs stands in a vertex");
  }

  const JobGraph& before_;
  const Blobs& blobs_;
  const std::string directory_;
  Blobs out_;
};

// What the node of the old version is in the new one.
NodeId now_of(const UpgradedGraph& next, NodeId was) {
  const auto now = std::find(next.was.begin(), next.was.end(), std::optional(was));
  return NodeId{static_cast<uint32_t>(now - next.was.begin())};
}

// The new version's leader finds a checkpoint where an earlier one has been.
std::optional<Tables> run_after(Scenario scenario, const UpgradedGraph& next, Blobs blobs,
                                uint64_t seed) {
  for (auto& [topic, sink] : scenario.topics.sinks) sink = now_of(next, sink);
  Fault earlier;
  earlier.kind = FaultKind::kKill;
  earlier.when = AtTime{{1}};
  earlier.process = scenario.cluster.job_manager;
  earlier.lasts = Duration{1};
  scenario.faults.push_back(earlier);
  SeededChoices choices(seed);
  WorldPlan plan = world_plan(scenario);
  plan.blobs = std::move(blobs);
  World world(std::move(plan), choices);
  Committed seen;
  world.trace().tap(seen);
  if (world.run().end != RunEnd::kFinished) return std::nullopt;
  return std::move(seen.tables);
}

// The last arrival halves the input, and so does the only checkpoint that falls into it.
std::optional<Scenario> unchained(const Scenario& scenario) {
  Duration last{0};
  StreamGraph graph = scenario.program->graph;
  for (const StreamNode& node : graph.nodes) {
    const auto* source = std::get_if<SourceSpec>(&node.spec);
    if (source == nullptr) continue;
    if (source->data == nullptr) return std::nullopt;
    last = std::max(last, last_arrival(*source->data));
  }
  if (last < kShortest || !graph.config.checkpoint.interval) return std::nullopt;
  graph.config.chaining = false;
  graph.config.checkpoint.interval = Duration{last.ms / 2};
  return replanned(scenario, std::move(graph));
}

std::string some_row(const Table& in, const Table& not_in) {
  for (const auto& [row, times] : in) {
    const auto other = not_in.find(row);
    if (times > (other == not_in.end() ? 0 : other->second))
      return "(" + to_text(RowView(row)) + ")";
  }
  return "no such row";
}

struct Lost {
  std::string before;
  std::string now;
};
std::optional<Lost> first_lost(const StreamGraph& graph, const UpgradedGraph& next) {
  for (uint32_t n = 0; n < next.found.size(); ++n) {
    if (next.found[n] || !next.was[n] || !has_state(next.graph.nodes[n].spec)) continue;
    return Lost{graph.node(*next.was[n]).name, next.graph.nodes[n].name};
  }
  return std::nullopt;
}

Violation difference(const std::string& sink, const Table& whole, const Table& parts,
                     const std::optional<Lost>& lost) {
  Violation v = seen_in_job(
      lost ? "state_lost" : "state_corrupt", lost ? lost->before : sink,
      "the next version of the job goes on with the state of this one; repair: give each operator "
      "with state a uid (\"uid\": \"...\", .uid(\"...\")) and never change it");
  v.subject = "one operator more, from a checkpoint of the job without it";
  v.expected = some_row(whole, parts) + " in " + sink;
  v.got = some_row(parts, whole);
  if (lost) {
    v.got += ": state is looked for under \"" + lost->now + "\", and was \"" + lost->before +
             "\", a name made of the operator's number; not restored";
  }
  return v;
}

}  // namespace

UpgradeVerdict check_upgrade(const Scenario& scenario, uint64_t seed) {
  UpgradeVerdict verdict;
  if (!is_to_be_upgraded(scenario.program->graph)) return verdict;
  const std::optional<Scenario> old = unchained(scenario);
  if (!old) return verdict;
  const StreamGraph& graph = old->program->graph;
  std::optional<UpgradedGraph> next = upgraded(graph);
  if (!next) return verdict;
  const std::optional<Scenario> other = replanned(scenario, next->graph);
  const std::optional<Before> before = run_before(*old, seed);
  if (!other || !before) return verdict;
  std::optional<Blobs> blobs =
      Translation(old->program->job, before->blobs, graph.config.checkpoint.directory)
          .to(*next, other->program->job);
  if (!blobs) return verdict;
  const std::optional<Tables> after = run_after(*other, *next, std::move(*blobs), seed);
  if (!after) return verdict;

  for (uint32_t n = 0; n < graph.nodes.size(); ++n) {
    const NodeId sink{n};
    if (!std::holds_alternative<SinkSpec>(graph.nodes[n].spec)) continue;
    if (!fixed_by_input(graph, sink, before->clocked)) continue;
    const auto table_in = [](const Tables& tables, NodeId of) {
      const auto found = tables.find(of);
      return found == tables.end() ? Table() : found->second;
    };
    Table parts = table_in(before->stopped, sink);
    for (const auto& [row, times] : table_in(*after, now_of(*next, sink))) parts[row] += times;
    const Table whole = table_in(before->all, sink);
    verdict.judged += whole.size() + 1;
    if (whole == parts) continue;
    verdict.violation = difference(graph.nodes[n].name, whole, parts, first_lost(graph, *next));
    return verdict;
  }
  return verdict;
}

}  // namespace leat
