// A small world around connectors: the log, a clock that the test moves, a network that the test
// cuts, and stations where one operator runs as in a task. Everything that happens is heard as
// text.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/connectors/connector_context.h"
#include "core/connectors/log_broker.h"
#include "core/connectors/log_protocol.h"

namespace leat::rim {

// Splits of rows [value], each with the time of its arrival.
class Splits final : public SplitData {
 public:
  struct Record {
    int64_t arrival;
    int64_t value;
  };
  explicit Splits(std::vector<std::vector<Record>> splits) : splits_(std::move(splits)) {}
  uint32_t splits() const override { return static_cast<uint32_t>(splits_.size()); }
  std::string split_name(uint32_t split) const override { return "s" + std::to_string(split); }
  uint64_t size(uint32_t split) const override { return splits_[split].size(); }
  Duration arrival(uint32_t split, uint64_t offset) const override {
    return {splits_[split][offset].arrival};
  }
  void read(uint32_t split, uint64_t first, uint32_t count, RowBatch& out) const override {
    for (uint64_t i = first; i < first + count; ++i) {
      out.append(std::nullopt)[0] = Value::integer(splits_[split][i].value);
    }
  }

 private:
  std::vector<std::vector<Record>> splits_;
};

std::shared_ptr<const SplitData> splits(std::vector<std::vector<Splits::Record>> records);
RowBatch rows(std::vector<int64_t> values);

class Station;

class World : private FactObserver, private RecordTap {
 public:
  static constexpr ProcessId kLog{9};
  static constexpr ProcessId kWorker{1};
  static constexpr NodeId kSink{7};

  explicit World(LogTopics topics = {{}, {{"out", kSink}}}, bool persist = false);
  ~World();

  // Handles everything that is due now, in order.
  void settle() { run_to(now.ms); }
  void run_to(int64_t ms);
  void at(ProcTime when, std::function<void()> action);

  // The connections to the log are reset: what is under way is lost, both ends are told.
  void cut();
  // A request from a station's place, or from nobody's; answers are heard in `answers`.
  void send(Address from, NodeId node, Bytes body);
  void ask(const ProducerRequest& request);
  void ask(const Fetch& request);
  std::string answer();  // all answers to ask() since the last call, settled first

  ProcTime now{0};
  bool silent_loss = false;        // messages to the log vanish and nobody is told
  std::vector<int64_t> committed;  // what a read_committed reader sees
  std::vector<std::string> facts;  // of the log and the sources
  std::map<std::string, Bytes> blobs;
  uint32_t blob_failures = 0;             // the next writes fail
  bool hold_blobs = false;                // writes are answered when this is lifted
  std::map<uint32_t, Station*> stations;  // by endpoint
  uint64_t messages = 0;

 private:
  friend class Station;
  class LogEnv;

  void deliver(Message message);
  void on_fact(ProcTime at, const Fact& fact) override;
  void on_source_rows(ExecutionId, NodeId, uint32_t, uint64_t, const RowBatch&) override {}
  void on_operator_input(ExecutionId, NodeId, uint32_t, const RowBatch&) override {}
  void on_operator_output(ExecutionId, NodeId, uint32_t, const RowBatch&) override {}
  void on_committed_rows(NodeId, uint64_t, const RowBatch& batch) override;
  void on_timer(ExecutionId, NodeId, TimerEvent, TimeDomain, int64_t, const Value&) override {}

  Trace trace_;
  uint64_t next_event_ = 1;
  std::map<std::pair<ProcTime, uint64_t>, std::function<void()>> events_;
  std::set<std::pair<ProcTime, uint64_t>> under_way_;  // of them, messages to and from the log
  std::vector<std::string> answers_;
  std::unique_ptr<LogEnv> env_;
  std::unique_ptr<Process> log_;
};

// One attempt of one subtask of one node.
class Station final : public ConnectorContext {
 public:
  Station(World& world, const StreamNode& node, const JobConfig& config, uint32_t attempt,
          const Bytes& restore_from = {});
  ~Station() override;  // a crash

  Connector& op() { return *op_; }
  SourceOperator& source() { return *source_; }
  // ---- what a task does ----
  void rows(std::vector<int64_t> values);
  Bytes snapshot(uint64_t id);
  void complete(uint64_t id);
  void finish();
  void assign(std::vector<uint32_t> splits);  // and no more will follow

  std::vector<std::string> heard;  // what it emitted: "3", "W 99", "idle"
  std::set<uint64_t> held;         // acknowledgements
  std::string failure;
  std::vector<Bytes> to_enumerator;
  uint32_t rows_max = 256;
  uint64_t wakes = 0;  // calls of on_processing_time

  // ---- ConnectorContext ----
  const StreamNode& node() const override { return node_; }
  const JobConfig& config() const override { return config_; }
  uint32_t subtask() const override { return 0; }
  uint32_t parallelism() const override { return 1; }
  ExecutionId execution() const override { return {{{0}, 0}, attempt_}; }
  NodeId node_id() const override { return World::kSink; }
  RowBatch& out() override { return out_; }
  RowBatch& side(uint32_t) override { return out_; }
  void flush() override;
  void emit(Watermark watermark) override;
  void emit(StreamStatus status) override;
  ProcTime now() const override { return world_.now; }
  void wake_at(ProcTime time) override;
  void cancel_wake() override { ++wake_; }
  Choices& choices() override { return choices_; }
  Entity entity() const override { return {1}; }
  void add_fact(const Fact& fact) override { world_.trace_.add(world_.now, fact); }
  const std::vector<RecordTap*>& taps() const override { return world_.trace_.taps(); }
  void send_external(Bytes body) override;
  void call_at(ProcTime when, uint64_t arg) override;
  void announce_split(uint32_t split, ProcTime not_before) override;
  void send_to_enumerator(Bytes event) override { to_enumerator.push_back(std::move(event)); }
  void hold_acknowledgement(CheckpointId id) override { held.insert(id.value); }
  void release_acknowledgement(CheckpointId id) override { held.erase(id.value); }
  void fail(const std::string& cause) override { failure = cause; }

 private:
  // Runs `action` unless the station is gone by then.
  void later(ProcTime when, std::function<void()> action);

  World& world_;
  const StreamNode node_;
  const JobConfig config_;
  const uint32_t attempt_;
  const uint32_t endpoint_;
  std::unique_ptr<Connector> op_;
  SourceOperator* source_ = nullptr;
  RowBatch out_;
  uint64_t wake_ = 0;
  PlainChoices choices_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

StreamNode sink_node(SinkSpec::Kind kind);
StreamNode source_node(SourceSpec spec);
// The row's value is its event time.
SourceSpec table(std::shared_ptr<const SplitData> data, WatermarkSpec watermark = {});
JobConfig with_checkpoints();

}  // namespace leat::rim
