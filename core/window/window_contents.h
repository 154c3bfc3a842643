// What the panes of a window node hold: accumulators of its aggregates, or, where the answer needs
// them, the elements themselves (an evictor, `collect`, a window function without aggregates).
#pragma once

#include <memory>
#include <vector>

#include "core/window/pane_store.h"
#include "core/window/window_aggregate.h"

namespace leat {

class WindowContents {
 public:
  explicit WindowContents(const WindowSpec& spec);  // clones the user's functions

  bool keeps_elements() const { return keeps_elements_; }
  // Cells of a pane that it needs.
  uint32_t accumulators() const;
  // Results of the aggregates.
  uint32_t results() const { return static_cast<uint32_t>(aggregates_.size()); }

  // These keep the flag kFilled of the pane.
  void add(PaneStore& panes, uint32_t pane, RowView row, Timestamp time) const;
  void clear(PaneStore& panes, uint32_t pane) const;
  // Moves what `from` holds behind what `into` holds.
  void merge(PaneStore& panes, uint32_t into, uint32_t from) const;
  // Keeps the elements that are not marked.  REQUIRES: keeps_elements().
  void evict(PaneStore& panes, uint32_t pane, std::span<const uint8_t> out) const;

  // REQUIRES: out.size() == results(); out belongs to no pane.
  void results_of(PaneStore& panes, uint32_t pane, std::span<Value> out) const;

  void encode(PaneStore& panes, uint32_t pane, ByteWriter& out) const;
  void decode(PaneStore& panes, uint32_t pane, ByteReader& in) const;

 private:
  void create(PaneStore& panes, uint32_t pane, uint32_t width) const;

  std::vector<WindowAggregate> aggregates_;
  bool keeps_elements_;
};

}  // namespace leat
