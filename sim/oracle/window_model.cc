#include "sim/oracle/window_model.h"

#include "sim/oracle/pane.h"

namespace leat {
namespace {

bool asks_clock(const TriggerSpec& trigger) {
  if (trigger.kind == TriggerSpec::Kind::kProcessingTime) return true;
  return trigger.nested != nullptr && asks_clock(*trigger.nested);
}

uint64_t id_of(RowView key, int64_t start) {
  return mix(hash_row(key, std::nullopt), static_cast<uint64_t>(start));
}

}  // namespace

WindowModel::WindowModel(const StreamNode& node, uint32_t input_width)
    : node_(node),
      spec_(std::get<WindowSpec>(node.spec)),
      input_width_(input_width),
      by_clock_(spec_.domain == TimeDomain::kProcessing || asks_clock(spec_.trigger)) {}

// 4.1: maxTimestamp + lateness, or MAX where that overflows; on the clock, maxTimestamp.
EventTime WindowModel::cleanup_time(EventTime end) const {
  const EventTime last{wrapping_sub(end.ms, 1)};
  if (spec_.domain == TimeDomain::kProcessing) return last;
  const EventTime cleanup = last + spec_.allowed_lateness;
  return cleanup < last ? EventTime::max() : cleanup;
}

WindowModel::Answer WindowModel::on_element(const TriggerSpec& trigger, Pane& pane) const {
  switch (trigger.kind) {
    case TriggerSpec::Kind::kDefault:
      if (spec_.domain == TimeDomain::kProcessing) return Answer::kContinue;
      [[fallthrough]];
    case TriggerSpec::Kind::kEventTime:
      if (pane.end.ms - 1 <= watermark_.ms) return Answer::kFire;
      pane.timer = true;
      return Answer::kContinue;
    case TriggerSpec::Kind::kProcessingTime:
      return Answer::kContinue;
    case TriggerSpec::Kind::kCount:
      if (++pane.triggered < trigger.count) return Answer::kContinue;
      pane.triggered = 0;
      return Answer::kFire;
    case TriggerSpec::Kind::kPurging: {
      const Answer inner = trigger.nested ? on_element(*trigger.nested, pane) : Answer::kContinue;
      return inner == Answer::kFire ? Answer::kFireAndPurge : inner;
    }
  }
  return Answer::kContinue;
}

WindowModel::Answer WindowModel::on_event_time(const TriggerSpec& trigger) const {
  if (trigger.kind == TriggerSpec::Kind::kPurging && trigger.nested) {
    const Answer inner = on_event_time(*trigger.nested);
    return inner == Answer::kFire ? Answer::kFireAndPurge : inner;
  }
  return trigger.kind == TriggerSpec::Kind::kDefault ||
                 trigger.kind == TriggerSpec::Kind::kEventTime
             ? Answer::kFire
             : Answer::kContinue;
}

void WindowModel::answer(Pane& pane, Answer what, uint64_t rank, ExpectedRowsQueue& answers) {
  if (what == Answer::kContinue) return;
  // 4.5: an answer without contents says nothing.
  if (pane.count > 0) {
    append_answer(node_, pane.start, *pane.rows, answers.rows());
    answers.added(rank);
  }
  if (what == Answer::kFireAndPurge) purge(pane);
}

void WindowModel::purge(Pane& pane) const {
  pane.rows = std::make_shared<RowBatch>(input_width_);
  pane.count = 0;
}

void WindowModel::on_rows(const RowBatch& rows, ProcTime now, ExpectedRowsQueue& answers,
                          std::vector<uint32_t>& late) {
  Row key(node_.key_fields.size());
  for (uint32_t i = 0; i < rows.size(); ++i) {
    const bool clock = spec_.domain == TimeDomain::kProcessing;
    const int64_t time = clock ? now.ms : rows.timestamp(i).value_or(EventTime::min()).ms;
    const EventTime start = window_start(time, spec_.offset, spec_.size);
    const EventTime end = start + spec_.size;
    // 4.2, 4.3: the window is over, and so is the row.
    if (!clock && cleanup_time(end) <= watermark_) {
      late.push_back(i);
      continue;
    }
    for (size_t k = 0; k < key.size(); ++k) key[k] = rows.row(i)[node_.key_fields[k]];
    const uint64_t id = id_of(key, start.ms);
    const auto [pane, fresh] = panes_.insert(id);
    if (fresh) {
      pane->start = start;
      pane->end = end;
      purge(*pane);
      if (!clock) due_.insert({cleanup_time(end).ms, id});
    }
    pane->rows->append_row_of(rows, i);
    pane->count = pane->rows->size();
    const bool had_timer = pane->timer;
    answer(*pane, on_element(spec_.trigger, *pane), ++rank_, answers);
    if (pane->timer && !had_timer) due_.insert({end.ms - 1, id});
  }
}

void WindowModel::on_watermark(EventTime time, ExpectedRowsQueue& answers) {
  watermark_ = time;
  while (!due_.empty() && due_.begin()->first <= time.ms) {
    const int64_t at = due_.begin()->first;
    ++rank_;
    while (!due_.empty() && due_.begin()->first == at) {
      const uint64_t id = due_.begin()->second;
      due_.erase(due_.begin());
      Pane* pane = panes_.find(id);
      if (pane == nullptr) continue;
      if (pane->timer && pane->end.ms - 1 == at) {
        pane->timer = false;
        answer(*pane, on_event_time(spec_.trigger), rank_, answers);
      }
      // No cleanup timer is set where the cleanup time is MAX (4.1).
      if (cleanup_time(pane->end).ms == at && at != EventTime::max().ms) panes_.erase(id);
    }
  }
}

uint64_t WindowModel::pane_id(RowView answer) const {
  const size_t keys = node_.key_fields.size();
  return id_of(answer.first(keys), answer[keys].as_int());
}

// Start and end of a row of output, where they stand as times or integers.
std::optional<std::pair<int64_t, int64_t>> WindowModel::window_of(RowView answer) const {
  const size_t keys = node_.key_fields.size();
  if (answer.size() < keys + 2) return std::nullopt;
  for (size_t i = keys; i < keys + 2; ++i) {
    if (answer[i].type() != node_.output.fields[i].type) return std::nullopt;
  }
  return std::pair{answer[keys].as_int(), answer[keys + 1].as_int()};
}

Pane* WindowModel::pane_of(RowView answer) {
  const auto window = window_of(answer);
  if (!window) return nullptr;
  Pane* pane = panes_.find(pane_id(answer));
  return pane != nullptr && window->second == pane->end.ms ? pane : nullptr;
}

void WindowModel::end_pane(RowView answer) { panes_.erase(pane_id(answer)); }

bool WindowModel::lawful_window(RowView answer) const {
  const auto window = window_of(answer);
  return window && window_start(window->first, spec_.offset, spec_.size).ms == window->first &&
         window->second == wrapping_add(window->first, spec_.size.ms);
}

void WindowModel::restart(Panes panes) {
  panes_ = std::move(panes);
  watermark_ = EventTime::min();  // watermarks are not checkpointed (1.14)
  due_.clear();
  panes_.for_each([&](uint64_t, Pane& pane) {
    if (pane.rows->size() == pane.count) return;
    auto rows = std::make_shared<RowBatch>(input_width_);
    for (uint32_t i = 0; i < pane.count; ++i) rows->append_row_of(*pane.rows, i);
    pane.rows = std::move(rows);
  });
  if (spec_.domain == TimeDomain::kProcessing) return;
  panes_.for_each([&](uint64_t id, const Pane& pane) {
    if (pane.timer) due_.insert({pane.end.ms - 1, id});
    due_.insert({cleanup_time(pane.end).ms, id});
  });
}

}  // namespace leat
