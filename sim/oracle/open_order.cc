#include "sim/oracle/open_order.h"

#include <algorithm>

#include "sim/oracle/pane.h"

namespace leat {
namespace {

// Where a window of so many rows is cut in two: everywhere, so that each row is the first once and
// the last once (one that differs from all others may stand anywhere), but for windows so large
// that it would take too long.
std::vector<uint32_t> cuts_of(uint32_t rows) {
  constexpr uint32_t kMost = 256;
  const uint32_t step = rows / kMost + 1;
  std::vector<uint32_t> cuts;
  for (uint32_t k = 1; k < rows; k += step) cuts.push_back(k);
  return cuts;
}

RowBatch part_of(const RowBatch& rows, uint32_t from, uint32_t to) {
  RowBatch part(rows.width());
  for (uint32_t i = from; i < to; ++i) part.append_row_of(rows, i);
  return part;
}

class OpenCells {
 public:
  OpenCells(const StreamNode& node, const RowBatch& rows) : node_(node) {
    if (rows.width() > 0) key_ = key_cells(rows);
    plain_ = answer(rows);
    open_.assign(plain_.size(), false);
  }

  void try_order(const RowBatch& rows) {
    const Row other = answer(rows);
    for (size_t i = 0; i < open_.size(); ++i) open_[i] = open_[i] || !(other[i] == plain_[i]);
  }
  void open(size_t cell) { open_[cell] = true; }
  Row answer(const RowBatch& rows) const {
    RowBatch out(node_.output.width());
    append_answer(node_, key_, {0, 1}, rows, out);
    return {out.row(0).begin(), out.row(0).end()};
  }
  std::vector<uint32_t> cells() const {
    std::vector<uint32_t> cells;
    for (uint32_t i = 0; i < open_.size(); ++i) {
      if (open_[i]) cells.push_back(i);
    }
    return cells;
  }

 private:
  Row key_cells(const RowBatch& rows) const {
    Row key;
    for (const uint32_t field : node_.key_fields) key.push_back(rows.row(0)[field]);
    return key;
  }

  const StreamNode& node_;
  Row key_;
  Row plain_;
  std::vector<bool> open_;
};

}  // namespace

std::vector<uint32_t> cells_that_show_order(const StreamNode& window, const RowBatch& rows) {
  const auto& spec = std::get<WindowSpec>(window.spec);
  if (rows.size() < 2) return {};
  OpenCells cells(window, rows);
  RowBatch reversed(rows.width());
  for (uint32_t i = rows.size(); i-- > 0;) reversed.append_row_of(rows, i);
  cells.try_order(reversed);
  for (const uint32_t cut : cuts_of(rows.size())) {
    const RowBatch first = part_of(rows, 0, cut);
    const RowBatch second = part_of(rows, cut, rows.size());
    RowBatch turned = second;
    for (uint32_t i = 0; i < first.size(); ++i) turned.append_row_of(first, i);
    cells.try_order(turned);
    if (spec.reduce == nullptr) continue;
    // Either part was one row before the other came.
    for (const bool swapped : {false, true}) {
      RowBatch two(rows.width());
      two.append(cells.answer(swapped ? second : first), std::nullopt);
      two.append(cells.answer(swapped ? first : second), std::nullopt);
      cells.try_order(two);
    }
  }
  // Sums of doubles may come to the same in some orders and not in others.
  for (size_t i = 0; i < spec.aggregates.size(); ++i) {
    const AggregateSpec& aggregate = spec.aggregates[i];
    if (aggregate.kind == AggregateSpec::Kind::kSum &&
        aggregate.argument_type == ValueType::kDouble)
      cells.open(subject_cells(window) + i);
  }
  return cells.cells();
}

}  // namespace leat
