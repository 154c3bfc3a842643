// Perturbation: workers die, and what they had begun is done again. What a function has called
// outside by then is called again, which no checkpoint undoes.
#include <map>

#include "core/base/hash.h"
#include "core/graph/outside.h"
#include "sim/explore/perturbation.h"
#include "sim/world/seeded_choices.h"
#include "sim/world/simulation.h"

namespace leat {

namespace {

// How often each call was made, by node and request.
class Ledger {
 public:
  using Call = std::pair<std::string, std::string>;
  void add(const std::string& node, std::string call) { ++calls_[{node, std::move(call)}]; }
  uint64_t of(const Call& call) const {
    const auto found = calls_.find(call);
    return found == calls_.end() ? 0 : found->second;
  }
  const std::map<Call, uint64_t>& calls() const { return calls_; }

 private:
  std::map<Call, uint64_t> calls_;
};

class Entry final : public Outside {
 public:
  Entry(Ledger& ledger, const std::string& node) : ledger_(ledger), node_(node) {}
  void call(const std::string& system, const std::string& request) override {
    ledger_.add(node_, request + " to " + system);
  }
  void put(const std::string&, const std::string&, const std::string&) override {}

 private:
  Ledger& ledger_;
  const std::string& node_;
};

class Counted final : public MapFunction {
 public:
  Counted(std::shared_ptr<const MapFunction> pristine, std::shared_ptr<Ledger> ledger,
          std::string node)
      : pristine_(std::move(pristine)),
        mine_(pristine_->clone()),
        ledger_(std::move(ledger)),
        node_(std::move(node)) {}
  void map(RowView in, Timestamp time, std::span<Value> out) const override {
    Entry entry(*ledger_, node_);
    static_cast<const OutsideMapFunction&>(*mine_).map(in, time, out, entry);
  }
  std::unique_ptr<MapFunction> clone() const override {
    return std::make_unique<Counted>(pristine_, ledger_, node_);
  }

 private:
  const std::shared_ptr<const MapFunction> pristine_;
  const std::unique_ptr<MapFunction> mine_;
  const std::shared_ptr<Ledger> ledger_;
  const std::string node_;
};

// The job with what it calls outside counted; nothing where it calls nothing.
std::shared_ptr<const JobProgram> counted(const JobProgram& program,
                                          const std::shared_ptr<Ledger>& ledger) {
  auto copy = std::make_shared<JobProgram>(program);
  bool any = false;
  for (StreamNode& node : copy->graph.nodes) {
    auto* map = std::get_if<MapSpec>(&node.spec);
    if (map == nullptr || dynamic_cast<const OutsideMapFunction*>(map->function.get()) == nullptr)
      continue;
    map->function = std::make_shared<Counted>(map->function, ledger, node.name);
    any = true;
  }
  return any ? copy : nullptr;
}

class CallsOnce final : public Witness {
 public:
  CallsOnce(std::shared_ptr<const Ledger> usual, std::shared_ptr<const Ledger> again)
      : usual_(std::move(usual)), again_(std::move(again)) {}
  std::optional<Statement> statement() override {
    for (const auto& [call, times] : again_->calls()) {
      const uint64_t before = usual_->of(call);
      if (times <= before) continue;
      return Statement{call.first, "call (" + call.second + ")", text(before),
                       text(times) + ", with workers that die and rows that are read again"};
    }
    return std::nullopt;
  }
  uint64_t judged() const override { return again_->calls().size(); }

 private:
  static std::string text(uint64_t times) {
    return times == 1 ? "once" : std::to_string(times) + " times";
  }
  const std::shared_ptr<const Ledger> usual_;
  const std::shared_ptr<const Ledger> again_;
};

class Effects final : public Perturbation {
 public:
  std::string violation() const override { return "effect_repeated"; }
  std::string what() const override {
    return "workers that die, and rows that are read again from the last checkpoint";
  }
  std::string repair() const override {
    return "a function is called again for a row after a restore, and what it did outside is not "
           "undone: write through a sink, or make twice as good as once (Outside::put under a key "
           "of the row)";
  }
  std::optional<PerturbedRun> apply(const Scenario& scenario, uint64_t seed) const override {
    const JobConfig& config = scenario.program->graph.config;
    if (config.restart.kind == RestartConfig::Kind::kNone || !config.checkpoint.interval)
      return std::nullopt;
    const auto usual = std::make_shared<Ledger>();
    Scenario without = scenario;
    without.program = counted(*scenario.program, usual);
    if (without.program == nullptr) return std::nullopt;
    SeededChoices choices(seed);
    if (Simulation(without, choices).run().end != RunEnd::kFinished) return std::nullopt;

    const auto again = std::make_shared<Ledger>();
    PerturbedRun run{scenario, seed, std::make_shared<CallsOnce>(usual, again)};
    run.scenario.program = counted(*scenario.program, again);
    for (const ProcessId worker : scenario.cluster.task_managers)
      run.scenario.faults.push_back(death_of(worker, mix(seed, hash_name("effects"))));
    return run;
  }

 private:
  // In the middle of the input, wherever the last checkpoint was.
  static Fault death_of(ProcessId worker, uint64_t word) {
    Fault fault;
    fault.kind = FaultKind::kKill;
    fault.when = AfterFact{kind_of<SplitRead>(), 15 + word % 25};
    fault.process = worker;
    return fault;
  }
};

}  // namespace

PerturbationPtr perturb_by_effects() { return std::make_unique<Effects>(); }

}  // namespace leat
