#include "sim/world/event_queue.h"

#include <algorithm>

namespace leat {

namespace {
constexpr size_t kUsual = 128;  // a small job has tens of events waiting
constexpr size_t kNear = 8;     // so many are looked at one by one
}  // namespace

EventQueue::EventQueue() {
  waiting_.reserve(kUsual);
  slots_.reserve(kUsual);
  free_.reserve(kUsual);
}

bool EventQueue::before(const Node& a, const Node& b) const {
  if (a.at != b.at) return a.at < b.at;
  if (a.order != b.order) return a.order < b.order;
  return slots_[a.slot].event.identity < slots_[b.slot].event.identity;
}

void EventQueue::insert(const Node& node) {
  size_t at = waiting_.size();
  const size_t near = at < kNear ? 0 : at - kNear;
  while (at > near && before(waiting_[at - 1], node)) --at;
  if (at == near && at > 0) {
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(near);
    const auto later = [this](const Node& a, const Node& b) { return before(b, a); };
    at = static_cast<size_t>(std::upper_bound(waiting_.begin(), end, node, later) -
                             waiting_.begin());
  }
  waiting_.insert(waiting_.begin() + static_cast<std::ptrdiff_t>(at), node);
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
  insert({at, order, slot});
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
  insert({at, order, slot});
  ++live_;
}

bool EventQueue::cancel(EventHandle handle) {
  if (handle.slot >= slots_.size()) return false;
  Slot& slot = slots_[handle.slot];
  if (slot.generation != handle.generation || !slot.waiting || slot.cancelled) return false;
  slot.cancelled = true;
  --live_;
  // Timers are set far ahead and cancelled early, all the time: they must not pile up.
  if (waiting_.size() > 64 && live_ * 2 < waiting_.size()) {
    drop_all_cancelled();
  } else {
    drop_cancelled_head();
  }
  return true;
}

void EventQueue::drop_all_cancelled() {
  std::erase_if(waiting_, [this](const Node& node) {
    if (!slots_[node.slot].cancelled) return false;
    release(node.slot);
    return true;
  });
}

void EventQueue::drop_cancelled_head() {
  while (!waiting_.empty() && slots_[waiting_.back().slot].cancelled) {
    release(waiting_.back().slot);
    waiting_.pop_back();
  }
}

Event EventQueue::take() {
  check(live_ > 0, "an event is taken from an empty queue");
  const uint32_t slot = waiting_.back().slot;
  waiting_.pop_back();
  --live_;
  drop_cancelled_head();
  return release(slot);
}

Event EventQueue::take_chosen(const Site& site, Choices& choices) {
  const ProcTime at = next_time();
  ready_.clear();
  for (size_t i = waiting_.size(); i-- > 0 && waiting_[i].at == at;) {
    const Slot& slot = slots_[waiting_[i].slot];
    if (!slot.cancelled) ready_.push_back(slot.event.identity);
  }
  if (ready_.size() == 1) return take();
  // Sorted, so that no strategy can come to depend on the order of keys.
  std::sort(ready_.begin(), ready_.end());
  return take_ready(at, choices.choose_among(site, ready_));
}

Event EventQueue::take_chosen(EventChooser& chooser) {
  const ProcTime at = next_time();
  std::vector<Event> ready;
  for (size_t i = waiting_.size(); i-- > 0 && waiting_[i].at == at;) {
    const Slot& slot = slots_[waiting_[i].slot];
    if (!slot.cancelled) ready.push_back(slot.event);
  }
  std::sort(ready.begin(), ready.end(),
            [](const Event& a, const Event& b) { return a.identity < b.identity; });
  const size_t chosen = chooser.choose_event(at, ready);
  check(chosen < ready.size(), "who was chosen to go next is not among the candidates");
  return take_ready(at, ready[chosen].identity);
}

Event EventQueue::take_ready(ProcTime at, const Identity& chosen) {
  for (size_t i = waiting_.size(); i-- > 0 && waiting_[i].at == at;) {
    const Node node = waiting_[i];
    if (slots_[node.slot].cancelled) continue;
    if (slots_[node.slot].event.identity != chosen) continue;
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
    --live_;
    drop_cancelled_head();
    return release(node.slot);
  }
  fail_check("who was chosen to go next is not among the candidates");
}

}  // namespace leat
