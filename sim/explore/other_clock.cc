// The same records, read by a clock that started at another time and runs at another speed.
#include "core/base/hash.h"
#include "sim/explore/perturbation.h"

namespace leat {

namespace {

// Ten times faster or three times slower, and some seconds later. (A job that
// waits for hours makes checkpoints for hours, so not much later, and not much slower.)
struct DrawnClock {
  DrawnClock(ClockSpeed speed, uint64_t seed)
      : slower(speed == ClockSpeed::kSlower ? 3 : 1),
        faster(speed == ClockSpeed::kFaster ? 10 : 1),
        start(static_cast<int64_t>(1 + mix(seed) % 5000)) {}
  Duration at(Duration usual) const { return {start + usual.ms * slower / faster}; }

  int64_t slower;
  int64_t faster;
  int64_t start;
};

class ReadLater final : public SplitData {
 public:
  ReadLater(std::shared_ptr<const SplitData> data, const DrawnClock& clock)
      : data_(std::move(data)), clock_(clock) {}
  uint32_t splits() const override { return data_->splits(); }
  std::string split_name(uint32_t split) const override { return data_->split_name(split); }
  uint64_t size(uint32_t split) const override { return data_->size(split); }
  Duration arrival(uint32_t split, uint64_t offset) const override {
    return clock_.at(data_->arrival(split, offset));
  }
  std::optional<EventTime> clock_start() const override { return data_->clock_start(); }
  void read(uint32_t split, uint64_t first, uint32_t count, RowBatch& out) const override {
    data_->read(split, first, count, out);
  }

 private:
  const std::shared_ptr<const SplitData> data_;
  const DrawnClock clock_;
};

class OtherClock final : public Perturbation {
 public:
  explicit OtherClock(std::optional<ClockSpeed> speed) : speed_(speed) {}
  std::string violation() const override { return "clock_dependent"; }
  std::string what() const override {
    return "a clock that started at another time and runs at another speed";
  }
  std::string repair() const override {
    return "what is said of event time is reckoned from the records' times and the watermark, "
           "never "
           "from the time of processing; a time to live forgets by the clock too: keep what later "
           "rows may need until the watermark has passed them";
  }
  std::optional<PerturbedRun> apply(const Scenario& scenario, uint64_t seed) const override {
    const uint64_t word = mix(seed, hash_name("clock"));
    const DrawnClock clock(speed_.value_or(static_cast<ClockSpeed>(word % 2)), word);
    auto program = std::make_shared<JobProgram>(*scenario.program);
    PerturbedRun run{scenario};
    for (StreamNode& node : program->graph.nodes) {
      auto* source = std::get_if<SourceSpec>(&node.spec);
      if (source == nullptr || source->data == nullptr) continue;
      source->data = std::make_shared<ReadLater>(source->data, clock);
      if (source->kind == SourceSpec::Kind::kLog)
        run.scenario.topics.topics[source->topic] = source->data;
    }
    run.scenario.program = std::move(program);
    run.scenario.limits.virtual_time = clock.at(scenario.limits.virtual_time);
    return run;
  }

 private:
  const std::optional<ClockSpeed> speed_;
};

}  // namespace

PerturbationPtr perturb_clock(std::optional<ClockSpeed> speed) {
  return std::make_unique<OtherClock>(speed);
}

}  // namespace leat
