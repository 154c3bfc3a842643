// What sources and sinks may ask for besides what every operator may.
#pragma once

#include "core/base/bytes.h"
#include "core/env/env.h"
#include "core/operators/operator.h"

namespace leat {

class ConnectorContext : public OperatorContext {
 public:
  // Sends to the external log (ClusterConfig::log) in order; replies come to on_external().
  virtual void send_external(Bytes body) = 0;
  // Calls on_timer(arg) of the operator once, at or after `when`. Not the keyed timers: nothing of
  // this is in a snapshot.
  virtual void call_at(ProcTime when, uint64_t arg) = 0;

  // Sources: the split could be read from `not_before` on. Each announcement leads to one read().
  virtual void announce_split(uint32_t split, ProcTime not_before) = 0;
  // Sources: an event for the split enumerator of this node at the JobMaster.
  virtual void send_to_enumerator(Bytes event) = 0;

  // The acknowledgement of `id` waits until it is released (a sink whose flush is on the way).
  virtual void hold_acknowledgement(CheckpointId id) = 0;
  virtual void release_acknowledgement(CheckpointId id) = 0;
  // The operator fails its task from outside a call (a transaction was refused, say).
  virtual void fail(const std::string& cause) = 0;
};

// An operator at the rim of the job. The runtime knows that the context of such an operator is a
// ConnectorContext.
class Connector : public Operator {
 public:
  virtual void on_external(std::string_view body, ConnectorContext& ctx) { (void)body, (void)ctx; }
  // The connection to the log was reset; what was under way may be lost.
  virtual void on_log_disconnected(ConnectorContext& ctx) { (void)ctx; }
  virtual void on_timer(uint64_t arg, ConnectorContext& ctx) { (void)arg, (void)ctx; }
  // False while something of the last checkpoint is still under way (a commit not yet answered):
  // the task does not finish before.
  virtual bool ready_to_close() const { return true; }
};

// The head of a source task (FLIP-27: SourceOperator with its reader). It owns the splits it was
// given and where it is in each; the enumerator at the JobMaster gives them out.
class SourceOperator : public Connector {
 public:
  // Emits up to `rows_max` records of the split that have arrived by now, with their timestamps and
  // what the watermark generator makes of them; announces the split again if there is more.
  virtual void read(uint32_t split, uint32_t rows_max, ConnectorContext& ctx) = 0;
  // From the enumerator.
  virtual void on_enumerator_event(std::string_view event, ConnectorContext& ctx) = 0;
  // All splits are read to their end and no more will be assigned.
  virtual bool finished() const = 0;

  void on_rows(uint32_t, RowBatch&, OperatorContext&) override {
    fail_check("a source has no input");
  }
};

std::unique_ptr<SourceOperator> make_source(const StreamNode& node);  // REQUIRES: a SourceSpec
std::unique_ptr<Connector> make_sink(const StreamNode& node);         // REQUIRES: a SinkSpec

}  // namespace leat
