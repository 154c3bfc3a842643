// How far the sources of a job are that are aligned with each other, and how far each of them may
// be. (Flink: SourceCoordinator.announceCombinedWatermark, with the WatermarkAggregators of its
// CoordinatorStore.)
//
// Of a group the least watermark of all subtasks that have told theirs counts. Each source may be
// its own drift above it, and is told at its own interval, on a grid from the start of the attempt;
// what a subtask has been told already is not told again.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/graph/stream_graph.h"

namespace leat {

class AlignmentGroups {
 public:
  struct Announcement {
    NodeId node;
    uint32_t subtask = 0;
    EventTime limit;
    friend bool operator==(const Announcement&, const Announcement&) = default;
  };

  explicit AlignmentGroups(const StreamGraph& graph);

  // An attempt of the job begins: nobody has told anything.
  void start(ProcTime now);
  // REQUIRES: the source is aligned.
  void report(NodeId node, uint32_t subtask, EventTime watermark, ProcTime now);
  // The subtask has ended, and is told nothing more.
  void end(NodeId node, uint32_t subtask);

  // What is to be told by now, by source and subtask.
  std::vector<Announcement> due(ProcTime now);
  // ProcTime::max(): nothing before the next report.
  ProcTime next_due() const;

 private:
  struct Subtask {
    EventTime watermark;
    std::optional<EventTime> told;
    bool ended = false;
  };
  struct Source {
    AlignmentSpec spec;
    std::map<uint32_t, Subtask> subtasks;  // that have told how far they are
    std::optional<ProcTime> due;
  };
  EventTime limit_of(const Source& source) const;

  std::map<NodeId, Source> sources_;
  ProcTime started_;
};

}  // namespace leat
