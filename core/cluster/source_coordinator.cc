#include "core/cluster/source_coordinator.h"

#include <algorithm>

namespace leat {

SourceCoordinator::SourceCoordinator(NodeId node, VertexId vertex, uint32_t splits,
                                     uint32_t parallelism)
    : node_(node), vertex_(vertex), enumerator_(splits, parallelism), gateways_(parallelism) {}

void SourceCoordinator::on_reader_event(uint32_t subtask, std::string_view event) {
  gateways_[subtask].held.push_back(enumerator_.on_reader_event(subtask, event));
  send_held(subtask);
}

void SourceCoordinator::send(uint32_t subtask, Bytes event) {
  if (gateways_[subtask].finished) return;
  gateways_[subtask].held.push_back(std::move(event));
  send_held(subtask);
}

void SourceCoordinator::on_reader_finished(uint32_t subtask) {
  Gateway& gateway = gateways_[subtask];
  gateway.finished = true;
  gateway.held.clear();
  for (const uint64_t number : std::exchange(gateway.in_flight, {})) {
    for (Snapshot& snapshot : snapshots_)
      std::erase(snapshot.waits_for, std::pair{subtask, number});
  }
  take_waiting_snapshots();
}

void SourceCoordinator::send_held(uint32_t subtask) {
  Gateway& gateway = gateways_[subtask];
  if (!gateway.closed_for.empty()) return;
  for (Bytes& event : gateway.held) {
    gateway.in_flight.push_back(next_number_);
    outgoing_.push_back({subtask, next_number_, std::move(event)});
    ++next_number_;
  }
  gateway.held.clear();
  take_waiting_snapshots();
}

void SourceCoordinator::on_event_received(uint32_t subtask, uint64_t number) {
  std::erase(gateways_[subtask].in_flight, number);
  for (Snapshot& snapshot : snapshots_) {
    std::erase(snapshot.waits_for, std::pair{subtask, number});
  }
}

void SourceCoordinator::begin_snapshot(CheckpointId id) {
  snapshots_.push_back({id, std::nullopt, {}});
  take_waiting_snapshots();
}

void SourceCoordinator::take_waiting_snapshots() {
  for (Snapshot& snapshot : snapshots_) {
    if (snapshot.state) continue;
    const bool held = std::any_of(gateways_.begin(), gateways_.end(),
                                  [](const Gateway& g) { return !g.held.empty(); });
    if (held) return;
    snapshot.state = enumerator_.snapshot();
    for (uint32_t subtask = 0; subtask < gateways_.size(); ++subtask) {
      gateways_[subtask].closed_for.push_back(snapshot.id);
      for (const uint64_t number : gateways_[subtask].in_flight) {
        snapshot.waits_for.emplace_back(subtask, number);
      }
    }
  }
}

std::optional<Bytes> SourceCoordinator::snapshot_of(CheckpointId id) const {
  for (const Snapshot& snapshot : snapshots_) {
    if (snapshot.id == id && snapshot.waits_for.empty()) return snapshot.state;
  }
  return std::nullopt;
}

void SourceCoordinator::open_gateway(uint32_t subtask, CheckpointId id) {
  std::erase(gateways_[subtask].closed_for, id);
  send_held(subtask);
}

void SourceCoordinator::end_snapshot(CheckpointId id) {
  std::erase_if(snapshots_, [&](const Snapshot& s) { return s.id == id; });
  for (uint32_t subtask = 0; subtask < gateways_.size(); ++subtask) open_gateway(subtask, id);
}

void SourceCoordinator::reset(const Bytes* state) {
  snapshots_.clear();
  outgoing_.clear();
  for (Gateway& gateway : gateways_) gateway = Gateway{};
  if (state == nullptr) {
    enumerator_.reset();
  } else {
    enumerator_.restore(*state);
  }
}

std::vector<EventToReader> SourceCoordinator::take_events() { return std::exchange(outgoing_, {}); }

}  // namespace leat
