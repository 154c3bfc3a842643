// Restore (REST): a task starts from exactly the bytes that its subtask had at the checkpoint.
#include <optional>

#include "sim/oracle/oracles.h"

namespace leat {
namespace {

class RestoreOracle final : public Oracle {
 public:
  RestoreOracle(const Plan& plan, const Runs& runs)
      : Oracle("restore", plan, runs), tasks_(plan.subtasks()) {}

  FactSet facts() const override {
    return fact_set<SnapshotTaken, TaskRestored, SplitRead, BatchProcessed>();
  }

  void on_fact(const Fact& fact) override {
    if (const auto* taken = std::get_if<SnapshotTaken>(&fact)) {
      Task& task = tasks_[runs_.live(taken->execution)];
      task.taken.push_back({taken->checkpoint, taken->bytes, taken->hash});
      task.expected.reset();
    } else if (const auto* restored = std::get_if<TaskRestored>(&fact)) {
      on_restored(*restored);
    } else if (const auto* read = std::get_if<SplitRead>(&fact)) {
      on_work(runs_.live(read->execution));
    } else {
      on_work(runs_.live(std::get<BatchProcessed>(fact).execution));
    }
  }

  void on_rewind(uint32_t subtask, Rewind how, CheckpointId to) override {
    Task& task = tasks_[subtask];
    if (how == Rewind::kKeep) return;
    task.expected.reset();
    while (!task.taken.empty() && task.taken.back().checkpoint > to) task.taken.pop_back();
    if (how == Rewind::kToSnapshot) {
      task.expected = task.taken.back();
    } else if (how == Rewind::kUnknown) {
      violate("state_lost", plan_.where_subtask(subtask), "checkpoint " + std::to_string(to.value),
              "a snapshot of this subtask", "none was taken",
              "a task is restored from a checkpoint that holds its state");
    }
  }
  void on_completed(CheckpointId id) override {
    for (Task& task : tasks_)
      std::erase_if(task.taken, [&](const Taken& t) { return t.checkpoint < id; });
  }

 private:
  struct Taken {
    CheckpointId checkpoint;
    uint64_t bytes = 0;
    uint64_t hash = 0;
  };
  struct Task {
    std::vector<Taken> taken;
    std::optional<Taken> expected;  // what this attempt must start from, until it has
  };

  void on_restored(const TaskRestored& restored) {
    const uint32_t subtask = runs_.live(restored.execution);
    Task& task = tasks_[subtask];
    report_.judged();
    const std::string what = "checkpoint " + std::to_string(restored.checkpoint.value);
    if (!task.expected || task.expected->checkpoint != restored.checkpoint) {
      violate("state_corrupt", plan_.where_subtask(subtask), what,
              task.expected ? "checkpoint " + std::to_string(task.expected->checkpoint.value)
                            : "no state",
              what, "a task reads the snapshot that it was deployed with");
    } else if (task.expected->hash != restored.hash) {
      violate("state_corrupt", plan_.where_subtask(subtask), what,
              "state with hash " + std::to_string(task.expected->hash),
              "state with hash " + std::to_string(restored.hash),
              "the restored state is the one that the subtask had at the checkpoint");
    }
    task.expected.reset();
  }

  void on_work(uint32_t subtask) {
    Task& task = tasks_[subtask];
    if (!task.expected) return;
    if (task.expected->bytes > 0) {
      violate("state_lost", plan_.where_subtask(subtask),
              "checkpoint " + std::to_string(task.expected->checkpoint.value),
              std::to_string(task.expected->bytes) + " bytes read back before the first row",
              "none", "a restored task has its state before it works");
    }
    task.expected.reset();
  }

  std::vector<Task> tasks_;
};

}  // namespace

OraclePtr make_restore_oracle(const Plan& plan, const Runs& runs) {
  return std::make_unique<RestoreOracle>(plan, runs);
}

}  // namespace leat
