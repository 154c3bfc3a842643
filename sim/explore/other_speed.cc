// The same records, with one partition (or one input) read much sooner or later than the others: as
// when a log is read again from its start, or a machine has been away.
#include <algorithm>

#include "core/base/hash.h"
#include "sim/explore/perturbation.h"

namespace leat {

namespace {

// What waits for longer makes checkpoints for as long; then the other comes sooner instead.
constexpr Duration kLongestWait{600'000};
constexpr Duration kThen{1'000};

struct Place {
  size_t source = 0;
  uint32_t split = 0;
};

// Some splits come all at once, or later.
class Shifted final : public SplitData {
 public:
  Shifted(std::shared_ptr<const SplitData> data, std::vector<bool> which,
          std::optional<Duration> later)
      : data_(std::move(data)), which_(std::move(which)), later_(later) {}
  uint32_t splits() const override { return data_->splits(); }
  std::string split_name(uint32_t split) const override { return data_->split_name(split); }
  uint64_t size(uint32_t split) const override { return data_->size(split); }
  Duration arrival(uint32_t split, uint64_t offset) const override {
    const Duration usual = data_->arrival(split, offset);
    if (!which_[split]) return usual;
    return {later_ ? usual.ms + later_->ms : 0};
  }
  std::optional<EventTime> clock_start() const override { return data_->clock_start(); }
  void read(uint32_t split, uint64_t first, uint32_t count, RowBatch& out) const override {
    data_->read(split, first, count, out);
  }

 private:
  const std::shared_ptr<const SplitData> data_;
  const std::vector<bool> which_;
  const std::optional<Duration> later_;  // none: all at once
};

class OtherSpeed final : public Perturbation {
 public:
  std::string violation() const override { return "speed_dependent"; }
  std::string what() const override {
    return "one partition, or one input, read much sooner or later than the others";
  }
  std::string repair() const override {
    return "make timestamps and watermarks at the source, where partitions are apart; what belongs "
           "to rows of another input waits for the watermark, not for the clock";
  }
  bool each_partition_by_itself() const override { return true; }

  std::optional<PerturbedRun> apply(const Scenario& scenario, uint64_t seed) const override {
    std::vector<Place> places;
    std::vector<size_t> sources;
    Duration span{0};
    const StreamGraph& graph = scenario.program->graph;
    for (size_t n = 0; n < graph.nodes.size(); ++n) {
      const auto* source = std::get_if<SourceSpec>(&graph.nodes[n].spec);
      if (source == nullptr || source->data == nullptr) continue;
      sources.push_back(n);
      span = std::max(span, last_arrival(*source->data));
      for (uint32_t split = 0; split < source->data->splits(); ++split)
        places.push_back({n, split});
    }
    if (places.size() < 2) return std::nullopt;
    const uint64_t word = mix(seed, hash_name("speed"));
    const Place chosen = places[word % places.size()];
    const uint64_t how = mix(word) % 3;
    std::optional<Duration> later;
    if (how > 0 && span <= kLongestWait) later = Duration{span.ms + kThen.ms};
    return shifted(scenario, chosen, later, how == 2 && sources.size() > 1);
  }

 private:
  static PerturbedRun shifted(const Scenario& scenario, Place place, std::optional<Duration> later,
                              bool whole_source) {
    auto program = std::make_shared<JobProgram>(*scenario.program);
    PerturbedRun run{scenario};
    auto& source = std::get<SourceSpec>(program->graph.nodes[place.source].spec);
    std::vector<bool> which(source.data->splits(), whole_source);
    which[place.split] = true;
    source.data = std::make_shared<Shifted>(source.data, std::move(which), later);
    if (source.kind == SourceSpec::Kind::kLog)
      run.scenario.topics.topics[source.topic] = source.data;
    if (later) run.scenario.limits.virtual_time.ms += later->ms;
    run.scenario.program = std::move(program);
    return run;
  }
};

}  // namespace

PerturbationPtr perturb_speed() { return std::make_unique<OtherSpeed>(); }

}  // namespace leat
