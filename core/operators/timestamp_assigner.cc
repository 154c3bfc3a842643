#include "core/operators/timestamp_assigner.h"

#include <algorithm>
#include <utility>

namespace leat {

namespace {

std::shared_ptr<const ScalarFunction> own_copy(const std::shared_ptr<const ScalarFunction>& f) {
  if (f == nullptr) return nullptr;
  return f->clone();
}

[[noreturn]] void refuse_time(const Value& value) {
  throw JobError("the event time of a row is not a time: " + value.to_text());
}

inline int64_t time_of(const Value& value) {
  if (value.type() != ValueType::kInt && value.type() != ValueType::kTime) refuse_time(value);
  return value.as_int();
}

}  // namespace

TimestampAssigner::TimestampAssigner(const SourceSpec& spec)
    : TimestampAssigner(spec.ingestion_time, own_copy(spec.event_time)) {}
TimestampAssigner::TimestampAssigner(const AssignSpec& spec)
    : TimestampAssigner(spec.ingestion_time, own_copy(spec.event_time)) {}

void TimestampAssigner::assign(RowBatch& rows, ProcTime now) const {
  if (ingestion_) {
    std::ranges::fill(rows.stamp_all(), now.ms);
    return;
  }
  const uint32_t size = rows.size();
  if (event_time_ == nullptr) {
    for (uint32_t i = 0; i < size; ++i)
      rows.set_timestamp(i, rows.timestamp(i).value_or(EventTime::min()));
  } else if (event_time_->field() >= 0) {
    const auto field = static_cast<uint32_t>(event_time_->field());
    const std::span<int64_t> stamps = rows.stamp_all();
    for (uint32_t i = 0; i < size; ++i) stamps[i] = time_of(std::as_const(rows).row(i)[field]);
  } else {
    for (uint32_t i = 0; i < size; ++i) {
      const RowView row = std::as_const(rows).row(i);
      rows.set_timestamp(i, EventTime{time_of(event_time_->eval(row, rows.timestamp(i)))});
    }
  }
}

}  // namespace leat
