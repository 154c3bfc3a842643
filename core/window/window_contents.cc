#include "core/window/window_contents.h"

#include <algorithm>
#include <utility>

namespace leat {

WindowContents::WindowContents(const WindowSpec& spec)
    : keeps_elements_(spec.evictor.kind != EvictorSpec::Kind::kNone || spec.aggregates.empty()) {
  for (const AggregateSpec& aggregate : spec.aggregates) {
    aggregates_.emplace_back(aggregate);
    keeps_elements_ = keeps_elements_ || aggregates_.back().collects();
  }
}

uint32_t WindowContents::accumulators() const { return keeps_elements_ ? 0 : results(); }

void WindowContents::create(PaneStore& panes, uint32_t pane, uint32_t width) const {
  panes[pane].flags |= pane::kFilled;
  if (keeps_elements_) {
    panes.elements(pane) = RowBatch(width);
    return;
  }
  const std::span<Value> accumulators = panes.accumulators(pane);
  for (size_t i = 0; i < aggregates_.size(); ++i) accumulators[i] = aggregates_[i].create();
}

void WindowContents::add(PaneStore& panes, uint32_t pane, RowView row, Timestamp time) const {
  if ((panes[pane].flags & pane::kFilled) == 0) {
    create(panes, pane, static_cast<uint32_t>(row.size()));
  }
  if (keeps_elements_) return panes.elements(pane).append(row, time);
  const std::span<Value> accumulators = panes.accumulators(pane);
  for (size_t i = 0; i < aggregates_.size(); ++i) aggregates_[i].add(accumulators[i], row, time);
}

void WindowContents::clear(PaneStore& panes, uint32_t pane) const {
  panes[pane].flags &= static_cast<uint8_t>(~pane::kFilled);
  if (keeps_elements_) {
    panes.elements(pane) = RowBatch();
    return;
  }
  std::ranges::fill(panes.accumulators(pane), Value::null());
}

void WindowContents::merge(PaneStore& panes, uint32_t into, uint32_t from) const {
  if ((panes[from].flags & pane::kFilled) == 0) return;
  if ((panes[into].flags & pane::kFilled) == 0) {
    create(panes, into, keeps_elements_ ? panes.elements(from).width() : 0);
  }
  if (keeps_elements_) {
    const RowBatch& moved = panes.elements(from);
    for (uint32_t i = 0; i < moved.size(); ++i) panes.elements(into).append_row_of(moved, i);
  } else {
    const std::span<Value> accumulators = panes.accumulators(into);
    const std::span<Value> moved = panes.accumulators(from);
    for (size_t i = 0; i < aggregates_.size(); ++i) aggregates_[i].merge(accumulators[i], moved[i]);
  }
  clear(panes, from);
}

void WindowContents::evict(PaneStore& panes, uint32_t pane, std::span<const uint8_t> out) const {
  if (std::ranges::find(out, 1) == out.end()) return;
  const RowBatch& elements = panes.elements(pane);
  RowBatch kept(elements.width());
  for (uint32_t i = 0; i < elements.size(); ++i) {
    if (out[i] == 0) kept.append_row_of(elements, i);
  }
  panes.elements(pane) = std::move(kept);
}

void WindowContents::results_of(PaneStore& panes, uint32_t pane, std::span<Value> out) const {
  for (size_t i = 0; i < aggregates_.size(); ++i) {
    out[i] = keeps_elements_ ? aggregates_[i].fold(panes.elements(pane))
                             : aggregates_[i].result(panes.accumulators(pane)[i]);
  }
}

void WindowContents::encode(PaneStore& panes, uint32_t pane, ByteWriter& out) const {
  if ((panes[pane].flags & pane::kFilled) == 0) return;
  if (keeps_elements_) return panes.elements(pane).encode(out);
  for (const Value& cell : panes.accumulators(pane)) cell.encode(out);
}

void WindowContents::decode(PaneStore& panes, uint32_t pane, ByteReader& in) const {
  if ((panes[pane].flags & pane::kFilled) == 0) return;
  if (keeps_elements_) {
    panes.elements(pane) = RowBatch::decode(in);
    return;
  }
  for (Value& cell : panes.accumulators(pane)) cell = Value::decode(in);
}

}  // namespace leat
