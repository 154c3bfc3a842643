// The network: links with order, connections that break.
//
// A link is (from endpoint, to endpoint, lane). It keeps order; links overtake one another freely.
// Only the head of a link waits in the event queue. A connection joins two processes and carries
// all links between them: a reset loses what is in flight either way and tells both ends. Until an
// end has been told, what it sends goes into the dead connection and is lost, and what the other
// sends on the new one waits: so on_disconnect stands between the last message of the old
// connection and the first of the new.
#pragma once

#include <optional>
#include <vector>

#include "core/env/env.h"
#include "sim/world/processes.h"
#include "sim/world/schedule.h"

namespace leat {

class Network {
 public:
  // REQUIRES: both outlive this; the number of processes does not change.
  Network(Schedule& schedule, std::vector<ProcessSlot>& processes);

  void send(Message&& message);
  // The head of link `link` arrives: the message, if its receiver gets it now.
  std::optional<Message> arrive(const Event& event);
  // It arrives later, in the same order.
  void postpone(uint32_t link, ProcTime until, const Event& event);
  // The process learns of a reset. False where it has heard of it by dying.
  bool tell(const Event& event);

  void reset(ProcessId a, ProcessId b);
  void partition(ProcessId a, ProcessId b, Duration lasts);
  void heal(uint32_t connection);
  void delay(ProcessId a, ProcessId b, Duration amount, Duration lasts);

  // REQUIRES: called before the process starts again.
  void died_with_resets(ProcessId process);
  void died_silently(ProcessId process);

  // Something was exchanged since the connection was last reset.
  bool is_open(ProcessId a, ProcessId b) const;
  bool is_partitioned(ProcessId a, ProcessId b) const;
  size_t in_flight() const { return in_flight_; }

 private:
  struct Flight {
    Message message;
    ProcTime arrives;
    uint64_t sequence = 0;
    uint32_t receiver = 0;  // its incarnation when this was sent
    uint32_t next = 0;
  };
  struct Link {
    Address from;
    Address to;
    Lane lane = 0;
    uint64_t name = 0;  // of (from, to, lane)
    Entity entity;      // that its chance is keyed by
    uint32_t connection = 0;
    uint64_t sent = 0;
    ProcTime last_arrival;
    uint32_t head = kNone;
    uint32_t tail = kNone;
    EventHandle arrival;  // of the head
  };
  struct Connection {
    ProcessId ends[2];
    bool open = false;
    bool untold[2] = {false, false};  // the end has not heard of the last reset
    ProcTime held_until;
    bool hold_counted = true;
    ProcTime slow_until;
    Duration slow_by;
    bool slow_counted = true;
    std::vector<uint32_t> links;
  };
  static constexpr uint32_t kNone = 0xffffffff;

  uint32_t connection_of(ProcessId a, ProcessId b) const;
  uint32_t link_of(const Message& message);
  uint32_t add_link(const Message& message, uint64_t name);
  void grow_table();
  void schedule_head(uint32_t link);
  Flight& pop(Link& link);  // good until the next is sent
  void lose(const Link& link, const Flight& flight);
  void lose_all(uint32_t link);
  // A sender has died silently: what it sent may have left the machine or not; some first part of
  // it arrives.
  void cut_tail(uint32_t link);
  void break_connection(Connection& connection);
  void notify(Connection& connection, uint32_t end);

  Schedule& schedule_;
  std::vector<ProcessSlot>& processes_;
  std::vector<Connection> connections_;  // a square, by the smaller and the larger end
  std::vector<Link> links_;
  std::vector<uint32_t> table_;  // open addressing over links_ by name; kNone is free
  std::vector<Flight> flights_;
  std::vector<uint32_t> free_;
  size_t in_flight_ = 0;
};

}  // namespace leat
