#include "viz/run_view.h"

#include <algorithm>
#include <tuple>

namespace leat {
namespace {

template <class T, class Match>
const T* find_in(const std::vector<T>& items, Match match) {
  const auto it = std::find_if(items.begin(), items.end(), match);
  return it == items.end() ? nullptr : &*it;
}

std::optional<int64_t> integer_of(const PaneView& pane, size_t value) {
  if (value >= pane.values.size()) return std::nullopt;
  const Value& v = pane.values[value];
  if (v.type() != ValueType::kInt) return std::nullopt;
  return v.as_int();
}

}  // namespace

const OperatorView* RunView::find_operator(NodeId node, uint32_t subtask) const {
  return find_in(operators,
                 [&](const OperatorView& o) { return o.node == node && o.subtask == subtask; });
}
const SubtaskView* RunView::find_subtask(SubtaskId subtask) const {
  return find_in(subtasks, [&](const SubtaskView& s) { return s.subtask == subtask; });
}
const SinkView* RunView::find_sink(NodeId sink) const {
  return find_in(sinks, [&](const SinkView& s) { return s.sink == sink; });
}

uint64_t RunView::records() const {
  uint64_t n = 0;
  for (const SplitView& split : splits) n += split.records;
  return n;
}
uint64_t RunView::read_again() const {
  uint64_t n = 0;
  for (const SplitView& split : splits) n += split.read_again;
  return n;
}
uint64_t RunView::count(Fate fate) const {
  if (fate == Fate::kInTime) {
    uint64_t late = 0;
    for (const SplitView& split : splits) late += split.late_accepted + split.too_late;
    return records() - late;
  }
  uint64_t n = 0;
  const auto add = [&](const std::vector<RecordMark>& marks) {
    for (const RecordMark& mark : marks) n += mark.fate == fate ? 1 : 0;
  };
  for (const SplitView& split : splits) add(split.marks);
  add(strays);
  return n;
}

std::vector<WatermarkStep> combined_watermark(const RunView& run, NodeId node) {
  struct Change {
    ProcTime at;
    size_t order;
    size_t subtask;
    std::optional<EventTime> watermark;
  };
  std::vector<Change> changes;
  size_t subtasks = 0;
  for (const OperatorView& op : run.operators) {
    if (op.node != node || op.watermark.empty()) continue;
    for (const WatermarkStep& step : op.watermark)
      changes.push_back({step.at, changes.size(), subtasks, step.watermark});
    ++subtasks;
  }
  std::sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
    return std::tuple(a.at, a.order) < std::tuple(b.at, b.order);
  });
  std::vector<std::optional<EventTime>> now(subtasks);
  std::vector<WatermarkStep> steps;
  for (const Change& change : changes) {
    now[change.subtask] = change.watermark;
    std::optional<EventTime> least = EventTime::max();
    for (const auto& w : now)
      least = w && least ? std::min(*w, *least) : std::optional<EventTime>();
    if (!steps.empty() && steps.back().watermark == least) continue;
    // An end of the line stays, even where a new attempt begins in the same instant.
    if (!steps.empty() && steps.back().at == change.at && steps.back().watermark) {
      steps.back().watermark = least;
    } else if (least || !steps.empty()) {
      steps.push_back({change.at, least});
    }
  }
  return steps;
}

std::optional<EventTime> watermark_at(const std::vector<WatermarkStep>& steps, ProcTime at) {
  const auto after = std::upper_bound(steps.begin(), steps.end(), at,
                                      [](ProcTime t, const WatermarkStep& s) { return t < s.at; });
  return after == steps.begin() ? std::nullopt : std::prev(after)->watermark;
}

namespace {

// The answers of one window: of each key the first and the last.
struct KeyAnswers {
  const PaneView* first = nullptr;
  const PaneView* last = nullptr;
};

WindowView summary_of(const std::vector<const PaneView*>& panes, ProcTime known, size_t value) {
  WindowView window;
  window.start = panes.front()->start;
  window.end = panes.front()->end;
  window.first_at = panes.front()->at;
  window.last_at = window.first_at;
  std::map<uint64_t, KeyAnswers> keys;
  for (const PaneView* pane : panes) {
    const bool amends = pane->late || pane->at > std::max(known, window.first_at);
    KeyAnswers& key = keys[pane->key_hash];
    if (!amends) key.first = pane;
    key.last = pane;
    if (amends) {
      ++window.amended;
      window.last_at = std::max(window.last_at, pane->at);
    }
  }
  window.answers = keys.size();
  int64_t first = 0;
  int64_t last = 0;
  bool known_sums = true;
  for (const auto& [hash, key] : keys) {
    const auto final_value = integer_of(*key.last, value);
    known_sums = known_sums && final_value.has_value();
    last = wrapping_add(last, final_value.value_or(0));
    if (key.first != nullptr)
      first = wrapping_add(first, integer_of(*key.first, value).value_or(0));
  }
  if (keys.size() == 1) {
    const KeyAnswers& only = keys.begin()->second;
    if (only.first != nullptr && value < only.first->values.size()) {
      window.first_value = only.first->values[value].to_text();
    }
    if (value < only.last->values.size()) window.last_value = only.last->values[value].to_text();
  }
  if (known_sums) {
    window.first_sum = first;
    window.last_sum = last;
  }
  return window;
}

}  // namespace

std::vector<WindowView> windows_of(const RunView& run, NodeId node, size_t value) {
  std::map<std::pair<EventTime, EventTime>, std::vector<const PaneView*>> by_window;
  for (const PaneView& pane : run.panes) {
    if (pane.node == node && !pane.rolled_back) by_window[{pane.start, pane.end}].push_back(&pane);
  }
  const std::vector<WatermarkStep> mark = combined_watermark(run, node);
  std::vector<WindowView> windows;
  for (const auto& [span, panes] : by_window) {
    // The first answer is complete when the least subtask's watermark has passed the window's end.
    const EventTime complete = span.second - Duration{1};
    ProcTime known = panes.front()->at;
    for (const WatermarkStep& step : mark) {
      if (step.at < known || !step.watermark || *step.watermark < complete) continue;
      known = step.at;
      break;
    }
    windows.push_back(summary_of(panes, known, value));
    const auto opening = std::find_if(
        run.openings.begin(), run.openings.end(),
        [&](const WindowOpening& o) { return o.node == node && o.start == span.first; });
    if (opening != run.openings.end()) windows.back().opened = opening->at;
  }
  return windows;
}

}  // namespace leat
