// Which channels a subtask has, and where each leads. Both ends derive it from the plan, so a
// message needs to name only the execution and the channel's number.
#pragma once

#include <vector>

#include "core/graph/job_graph.h"

namespace leat {

struct InChannel {
  uint32_t edge = 0;  // index into JobGraph::edges
  SubtaskId producer;
  uint32_t producer_channel = 0;  // the producer's number for this channel
};
struct OutChannel {
  uint32_t edge = 0;
  SubtaskId consumer;
  uint32_t consumer_channel = 0;  // the consumer's number for this channel
};

// In channels: edge by edge in the order of the vertex's in_edges, then by producer. Out channels:
// edge by edge in the order of out_edges, then in the order of channel_targets().
std::vector<InChannel> in_channels(const JobGraph& job, SubtaskId subtask);
std::vector<OutChannel> out_channels(const JobGraph& job, SubtaskId subtask);

}  // namespace leat
