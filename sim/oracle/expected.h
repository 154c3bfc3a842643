// Rows that an instance owes, in the order in which they may come.
//
// Rows of one rank may come in any order (timers of one time, say); a row of a higher rank only
// when all of the lower ones have come.
#pragma once

#include <cstdint>
#include <vector>

#include "core/data/row_batch.h"

namespace leat {

// Of rows that are equal in these fields only the last: their indices, in rising order.
std::vector<uint32_t> last_of_each(const RowBatch& rows, const std::vector<uint32_t>& fields);

class ExpectedRowsQueue {
 public:
  void set_width(uint32_t width) {
    if (rows_.empty()) rows_.set_width(width);
  }
  // For the caller to append to; then call added().
  RowBatch& rows() { return rows_; }
  const RowBatch& rows() const { return rows_; }
  // What was appended since the last call is owed with this rank (not below earlier ones). The
  // values of `open` cells are not foreseen.
  void added(uint64_t rank, const std::vector<uint32_t>& open = {});
  // The same, each row with a rank of its own.  REQUIRES: nothing with a rank is owed.
  void added_in_order();
  // Whether the row was owed now; then it no longer is.
  bool take(RowView row, Timestamp time);
  bool empty() const { return owed_ == 0; }
  size_t owed() const { return owed_; }
  // The index in rows() of a row that is owed; kNone where there is none.
  static constexpr uint32_t kNone = 0xffffffff;
  uint32_t first() const;
  // The first owed row for which the predicate holds.
  template <class P>
  uint32_t find(P&& holds) const {
    for (uint32_t i = head_; i < entries_.size(); ++i) {
      if (!entries_[i].taken && holds(rows_.row(i))) return i;
    }
    return kNone;
  }
  void drop(uint32_t index);
  void clear();

 private:
  struct Entry {
    uint64_t hash = 0;
    uint64_t rank = 0;
    bool taken = false;
    std::vector<uint32_t> open;
  };
  bool is(uint32_t index, RowView row, Timestamp time, uint64_t hash) const;

  RowBatch rows_;
  std::vector<Entry> entries_;
  uint32_t head_ = 0;
  size_t owed_ = 0;
};

}  // namespace leat
