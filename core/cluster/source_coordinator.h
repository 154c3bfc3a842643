// The JobMaster's side of one source: its split enumerator, and the gateways to its readers.
//
// Events and checkpoints must agree (reference 8.5; Flink: OperatorCoordinatorHolder,
// SubtaskGatewayImpl): what the enumerator's snapshot calls given must be in the reader's snapshot
// of the same checkpoint, and what it does not must not be. So with the snapshot the gateways
// close; events sent later wait until that reader has acknowledged the checkpoint (or it ended),
// and the checkpoint waits until earlier events have arrived. A later checkpoint's snapshot waits
// until nothing is held back. An event that is lost fails its task.
#pragma once

#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/connectors/split_enumerator.h"

namespace leat {

struct EventToReader {
  uint32_t subtask = 0;
  uint64_t number = 0;
  Bytes event;
};

class SourceCoordinator {
 public:
  SourceCoordinator(NodeId node, VertexId vertex, uint32_t splits, uint32_t parallelism);

  NodeId node() const { return node_; }
  VertexId vertex() const { return vertex_; }

  void on_reader_event(uint32_t subtask, std::string_view event);
  // An event that is no answer. Nothing is sent to a reader that has ended.
  void send(uint32_t subtask, Bytes event);
  // The reader has finished: what is on its way to it arrives nowhere, and nobody waits for it.
  void on_reader_finished(uint32_t subtask);
  void on_event_received(uint32_t subtask, uint64_t number);

  void begin_snapshot(CheckpointId id);
  // The enumerator's state at `id`, once it may be used: all earlier events have arrived.
  std::optional<Bytes> snapshot_of(CheckpointId id) const;
  // The reader has taken its snapshot.
  void open_gateway(uint32_t subtask, CheckpointId id);
  // The checkpoint is over, one way or the other.
  void end_snapshot(CheckpointId id);

  // Every reader starts anew; null: from nothing.
  void reset(const Bytes* state);

  bool has_event_in_flight(uint32_t subtask) const { return !gateways_[subtask].in_flight.empty(); }
  // What is to be sent now, in order.
  std::vector<EventToReader> take_events();

 private:
  struct Gateway {
    std::vector<CheckpointId> closed_for;
    std::deque<Bytes> held;  // events that wait for the gateway to open
    std::vector<uint64_t> in_flight;
    bool finished = false;
  };
  struct Snapshot {
    CheckpointId id;
    std::optional<Bytes> state;  // none: it waits for events that are held back
    std::vector<std::pair<uint32_t, uint64_t>> waits_for;  // subtask, event
  };
  void send_held(uint32_t subtask);
  void take_waiting_snapshots();

  NodeId node_;
  VertexId vertex_;
  SplitEnumerator enumerator_;
  uint64_t next_number_ = 1;
  std::vector<Gateway> gateways_;
  std::vector<Snapshot> snapshots_;
  std::vector<EventToReader> outgoing_;
};

}  // namespace leat
