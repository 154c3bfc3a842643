#include "sim/world/network.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace leat {

namespace {

constexpr Site kMessage{"net.message"};
constexpr Site kLatency{"net.latency"};
constexpr Site kLocalLatency{"net.local_latency"};
constexpr Site kNotice{"net.notice"};
constexpr Site kNoticeLatency{"net.notice_latency"};
constexpr Site kHealBy{"net.heal_by_reset"};
constexpr Site kOutlived{"net.lost_at_silent_death"};

uint64_t link_name(const Message& m) {
  const uint64_t from = (uint64_t{m.from.process.value} << 32) | m.from.endpoint;
  const uint64_t to = (uint64_t{m.to.process.value} << 32) | m.to.endpoint;
  return mix(from, to, m.lane);
}

// Endpoints of tasks may be numbered by attempts, so on the lanes of channels they are no part of
// the name that chance goes by; the lane itself says which channel it is.
Entity chance_name(const Message& m) {
  if (m.lane == kRpcLane) return {link_name(m)};
  return {mix(m.from.process.value, m.to.process.value, m.lane)};
}

uint64_t hash_of(const Message& m) {
  return hash_bytes(m.body, (uint64_t{m.from.endpoint} << 32) | m.to.endpoint);
}

}  // namespace

Network::Network(Schedule& schedule, std::vector<ProcessSlot>& processes)
    : schedule_(schedule), processes_(processes), table_(64, kNone) {
  const auto count = static_cast<uint32_t>(processes.size());
  connections_.resize(size_t{count} * count);
  for (uint32_t a = 0; a < count; ++a) {
    for (uint32_t b = a; b < count; ++b) {
      Connection& connection = connections_[a * count + b];
      connection.ends[0] = {a};
      connection.ends[1] = {b};
    }
  }
}

uint32_t Network::connection_of(ProcessId a, ProcessId b) const {
  const auto count = static_cast<uint32_t>(processes_.size());
  check(a.value < count && b.value < count, "a message to a process that is not in this world");
  return std::min(a.value, b.value) * count + std::max(a.value, b.value);
}

uint32_t Network::link_of(const Message& message) {
  const uint64_t name = link_name(message);
  const size_t mask = table_.size() - 1;
  for (size_t at = name & mask; table_[at] != kNone; at = (at + 1) & mask) {
    const Link& link = links_[table_[at]];
    if (link.name == name && link.from == message.from && link.to == message.to &&
        link.lane == message.lane) {
      return table_[at];
    }
  }
  return add_link(message, name);
}

uint32_t Network::add_link(const Message& message, uint64_t name) {
  if ((links_.size() + 1) * 2 > table_.size()) grow_table();
  const auto index = static_cast<uint32_t>(links_.size());
  Link link;
  link.from = message.from;
  link.to = message.to;
  link.lane = message.lane;
  link.name = name;
  link.entity = chance_name(message);
  link.connection = connection_of(message.from.process, message.to.process);
  links_.push_back(link);
  connections_[link.connection].links.push_back(index);
  size_t at = name & (table_.size() - 1);
  while (table_[at] != kNone) at = (at + 1) & (table_.size() - 1);
  table_[at] = index;
  return index;
}

void Network::grow_table() {
  table_.assign(table_.size() * 2, kNone);
  const size_t mask = table_.size() - 1;
  for (uint32_t i = 0; i < links_.size(); ++i) {
    size_t at = links_[i].name & mask;
    while (table_[at] != kNone) at = (at + 1) & mask;
    table_[at] = i;
  }
}

