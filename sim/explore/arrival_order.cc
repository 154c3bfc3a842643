// Perturbation: the same events in another order of arrival, inside the watermark bound.
#include <algorithm>

#include "core/base/hash.h"
#include "sim/explore/event_times.h"
#include "sim/explore/perturbation.h"

namespace leat {

namespace {

// Longer inputs are left alone: finding their event times would take longer than running them.
constexpr uint64_t kMostRecords = 200'000;
// Each pass lets a row fall back by any number of places, or come forward by one.
constexpr int kPasses = 24;

// The records of each split in another order; the times of arrival stay where they were.
class Reordered final : public SplitData {
 public:
  Reordered(std::shared_ptr<const SplitData> data, std::vector<std::vector<uint64_t>> order)
      : data_(std::move(data)), order_(std::move(order)) {}
  uint32_t splits() const override { return data_->splits(); }
  std::string split_name(uint32_t split) const override { return data_->split_name(split); }
  uint64_t size(uint32_t split) const override { return data_->size(split); }
  Duration arrival(uint32_t split, uint64_t offset) const override {
    return data_->arrival(split, offset);
  }
  std::optional<EventTime> clock_start() const override { return data_->clock_start(); }
  void read(uint32_t split, uint64_t first, uint32_t count, RowBatch& out) const override {
    for (uint64_t offset = first; offset < first + count; ++offset)
      data_->read(split, order_[split][offset], 1, out);
  }

 private:
  const std::shared_ptr<const SplitData> data_;
  const std::vector<std::vector<uint64_t>> order_;
};

// Exchanges neighbours, as long as this leaves every row as late or in time as it was. Only the two
// rows themselves can change: for all others the same rows stand before them.
class SplitShuffle {
 public:
  SplitShuffle(const EventTimes& times, uint32_t split, uint64_t seed)
      : assigners_(times.assigners()), times_(times.of_split(split)), seed_(seed) {
    for (uint64_t i = 0; i < times_.size(); ++i) order_.push_back(i);
  }

  std::vector<uint64_t> shuffled() {
    for (int pass = 0; pass < kPasses; ++pass) {
      std::vector<std::optional<int64_t>> largest(assigners_.size());
      for (size_t i = 0; i + 1 < order_.size(); ++i) {
        const uint64_t word = mix(seed_, static_cast<uint64_t>(pass), i);
        if (word % 3 != 0 && may_swap(order_[i], order_[i + 1], largest))
          std::swap(order_[i], order_[i + 1]);
        raise(order_[i], largest);
      }
    }
    return order_;
  }

 private:
  using Largest = std::vector<std::optional<int64_t>>;

  void raise(uint64_t record, Largest& largest) const {
    for (size_t a = 0; a < assigners_.size(); ++a) {
      const auto& time = times_[record][a];
      if (time) largest[a] = std::max(largest[a].value_or(time->largest), time->largest);
    }
  }
  bool same_verdict(uint64_t record, const Largest& with, const Largest& without) const {
    for (size_t a = 0; a < assigners_.size(); ++a) {
      const auto& time = times_[record][a];
      if (!time) continue;
      const WatermarkSpec& mark = assigners_[a].watermark;
      for (const int64_t t : {time->least, time->largest}) {
        if (is_late(mark, t, with[a]) != is_late(mark, t, without[a])) return false;
      }
    }
    return true;
  }
  bool may_swap(uint64_t first, uint64_t second, const Largest& before) const {
    Largest after_first = before;
    Largest after_second = before;
    raise(first, after_first);
    raise(second, after_second);
    return same_verdict(first, before, after_second) && same_verdict(second, after_first, before);
  }

  const std::vector<Assigner>& assigners_;
  const std::vector<RecordTimes> times_;
  const uint64_t seed_;
  std::vector<uint64_t> order_;
};

std::shared_ptr<const SplitData> reordered(const StreamGraph& graph, NodeId source, uint64_t seed) {
  const SourceSpec& spec = std::get<SourceSpec>(graph.node(source).spec);
  const EventTimes times(graph, source);
  if (times.assigners().empty()) return nullptr;
  uint64_t records = 0;
  for (uint32_t split = 0; split < spec.data->splits(); ++split) records += spec.data->size(split);
  if (records > kMostRecords) return nullptr;
  std::vector<std::vector<uint64_t>> order;
  for (uint32_t split = 0; split < spec.data->splits(); ++split)
    order.push_back(SplitShuffle(times, split, mix(seed, source.value, split)).shuffled());
  return std::make_shared<Reordered>(spec.data, std::move(order));
}

class ArrivalOrder final : public Perturbation {
 public:
  std::string violation() const override { return "order_dependent"; }
  std::string what() const override {
    return "the same events in another order of arrival, inside the bound of the watermarks";
  }
  std::string repair() const override {
    return "keep a key's rows until the watermark has passed them, and take them in the order of "
           "event time (of equal times, by their fields)";
  }
  std::optional<PerturbedRun> apply(const Scenario& scenario, uint64_t seed) const override {
    auto program = std::make_shared<JobProgram>(*scenario.program);
    PerturbedRun run{scenario};
    bool changed = false;
    for (uint32_t n = 0; n < program->graph.nodes.size(); ++n) {
      auto* source = std::get_if<SourceSpec>(&program->graph.nodes[n].spec);
      if (source == nullptr || source->data == nullptr) continue;
      auto data = reordered(scenario.program->graph, NodeId{n}, seed);
      if (data == nullptr) continue;
      if (source->kind == SourceSpec::Kind::kLog) run.scenario.topics.topics[source->topic] = data;
      source->data = std::move(data);
      changed = true;
    }
    if (!changed) return std::nullopt;
    run.scenario.program = std::move(program);
    return run;
  }
};

class OtherInterleaving final : public Perturbation {
 public:
  std::string violation() const override { return "order_dependent"; }
  std::string what() const override {
    return "the same events in each partition, and another interleaving of partitions and channels";
  }
  std::string repair() const override {
    return "rows of different partitions have no order but that of their event times: keep them "
           "until the watermark has passed";
  }
  std::optional<PerturbedRun> apply(const Scenario& scenario, uint64_t seed) const override {
    if (!scenario.world.disorder) return std::nullopt;
    return PerturbedRun{scenario, mix(seed, hash_name("interleaving"))};
  }
};

}  // namespace

PerturbationPtr perturb_arrival_order() { return std::make_unique<ArrivalOrder>(); }
PerturbationPtr perturb_interleaving() { return std::make_unique<OtherInterleaving>(); }

std::vector<PerturbationPtr> all_perturbations() {
  std::vector<PerturbationPtr> all;
  all.push_back(perturb_by_calling_again());
  all.push_back(perturb_by_effects());
  all.push_back(perturb_arrival_order());
  all.push_back(perturb_interleaving());
  all.push_back(perturb_clock());
  all.push_back(perturb_speed());
  all.push_back(perturb_parallelism());
  all.push_back(perturb_placement());
  all.push_back(perturb_plan());
  return all;
}

}  // namespace leat
