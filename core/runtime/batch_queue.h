// A queue of batches, first in first out. A vector that remembers its head: a queue that is empty
// (most are) costs nothing, where a std::deque allocates at once.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "core/data/element.h"

namespace leat {

struct QueuedBatch {
  uint64_t sequence = 0;
  Batch batch;
  bool restored = false;  // of a checkpoint: it has no number, and took no credit
};

class BatchQueue {
 public:
  bool empty() const { return head_ == items_.size(); }
  size_t size() const { return items_.size() - head_; }

  // From the head on.
  std::span<QueuedBatch> items() { return std::span(items_).subspan(head_); }

  void push(QueuedBatch item) { items_.push_back(std::move(item)); }
  const Batch& front() const { return items_[head_].batch; }  // REQUIRES: !empty()
  // REQUIRES: !empty().
  QueuedBatch pop() {
    check(!empty(), "a batch is taken from an empty queue");
    QueuedBatch item = std::move(items_[head_++]);
    if (empty() || head_ >= kCompactAt) {
      items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
    return item;
  }

 private:
  static constexpr size_t kCompactAt = 64;
  std::vector<QueuedBatch> items_;
  size_t head_ = 0;
};

}  // namespace leat