void Network::send(Message&& message) {
  const uint32_t index = link_of(message);
  Link& link = links_[index];
  Connection& connection = connections_[link.connection];
  const bool local = link.from.process == link.to.process;
  const uint64_t sequence = link.sent++;
  schedule_.touch(link.name);
  const uint32_t end = link.from.process == connection.ends[0] ? 0 : 1;
  const ProcessSlot& receiver = processes_[link.to.process.value];
  if (!receiver.alive() || (!local && connection.untold[end])) {
    schedule_.add(MessageLost{link.from.process, link.to.process, link.entity.key, sequence,
                              hash_of(message)});
    return;
  }
  Duration latency =
      local ? schedule_.chance.between(kLocalLatency, link.entity, {0}, {1})
            : schedule_.chance.between(kLatency, link.entity, schedule_.config.latency_min,
                                       schedule_.config.latency_max);
  if (!local) {
    connection.open = true;
    if (schedule_.now < connection.slow_until) {
      latency.ms += connection.slow_by.ms;
      if (!std::exchange(connection.slow_counted, true)) schedule_.hit(FaultKind::kDelay);
    }
  }
  link.last_arrival = std::max(link.last_arrival, schedule_.now + latency);

  uint32_t flight = 0;
  if (free_.empty()) {
    flight = static_cast<uint32_t>(flights_.size());
    flights_.emplace_back();
  } else {
    flight = free_.back();
    free_.pop_back();
  }
  Flight& sent = flights_[flight];
  sent.message = std::move(message);
  sent.arrives = link.last_arrival;
  sent.sequence = sequence;
  sent.receiver = receiver.incarnation;
  sent.next = kNone;
  ++in_flight_;
  if (link.tail != kNone) {
    flights_[link.tail].next = flight;
    link.tail = flight;
    return;
  }
  link.head = link.tail = flight;
  schedule_head(index);
}

void Network::schedule_head(uint32_t index) {
  Link& link = links_[index];
  Event event;
  event.identity = schedule_.chance.name_next(kMessage, link.entity);
  event.kind = EventKind::kMessage;
  event.process = link.to.process;
  event.index = index;
  event.endpoint = link.to.endpoint;
  link.arrival = schedule_.push(std::max(flights_[link.head].arrives, schedule_.now), event);
}

void Network::postpone(uint32_t link, ProcTime until, const Event& event) {
  links_[link].arrival = schedule_.push(until, event);
}

Network::Flight& Network::pop(Link& link) {
  const uint32_t at = link.head;
  Flight& flight = flights_[at];
  free_.push_back(at);
  --in_flight_;
  link.head = flight.next;
  if (link.head == kNone) link.tail = kNone;
  return flight;
}

void Network::lose(const Link& link, const Flight& flight) {
  schedule_.add(MessageLost{link.from.process, link.to.process, link.entity.key, flight.sequence,
                            hash_of(flight.message)});
}

std::optional<Message> Network::arrive(const Event& event) {
  Link& link = links_[event.index];
  Connection& connection = connections_[link.connection];
  ProcessSlot& receiver = processes_[link.to.process.value];
  if (schedule_.now < connection.held_until) {
    if (!std::exchange(connection.hold_counted, true)) schedule_.hit(FaultKind::kPartition);
    postpone(event.index, connection.held_until, event);
    return std::nullopt;
  }
  const bool current = receiver.is_current(flights_[link.head].receiver);
  const uint32_t end = link.to.process == connection.ends[0] ? 0 : 1;
  if (current && connection.untold[end]) {
    postpone(event.index, schedule_.now + Duration{1}, event);
    return std::nullopt;
  }
  Flight& flight = pop(link);
  if (link.head != kNone) schedule_head(event.index);
  if (!current) {
    lose(link, flight);
    return std::nullopt;
  }
  schedule_.add(MessageDelivered{link.from.process, link.to.process, link.entity.key,
                                 flight.sequence, hash_of(flight.message)});
  return std::move(flight.message);
}

void Network::lose_all(uint32_t index) {
  Link& link = links_[index];
  if (link.head == kNone) return;
  schedule_.queue.cancel(link.arrival);
  while (link.head != kNone) lose(link, pop(link));
  link.last_arrival = schedule_.now;
}

void Network::notify(Connection& connection, uint32_t end) {
  const ProcessSlot& told = processes_[connection.ends[end].value];
  if (!told.alive() || connection.untold[end]) return;
  connection.untold[end] = true;
  const ProcessId peer = connection.ends[1 - end];
  const Entity who = entity(entity(Entity{kNotice.key}, connection.ends[end].value), peer.value);
  Event event;
  event.identity = schedule_.chance.name_next(kNotice, who);
  event.kind = EventKind::kDisconnect;
  event.process = connection.ends[end];
  event.incarnation = told.incarnation;
  event.index = peer.value;
  const Duration latency = schedule_.chance.between(
      kNoticeLatency, who, schedule_.config.latency_min, schedule_.config.latency_max);
  schedule_.push(schedule_.now + latency, event);
}

