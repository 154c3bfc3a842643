#include "core/state/timer_queue.h"

namespace leat {

bool TimerQueue::Bucket::set(Owner owner) {
  const auto [number, added] = live.insert(owner);
  if (!added) return false;
  *number = next++;
  order.emplace_back(*number, std::move(owner));
  return true;
}

// A timer that was deleted and set again stands twice in the order; only its last setting counts.
bool TimerQueue::Bucket::is_live(const std::pair<uint64_t, Owner>& entry) const {
  const uint64_t* number = live.find(entry.second);
  return number != nullptr && *number == entry.first;
}

TimerQueue::Owner TimerQueue::Bucket::take(Tie tie) {
  for (;;) {
    const bool first = tie == Tie::kFirstSet;
    std::pair<uint64_t, Owner> entry = std::move(first ? order[front] : order.back());
    if (first) {
      ++front;
    } else {
      order.pop_back();
    }
    if (!is_live(entry)) continue;
    live.erase(entry.second);
    return std::move(entry.second);
  }
}

void TimerQueue::Bucket::drop_stale() {
  if (order.size() - front <= 2 * live.size() + 16) return;
  std::erase_if(order, [this](const auto& entry) { return !is_live(entry); });
  front = 0;
}

bool TimerQueue::set(int64_t time, const Value& key, const Value& space) {
  const bool added = buckets_[time].set(Owner{key, space});
  size_ += added ? 1 : 0;
  return added;
}

bool TimerQueue::remove(int64_t time, const Value& key, const Value& space) {
  const auto bucket = buckets_.find(time);
  if (bucket == buckets_.end() || !bucket->second.live.erase(Owner{key, space})) return false;
  --size_;
  bucket->second.drop_stale();
  if (bucket->second.live.empty()) buckets_.erase(bucket);
  return true;
}

std::optional<int64_t> TimerQueue::head() const {
  if (buckets_.empty()) return std::nullopt;
  return buckets_.begin()->first;
}

std::optional<Timer> TimerQueue::pop(int64_t until, Tie tie) {
  if (buckets_.empty() || buckets_.begin()->first > until) return std::nullopt;
  const int64_t time = buckets_.begin()->first;
  Bucket& bucket = buckets_.begin()->second;
  Owner owner = bucket.take(tie);
  --size_;
  if (bucket.live.empty()) buckets_.erase(buckets_.begin());
  return Timer{time, std::move(owner.key), std::move(owner.space)};
}

void TimerQueue::snapshot(uint32_t tag, KeyedBytesWriter& out) const {
  for (const auto& [time, bucket] : buckets_) {
    bucket.live.for_each([&, at = time](const Owner& owner, uint64_t) {
      ByteWriter& section = out.section_of(owner.key);
      section.varint(tag);
      section.zigzag(at);
      owner.key.encode(section);
      owner.space.encode(section);
    });
  }
}

void TimerQueue::restore_timer(ByteReader& in) {
  const int64_t time = in.zigzag();
  const Value key = Value::decode(in);
  set(time, key, Value::decode(in));
}

}  // namespace leat
