// How the cluster is laid out and tuned. Plain data, the same in every process.
// Defaults are Flink's where Flink has the option.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"

namespace leat {

struct ClusterConfig {
  ProcessId job_manager{0};
  std::vector<ProcessId> task_managers;
  ProcessId log{0};  // the external partitioned log
  uint32_t slots_per_task_manager = 2;

  Duration heartbeat_interval{10000};
  Duration heartbeat_timeout{50000};
  Duration slot_request_timeout{300000};
  Duration registration_retry{500};       // a TaskManager that is not registered tries again
  Duration partition_request_retry{100};  // a consumer whose producer is not there yet

  uint32_t credits_per_channel = 4;  // batches in flight a channel
  uint32_t batch_rows_max = 256;
  Duration buffer_timeout{100};  // a batch that is not full goes out no later
  // Rows made, and facts (of timers, panes and the like), by one step of a task: more fails it.
  // None: a step may work for as long as it likes.
  std::optional<uint64_t> work_per_step;
};

}  // namespace leat
