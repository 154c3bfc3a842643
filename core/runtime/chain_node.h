// One operator of a chain with its context: where its output goes, and what it may ask of the
// engine. (Flink: StreamOperatorWrapper, ChainingOutput, RecordWriterOutput.)
//
// Output leaves in the order in which it was made: rows are handed on before any watermark or
// status behind them. A row goes through the whole chain before the next call of its maker returns.
#pragma once

#include <memory>
#include <vector>

#include "core/connectors/connector_context.h"
#include "core/runtime/record_writer.h"
#include "core/runtime/task.h"

namespace leat {

enum class TimerKind : uint32_t { kWake, kConnector, kFlush, kPartitionRetry, kAlignment };
enum class BlobKind : uint32_t { kRestore, kSnapshot };

// What a chain asks of the task that it runs in.
class ChainServices {
 public:
  virtual ~ChainServices() = default;
  virtual TaskHost& host() = 0;
  virtual ExecutionId execution() const = 0;
  virtual uint32_t local_task() const = 0;
  virtual Entity who() const = 0;
  virtual TimerId call_at(ProcTime when, Entity who, TimerKind kind, uint32_t node,
                          uint64_t arg) = 0;
  virtual void announce_split(uint32_t split, ProcTime not_before) = 0;
  virtual void hold_acknowledgement(CheckpointId id) = 0;
  virtual void release_acknowledgement(CheckpointId id) = 0;
  // Everybody who asks for chance in this task has passed the barrier of the checkpoint.
  virtual void enter_epoch(CheckpointId id) = 0;
  virtual void fail(const std::string& cause) = 0;
  // Takes note of what this step has done. Throws where it is more than a step may do.
  virtual void spend(uint64_t work) = 0;
  virtual bool dead() const = 0;
};

class ChainNode final : public ConnectorContext {
 public:
  // `index`: in the vertex's nodes.
  ChainNode(ChainServices& services, NodeId id, uint32_t index, std::unique_ptr<Operator> op);

  // Wiring, in the order of the edges.
  void link(uint32_t output, ChainNode& child) { targets_of(output).push_back({&child, nullptr}); }
  void link(uint32_t output, RecordWriter& writer) {
    targets_of(output).push_back({nullptr, &writer});
  }

  Operator& op() { return *op_; }
  // REQUIRES: the node is a source or a sink.
  Connector& connector();
  bool is_connector() const { return role_ != Role::kInner; }
  bool is_source() const { return role_ == Role::kSource; }

  // What comes in; what the operator made of it has been handed on when these return.
  void receive(uint32_t input, RowBatch& rows);
  void receive(Watermark watermark);
  void receive(StreamStatus status);
  void on_wake();
  // The operator's end of input; once its work is over, no more processing timers and its
  // finishing. False: the work goes on, call again.
  bool finish();
  // Before the final watermark of a source: while idle it would be lost (FLINK-40499).
  void wake_up();

  // OperatorContext
  const StreamNode& node() const override { return node_; }
  const JobConfig& config() const override { return services_.host().program().graph.config; }
  uint32_t subtask() const override { return services_.execution().subtask.index; }
  uint32_t parallelism() const override { return node_.parallelism; }
  uint32_t max_parallelism() const override {
    return services_.host().program().job.vertex(execution().subtask.vertex).max_parallelism;
  }
  ExecutionId execution() const override { return services_.execution(); }
  NodeId node_id() const override { return id_; }
  RowBatch& out() override { return outputs_[0].rows; }
  RowBatch& side(uint32_t side) override { return outputs_[side + 1].rows; }
  void flush() override;
  void emit(Watermark watermark) override;
  void emit(StreamStatus status) override;
  ProcTime now() const override { return services_.host().env().now(); }
  void wake_at(ProcTime time) override;
  void cancel_wake() override;
  Choices& choices() override { return services_.host().env().choices(); }
  Entity entity() const override { return entity_; }
  void add_fact(const Fact& fact) override {
    services_.spend(1);
    services_.host().env().trace().add(now(), fact);
  }
  const std::vector<RecordTap*>& taps() const override {
    return services_.host().env().trace().taps();
  }

  // ConnectorContext
  void send_external(Bytes body) override;
  void call_at(ProcTime when, uint64_t arg) override;
  void announce_split(uint32_t split, ProcTime not_before) override {
    services_.announce_split(split, not_before);
  }
  void send_to_enumerator(Bytes event) override;
  void hold_acknowledgement(CheckpointId id) override { services_.hold_acknowledgement(id); }
  void release_acknowledgement(CheckpointId id) override { services_.release_acknowledgement(id); }
  void fail(const std::string& cause) override { services_.fail(cause); }

 private:
  template <class F>
  void in_own_name(F&& part);

  enum class Role : uint8_t { kInner, kSource, kSink };
  struct Target {  // one of the two
    ChainNode* child = nullptr;
    RecordWriter* writer = nullptr;
  };
  struct Output {
    RowBatch rows;
    std::vector<Target> targets;
  };
  std::vector<Target>& targets_of(uint32_t output) {
    return outputs_[output == kMainOutput ? 0 : output + 1].targets;
  }
  void hand_on(uint32_t index);
  static void hand_rows_to(const Target& target, RowBatch& rows);
  template <class Control>
  void hand_to_all(Control control);

  ChainServices& services_;
  const NodeId id_;
  const uint32_t index_;
  const StreamNode& node_;
  const Role role_;
  const Entity entity_;
  std::unique_ptr<Operator> op_;
  std::vector<Output> outputs_;  // the main one, then the sides
  StreamStatus status_ = StreamStatus::kActive;
  TimerId wake_;
  ProcTime wake_time_;
  bool input_ended_ = false;
  bool quiesced_ = false;
};

}  // namespace leat
