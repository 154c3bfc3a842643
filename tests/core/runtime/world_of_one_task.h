// A task driven alone, as a story: what comes in is told line by line, what the task and its
// operators do about it is written down as text in one order. Clock, network, storage and the
// choice of steps are in the hand of the test.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/connectors/connector_context.h"
#include "core/runtime/operator_factory.h"
#include "core/runtime/wiring.h"
#include "tests/core/graph/plan_of.h"

namespace leat::testing {

using Lines = std::vector<std::string>;

// Answers from a list of (site, answer), plain where there is none; remembers the epochs entered.
class ListedChoices final : public Choices {
 public:
  std::map<std::string, uint32_t> answers;
  std::vector<std::pair<Entity, uint64_t>> epochs;

  uint32_t choose(const Site& site, Entity, uint32_t count) override {
    const auto found = answers.find(std::string(site.name));
    return found == answers.end() ? 0 : found->second % count;
  }
  Identity choose_among(const Site&, std::span<const Identity> candidates) override {
    return candidates.front();
  }
  void enter_epoch(Entity who, uint64_t checkpoint) override {
    epochs.emplace_back(who, checkpoint);
  }
};

// Makes the operators by the names of their nodes.
class OperatorsByName final : public OperatorFactory {
 public:
  std::map<std::string, std::function<std::unique_ptr<Operator>()>> makers;
  std::unique_ptr<Operator> make(const StreamNode& node) const override {
    return makers.at(node.name)();
  }
};

class WorldOfOneTask final : private TaskHost,
                             private Env,
                             private BlobStore,
                             private FactObserver {
 public:
  // The task of `node`[index]; every node's rows are one int wide.
  WorldOfOneTask(GraphOf graph, const std::string& node, uint32_t index = 0);

  ClusterConfig config;
  ListedChoices listed;
  OperatorsByName operators;
  Lines log;
  std::map<std::string, Bytes> stored;
  bool storage_fails = false;
  TaskDescription description;  // everybody has attempt 1; the task's peers run in process 7

  // Deploys and starts the task; whoever reads it opens its channels with `credits` each.
  void start(uint32_t credits = 1000);
  Task& task() { return *task_; }

  // ---- what comes in ----
  void send(uint32_t channel, std::vector<int64_t> values, Control control = {});
  void repeat_last_sequence(uint32_t channel) { --sequences_[channel]; }
  // Takes the steps that are announced, the oldest first, until none is left; or one, on a channel.
  void run_steps();
  bool step(uint32_t channel);
  void answer_storage();  // all requests so far, in order
  void advance_to(int64_t ms);

  // What has happened since the last look, one line each.
  Lines seen();
  const std::vector<RunTag>& announced() const { return announced_; }
  uint64_t count(uint32_t fact_kind) const { return trace_.count(fact_kind); }
  Trace& facts() { return trace_; }
  // Facts of the task that a story wants to see in its lines.
  std::vector<uint32_t> shown_facts;

 private:
  struct Timer {
    ProcTime when;
    uint64_t id = 0;
    TimerTag tag;
  };

  // TaskHost
  Env& env() override { return *this; }
  const ClusterConfig& cluster() const override { return config; }
  const JobProgram& program() const override { return program_; }
  void send_batch(ExecutionId, ProcessId, uint32_t channel, uint64_t, Batch batch) override;
  void send_credit(ExecutionId to, ProcessId, uint32_t channel, uint32_t credits) override;
  void request_partition(ExecutionId producer, ProcessId, uint32_t producer_channel, ExecutionId,
                         uint32_t consumer_channel, uint32_t credits) override;
  void send_external(uint32_t, NodeId node, Bytes body) override;
  void report_running(ExecutionId) override { log.push_back("running"); }
  void report_end_of_data(ExecutionId) override { log.push_back("all data done"); }
  void report_finished(ExecutionId) override { log.push_back("finished"); }
  void report_failed(ExecutionId, const std::string& cause) override {
    log.push_back("failed: " + cause);
  }
  void acknowledge(ExecutionId, CheckpointId id, const SnapshotHandle& handle) override;
  void decline(ExecutionId, CheckpointId id, AbortReason reason,
               const std::string& cause) override;
  void send_to_coordinator(ExecutionId, NodeId, Bytes event) override;
  // Env
  ProcessId self() const override { return {1}; }
  uint32_t incarnation() const override { return 1; }
  ProcTime now() const override { return now_; }
  TimerId call_at(ProcTime when, TimerTag tag) override;
  void cancel(TimerId timer) override;
  void send(Message) override {}
  void make_ready(RunTag tag, ProcTime) override { announced_.push_back(tag); }
  BlobStore& blobs() override { return *this; }
  Choices& choices() override { return listed; }
  Trace& trace() override { return trace_; }
  // BlobStore
  void put(BlobTicket ticket, std::string name, Bytes bytes) override;
  void get(BlobTicket ticket, std::string name) override;
  void remove(std::string name) override;
  void on_fact(ProcTime, const Fact& fact) override;

  std::string name_of(SubtaskId subtask) const;

  JobProgram program_;
  std::unique_ptr<Task> task_;
  Trace trace_;
  ProcTime now_;
  uint64_t next_timer_ = 1;
  std::vector<Timer> timers_;
  std::vector<RunTag> announced_;
  std::vector<BlobReply> storage_;  // answers on their way
  std::map<uint32_t, uint64_t> sequences_;
};

// Passes rows on and writes down what it is asked; its state is the sum of what it has seen.
// Fails at the value 13; asks to be woken at t for the value 1000 + t.
class Adder : public Connector {
 public:
  Adder(std::string name, Lines& log) : name_(std::move(name)), log_(log) {}

