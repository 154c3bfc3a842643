// Identities. Strong integers inside, names only at the edges.
#pragma once

#include <compare>
#include <cstdint>

namespace leat {

template <class Tag>
struct Id {
  uint32_t value = 0;
  friend constexpr auto operator<=>(Id, Id) = default;
};

using NodeId = Id<struct NodeTag>;        // a node of the stream graph (index into its nodes)
using VertexId = Id<struct VertexTag>;    // a chain of nodes: a vertex of the job graph
using ProcessId = Id<struct ProcessTag>;  // a process of the cluster, or an external system

// Which of a node's outputs: the main one, or else the index of a side output.
inline constexpr uint32_t kMainOutput = 0xffffffff;

// Numbered from 1, never reused. 0: none.
struct CheckpointId {
  uint64_t value = 0;
  friend constexpr auto operator<=>(CheckpointId, CheckpointId) = default;
};

// One of the parallel instances of a vertex; survives restarts.
struct SubtaskId {
  VertexId vertex;
  uint32_t index = 0;
  friend constexpr auto operator<=>(SubtaskId, SubtaskId) = default;
};

// One try at running a subtask. Attempts of a subtask are numbered from 1 through the whole life of
// the job, so that a message of an old attempt can never be taken for one of the new.
struct ExecutionId {
  SubtaskId subtask;
  uint32_t attempt = 0;
  friend constexpr auto operator<=>(ExecutionId, ExecutionId) = default;
};

}  // namespace leat
