#include "core/operators/watermark_generator.h"

#include <algorithm>
#include <optional>

namespace leat {

namespace {

class NoWatermarks final : public WatermarkGenerator {
 public:
  bool speaks_on_records() const override { return false; }
  void on_event(RowView, EventTime, WatermarkOutput&) override {}
  void on_events(const RowBatch&) override {}
  void on_periodic_emit(ProcTime, WatermarkOutput&) override {}
  bool wants_probe() const override { return false; }
};

// The largest time so far, and the watermark that it allows. Starts so that the first watermark is
// MIN without underflow.
class LargestTime {
 public:
  explicit LargestTime(Duration bound) : bound_(bound), largest_(EventTime::min() + bound + kOne) {}
  void add(EventTime time) { largest_ = std::max(largest_, time); }
  // The - 1: records of the time `largest - bound` itself may still come.
  EventTime watermark() const { return largest_ - bound_ - kOne; }

 private:
  static constexpr Duration kOne{1};
  Duration bound_;
  EventTime largest_;
};

class BoundedOutOfOrderness final : public WatermarkGenerator {
 public:
  explicit BoundedOutOfOrderness(Duration bound) : time_(bound) {}
  bool speaks_on_records() const override { return false; }
  void on_event(RowView, EventTime time, WatermarkOutput&) override { time_.add(time); }
  void on_events(const RowBatch& rows) override {
    check(rows.all_stamped(), "a watermark generator sees rows without timestamps");
    EventTime largest = EventTime::min();
    for (const int64_t time : rows.stamps()) largest = std::max(largest, EventTime{time});
    time_.add(largest);
  }
  void on_periodic_emit(ProcTime, WatermarkOutput& out) override {
    said_ = time_.watermark();
    out.emit_watermark(*said_);
  }
  bool wants_probe() const override { return said_ != time_.watermark(); }

 private:
  LargestTime time_;
  std::optional<EventTime> said_;
};

class Punctuated final : public WatermarkGenerator {
 public:
  explicit Punctuated(Duration bound) : time_(bound) {}
  bool speaks_on_records() const override { return true; }
  void on_event(RowView, EventTime time, WatermarkOutput& out) override {
    time_.add(time);
    out.emit_watermark(time_.watermark());
  }
  void on_events(const RowBatch&) override {
    fail_check("a punctuated generator takes records one by one");
  }
  void on_periodic_emit(ProcTime, WatermarkOutput&) override {}
  bool wants_probe() const override { return false; }

 private:
  LargestTime time_;
};

class WithIdleness final : public WatermarkGenerator {
 public:
  WithIdleness(std::unique_ptr<WatermarkGenerator> inner, Duration timeout)
      : inner_(std::move(inner)), timeout_(timeout) {
    if (timeout.ms <= 0) throw JobError("the idle timeout must be greater than zero");
  }
  bool speaks_on_records() const override { return inner_->speaks_on_records(); }
  void on_event(RowView row, EventTime time, WatermarkOutput& out) override {
    inner_->on_event(row, time, out);
    saw_record();
  }
  void on_events(const RowBatch& rows) override {
    inner_->on_events(rows);
    if (!rows.empty()) saw_record();
  }
  void on_periodic_emit(ProcTime clock, WatermarkOutput& out) override {
    if (!quiet_too_long(clock)) {
      inner_->on_periodic_emit(clock, out);
    } else if (!said_idle_) {
      out.mark_idle();
      said_idle_ = true;
    }
  }
  bool wants_probe() const override { return !said_idle_; }

 private:
  void saw_record() {
    records_since_probe_ = true;
    said_idle_ = false;
  }
  bool quiet_too_long(ProcTime clock) {
    if (records_since_probe_) {
      records_since_probe_ = false;
      quiet_since_.reset();
      return false;
    }
    if (!quiet_since_) {
      quiet_since_ = clock;
      return false;
    }
    return clock - *quiet_since_ > timeout_;
  }

  std::unique_ptr<WatermarkGenerator> inner_;
  Duration timeout_;
  bool records_since_probe_ = false;
  std::optional<ProcTime> quiet_since_;
  bool said_idle_ = false;
};

std::unique_ptr<WatermarkGenerator> plain_generator(const WatermarkSpec& spec) {
  if (spec.bound.ms < 0) throw JobError("the bound of a watermark must not be negative");
  switch (spec.kind) {
    case WatermarkSpec::Kind::kNone:
      return std::make_unique<NoWatermarks>();
    case WatermarkSpec::Kind::kBounded:
      return std::make_unique<BoundedOutOfOrderness>(spec.bound);
    case WatermarkSpec::Kind::kPunctuated:
      return std::make_unique<Punctuated>(spec.bound);
  }
  fail_check("a watermark generator of an unknown kind");
}

}  // namespace

std::unique_ptr<WatermarkGenerator> with_idleness(std::unique_ptr<WatermarkGenerator> inner,
                                                  Duration timeout) {
  return std::make_unique<WithIdleness>(std::move(inner), timeout);
}

std::unique_ptr<WatermarkGenerator> make_generator(const WatermarkSpec& spec) {
  auto generator = plain_generator(spec);
  return spec.idle_after ? with_idleness(std::move(generator), *spec.idle_after)
                         : std::move(generator);
}

WatermarkGeneratorFactory generator_factory(const WatermarkSpec& spec) {
  return [spec] { return make_generator(spec); };
}

}  // namespace leat
