// The watermark timeline of a run, after the figures of Akidau's "Streaming 101": event time
// across, processing time upward, the ideal diagonal, the watermark as the one thick line, records
// by fate, windows and their answers. Below it the same run over processing time: how far the
// watermarks lag, how many windows wait, what came late, checkpoints and faults.
//
// Every text is placed so that no two overlap (measured with text_metrics.h); where there is no
// room, a label is left out, never drawn over another. At most `marks_max` marks: records in time
// are thinned to fit and the legend says so; late ones are not.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/graph/job_graph.h"
#include "viz/run_view.h"

namespace leat {

struct TimelineOptions {
  std::string title;     // what the reader learns; empty: made from the job's name
  std::string scenario;  // for the subtitle
  std::optional<uint64_t> seed;
  std::string verdict;  // "passed", "failed: duplicate_result"; empty: not said
  // Processing time 0 on the event timeline (when the job started, as events are dated). Not given:
  // what the sources' data say; where they say nothing, the diagonal is the least delay seen, and
  // the picture says so.
  std::optional<EventTime> start;
  std::optional<NodeId>
      node;          // whose watermark is the thick line; not given: the first window node
  size_t value = 0;  // which aggregate of the window's is printed
  std::map<ProcessId, std::string> processes;
  std::string event_axis;  // "when the ground shook"; empty: nothing added
  size_t marks_max = 4000;
};

std::string timeline_svg(const JobProgram& program, const RunView& run,
                         const TimelineOptions& options);

}  // namespace leat
