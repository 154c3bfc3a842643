#include "core/graph/batch_mode.h"

namespace leat {

StreamGraph settle_mode(StreamGraph graph) {
  if (graph.config.mode != ExecutionMode::kBatch) return graph;
  graph.config.checkpoint.interval.reset();
  graph.config.restart = {};
  for (StreamNode& node : graph.nodes) {
    if (auto* source = std::get_if<SourceSpec>(&node.spec)) source->watermark = {};
    if (auto* assign = std::get_if<AssignSpec>(&node.spec)) assign->watermark = {};
  }
  return graph;
}

}  // namespace leat
