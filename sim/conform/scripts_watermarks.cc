#include <algorithm>
#include <optional>

#include "sim/conform/scripts.h"

namespace leat {

namespace {

// Speaks as the element's `mark` says: 1 a watermark of its time, 2 idle, 3 active. With a lag,
// also periodically: the largest time so far minus the lag, nothing before the first element.
class Marked final : public WatermarkGenerator {
 public:
  explicit Marked(std::optional<Duration> lag) : lag_(lag) {}
  bool speaks_on_records() const override { return true; }
  void on_event(RowView row, EventTime time, WatermarkOutput& out) override {
    largest_ = std::max(largest_.value_or(time), time);
    const int64_t mark = row.back().as_int();
    if (mark == 1) out.emit_watermark(time);
    if (mark == 2) out.mark_idle();
    if (mark == 3) out.mark_active();
  }
  void on_events(const RowBatch&) override {
    fail_check("a marked generator takes records one by one");
  }
  void on_periodic_emit(ProcTime, WatermarkOutput& out) override {
    if (lag_ && largest_) out.emit_watermark(*largest_ - *lag_);
  }
  bool wants_probe() const override { return lag_ && largest_; }

 private:
  std::optional<Duration> lag_;
  std::optional<EventTime> largest_;
};

class OwnOrField final : public ScalarFunction {
 public:
  Value eval(RowView in, Timestamp time) const override {
    return time && *time != EventTime::min() ? Value::integer(time->ms) : in[1];
  }
  std::unique_ptr<ScalarFunction> clone() const override { return std::make_unique<OwnOrField>(); }
};

WatermarkGeneratorFactory bounded(Duration bound) {
  WatermarkSpec spec;
  spec.kind = WatermarkSpec::Kind::kBounded;
  spec.bound = bound;
  return generator_factory(spec);
}

WatermarkGeneratorFactory plain(const Value& spec) {
  if (has_member(spec, "bounded")) {
    return bounded({number_of(member(spec, "bounded"))});
  }
  if (has_member(spec, "marked_and_periodic")) {
    const Duration lag{number_of(member(spec, "marked_and_periodic"))};
    return [lag] { return std::make_unique<Marked>(lag); };
  }
  const std::string name = text_of(spec);
  if (name == "monotonous") return bounded({0});
  if (name == "none") return generator_factory({});
  if (name == "marked") return [] { return std::make_unique<Marked>(std::nullopt); };
  throw UnknownRequest("the generator \"" + name + "\" is not known");
}

}  // namespace

WatermarkGeneratorFactory scripted_generator(const Value& spec) {
  WatermarkGeneratorFactory factory = plain(member(spec, "generator"));
  if (!has_member(spec, "idle_after")) return factory;
  const Duration timeout{number_of(member(spec, "idle_after"))};
  return [factory, timeout] { return with_idleness(factory(), timeout); };
}

std::shared_ptr<const ScalarFunction> scripted_timestamp(const Value& spec) {
  const std::string name = text_of(member(spec, "timestamp"));
  if (name == "t") return read_field(1);
  if (name == "record") return nullptr;
  if (name == "t or record") return std::make_unique<OwnOrField>();
  throw UnknownRequest("the timestamp \"" + name + "\" is not known");
}

}  // namespace leat
