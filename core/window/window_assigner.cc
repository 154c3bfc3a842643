#include "core/window/window_assigner.h"

#include <string>

namespace leat {

void WindowAssigner::assign_each(std::span<const int64_t>, std::span<TimeWindow>) const {
  fail_check("this assigner does not give each element one window");
}

namespace {

// Flink: TumblingEventTimeWindows, TumblingProcessingTimeWindows.
class TumblingWindows final : public WindowAssigner {
 public:
  TumblingWindows(WindowTime domain, Duration size, Duration offset)
      : domain_(domain), size_(size.ms), offset_(offset.ms) {
    if (size_ <= 0 || offset_ >= size_ || wrapping_sub(0, offset_) >= size_) {
      throw JobError("tumbling windows need |offset| < size and size > 0, not size " +
                     std::to_string(size_) + " and offset " + std::to_string(offset_));
    }
    offset_ %= size_;  // Java's abs(MIN) is negative, so MIN has passed
  }
  WindowTime domain() const override { return domain_; }
  bool one_each() const override { return true; }
  void assign(int64_t time, std::vector<TimeWindow>& out) const override {
    out.push_back(window_of(time));
  }
  void assign_each(std::span<const int64_t> times, std::span<TimeWindow> windows) const override {
    for (size_t i = 0; i < times.size(); ++i) windows[i] = window_of(times[i]);
  }

 private:
  TimeWindow window_of(int64_t time) const {
    const int64_t start = window_start(time, offset_, size_);
    return {start, wrapping_add(start, size_)};
  }

  WindowTime domain_;
  int64_t size_;
  int64_t offset_;
};

}  // namespace

std::unique_ptr<WindowAssigner> make_assigner(const WindowSpec& spec) {
  const WindowTime domain =
      spec.domain == TimeDomain::kEvent ? WindowTime::kEvent : WindowTime::kProcessing;
  switch (spec.assigner) {
    case WindowSpec::Assigner::kTumbling:
      return std::make_unique<TumblingWindows>(domain, spec.size, spec.offset);
  }
  fail_check("a window assigner of an unknown kind");
}

}  // namespace leat