  bool as_sink = false;  // holds the acknowledgements
  bool stateless = false;

  void open(OperatorContext&) override { say("open"); }
  void on_rows(uint32_t input, RowBatch& rows, OperatorContext& ctx) override;
  void on_watermark(EventTime time, OperatorContext& ctx) override;
  void on_status(StreamStatus status, OperatorContext& ctx) override;
  void on_processing_time(ProcTime time, OperatorContext& ctx) override;
  void end_input(OperatorContext&) override { say("end_input"); }
  void finish(OperatorContext&) override { say("finish"); }
  void prepare_snapshot_pre_barrier(CheckpointId id, OperatorContext&) override {
    say("pre_barrier " + std::to_string(id.value));
  }
  void snapshot(CheckpointId id, ByteWriter& out, OperatorContext& ctx) override;
  void restore(ByteReader& in, OperatorContext&) override;
  void on_checkpoint_complete(CheckpointId id, OperatorContext&) override {
    say("complete " + std::to_string(id.value));
  }
  void on_checkpoint_aborted(CheckpointId id, OperatorContext&) override {
    say("aborted " + std::to_string(id.value));
  }
  // "release N", "close", "fail".
  void on_external(std::string_view body, ConnectorContext& ctx) override;
  void on_log_disconnected(ConnectorContext&) override { say("log gone"); }
  bool ready_to_close() const override { return closable_; }

 private:
  void say(const std::string& what) { log_.push_back(name_ + "." + what); }
  std::string name_;
  Lines& log_;
  int64_t sum_ = 0;
  bool closable_ = true;
};

// A source with the records 1, 2, .. of one split, which it asks for when it opens. Events: "split
// 0", "no splits", "turn idle", "watermark 5", "fail".
class Counter final : public SourceOperator {
 public:
  Counter(int64_t records, Lines& log) : records_(records), log_(log) {}
  void open(OperatorContext& ctx) override;
  void read(uint32_t split, uint32_t rows_max, ConnectorContext& ctx) override;
  void on_enumerator_event(std::string_view event, ConnectorContext& ctx) override;
  bool finished() const override { return assigned_ && next_ > records_; }
  void snapshot(CheckpointId, ByteWriter& out, OperatorContext&) override { out.zigzag(next_); }
  void restore(ByteReader& in, OperatorContext&) override { next_ = in.zigzag(); }
  void end_input(OperatorContext&) override { log_.push_back("source.end_input"); }

 private:
  int64_t records_;
  Lines& log_;
  int64_t next_ = 1;
  bool assigned_ = false;
};

}  // namespace leat::testing
