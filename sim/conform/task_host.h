// One task of the engine with nothing around it: a clock that stands, storage that answers at once,
// steps that are taken as they are announced. What it sends is kept.
#pragma once

#include <deque>

#include "core/runtime/operator_factory.h"
#include "sim/conform/subject.h"

namespace leat {

class LoneTaskHost final : public TaskHost, private Env, private BlobStore {
 public:
  explicit LoneTaskHost(JobProgram program) : program_(std::move(program)) {}

  // Until nothing is left to do: announced steps, answers of the storage.
  void run(Task& task);
  std::vector<Batch> take_sent() { return std::exchange(sent_, {}); }
  const std::optional<std::string>& failure() const { return failure_; }

  Env& env() override { return *this; }
  const ClusterConfig& cluster() const override { return cluster_; }
  const JobProgram& program() const override { return program_; }
  void send_batch(ExecutionId, ProcessId, uint32_t, uint64_t, Batch batch) override {
    sent_.push_back(std::move(batch));
  }
  void send_credit(ExecutionId, ProcessId, uint32_t, uint32_t) override {}
  void request_partition(ExecutionId, ProcessId, uint32_t, ExecutionId, uint32_t,
                         uint32_t) override {}
  void send_external(uint32_t, NodeId, Bytes) override {}
  void report_running(ExecutionId) override {}
  void report_end_of_data(ExecutionId) override {}
  void report_finished(ExecutionId) override {}
  void report_failed(ExecutionId, const std::string& cause) override { failure_ = cause; }
  void acknowledge(ExecutionId, CheckpointId, const SnapshotHandle&) override {}
  void decline(ExecutionId, CheckpointId, AbortReason, const std::string&) override {}
  void send_to_coordinator(ExecutionId, NodeId, Bytes) override {}

 private:
  // Env
  ProcessId self() const override { return {1}; }
  uint32_t incarnation() const override { return 1; }
  ProcTime now() const override { return {0}; }
  TimerId call_at(ProcTime, TimerTag) override { return {++timers_}; }
  void cancel(TimerId) override {}
  void send(Message) override {}
  void make_ready(RunTag tag, ProcTime) override { announced_.push_back(tag.channel); }
  BlobStore& blobs() override { return *this; }
  Choices& choices() override { return choices_; }
  Trace& trace() override { return trace_; }
  // BlobStore
  void put(BlobTicket ticket, std::string, Bytes) override {
    stored_.push_back({ticket, true, "", {}});
  }
  void get(BlobTicket ticket, std::string) override {
    stored_.push_back({ticket, false, "no such blob", {}});
  }
  void remove(std::string) override {}

  JobProgram program_;
  ClusterConfig cluster_;
  PlainChoices choices_;
  Trace trace_;
  std::deque<uint32_t> announced_;
  std::deque<BlobReply> stored_;
  std::vector<Batch> sent_;
  std::optional<std::string> failure_;
  uint64_t timers_ = 0;
};

}  // namespace leat
