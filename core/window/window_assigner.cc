#include "core/window/window_assigner.h"

#include <algorithm>
#include <string>

#include "core/window/window_grid.h"

namespace leat {

namespace {

constexpr int64_t kMostWindows = 10'000'000;  // of one element, in event time

// Event time windows on a grid need a timestamp: MIN is none. (Flink: "Record has Long.MIN_VALUE
// timestamp (= no timestamp marker)".)
int64_t time_on_grid(TimeDomain domain, Timestamp time, const AssignerContext& ctx) {
  if (domain == TimeDomain::kProcessing) return ctx.now().ms;
  if (!time || *time == EventTime::min()) {
    throw JobError("a row has no timestamp, and event time windows need one");
  }
  return time->ms;
}

// Java's abs(MIN) is negative, so MIN passes.
bool offset_fits(int64_t offset, int64_t below) {
  return offset < below && wrapping_sub(0, offset) < below;
}

class TumblingWindows final : public WindowAssigner {
 public:
  explicit TumblingWindows(const WindowSpec& spec)
      : domain_(spec.domain),
        size_(spec.size),
        offset_(spec.offset),
        stagger_(spec.stagger),
        grid_(spec.size, spec.offset) {}
  TimeDomain domain() const override { return domain_; }
  void assign(RowView, Timestamp time, AssignerContext& ctx,
              std::vector<TimeWindow>& out) override {
    const int64_t at = time_on_grid(domain_, time, ctx);
    // Drawn once, at the first element: not part of the state, so it is drawn anew after a restore.
    if (stagger_ != WindowSpec::Stagger::kAligned) {
      const int64_t shift = wrapping_add(offset_.ms, stagger_offset(stagger_, size_.ms, ctx));
      grid_ = WindowGrid(size_, {shift % size_.ms});
      stagger_ = WindowSpec::Stagger::kAligned;
    }
    out.push_back(grid_.window_of(at));
  }

 private:
  TimeDomain domain_;
  Duration size_;
  Duration offset_;
  WindowSpec::Stagger stagger_;  // kAligned once it has been drawn
  WindowGrid grid_;
};

class SlidingWindows final : public WindowAssigner {
 public:
  explicit SlidingWindows(const WindowSpec& spec)
      : domain_(spec.domain), size_(spec.size.ms), slide_(spec.slide.ms), offset_(spec.offset.ms) {
    if (size_ <= 0 || slide_ <= 0 || !offset_fits(offset_, slide_)) {
      throw JobError("sliding windows need |offset| < slide and size > 0, not size " +
                     std::to_string(size_) + ", slide " + std::to_string(slide_) + " and offset " +
                     std::to_string(offset_));
    }
    if (domain_ == TimeDomain::kEvent && size_ / slide_ > kMostWindows) {
      throw JobError("an element would fall into more than ten million windows");
    }
  }
  TimeDomain domain() const override { return domain_; }
  void assign(RowView, Timestamp time, AssignerContext& ctx,
              std::vector<TimeWindow>& out) override {
    const int64_t at = time_on_grid(domain_, time, ctx);
    const int64_t after = wrapping_sub(at, size_);
    int64_t start = window_start(at, offset_, slide_);
    for (; start > after; start = wrapping_sub(start, slide_)) {
      // Near MIN the start has wrapped and the bound has not: Flink's loop would go round the whole
      // range of a long. No further window holds the time.
      if (start > at && after <= at) return;
      out.push_back({start, wrapping_add(start, size_)});
    }
  }

 private:
  TimeDomain domain_;
  int64_t size_;
  int64_t slide_;
  int64_t offset_;
};

// Sessions of one gap, or of one that each element brings.
class SessionWindows final : public WindowAssigner {
 public:
  explicit SessionWindows(const WindowSpec& spec) : domain_(spec.domain), gap_(spec.gap.ms) {
    if (spec.gap_of != nullptr) {
      gap_of_ = spec.gap_of->clone();
    } else {
      require_positive(gap_);
    }
  }
  TimeDomain domain() const override { return domain_; }
  bool merges() const override { return true; }
  void assign(RowView row, Timestamp time, AssignerContext& ctx,
              std::vector<TimeWindow>& out) override {
    // Unlike the others, sessions take rows without a timestamp: at MIN.
    const int64_t at =
        domain_ == TimeDomain::kProcessing ? ctx.now().ms : time.value_or(EventTime::min()).ms;
    const int64_t gap = gap_of_ != nullptr ? gap_of_->eval(row, time).as_int() : gap_;
    require_positive(gap);
    out.push_back({at, wrapping_add(at, gap)});
  }

 private:
  static void require_positive(int64_t gap) {
    if (gap <= 0) throw JobError("a session's gap must be positive, not " + std::to_string(gap));
  }

  TimeDomain domain_;
  int64_t gap_;
  std::unique_ptr<const ScalarFunction> gap_of_;
};

// Not of event time: nothing is ever late. (Flink: GlobalWindows.isEventTime.)
class GlobalWindows final : public WindowAssigner {
 public:
  TimeDomain domain() const override { return TimeDomain::kProcessing; }
  void assign(RowView, Timestamp, AssignerContext&, std::vector<TimeWindow>& out) override {
    out.push_back(TimeWindow::global());
  }
};

}  // namespace

int64_t stagger_offset(WindowSpec::Stagger stagger, int64_t size, AssignerContext& ctx) {
  switch (stagger) {
    case WindowSpec::Stagger::kAligned:
      return 0;
    case WindowSpec::Stagger::kRandom:
      return ctx.any_below(size);
    case WindowSpec::Stagger::kNatural: {
      const int64_t now = ctx.now().ms;
      return std::max<int64_t>(0, wrapping_sub(now, window_start(now, 0, size)));
    }
  }
  fail_check("a stagger of an unknown kind");
}

std::unique_ptr<WindowAssigner> make_assigner(const WindowSpec& spec) {
  switch (spec.assigner) {
    case WindowSpec::Assigner::kTumbling:
      return std::make_unique<TumblingWindows>(spec);
    case WindowSpec::Assigner::kSliding:
      return std::make_unique<SlidingWindows>(spec);
    case WindowSpec::Assigner::kSession:
      return std::make_unique<SessionWindows>(spec);
    case WindowSpec::Assigner::kGlobal:
      return std::make_unique<GlobalWindows>();
    case WindowSpec::Assigner::kCustom:
      if (!spec.custom) throw JobError("a custom assigner needs a function that makes it");
      return spec.custom();
  }
  fail_check("a window assigner of an unknown kind");
}

}  // namespace leat
