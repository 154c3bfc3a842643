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
    if (size_ > 1) reciprocal_ = ~uint64_t{0} / static_cast<uint64_t>(size_) + 1;
  }
  WindowTime domain() const override { return domain_; }
  bool one_each() const override { return true; }
  void assign(int64_t time, std::vector<TimeWindow>& out) const override {
    out.push_back(window_of(time));
  }
  void assign_each(std::span<const int64_t> times, std::span<TimeWindow> windows) const override {
    for (size_t i = 0; i < times.size(); ++i) {
      const int64_t place = wrapping_sub(times[i], offset_);
      windows[i] = place >= 0 && size_ > 1 ? window_of_place(times[i], static_cast<uint64_t>(place))
                                           : window_of(times[i]);
    }
  }

 private:
  TimeWindow window_of(int64_t time) const {
    return starting_at(window_start(time, offset_, size_));
  }

  // The same without a division, which would cost more than all the rest: the estimate of the
  // quotient is right or one too large. (Granlund and Montgomery, Division by invariant integers
  // using multiplication.)
  TimeWindow window_of_place(int64_t time, uint64_t place) const {
    __extension__ using Wide = unsigned __int128;
    const auto quotient = static_cast<uint64_t>(static_cast<Wide>(place) * reciprocal_ >> 64);
    const auto remainder = static_cast<int64_t>(place - quotient * static_cast<uint64_t>(size_));
    return starting_at(wrapping_sub(time, remainder < 0 ? remainder + size_ : remainder));
  }
  TimeWindow starting_at(int64_t start) const { return {start, wrapping_add(start, size_)}; }

  WindowTime domain_;
  int64_t size_;
  int64_t offset_;
  uint64_t reciprocal_ = 0;  // of the size, in 2^-64, rounded up
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
