// What the panes of a window node hold: accumulators of its aggregates; or one reduced row; or,
// where the answer needs them, the elements themselves (an evictor, `collect`, a window function
// over all).
#pragma once

#include <memory>
#include <vector>

#include "core/window/pane_store.h"
#include "core/window/window_aggregate.h"

namespace leat {

class WindowContents {
 public:
  explicit WindowContents(const WindowSpec& spec);  // clones the user's functions

  // Whether panes keep rows: all of them, or the reduced one.
  bool keeps_rows() const { return form_ != Form::kAccumulators; }
  // Cells of a pane that it needs.
  uint32_t accumulators() const { return keeps_rows() ? 0 : results(); }
  // Results of the aggregates.
  uint32_t results() const { return static_cast<uint32_t>(aggregates_.size()); }
  bool reduces() const { return reduce_ != nullptr; }

  // These keep the flag kFilled of the pane.
  void add(PaneStore& panes, uint32_t pane, RowView row, Timestamp time) const;
  void clear(PaneStore& panes, uint32_t pane) const;
  // Moves what `from` holds behind what `into` holds.
  void merge(PaneStore& panes, uint32_t into, uint32_t from) const;
  // Keeps the elements that are not marked.  REQUIRES: all of them are kept.
  void evict(PaneStore& panes, uint32_t pane, std::span<const uint8_t> out) const;

  // REQUIRES: out.size() == results(); out belongs to no pane.
  void results_of(PaneStore& panes, uint32_t pane, std::span<Value> out) const;
  // REQUIRES: reduces(). Null cells where all elements were evicted.
  Row reduced_row(PaneStore& panes, uint32_t pane) const;

  void encode(PaneStore& panes, uint32_t pane, ByteWriter& out) const;
  void decode(PaneStore& panes, uint32_t pane, ByteReader& in) const;

 private:
  enum class Form : uint8_t { kAccumulators, kReduced, kElements };

  void create(PaneStore& panes, uint32_t pane, uint32_t width) const;
  void reduce_into(RowBatch& kept, RowView row) const;

  std::vector<WindowAggregate> aggregates_;
  std::shared_ptr<const ReduceFunction> reduce_;
  Form form_;
};

}  // namespace leat
