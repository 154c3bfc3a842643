#include "core/operators/async_queue.h"

#include <algorithm>
#include <utility>

namespace leat {

void AsyncQueue::push(AsyncEntry entry) {
  check(!full(), "a full queue of calls is given one more");
  check(entries_.empty() || entries_.back().number < entry.number, "calls are out of order");
  entry.done = entry.is_watermark;
  entries_.push_back(std::move(entry));
}

AsyncEntry* AsyncQueue::at(uint64_t number) {
  const auto found =
      std::lower_bound(entries_.begin(), entries_.end(), number,
                       [](const AsyncEntry& entry, uint64_t n) { return entry.number < n; });
  return found != entries_.end() && found->number == number ? &*found : nullptr;
}

const AsyncEntry* AsyncQueue::find(uint64_t number) const {
  return const_cast<AsyncQueue*>(this)->at(number);
}

void AsyncQueue::complete(uint64_t number, std::vector<Row> results) {
  AsyncEntry* entry = at(number);
  check(entry != nullptr && !entry->done, "a call is completed that is not open");
  entry->done = true;
  entry->done_at = ++completions_;
  entry->results = std::move(results);
}

std::optional<AsyncEntry> AsyncQueue::pop() {
  if (entries_.empty()) return std::nullopt;
  auto next = entries_.begin();
  if (mode_ == AsyncSpec::Mode::kUnordered && !next->is_watermark) {
    // The rows before the first watermark.
    for (auto at = entries_.begin(); at != entries_.end() && !at->is_watermark; ++at) {
      if (at->done && (!next->done || at->done_at < next->done_at)) next = at;
    }
  }
  if (!next->done) return std::nullopt;
  AsyncEntry entry = std::move(*next);
  entries_.erase(next);
  return entry;
}

}  // namespace leat
