// Which tasks a failure restarts. (Flink: RestartPipelinedRegionFailoverStrategy,
// SchedulingPipelinedRegionComputeUtil; recorded in machine/failover.)
//
// A region is what pipelined edges connect, task by task: it can only run and fail as a whole. A
// failed region restarts, with the producers of what it reads and nobody has any more, and with all
// readers of everything that restarts.
#pragma once

#include <set>
#include <vector>

#include "core/base/ids.h"
#include "core/graph/stream_graph.h"

namespace leat {

enum class Exchange : uint8_t {
  kPipelined,  // producer and consumer run at the same time
  kBlocking,   // what is produced is kept, and read when it is complete
};

struct RegionEdge {
  VertexId from;
  VertexId to;
  Partitioning partitioning = Partitioning::kForward;  // pointwise or not
  Exchange exchange = Exchange::kPipelined;
};

// What one task wrote for one vertex.
struct WrittenPartition {
  SubtaskId producer;
  VertexId reader;
  friend auto operator<=>(const WrittenPartition&, const WrittenPartition&) = default;
};

class FailoverRegions {
 public:
  // The parallelism of every vertex, and the edges between them.
  FailoverRegions(std::vector<uint32_t> parallelism, std::vector<RegionEdge> edges);

  // Each sorted; by their least tasks.
  std::vector<std::vector<SubtaskId>> regions() const;
  // Sorted.
  std::vector<SubtaskId> to_restart(SubtaskId failed,
                                    const std::set<WrittenPartition>& unavailable) const;

 private:
  struct Link {
    uint32_t from = 0;  // tasks, by number
    uint32_t to = 0;
    uint32_t edge = 0;
  };
  uint32_t number(SubtaskId task) const { return first_[task.vertex.value] + task.index; }
  void add_links();
  void connect();
  void merge_circles();
  std::vector<uint32_t> vertex_groups() const;

  std::vector<uint32_t> parallelism_;
  std::vector<RegionEdge> edges_;
  std::vector<uint32_t> first_;  // number of the vertex's first task
  std::vector<SubtaskId> tasks_;
  std::vector<Link> links_;
  std::vector<uint32_t> region_;  // of a task, by number: the least task in it
};

}  // namespace leat
