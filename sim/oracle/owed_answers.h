// What calls to a system outside are to be answered with: each by its answer or, where the function
// answers in its place when time is out, by that.
#pragma once

#include <optional>
#include <vector>

#include "core/data/row_batch.h"

namespace leat {

class OwedAnswers {
 public:
  struct Answer {
    Row row;
    std::optional<Row> late;  // what is said when time is out
    Timestamp time;
    uint64_t rank = 0;  // leaves before those of a larger one; not below earlier ones
  };

  void add(Answer answer) { owed_.push_back(std::move(answer)); }
  // Whether the row was owed now; then it no longer is.
  bool take(RowView row, Timestamp time);
  bool empty() const { return owed_.empty(); }
  // REQUIRES: !empty().
  const Row& first() const { return owed_.front().row; }
  // A row that came could have been of calls that differ: which of them are still open is not
  // known.
  bool unsure() const { return unsure_; }

 private:
  std::vector<Answer> owed_;
  bool unsure_ = false;
};

}  // namespace leat
