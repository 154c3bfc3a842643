// The rows whose calls are open and the watermarks between them, until they can be emitted.
// (Flink: OrderedStreamElementQueue, UnorderedStreamElementQueue.)
//
// Ordered: everything leaves in the order in which it came. Unordered: rows leave in the order of
// their completion, but none overtakes a watermark, nor a watermark a row.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "core/data/element.h"
#include "core/graph/two_input_specs.h"

namespace leat {

struct AsyncEntry {
  uint64_t number = 0;  // ascending in the order of arrival
  bool is_watermark = false;
  Row row;
  Timestamp time;  // of the row; or the watermark
  bool done = false;
  uint64_t done_at = 0;  // counts completions
  std::vector<Row> results;
};

class AsyncQueue {
 public:
  AsyncQueue(AsyncSpec::Mode mode, size_t capacity) : mode_(mode), capacity_(capacity) {}

  bool full() const { return entries_.size() >= capacity_; }
  bool empty() const { return entries_.empty(); }
  size_t size() const { return entries_.size(); }
  const std::deque<AsyncEntry>& entries() const { return entries_; }

  // REQUIRES: !full(), numbers ascend. A watermark is done at once.
  void push(AsyncEntry entry);
  // Null where it has left.
  const AsyncEntry* find(uint64_t number) const;
  // REQUIRES: the entry is there and not done.
  void complete(uint64_t number, std::vector<Row> results);
  // The next that may leave, if any.
  std::optional<AsyncEntry> pop();

 private:
  AsyncEntry* at(uint64_t number);

  AsyncSpec::Mode mode_;
  size_t capacity_;
  std::deque<AsyncEntry> entries_;
  uint64_t completions_ = 0;
};

}  // namespace leat
