// How a stream gets its event times and watermarks. (Flink: WatermarkStrategy.)
#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "core/api/typed_functions.h"
#include "core/graph/specs.h"

namespace leat {

// The time of a record is when it came. (Flink: IngestionTimeAssigner.)
struct IngestionTimeAssigner {};

template <RowType T>
class WatermarkStrategy {
 public:
  static WatermarkStrategy no_watermarks() { return {}; }
  static WatermarkStrategy for_monotonous_timestamps() { return for_bounded_out_of_orderness({0}); }
  static WatermarkStrategy for_bounded_out_of_orderness(Duration bound) {
    WatermarkStrategy strategy;
    strategy.watermark_.kind = WatermarkSpec::Kind::kBounded;
    strategy.watermark_.bound = bound;
    return strategy;
  }
  // After each record, and not by the clock. (Flink: a punctuated WatermarkGenerator.)
  static WatermarkStrategy punctuated(Duration bound) {
    WatermarkStrategy strategy = for_bounded_out_of_orderness(bound);
    strategy.watermark_.kind = WatermarkSpec::Kind::kPunctuated;
    return strategy;
  }
  WatermarkStrategy with_idleness(Duration after) && {
    watermark_.idle_after = after;
    return std::move(*this);
  }
  // Of sources: none of the group reads on that is further ahead of the others than this.
  WatermarkStrategy with_watermark_alignment(std::string group, Duration max_drift,
                                             Duration update_interval = {1000}) && {
    watermark_.alignment = AlignmentSpec{std::move(group), max_drift, update_interval};
    return std::move(*this);
  }
  template <class C>
    requires std::is_same_v<C, T>
  WatermarkStrategy with_timestamp_assigner(EventTime C::* member) && {
    const auto index = RowCodec<T>::index_of(member);
    check(index.has_value(), "the member is not among the fields of LEAT_ROW");
    event_time_ = read_field(*index);
    return std::move(*this);
  }
  template <class F>
    requires PureCallable<F, const T&>
  WatermarkStrategy with_timestamp_assigner(F f) && {
    event_time_ = std::make_shared<TimeLambda<T, F>>(std::move(f));
    return std::move(*this);
  }

  WatermarkStrategy with_timestamp_assigner(IngestionTimeAssigner) && {
    ingestion_time_ = true;
    return std::move(*this);
  }

  const WatermarkSpec& watermark() const { return watermark_; }
  const std::shared_ptr<const ScalarFunction>& event_time() const { return event_time_; }
  bool ingestion_time() const { return ingestion_time_; }

 private:
  WatermarkSpec watermark_;
  std::shared_ptr<const ScalarFunction> event_time_;
  bool ingestion_time_ = false;
};

}  // namespace leat
