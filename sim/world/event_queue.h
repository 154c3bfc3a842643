// What is going to happen, in order of (time, order key, identity).
//
// An event has an identity that is stable over code changes (who, in which epoch, for the how
// many-th time). Among events of one instant the order is chance: normally a key that is a hash
// of the identity; where choices have to be asked (recording, replay, enumeration),
// take_chosen() collects the ready ones and lets them choose.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/check.h"
#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/env/choices.h"
#include "core/env/env.h"

namespace leat {

enum class EventKind : uint8_t {
  kMessage,     // the head of a lane arrives; `index`: the link
  kTimer,       // `timer`
  kRun,         // `run`
  kBlob,        // storage answers; `index`: the operation
  kStart,       // a process starts (again)
  kDisconnect,  // a process learns that a connection was reset; `index`: the peer
  kFault,       // `index`: the planned fault
  kHeal,        // a partition ends; `index`: the connection
};

struct Event {
  Identity identity;
  EventKind kind = EventKind::kTimer;
  ProcessId process;         // whom it happens to
  uint32_t incarnation = 0;  // which it was meant for
  uint32_t index = 0;
  uint32_t endpoint = 0;  // kMessage: of the receiver
  TimerTag timer;
  RunTag run;
};

// Says which event goes next, and sees what the events are: a search, where a seed needs no more
// than their identities.
class EventChooser {
 public:
  virtual ~EventChooser() = default;
  // Asked before each step, also where only one is ready; `ready` is in the order of identities.
  // Answers with a position in it.
  virtual size_t choose_event(ProcTime at, std::span<const Event> ready) = 0;
  // What the step under way touches besides the process that it happens to.
  virtual void happens_at(ProcessId process, uint32_t endpoint) = 0;
  virtual void touches(uint64_t what) = 0;  // the name of a link that is sent on, or of a blob
};

// Names a place in the queue while the event waits there.
struct EventHandle {
  uint32_t slot = 0;
  uint32_t generation = 0;  // from 1; 0: no event
};

class EventQueue {
 public:
  EventQueue();

  EventHandle push(ProcTime at, uint64_t order, const Event& event);
  // What was taken last waits on, until `at`; handles to it stay good, so that a timer of a process
  // that is paused can still be cancelled.  REQUIRES: nothing was pushed since it was taken.
  void put_back(ProcTime at, uint64_t order, const Event& event);
  // False where it has happened already.
  bool cancel(EventHandle handle);

  // Cancels all that `pred(event)` holds for.
  template <class F>
  void cancel_if(F&& pred) {
    for (const Node& node : waiting_) {
      Slot& slot = slots_[node.slot];
      if (slot.cancelled || !pred(slot.event)) continue;
      slot.cancelled = true;
      --live_;
    }
    drop_all_cancelled();
  }

  bool empty() const { return live_ == 0; }
  size_t size() const { return live_; }
  // REQUIRES: not empty.
  ProcTime next_time() const {
    check(live_ > 0, "an empty queue has no next event");
    return waiting_.back().at;
  }

  // The first by (time, order key, identity).  REQUIRES: not empty.
  Event take();
  // Asks who of those at the first instant goes, if there are several.  REQUIRES: not empty.
  Event take_chosen(const Site& site, Choices& choices);

  // The same, asking somebody who sees the events.
  Event take_chosen(EventChooser& chooser);

  // Calls visit(at, event) for all that wait, in no stated order: for counting only.
  template <class F>
  void for_each(F&& visit) const {
    for (const Node& node : waiting_) {
      if (!slots_[node.slot].cancelled) visit(node.at, slots_[node.slot].event);
    }
  }

 private:
  struct Node {
    ProcTime at;
    uint64_t order = 0;
    uint32_t slot = 0;
  };
  struct Slot {
    Event event;
    uint32_t generation = 1;
    bool waiting = false;
    bool cancelled = false;
  };

  bool before(const Node& a, const Node& b) const;
  void insert(const Node& node);
  Event take_ready(ProcTime at, const Identity& chosen);
  Event release(uint32_t slot);
  void drop_cancelled_head();
  void drop_all_cancelled();

  // Sorted, the first to happen at the end, which is never a cancelled one. What is new mostly
  // happens soon, so that little has to move; taking moves nothing. (A heap of the tens of events
  // of a usual job takes thrice as long.)
  std::vector<Node> waiting_;
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  size_t live_ = 0;
  std::vector<Identity> ready_;  // scratch of take_chosen
};

}  // namespace leat
