#include "sim/world/event_queue.h"

#include <algorithm>

namespace leat {

namespace {
constexpr size_t kUsual = 128;  // a small job has tens of events waiting
}

EventQueue::EventQueue() {
  heap_.reserve(kUsual);
  slots_.reserve(kUsual);
  free_.reserve(kUsual);
}

bool EventQueue::before(const Node& a, const Node& b) const {
  if (a.at != b.at) return a.at < b.at;
  if (a.order != b.order) return a.order < b.order;
  return slots_[a.slot].event.identity < slots_[b.slot].event.identity;
}

void EventQueue::sift_up(size_t at) {
  const Node node = heap_[at];
  while (at > 0) {
    const size_t parent = (at - 1) / 2;
    if (!before(node, heap_[parent])) break;
    heap_[at] = heap_[parent];
    at = parent;
  }
  heap_[at] = node;
}

void EventQueue::sift_down(size_t at) {
  const Node node = heap_[at];
  for (;;) {
    size_t child = at * 2 + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && before(heap_[child + 1], heap_[child])) ++child;
    if (!before(heap_[child], node)) break;
    heap_[at] = heap_[child];
    at = child;
  }
  heap_[at] = node;
}

void EventQueue::remove_at(size_t at) {
  const Node last = heap_.back();
  heap_.pop_back();
  if (at == heap_.size()) return;
  heap_[at] = last;
  if (at > 0 && before(last, heap_[(at - 1) / 2])) {
    sift_up(at);
  } else {
    sift_down(at);
  }
}

Event EventQueue::release(uint32_t slot) {
  Slot& freed = slots_[slot];
  freed.waiting = false;
  freed.cancelled = false;
  ++freed.generation;
  free_.push_back(slot);
  return freed.event;
}

EventHandle EventQueue::push(ProcTime at, uint64_t order, const Event& event) {
  uint32_t slot = 0;
  if (free_.empty()) {
    slot = static_cast<uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  slots_[slot].event = event;
  slots_[slot].waiting = true;
  heap_.push_back({at, order, slot});
  sift_up(heap_.size() - 1);
  ++live_;
  return {slot, slots_[slot].generation};
}

void EventQueue::put_back(ProcTime at, uint64_t order, const Event& event) {
  check(!free_.empty(), "an event is put back that was not taken");
  const uint32_t slot = free_.back();
  check(slots_[slot].event.identity == event.identity, "another event was taken last");
  free_.pop_back();
  --slots_[slot].generation;
  slots_[slot].waiting = true;
  heap_.push_back({at, order, slot});
  sift_up(heap_.size() - 1);
  ++live_;
}

bool EventQueue::cancel(EventHandle handle) {
  if (handle.slot >= slots_.size()) return false;
  Slot& slot = slots_[handle.slot];
  if (slot.generation != handle.generation || !slot.waiting || slot.cancelled) return false;
  slot.cancelled = true;
  --live_;
  // Timers are set far ahead and cancelled early, all the time: they must not pile up.
  if (heap_.size() > 64 && live_ * 2 < heap_.size()) {
    drop_all_cancelled();
  } else {
    drop_cancelled_head();
  }
  return true;
}

void EventQueue::drop_all_cancelled() {
  size_t kept = 0;
  for (const Node& node : heap_) {
    if (slots_[node.slot].cancelled) {
      release(node.slot);
    } else {
      heap_[kept++] = node;
    }
  }
  heap_.resize(kept);
  for (size_t at = kept / 2; at-- > 0;) sift_down(at);
}

void EventQueue::drop_cancelled_head() {
  while (!heap_.empty() && slots_[heap_.front().slot].cancelled) {
    release(heap_.front().slot);
    remove_at(0);
  }
}

Event EventQueue::take() {
  check(live_ > 0, "an event is taken from an empty queue");
  const uint32_t slot = heap_.front().slot;
  remove_at(0);
  --live_;
  drop_cancelled_head();
  return release(slot);
}

Event EventQueue::take_chosen(const Site& site, Choices& choices) {
  const ProcTime at = next_time();
  ready_.clear();
  for (const Node& node : heap_) {
    if (node.at == at && !slots_[node.slot].cancelled) {
      ready_.push_back(slots_[node.slot].event.identity);
    }
  }
  if (ready_.size() == 1) return take();
  // Sorted, so that no strategy can come to depend on the shape of the heap.
  std::sort(ready_.begin(), ready_.end());
  return take_ready(at, choices.choose_among(site, ready_));
}

Event EventQueue::take_chosen(EventChooser& chooser) {
  const ProcTime at = next_time();
  std::vector<Event> ready;
  for (const Node& node : heap_) {
    const Slot& slot = slots_[node.slot];
    if (node.at == at && !slot.cancelled) ready.push_back(slot.event);
  }
  std::sort(ready.begin(), ready.end(),
            [](const Event& a, const Event& b) { return a.identity < b.identity; });
  const size_t chosen = chooser.choose_event(at, ready);
  check(chosen < ready.size(), "who was chosen to go next is not among the candidates");
  return take_ready(at, ready[chosen].identity);
}

Event EventQueue::take_ready(ProcTime at, const Identity& chosen) {
  for (size_t i = 0; i < heap_.size(); ++i) {
    const Node node = heap_[i];
    if (node.at != at || slots_[node.slot].cancelled) continue;
    if (slots_[node.slot].event.identity != chosen) continue;
    remove_at(i);
    --live_;
    drop_cancelled_head();
    return release(node.slot);
  }
  fail_check("who was chosen to go next is not among the candidates");
}

}  // namespace leat
