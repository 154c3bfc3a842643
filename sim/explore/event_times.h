// Which event times a source's record gets, and where: at the source itself and at each watermark
// assigner that it reaches through nodes without state. Found by applying these nodes to it.
#pragma once

#include <optional>
#include <vector>

#include "core/graph/stream_graph.h"

namespace leat {

// Where watermarks are made of a source's records.
struct Assigner {
  NodeId node;  // the source, or an assign node
  WatermarkSpec watermark;
};
// The least and the largest time of the rows that a record becomes at an assigner; none where it
// does not get there.
struct TimeSpan {
  int64_t least = 0;
  int64_t largest = 0;
};
using RecordTimes = std::vector<std::optional<TimeSpan>>;  // by assigner

class EventTimes {
 public:
  // REQUIRES: the node is a source; the graph outlives this.
  EventTimes(const StreamGraph& graph, NodeId source);

  // Those that make watermarks before the end; empty where the order of arrival is bounded by
  // nothing.
  const std::vector<Assigner>& assigners() const { return assigners_; }
  // Of one split, by offset.
  std::vector<RecordTimes> of_split(uint32_t split) const;

 private:
  void find(NodeId from);
  RecordTimes of_row(RowBatch& row) const;
  void follow(NodeId from, uint32_t output, const RowBatch& rows, RecordTimes& times) const;
  void note(NodeId assigner, const RowBatch& rows, RecordTimes& times) const;

  const StreamGraph& graph_;
  const NodeId source_;
  std::vector<Assigner> assigners_;
};

// Whether a row of this time is behind the watermark that `largest` has made.
bool is_late(const WatermarkSpec& watermark, int64_t time, std::optional<int64_t> largest);

// Whether no record of the source is late at any assigner, each split taken by itself.
bool stays_in_bound(const EventTimes& times, const SplitData& data);

}  // namespace leat
