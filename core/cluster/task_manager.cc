// The TaskManager process: its endpoints, and what its tasks may ask of it.
#include "core/cluster/cluster.h"
#include "core/cluster/data_plane.h"
#include "core/cluster/task_executor.h"
#include "core/connectors/log_protocol.h"

namespace leat {

using namespace rpc;

namespace {

class TaskManager final : public Process, private TaskHost {
 public:
  TaskManager(Env& env, ClusterConfig config, std::shared_ptr<const JobProgram> program)
      : env_(env),
        config_(std::move(config)),
        program_(std::move(program)),
        tasks_(program_->job),
        data_plane_(env, tasks_),
        executor_(*this, tasks_) {}

  void start() override { executor_.start(); }

  void on_message(const Message& message) override {
    if (message.to.endpoint >= Task::kEndpointBase) {
      if (Task* task = tasks_.task_of_local(message.to.endpoint - Task::kEndpointBase)) {
        const LogEnvelope envelope = open_log_envelope(message.body);
        task->on_external(envelope.node, envelope.body);
      }
    } else if (message.to.endpoint == kDataPlane) {
      data_plane_.on_message(message);
    } else {
      executor_.on_message(message);
    }
    settle();
  }

  void on_timer(const TimerTag& tag) override {
    if (tag.endpoint < Task::kEndpointBase) {
      executor_.on_timer(tag);
    } else if (Task* task = tasks_.task_of_local(tag.endpoint - Task::kEndpointBase)) {
      task->on_timer(tag);
    }
    settle();
  }

  void on_run(const RunTag& tag) override {
    if (Task* task = tasks_.task_of_local(tag.task)) task->on_run(tag.channel);
    settle();
  }

  void on_blob(BlobReply reply) override {
    check(reply.ticket.endpoint >= Task::kEndpointBase, "a storage reply that nobody asked for");
    if (Task* task = tasks_.task_of_local(reply.ticket.endpoint - Task::kEndpointBase)) {
      task->on_blob(std::move(reply));
    } else if (!reply.put.empty()) {
      // A snapshot that nobody will acknowledge. (Flink: AsyncCheckpointRunnable.close.)
      env_.blobs().remove(reply.put);
    }
    settle();
  }

  void on_disconnect(ProcessId peer) override {
    if (peer == config_.job_manager) {
      executor_.on_disconnect_from_job_manager();
    } else {
      for (TaskTable::Entry& entry : tasks_.entries()) {
        if (entry.task != nullptr && !entry.doomed) entry.task->on_disconnect(peer);
      }
    }
    settle();
  }

 private:
  // What tasks said to one another meanwhile is handed over, and those that are over are destroyed.
  void settle() {
    data_plane_.hand_over();
    tasks_.destroy_doomed();
  }

  Env& env() override { return env_; }
  const ClusterConfig& cluster() const override { return config_; }
  const JobProgram& program() const override { return *program_; }

  void send_batch(ExecutionId to, ProcessId where, uint32_t channel, uint64_t sequence,
                  Batch batch) override {
    data_plane_.send(where, BatchMessage{to, channel, sequence, std::move(batch)});
  }
  void send_credit(ExecutionId to, ProcessId where, uint32_t channel, uint32_t credits) override {
    data_plane_.send(where, CreditMessage{to, channel, credits});
  }
  void request_partition(ExecutionId producer, ProcessId where, uint32_t producer_channel,
                         ExecutionId consumer, uint32_t consumer_channel,
                         uint32_t credits) override {
    data_plane_.send(
        where, PartitionRequest{producer, producer_channel, consumer, consumer_channel, credits});
  }
  void send_external(uint32_t local_task, NodeId node, Bytes body) override {
    // The lane is named by what survives a restart; the endpoint brings the answer to this attempt.
    Task* task = tasks_.task_of_local(local_task);
    check(task != nullptr, "a task that is over speaks to the log");
    const SubtaskId subtask = task->execution().subtask;
    const Lane lane =
        mix((uint64_t{subtask.vertex.value} << 32) | subtask.index, node.value, 3) | 1;
    env_.send({{env_.self(), Task::kEndpointBase + local_task},
               {config_.log, 0},
               lane,
               log_envelope(node, body)});
  }

  void report_running(ExecutionId execution) override {
    executor_.report(execution, ExecutionState::kRunning, {});
  }
  void report_end_of_data(ExecutionId execution) override {
    executor_.report_end_of_data(execution);
  }
  void report_finished(ExecutionId execution) override {
    executor_.report(execution, ExecutionState::kFinished, {});
  }
  void report_failed(ExecutionId execution, const std::string& cause) override {
    executor_.report(execution, ExecutionState::kFailed, cause);
  }
  void acknowledge(ExecutionId execution, CheckpointId id, const SnapshotHandle& handle) override {
    executor_.acknowledge(execution, id, handle);
  }
  void decline(ExecutionId execution, CheckpointId id, AbortReason reason,
               const std::string& cause) override {
    executor_.decline(execution, id, reason, cause);
  }
  void send_to_coordinator(ExecutionId execution, NodeId node, Bytes event) override {
    executor_.send_reader_event(execution, node, std::move(event));
  }

  Env& env_;
  const ClusterConfig config_;
  const std::shared_ptr<const JobProgram> program_;
  TaskTable tasks_;
  DataPlane data_plane_;
  TaskExecutor executor_;
};

}  // namespace

std::unique_ptr<Process> make_task_manager(Env& env, ClusterConfig config,
                                           std::shared_ptr<const JobProgram> program) {
  return std::make_unique<TaskManager>(env, std::move(config), std::move(program));
}

}  // namespace leat
