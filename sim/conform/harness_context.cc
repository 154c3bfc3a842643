#include "sim/conform/harness_context.h"

#include <utility>

namespace leat {

HarnessContext::HarnessContext(StreamNode node, JobConfig config, RowForm form)
    : node_(std::move(node)), form_(form), config_(std::move(config)), out_(node_.output.width()) {
  for (const SideOutput& side : node_.sides) sides_.emplace_back(side.schema.width());
}

void HarnessContext::take_rows(RowBatch& rows, const std::string& to) {
  for (uint32_t i = 0; i < rows.size(); ++i) {
    RowView row = std::as_const(rows).row(i);
    // Late rows of a window stand as they came.
    if (form_ == RowForm::kOneList && row.size() == 1) row = row[0].as_list();
    Emitted emitted;
    emitted.row.assign(row.begin(), row.end());
    emitted.time = rows.timestamp(i);
    emitted.to = to;
    result_->out.push_back(std::move(emitted));
  }
  rows.clear();
}

void HarnessContext::flush() {
  take_rows(out_, "");
  for (size_t i = 0; i < sides_.size(); ++i) take_rows(sides_[i], node_.sides[i].tag);
}

void HarnessContext::emit(Watermark watermark) {
  flush();
  result_->out.push_back(Emitted::watermark(watermark.time));
}

void HarnessContext::emit(StreamStatus status) {
  flush();
  result_->out.push_back(Emitted::status_of(status));
}

std::optional<ProcTime> HarnessContext::take_due() {
  const bool due = wake_ && (now_ > *wake_ || (due_ == TimersDue::kAt && now_ == *wake_));
  if (!due) return std::nullopt;
  return std::exchange(wake_, std::nullopt);
}

uint32_t HarnessContext::split_number(const std::string& name) {
  for (uint32_t i = 0; i < split_names_.size(); ++i) {
    if (split_names_[i] == name) return i;
  }
  split_names_.push_back(name);
  return static_cast<uint32_t>(split_names_.size() - 1);
}

void HarnessContext::add_fact(const Fact& fact) {
  const auto* reached = std::get_if<SplitWatermark>(&fact);
  if (reached == nullptr) return;
  result_->split_watermarks.push_back(
      Value::list({Value::text(split_names_[reached->split]), Value::integer(reached->time.ms)}));
}

}  // namespace leat
