// The job that the stories run: two splits of numbers, read by `source` in two subtasks, doubled,
// dealt by key and written to a transactional sink; on two TaskManagers with one slot each.
#pragma once

#include <set>

#include "core/connectors/log_broker.h"
#include "core/graph/table_data.h"
#include "tests/core/cluster/small_world.h"

namespace leat::testing {

inline constexpr ProcessId kJobManager{0};
inline constexpr ProcessId kWorker1{1};
inline constexpr ProcessId kWorker2{2};
inline constexpr ProcessId kLog{3};

struct SmallJob {
  uint32_t records = 40;          // of each split, one every 10 ms
  uint32_t missing_in_first = 0;  // the first split ends that much earlier
  JobConfig config;
  ClusterConfig cluster;

  SmallJob();
  std::shared_ptr<const JobProgram> program() const;
};

// A world with the whole cluster in it. Also collects what a read_committed reader sees.
class SmallCluster final : private RecordTap {
 public:
  explicit SmallCluster(const SmallJob& job);

  SmallWorld world;
  // The committed numbers; every one of 0.. 2 * records - 1, doubled, once, if all went well.
  const std::multiset<int64_t>& committed() const { return committed_; }
  std::multiset<int64_t> everything() const;
  // The last status of the job that was announced.
  JobStatus status() const;
  std::vector<uint64_t> completed() const;
  std::vector<std::string> restores() const { return world.facts("JobRestored"); }
  bool run_to_the_end() {
    return world.run_until([this] { return over(); });
  }
  bool over() const { return status() == JobStatus::kFinished || status() == JobStatus::kFailed; }

 private:
  void on_source_rows(ExecutionId, NodeId, uint32_t, uint64_t, const RowBatch&) override {}
  void on_operator_input(ExecutionId, NodeId, uint32_t, const RowBatch&) override {}
  void on_operator_output(ExecutionId, NodeId, uint32_t, const RowBatch&) override {}
  void on_committed_rows(NodeId, uint64_t, const RowBatch& rows) override;
  void on_timer(ExecutionId, NodeId, TimerEvent, TimeDomain, int64_t, const Value&) override {}

  SmallJob job_;
  std::multiset<int64_t> committed_;
};

}  // namespace leat::testing
