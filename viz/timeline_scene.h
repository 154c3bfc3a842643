// What all parts of a timeline share: the run as it will be drawn, its axes, and the place for
// labels.
#pragma once

#include <algorithm>

#include "viz/label_placer.h"
#include "viz/svg.h"
#include "viz/time_scale.h"
#include "viz/timeline.h"

namespace leat {

// One crash and what came of it.
struct Setback {
  ProcTime at;
  std::optional<ProcTime> since;  // read again from here
  std::optional<ProcTime> resumed;
  std::string text;
};

// A split's line and how it looks.
struct SplitLine {
  const SplitView* split = nullptr;
  uint32_t look = 6;  // CSS class s0..s6; 6 is "one of the others"
};

struct TimelineScene {
  TimelineScene(const JobProgram& p, const RunView& r, const TimelineOptions& o);

  const JobProgram& program;
  const RunView& run;
  const TimelineOptions& options;

  std::optional<EventTime> start;  // processing time 0 as an event time, where known
  std::optional<NodeId> node;      // whose watermark is thick
  bool window_node = false;
  std::vector<WatermarkStep> watermark;  // of that node
  std::vector<WindowView> windows;
  std::vector<Setback> setbacks;
  std::vector<SplitLine> lines;  // by how long they held the watermark back, then by name
  uint64_t stride = 1;           // every stride-th record in time is drawn

  // Axes. `shift` turns processing time into event time on the diagonal.
  int64_t shift = 0;
  Clock event_clock = Clock::kLengths;
  Clock proc_clock = Clock::kLengths;  // dates only where the start is known
  Scale event;                         // onto x
  Scale proc;                          // onto y, upward
  Scale across;                        // processing time onto x, for the strip
  uint64_t before = 0;                 // records left and right of what is shown
  uint64_t behind = 0;

  SvgWriter svg;
  LabelPlacer placer;

  // Where nothing was read and no start is known, there is nothing to measure delay against.
  bool has_diagonal() const {
    return start.has_value() || run.records() > 0 || !run.strays.empty();
  }
  double x_event(EventTime t) const { return event(t.ms); }
  double y_proc(ProcTime t) const { return proc(t.ms); }
  // As people read it.
  std::string proc_moment(ProcTime t) const {
    const int64_t span = proc.hi - proc.lo;
    return proc_clock == Clock::kDates ? moment(t.ms + shift, span, proc_clock)
                                       : rough_length(t.ms);
  }
  std::string event_moment(EventTime t) const {
    return moment(t.ms, event.hi - event.lo, event_clock);
  }

  // Writes a text whose place is fixed.
  void write(double x, double y, std::string_view text, const TextStyle& style);
  struct Spot {
    double x;
    double y;
    Anchor anchor;
  };
  // Writes it at the best free spot; false where there is none.
  bool write_where_free(const std::vector<Spot>& spots, std::string_view text, TextStyle style);
};

// Page measures.
struct Page {
  static constexpr double kWidth = 1280;
  static constexpr double kHeight = 1076;
  static constexpr Box kPlane{96, 92, 970, 700};
  static constexpr double kStripTop = 790;
  static constexpr double kSide = 996;  // left edge of the legend
  static constexpr double kMargin = 16;
};

// Reads the run: what to draw and on which axes.
TimelineScene make_scene(const JobProgram& program, const RunView& run,
                         const TimelineOptions& options);

void draw_plane(TimelineScene& scene);  // grid, windows, records, watermarks, labels
void draw_legend(TimelineScene& scene);
void draw_strip(TimelineScene& scene);
// Plain text of the same numbers, for <desc>.
std::string describe_scene(const TimelineScene& scene);

// The stretch of a line as path data: (event, processing) steps while there is a watermark. `idle`
// spans go to the second path.
struct LinePaths {
  std::string moving;
  std::string idle;
};
LinePaths line_paths(const TimelineScene& scene, const std::vector<WatermarkStep>& steps,
                     const std::vector<ProcSpan>& idle);

}  // namespace leat
