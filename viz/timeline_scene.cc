#include "viz/timeline_scene.h"

namespace leat {
namespace {

constexpr size_t kLooks = 6;

std::string process_name(const TimelineOptions& options, ProcessId id) {
  const auto name = options.processes.find(id);
  return name != options.processes.end() ? name->second : "process " + std::to_string(id.value);
}

// Far enough for any clock, near enough that differences do not overflow.
int64_t bounded(int64_t ms) { return std::clamp(ms, -(int64_t{1} << 60), int64_t{1} << 60); }

template <class Visit>
void for_each_mark(const RunView& run, Visit visit) {
  for (const SplitView& split : run.splits) {
    for (const RecordMark& mark : split.marks) {
      if (mark.event != EventTime::min()) visit(mark);
    }
  }
  for (const RecordMark& mark : run.strays) visit(mark);
}

std::optional<NodeId> thick_node(const JobProgram& program, const RunView& run,
                                 const TimelineOptions& options) {
  if (options.node) return options.node;
  std::optional<NodeId> any;
  for (uint32_t i = 0; i < program.graph.nodes.size(); ++i) {
    if (std::holds_alternative<WindowSpec>(program.graph.nodes[i].spec)) return NodeId{i};
    const bool seen = std::any_of(
        run.operators.begin(), run.operators.end(),
        [&](const OperatorView& op) { return op.node.value == i && !op.watermark.empty(); });
    if (seen) any = NodeId{i};
  }
  return any;
}

// Where no process has died, a connection may have broken.
std::string broken_connection(const RunView& run, const TimelineOptions& options, ProcTime after,
                              ProcTime until, Setback& setback) {
  for (const ResetView& reset : run.resets) {
    if (reset.at <= after || reset.at > until) continue;
    setback.at = reset.at;
    return process_name(options, reset.a) + " loses its connection to " +
           process_name(options, reset.b);
  }
  return "the job restarts";
}

std::vector<Setback> setbacks_of(const RunView& run, const TimelineOptions& options) {
  std::vector<Setback> setbacks;
  ProcTime after{0};
  for (const RestoreView& restore : run.restores) {
    Setback setback{restore.failed.value_or(restore.at), restore.since, restore.at, {}};
    std::string who;
    for (const CrashView& crash : run.crashes) {
      if (crash.at < after || crash.at > restore.at || !who.empty()) continue;
      who = process_name(options, crash.process) + " dies";
      setback.at = crash.at;
    }
    if (who.empty()) who = broken_connection(run, options, after, restore.at, setback);
    setback.text = who + (restore.checkpoint.value == 0
                              ? "; everything is read again"
                              : "; everything since checkpoint " +
                                    std::to_string(restore.checkpoint.value) + " is read again");
    if (restore.checkpoint.value == 0) setback.since = ProcTime{0};
    setbacks.push_back(std::move(setback));
    after = restore.at;
  }
  for (const CrashView& crash : run.crashes) {
    if (!run.restores.empty() && crash.at <= run.restores.back().at) continue;
    setbacks.push_back({crash.at, {}, {}, process_name(options, crash.process) + " dies"});
  }
  return setbacks;
}

std::vector<SplitLine> lines_of(const RunView& run) {
  std::vector<SplitLine> lines;
  for (const SplitView& split : run.splits) lines.push_back({&split, kLooks});
  std::sort(lines.begin(), lines.end(), [](const SplitLine& a, const SplitLine& b) {
    if (a.split->held_back != b.split->held_back) return a.split->held_back > b.split->held_back;
    if (a.split->records != b.split->records) return a.split->records > b.split->records;
    return a.split < b.split;  // neighbours in one vector: by source, then split
  });
  for (size_t i = 0; i < lines.size() && i < kLooks; ++i) lines[i].look = static_cast<uint32_t>(i);
  return lines;
}

// The range of events, without the few far outliers that would squeeze all others to a line.
void set_event_range(TimelineScene& scene) {
  std::vector<int64_t> events;
  for_each_mark(scene.run,
                [&](const RecordMark& mark) { events.push_back(bounded(mark.event.ms)); });
  if (events.empty()) {
    for (const WindowView& w : scene.windows) {
      events.push_back(w.start.ms);
      events.push_back(w.end.ms);
    }
  }
  if (events.empty()) events = {0, 1000};
  std::sort(events.begin(), events.end());
  int64_t lo = events.front();
  int64_t hi = events.back();
  const int64_t low = events[events.size() / 50];
  const int64_t high = events[events.size() - 1 - events.size() / 50];
  const double core = static_cast<double>(high) - static_cast<double>(low);
  if (events.size() >= 50 &&
      static_cast<double>(hi) - static_cast<double>(lo) > 6 * std::max(core, 1.0)) {
    lo = low - static_cast<int64_t>(core / 4);
    hi = high + static_cast<int64_t>(core / 4);
    for (const int64_t event : events) {
      scene.before += event < lo ? 1 : 0;
      scene.behind += event > hi ? 1 : 0;
    }
  } else {
    for (const WindowView& w : scene.windows) {
      const bool fits = scene.windows.size() <= 3 || (w.end.ms - w.start.ms) / 2 < hi - lo;
      if (w.end.ms > lo && w.start.ms <= hi && fits) {
        lo = std::min(lo, w.start.ms);
        hi = std::max(hi, w.end.ms);
      }
    }
  }
  const int64_t air = std::max<int64_t>((hi - lo) / 60, 1);
  scene.event = {lo - air, hi + air, Page::kPlane.x0, Page::kPlane.x1};
}

void set_proc_range(TimelineScene& scene) {
  int64_t lo = INT64_MAX;
  int64_t hi = INT64_MIN;
  const auto include = [&](ProcTime t) {
    lo = std::min(lo, t.ms);
    hi = std::max(hi, t.ms);
  };
  for_each_mark(scene.run, [&](const RecordMark& mark) {
    include(mark.read);
    if (mark.read_again) include(*mark.read_again);
  });
  for (const WindowView& w : scene.windows) include(w.last_at);
  for (const Setback& s : scene.setbacks) include(s.resumed.value_or(s.at));
  if (lo > hi) {
    include(ProcTime{0});
    include(scene.run.ended_at.ms > 0 ? scene.run.ended_at : ProcTime{1000});
  }
  if (lo >= 0 && (lo < (hi - lo) / 3 || hi - lo < 10)) lo = 0;
  hi = std::max(hi, lo + 10);
  const int64_t air = std::max<int64_t>((hi - lo) / 40, 1);
  scene.proc = {lo, hi + air, Page::kPlane.y1, Page::kPlane.y0};
  scene.across = {lo, hi + air, Page::kPlane.x0, Page::kPlane.x1};
}

// What all sources agree on.
std::optional<EventTime> start_of(const JobProgram& program, const TimelineOptions& options) {
  if (options.start) return options.start;
  std::optional<EventTime> start;
  for (const StreamNode& node : program.graph.nodes) {
    const auto* source = std::get_if<SourceSpec>(&node.spec);
    if (source == nullptr) continue;
    const auto own = source->data != nullptr ? source->data->clock_start() : std::nullopt;
    if (!own || (start && *start != *own)) return std::nullopt;
    start = own;
  }
  return start;
}

// Without a known start, the diagonal is the least delay that was seen.
int64_t shift_of(const RunView& run, std::optional<EventTime> start) {
  if (start) return bounded(start->ms);
  std::optional<int64_t> shift;
  for_each_mark(run, [&](const RecordMark& mark) {
    const int64_t ahead = bounded(mark.event.ms) - bounded(mark.read.ms);
    shift = shift ? std::max(*shift, ahead) : ahead;
  });
  return shift.value_or(0);
}

uint64_t stride_for(const RunView& run, size_t marks_max) {
  uint64_t in_time = 0;
  uint64_t late = run.strays.size();
  for_each_mark(run, [&](const RecordMark& m) { ++(m.fate == Fate::kInTime ? in_time : late); });
  const uint64_t room = marks_max > late + 100 ? marks_max - late : 100;
  return (in_time + room - 1) / room > 0 ? (in_time + room - 1) / room : 1;
}

}  // namespace

TimelineScene::TimelineScene(const JobProgram& p, const RunView& r, const TimelineOptions& o)
    : program(p), run(r), options(o), placer(Box{2, 2, Page::kWidth - 2, Page::kHeight - 2}) {}

void TimelineScene::write(double x, double y, std::string_view text, const TextStyle& style) {
  placer.reserve(text_box(x, y, text, style));
  svg.text(x, y, text, style);
}

bool TimelineScene::write_where_free(const std::vector<Spot>& spots, std::string_view text,
                                     TextStyle style) {
  std::vector<Box> boxes;
  for (const Spot& spot : spots) {
    style.anchor = spot.anchor;
    Box box = text_box(spot.x, spot.y, text, style);
    boxes.push_back({box.x0 - 2, box.y0 - 1, box.x1 + 2, box.y1 + 1});
  }
  const auto best = placer.place(boxes);
  if (!best) return false;
  style.anchor = spots[*best].anchor;
  svg.text(spots[*best].x, spots[*best].y, text, style);
  return true;
}

TimelineScene make_scene(const JobProgram& program, const RunView& run,
                         const TimelineOptions& options) {
  TimelineScene scene(program, run, options);
  scene.node = thick_node(program, run, options);
  if (scene.node) {
    scene.window_node = std::holds_alternative<WindowSpec>(program.graph.node(*scene.node).spec);
    scene.watermark = combined_watermark(run, *scene.node);
    scene.windows = windows_of(run, *scene.node, options.value);
  }
  scene.setbacks = setbacks_of(run, options);
  scene.lines = lines_of(run);
  scene.stride = stride_for(run, options.marks_max);
  scene.start = start_of(program, options);
  scene.shift = shift_of(run, scene.start);
  set_event_range(scene);
  set_proc_range(scene);
  scene.event_clock = clock_for(scene.event.lo, scene.event.hi);
  const bool dates = scene.event_clock == Clock::kDates && scene.start.has_value();
  scene.proc_clock = dates ? Clock::kDates : Clock::kLengths;
  return scene;
}

}  // namespace leat
