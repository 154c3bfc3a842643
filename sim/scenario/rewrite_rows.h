// Writes other expected rows into a scenario's text, in place: rows that stay keep their words and
// comments, one with another answer its place and comments, rows that go take theirs with them, new
// ones come behind in the layout of the first.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/data/row_batch.h"
#include "sim/scenario/json_tree.h"

namespace leat {

struct RowsToWrite {
  Span list;                // of the list of rows in the text
  std::vector<Span> items;  // of the rows that stand there
  std::vector<Row> before;  // what these mean
  std::vector<Row> after;   // what shall stand there
  bool ordered = false;     // in this order; otherwise rows that stay keep their places
};

// REQUIRES: the lists are of this text and do not overlap.
std::string rewrite_rows(std::string_view text, std::vector<RowsToWrite> lists);

// One row as a scenario writes it: [1000, "ann", 3].
std::string row_as_json(const Row& row);

}  // namespace leat
