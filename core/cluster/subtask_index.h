// Numbers all subtasks of a job densely, vertex by vertex, so that tables over them are vectors.
#pragma once

#include <vector>

#include "core/base/ids.h"
#include "core/graph/job_graph.h"

namespace leat {

class SubtaskIndex {
 public:
  explicit SubtaskIndex(const JobGraph& job);

  uint32_t count() const { return static_cast<uint32_t>(subtasks_.size()); }
  SubtaskId at(uint32_t flat) const { return subtasks_[flat]; }
  bool contains(SubtaskId id) const;
  uint32_t of(SubtaskId id) const {
    return first_[id.vertex.value] + id.index;
  }  // REQUIRES: contains

 private:
  std::vector<uint32_t> first_;  // by vertex, and one more
  std::vector<SubtaskId> subtasks_;
};

}  // namespace leat
