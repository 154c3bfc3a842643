// How the elements of operator state are dealt to the subtasks of another attempt, at the same or
// another parallelism. (Flink: StateAssignmentOperation, RoundRobinOperatorStateRepartitioner.)
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace leat {

enum class Redistribution : uint8_t {
  kSplit,  // every element to one subtask: stretches of equal length, the first ones longer by 1
  kUnion,  // every element to every subtask
  kBroadcast,  // every subtask has the same, so each gets somebody's copy
};

// An element of a list as it was reported.
struct ReportedElement {
  uint32_t subtask = 0;
  uint32_t element = 0;
  friend auto operator<=>(const ReportedElement&, const ReportedElement&) = default;
};

// `reported`: how many elements each old subtask had; none for one that had finished. The result:
// for each new subtask what it starts with, in the order of the old subtasks.
// Throws JobError where there is no new subtask.
std::vector<std::vector<ReportedElement>> redistribute(
    Redistribution how, const std::vector<std::optional<uint32_t>>& reported,
    uint32_t new_parallelism);

}  // namespace leat
