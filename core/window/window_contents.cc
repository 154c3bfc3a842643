#include "core/window/window_contents.h"

#include <algorithm>
#include <utility>

namespace leat {

WindowContents::WindowContents(const WindowSpec& spec)
    : aggregates_(spec.aggregates.begin(), spec.aggregates.end()) {
  if (spec.reduce != nullptr) reduce_ = spec.reduce->clone();
  const bool over_all =
      spec.evictor.kind != EvictorSpec::Kind::kNone ||
      std::ranges::any_of(aggregates_, [](const WindowAggregate& a) { return a.collects(); });
  form_ = over_all               ? Form::kElements
          : reduce_ != nullptr   ? Form::kReduced
          : !aggregates_.empty() ? Form::kAccumulators
                                 : Form::kElements;
}

void WindowContents::create(PaneStore& panes, uint32_t pane, uint32_t width) const {
  panes[pane].flags |= pane::kFilled;
  if (keeps_rows()) {
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
  if (keeps_rows()) {
    RowBatch& kept = panes.elements(pane);
    return form_ == Form::kReduced && !kept.empty() ? reduce_into(kept, row)
                                                    : kept.append(row, time);
  }
  const std::span<Value> accumulators = panes.accumulators(pane);
  for (size_t i = 0; i < aggregates_.size(); ++i) aggregates_[i].add(accumulators[i], row, time);
}

void WindowContents::reduce_into(RowBatch& kept, RowView row) const {
  const Row before(kept.row(0).begin(), kept.row(0).end());
  std::ranges::fill(kept.row(0), Value::null());
  reduce_->reduce(before, row, kept.row(0));
}

Row WindowContents::reduced_row(PaneStore& panes, uint32_t pane) const {
  const RowBatch& rows = panes.elements(pane);
  if (rows.empty()) return Row(rows.width());
  RowBatch kept(rows.width());
  kept.append_row_of(rows, 0);
  for (uint32_t i = 1; i < rows.size(); ++i) reduce_into(kept, rows.row(i));
  return Row(kept.row(0).begin(), kept.row(0).end());
}

void WindowContents::clear(PaneStore& panes, uint32_t pane) const {
  panes[pane].flags &= static_cast<uint8_t>(~pane::kFilled);
  if (keeps_rows()) {
    panes.elements(pane) = RowBatch();
    return;
  }
  std::ranges::fill(panes.accumulators(pane), Value::null());
}

void WindowContents::merge(PaneStore& panes, uint32_t into, uint32_t from) const {
  if ((panes[from].flags & pane::kFilled) == 0) return;
  if ((panes[into].flags & pane::kFilled) == 0) {
    create(panes, into, keeps_rows() ? panes.elements(from).width() : 0);
  }
  if (keeps_rows()) {
    const RowBatch& moved = panes.elements(from);
    RowBatch& kept = panes.elements(into);
    for (uint32_t i = 0; i < moved.size(); ++i) {
      const bool first = form_ != Form::kReduced || kept.empty();
      first ? kept.append_row_of(moved, i) : reduce_into(kept, moved.row(i));
    }
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
    out[i] = keeps_rows() ? aggregates_[i].fold(panes.elements(pane))
                          : aggregates_[i].result(panes.accumulators(pane)[i]);
  }
}

void WindowContents::encode(PaneStore& panes, uint32_t pane, ByteWriter& out) const {
  if ((panes[pane].flags & pane::kFilled) == 0) return;
  if (keeps_rows()) return panes.elements(pane).encode(out);
  for (const Value& cell : panes.accumulators(pane)) cell.encode(out);
}

void WindowContents::decode(PaneStore& panes, uint32_t pane, ByteReader& in) const {
  if ((panes[pane].flags & pane::kFilled) == 0) return;
  if (keeps_rows()) {
    panes.elements(pane) = RowBatch::decode(in);
    return;
  }
  for (Value& cell : panes.accumulators(pane)) cell = Value::decode(in);
}

}  // namespace leat
