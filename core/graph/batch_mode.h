// What batch mode makes of a job before it is planned.
#pragma once

#include "core/graph/stream_graph.h"

namespace leat {

// In batch mode there are no watermarks before the end and no checkpoints, whatever was asked for:
// sources and assigners still give timestamps. A streaming job stays as it is.
// (Flink: TimestampsAndWatermarks.createNoOpEventTimeLogic; StreamGraphGenerator.)
//
// Nor does it restart: what a sink has committed at its end would be committed again. Flink keeps
// finished regions apart, which this engine does not do yet.
StreamGraph settle_mode(StreamGraph graph);

}  // namespace leat
