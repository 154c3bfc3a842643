#include "core/cluster/subtask_index.h"

namespace leat {

SubtaskIndex::SubtaskIndex(const JobGraph& job) {
  for (uint32_t v = 0; v < job.vertices.size(); ++v) {
    first_.push_back(count());
    for (uint32_t i = 0; i < job.vertices[v].parallelism; ++i) subtasks_.push_back({{v}, i});
  }
  first_.push_back(count());
}

bool SubtaskIndex::contains(SubtaskId id) const {
  return id.vertex.value + 1 < first_.size() &&
         id.index < first_[id.vertex.value + 1] - first_[id.vertex.value];
}

}  // namespace leat