bool Network::tell(const Event& event) {
  if (!processes_[event.process.value].is_current(event.incarnation)) return false;
  Connection& connection = connections_[connection_of(event.process, {event.index})];
  connection.untold[event.process == connection.ends[0] ? 0 : 1] = false;
  return true;
}

void Network::break_connection(Connection& connection) {
  if (!connection.open) return;
  connection.open = false;
  schedule_.add(ConnectionReset{connection.ends[0], connection.ends[1]});
  for (const uint32_t link : connection.links) lose_all(link);
  notify(connection, 0);
  notify(connection, 1);
}

bool Network::is_open(ProcessId a, ProcessId b) const {
  return a != b && connections_[connection_of(a, b)].open;
}

bool Network::is_partitioned(ProcessId a, ProcessId b) const {
  return schedule_.now < connections_[connection_of(a, b)].held_until;
}

void Network::reset(ProcessId a, ProcessId b) {
  if (a == b) return;
  break_connection(connections_[connection_of(a, b)]);
}

void Network::partition(ProcessId a, ProcessId b, Duration lasts) {
  if (a == b) return;
  const uint32_t index = connection_of(a, b);
  Connection& connection = connections_[index];
  connection.held_until = std::max(connection.held_until, schedule_.now + lasts);
  connection.hold_counted = false;
  Event event;
  event.identity = schedule_.chance.name_next(kHealBy, {mix(a.value, b.value)});
  event.kind = EventKind::kHeal;
  event.index = index;
  schedule_.push(connection.held_until, event);
}

void Network::heal(uint32_t index) {
  Connection& connection = connections_[index];
  if (schedule_.now < connection.held_until) return;  // held longer meanwhile
  const Entity who{mix(connection.ends[0].value, connection.ends[1].value)};
  if (schedule_.chance.choose(kHealBy, who, 2) == 1) break_connection(connection);
}

void Network::delay(ProcessId a, ProcessId b, Duration amount, Duration lasts) {
  if (a == b) return;
  Connection& connection = connections_[connection_of(a, b)];
  connection.slow_until = schedule_.now + lasts;
  connection.slow_by = amount;
  connection.slow_counted = false;
}

void Network::died_with_resets(ProcessId process) {
  for (uint32_t other = 0; other < processes_.size(); ++other) {
    Connection& connection = connections_[connection_of(process, {other})];
    connection.untold[process == connection.ends[0] ? 0 : 1] = false;
    if (other != process.value) {
      break_connection(connection);
    } else {
      for (const uint32_t link : connection.links) lose_all(link);
    }
  }
}

void Network::died_silently(ProcessId process) {
  for (uint32_t other = 0; other < processes_.size(); ++other) {
    Connection& connection = connections_[connection_of(process, {other})];
    connection.untold[process == connection.ends[0] ? 0 : 1] = false;
    for (const uint32_t link : connection.links) {
      if (links_[link].from.process == process) cut_tail(link);
    }
  }
}

void Network::cut_tail(uint32_t index) {
  Link& link = links_[index];
  if (link.head == kNone) return;
  uint32_t sent = 0;
  for (uint32_t at = link.head; at != kNone; at = flights_[at].next) ++sent;
  uint32_t kept = sent - schedule_.chance.choose(kOutlived, link.entity, sent + 1);
  if (kept == 0) return lose_all(index);
  uint32_t last = link.head;
  while (--kept > 0) last = flights_[last].next;
  uint32_t cut = std::exchange(flights_[last].next, kNone);
  link.tail = last;
  while (cut != kNone) {
    const Flight lost = std::move(flights_[cut]);
    free_.push_back(cut);
    --in_flight_;
    lose(link, lost);
    cut = lost.next;
  }
}

}  // namespace leat
