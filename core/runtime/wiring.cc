#include "core/runtime/wiring.h"

#include <algorithm>

namespace leat {

namespace {

std::vector<uint32_t> targets_of(const JobGraph& job, const JobEdge& edge, uint32_t producer) {
  return channel_targets(edge.partitioning, job.vertex(edge.from_vertex).parallelism,
                         job.vertex(edge.to_vertex).parallelism, producer);
}

bool leads_to(const std::vector<uint32_t>& targets, uint32_t consumer) {
  return std::find(targets.begin(), targets.end(), consumer) != targets.end();
}

// The number of the producer's first channel on an edge.
uint32_t first_out_channel(const JobGraph& job, SubtaskId producer, uint32_t edge) {
  uint32_t before = 0;
  for (const uint32_t other : job.vertex(producer.vertex).out_edges) {
    if (other == edge) return before;
    before += static_cast<uint32_t>(targets_of(job, job.edges[other], producer.index).size());
  }
  fail_check("an edge does not leave its producer");
}

// The consumer's number for the channel from one producer on one edge.
uint32_t in_channel_number(const JobGraph& job, SubtaskId consumer, uint32_t edge,
                           uint32_t producer) {
  uint32_t before = 0;
  for (const uint32_t other : job.vertex(consumer.vertex).in_edges) {
    const uint32_t producers = job.vertex(job.edges[other].from_vertex).parallelism;
    const uint32_t end = other == edge ? producer : producers;
    for (uint32_t p = 0; p < end; ++p) {
      if (leads_to(targets_of(job, job.edges[other], p), consumer.index)) ++before;
    }
    if (other == edge) return before;
  }
  fail_check("an edge does not reach its consumer");
}

}  // namespace

std::vector<InChannel> in_channels(const JobGraph& job, SubtaskId subtask) {
  std::vector<InChannel> channels;
  for (const uint32_t index : job.vertex(subtask.vertex).in_edges) {
    const JobEdge& edge = job.edges[index];
    for (uint32_t p = 0; p < job.vertex(edge.from_vertex).parallelism; ++p) {
      const std::vector<uint32_t> targets = targets_of(job, edge, p);
      const auto at = std::find(targets.begin(), targets.end(), subtask.index);
      if (at == targets.end()) continue;
      const SubtaskId producer{edge.from_vertex, p};
      const uint32_t number =
          first_out_channel(job, producer, index) + static_cast<uint32_t>(at - targets.begin());
      channels.push_back({index, producer, number});
    }
  }
  return channels;
}

std::vector<OutChannel> out_channels(const JobGraph& job, SubtaskId subtask) {
  std::vector<OutChannel> channels;
  for (const uint32_t index : job.vertex(subtask.vertex).out_edges) {
    const JobEdge& edge = job.edges[index];
    for (const uint32_t target : targets_of(job, edge, subtask.index)) {
      const SubtaskId consumer{edge.to_vertex, target};
      channels.push_back({index, consumer, in_channel_number(job, consumer, index, subtask.index)});
    }
  }
  return channels;
}

}  // namespace leat
