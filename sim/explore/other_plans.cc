// The same job, laid out otherwise: its keyed part at another parallelism, its subtasks together in
// a process or apart, its operators chained or not.
#include <algorithm>

#include "core/base/hash.h"
#include "sim/explore/perturbation.h"
#include "sim/explore/replan.h"
#include "sim/world/simulation.h"

namespace leat {

namespace {

constexpr uint32_t kMostParallelism = 4;

// Where rows have been dealt by key, and all that follows. Before that, parallelism says which
// splits share a watermark, which a result may well depend on.
std::vector<bool> behind_a_key(const StreamGraph& graph) {
  std::vector<bool> behind(graph.nodes.size(), false);
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    const StreamNode& node = graph.nodes[n];
    if (node.inputs.empty()) continue;
    behind[n] = !node.key_fields.empty() ||
                std::all_of(node.inputs.begin(), node.inputs.end(),
                            [&](const StreamEdge& edge) { return behind[edge.from.value]; });
  }
  return behind;
}

// The scenario with this graph; nothing where the graph cannot be planned.
std::optional<PerturbedRun> with_graph(const Scenario& scenario, StreamGraph graph) {
  std::optional<Scenario> other = replanned(scenario, std::move(graph));
  if (!other) return std::nullopt;
  return PerturbedRun{std::move(*other)};
}

class OtherParallelism final : public Perturbation {
 public:
  std::string violation() const override { return "parallelism_dependent"; }
  std::string what() const override { return "the keyed part of the job at another parallelism"; }
  std::string repair() const override {
    return "what belongs to a key lives in keyed state; what belongs to all of them needs one "
           "subtask, or a second step that joins the parts";
  }
  std::optional<PerturbedRun> apply(const Scenario& scenario, uint64_t seed) const override {
    StreamGraph graph = scenario.program->graph;
    const std::vector<bool> behind = behind_a_key(graph);
    bool changed = false;
    for (size_t n = 0; n < graph.nodes.size(); ++n) {
      StreamNode& node = graph.nodes[n];
      const bool global = node.keyed && node.key_fields.empty();
      if (!behind[n] || global) continue;
      const uint64_t other = mix(seed, hash_name("parallelism")) % (kMostParallelism - 1);
      node.parallelism = static_cast<uint32_t>(other) + (other + 1 >= node.parallelism ? 2 : 1);
      changed = true;
    }
    return changed ? with_graph(scenario, std::move(graph)) : std::nullopt;
  }
};

class OtherPlacement final : public Perturbation {
 public:
  std::string violation() const override { return "placement_dependent"; }
  std::string what() const override {
    return "all subtasks in one process in place of several, or the other way round";
  }
  std::string repair() const override {
    return "subtasks share nothing: what one has to know of another goes through a stream";
  }
  std::optional<PerturbedRun> apply(const Scenario& scenario, uint64_t) const override {
    const uint32_t slots = slots_needed(scenario.program->job);
    const bool together = scenario.cluster.task_managers.size() == 1;
    if (together && slots == 1) return std::nullopt;
    const ClusterConfig usual = together ? cluster_of(slots, 1) : cluster_of(1, slots);
    PerturbedRun run{scenario};
    run.scenario.cluster.task_managers = usual.task_managers;
    run.scenario.cluster.log = usual.log;
    run.scenario.cluster.slots_per_task_manager = usual.slots_per_task_manager;
    return run;
  }
};

class OtherChains final : public Perturbation {
 public:
  std::string violation() const override { return "plan_dependent"; }
  std::string what() const override {
    return "no operator chained to another, and every row in a batch of its own";
  }
  std::string repair() const override {
    return "an operator keeps nothing of a row that it has handed on, and waits for no batch";
  }
  std::optional<PerturbedRun> apply(const Scenario& scenario, uint64_t) const override {
    StreamGraph graph = scenario.program->graph;
    graph.config.chaining = false;
    std::optional<PerturbedRun> run = with_graph(scenario, std::move(graph));
    if (run) run->scenario.cluster.batch_rows_max = 1;
    return run;
  }
};

}  // namespace

PerturbationPtr perturb_parallelism() { return std::make_unique<OtherParallelism>(); }
PerturbationPtr perturb_placement() { return std::make_unique<OtherPlacement>(); }
PerturbationPtr perturb_plan() { return std::make_unique<OtherChains>(); }

}  // namespace leat
