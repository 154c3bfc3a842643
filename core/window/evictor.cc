#include "core/window/evictor.h"

#include <algorithm>
#include <limits>

#include "core/window/window_aggregate.h"

namespace leat {

namespace {

// The built-in ones evict by one rule, before or after the window function.
class OneRuleEvictor : public Evictor {
 public:
  explicit OneRuleEvictor(EvictorSpec::When when) : when_(when) {}
  void evict_before(const RowBatch& elements, const EvictionContext&,
                    std::span<uint8_t> out) const override {
    if (when_ == EvictorSpec::When::kBefore && !elements.empty()) evict(elements, out);
  }
  void evict_after(const RowBatch& elements, const EvictionContext&,
                   std::span<uint8_t> out) const override {
    if (when_ == EvictorSpec::When::kAfter && !elements.empty()) evict(elements, out);
  }

 private:
  virtual void evict(const RowBatch& elements, std::span<uint8_t> out) const = 0;
  EvictorSpec::When when_;
};

class CountEvictor final : public OneRuleEvictor {
 public:
  CountEvictor(EvictorSpec::When when, int64_t keep) : OneRuleEvictor(when), keep_(keep) {}

 private:
  void evict(const RowBatch&, std::span<uint8_t> out) const override {
    const int64_t size = static_cast<int64_t>(out.size());
    const int64_t surplus = size - std::clamp<int64_t>(keep_, 0, size);
    std::fill_n(out.begin(), surplus, uint8_t{1});
  }
  int64_t keep_;
};

// Goes by timestamps if the first element has one; one without behind it is then an error.
class TimeEvictor final : public OneRuleEvictor {
 public:
  TimeEvictor(EvictorSpec::When when, int64_t keep) : OneRuleEvictor(when), keep_(keep) {}

 private:
  void evict(const RowBatch& elements, std::span<uint8_t> out) const override {
    if (!elements.timestamp(0)) return;
    int64_t newest = std::numeric_limits<int64_t>::min();
    for (uint32_t i = 0; i < elements.size(); ++i) newest = std::max(newest, time_of(elements, i));
    const int64_t cutoff = wrapping_sub(newest, keep_);
    for (uint32_t i = 0; i < elements.size(); ++i) out[i] = time_of(elements, i) <= cutoff ? 1 : 0;
  }
  static int64_t time_of(const RowBatch& elements, uint32_t i) {
    const Timestamp time = elements.timestamp(i);
    if (!time) throw JobError("an evictor by time meets a row without a timestamp");
    return time->ms;
  }
  int64_t keep_;
};

class DeltaEvictor final : public OneRuleEvictor {
 public:
  DeltaEvictor(EvictorSpec::When when, double threshold, const ScalarFunction& of)
      : OneRuleEvictor(when), threshold_(threshold), of_(of.clone()) {}

 private:
  void evict(const RowBatch& elements, std::span<uint8_t> out) const override {
    const double last = value_of(elements, elements.size() - 1);
    for (uint32_t i = 0; i < elements.size(); ++i) {
      out[i] = last - value_of(elements, i) >= threshold_ ? 1 : 0;
    }
  }
  double value_of(const RowBatch& elements, uint32_t i) const {
    return number_in(of_->eval(elements.row(i), elements.timestamp(i)));
  }
  double threshold_;
  std::unique_ptr<const ScalarFunction> of_;
};

}  // namespace

std::unique_ptr<Evictor> make_evictor(const EvictorSpec& spec) {
  switch (spec.kind) {
    case EvictorSpec::Kind::kNone:
      return nullptr;
    case EvictorSpec::Kind::kCount:
      return std::make_unique<CountEvictor>(spec.when, spec.count);
    case EvictorSpec::Kind::kTime:
      return std::make_unique<TimeEvictor>(spec.when, spec.keep.ms);
    case EvictorSpec::Kind::kDelta:
      if (spec.of == nullptr) throw JobError("a delta evictor needs what it compares");
      return std::make_unique<DeltaEvictor>(spec.when, spec.threshold, *spec.of);
    case EvictorSpec::Kind::kCustom:
      if (!spec.custom) throw JobError("a custom evictor needs a function that makes it");
      return spec.custom();
  }
  fail_check("an evictor of an unknown kind");
}

}  // namespace leat
