// Strip B: the same run over processing time, which is now across. Lanes share one axis.
#include "viz/timeline_scene.h"

namespace leat {
namespace {

constexpr double kLeft = Page::kPlane.x0, kRight = Page::kPlane.x1;
constexpr double kLag0 = Page::kStripTop, kLag1 = kLag0 + 120;  // watermark lag
constexpr double kWait0 = kLag1 + 22, kWait1 = kWait0 + 44;     // windows waiting
constexpr double kLate0 = kWait1 + 18, kLate1 = kLate0 + 26;    // late ticks

// The lag against the diagonal: how long ago the watermark would have been reached without delay.
int64_t lag(const TimelineScene& scene, ProcTime at, EventTime watermark) {
  return wrapping_sub(wrapping_add(at.ms, scene.shift), watermark.ms);
}

// Calls visit(from, to, watermark) for each stretch of a finite watermark that is shown.
template <class Visit>
void for_each_stretch(const TimelineScene& scene, const std::vector<WatermarkStep>& steps,
                      Visit visit) {
  for (size_t i = 0; i < steps.size(); ++i) {
    const auto mark = steps[i].watermark;
    if (!mark || *mark == EventTime::max() || *mark == EventTime::min()) continue;
    const ProcTime from{std::max(steps[i].at.ms, scene.proc.lo)};
    const ProcTime to{i + 1 < steps.size() ? steps[i + 1].at.ms : std::max(from.ms, scene.proc.hi)};
    if (from.ms <= scene.proc.hi) visit(from, ProcTime{std::min(to.ms, scene.proc.hi)}, *mark);
  }
}

int64_t largest_lag(const TimelineScene& scene) {
  std::vector<int64_t> lags;
  for_each_stretch(scene, scene.watermark, [&](ProcTime, ProcTime to, EventTime mark) {
    lags.push_back(lag(scene, to, mark));
  });
  const bool own = !lags.empty();
  for (const SplitLine& line : scene.lines) {
    if (own) break;
    for_each_stretch(scene, line.split->watermark, [&](ProcTime, ProcTime to, EventTime mark) {
      lags.push_back(lag(scene, to, mark));
    });
  }
  int64_t most = 1;
  for (const int64_t l : lags) most = std::max(most, l);
  return most + most / 8;
}

std::string lag_path(const TimelineScene& scene, const std::vector<WatermarkStep>& steps,
                     const Scale& y) {
  std::string d;
  int64_t last_end = INT64_MIN;
  for_each_stretch(scene, steps, [&](ProcTime from, ProcTime to, EventTime mark) {
    const double x0 = scene.across(from.ms);
    d += from.ms == last_end ? line_to(x0, y(lag(scene, from, mark)))
                             : move_to(x0, y(lag(scene, from, mark)));
    d += line_to(scene.across(to.ms), y(lag(scene, to, mark)));
    last_end = to.ms;
  });
  return d;
}

void lane_name(TimelineScene& scene, double y, std::string_view text) {
  scene.write(kRight + 14, y, text, {"ink", 12});
}
void lane_note(TimelineScene& scene, double y, std::string_view text) {
  scene.write(kRight + 14, y, text, {"soft", 11});
}

void draw_axis(TimelineScene& scene) {
  const int64_t shift = scene.proc_clock == Clock::kDates ? scene.shift : 0;
  for (const Tick& tick :
       ticks(scene.proc.lo + shift, scene.proc.hi + shift, 12, scene.proc_clock)) {
    const double x = scene.across(tick.at - shift);
    scene.svg.line("grid", x, kLag0, x, kLate1);
    scene.write_where_free({{x, kLate1 + 18, Anchor::kMiddle}}, tick.label, {"soft", 12});
  }
  scene.write((kLeft + kRight) / 2, kLate1 + 40, "processing time",
              {"ink", 12, Weight::kRegular, Anchor::kMiddle});
  scene.write(kLeft, kLag0 - 14, "The same run over processing time", {"ink", 14, Weight::kBold});
}

void draw_lags(TimelineScene& scene) {
  const Scale y{0, largest_lag(scene), kLag1, kLag0};
  for (const Tick& tick : ticks(0, y.hi, 5, Clock::kLengths)) {
    scene.svg.line("grid", kLeft, y(tick.at), kRight, y(tick.at));
    scene.write(kLeft - 14, y(tick.at) + 4, tick.label,
                {"soft", 11, Weight::kRegular, Anchor::kEnd});
  }
  bool measured = false;
  const auto draw = [&](const std::string& classes, const std::vector<WatermarkStep>& steps) {
    const std::string d = lag_path(scene, steps, y);
    measured = measured || !d.empty();
    scene.svg.path(classes, d);
  };
  for (auto it = scene.lines.rbegin(); it != scene.lines.rend(); ++it) {
    draw("split s" + std::to_string(it->look), it->split->watermark);
  }
  draw("wm", scene.watermark);
  lane_name(scene, kLag0 + 12, "how far the watermark lags");
  if (!measured) {
    lane_note(scene, kLag0 + 29, "not measured");
    return;
  }
  lane_note(scene, kLag0 + 29, "against the diagonal above;");
  lane_note(scene, kLag0 + 44, "splits far behind are cut off");
}

// Windows that have records and no answer yet.
void draw_waiting(TimelineScene& scene) {
  lane_name(scene, kWait0 + 14, "windows waiting");
  std::map<int64_t, int64_t> changes;
  for (const WindowView& w : scene.windows) {
    if (!w.opened || *w.opened > w.first_at) continue;
    ++changes[w.opened->ms];
    --changes[w.first_at.ms];
  }
  if (changes.empty()) {
    lane_note(scene, kWait0 + 30, scene.windows.empty() ? "none in this run" : "not measured");
    scene.svg.line("grid", kLeft, kWait1, kRight, kWait1);
    return;
  }
  int64_t most = 0;
  int64_t now = 0;
  for (const auto& [at, change] : changes) most = std::max(most, now += change);
  const Scale y{0, std::max<int64_t>(most, 1), kWait1, kWait0};
  std::string d = move_to(scene.across(changes.begin()->first), kWait1);
  now = 0;
  for (const auto& [at, change] : changes) {
    d += line_to(scene.across(at), y(now));
    now += change;
    d += line_to(scene.across(at), y(now));
  }
  scene.svg.path("waiting", d + line_to(scene.across(changes.rbegin()->first), kWait1) + "Z");
  scene.svg.line("grid", kLeft, kWait1, kRight, kWait1);
  lane_note(scene, kWait0 + 30, "for their first answer, at most " + std::to_string(most));
}

void draw_late_ticks(TimelineScene& scene) {
  std::string amended;
  std::string lost;
  const double middle = (kLate0 + kLate1) / 2;
  const auto add = [&](const RecordMark& mark) {
    if (mark.fate == Fate::kInTime) return;
    const double x = scene.across(mark.read.ms);
    if (mark.fate == Fate::kLateAccepted) {
      amended += move_to(x, kLate0) + line_to(x, middle - 1);
    } else {
      lost += move_to(x, middle + 1) + line_to(x, kLate1);
    }
  };
  for (const SplitView& split : scene.run.splits) {
    for (const RecordMark& mark : split.marks) add(mark);
  }
  for (const RecordMark& mark : scene.run.strays) add(mark);
  scene.svg.line("grid", kLeft, middle, kRight, middle);
  scene.svg.path("late-tick", amended);
  scene.svg.path("drop-tick", lost);
  scene.write(kRight + 14, kLate0 + 10, "late, answer amended", {"t-late", 11});
  scene.write(kRight + 14, kLate1 + 1, "too late", {"t-err", 11});
}

void draw_events(TimelineScene& scene) {
  for (const Setback& s : scene.setbacks) {
    const double x = scene.across(s.at.ms);
    if (s.since) {
      const double since = scene.across(std::min(*s.since, s.at).ms);
      if (since < x) scene.svg.rect("hatch", {since, kLag0, x, kLate1});
    }
    scene.svg.line("crash", x, kLag0, x, kLate1);
  }
  const size_t every = scene.run.checkpoints.size() / 120 + 1;
  for (size_t i = 0; i < scene.run.checkpoints.size(); i += every) {
    const CheckpointView& c = scene.run.checkpoints[i];
    const auto at = c.completed ? c.completed : c.aborted;
    if (!at || !scene.proc.contains(at->ms)) continue;
    scene.svg.path(c.completed ? "ck" : "ck-off", diamond_at(scene.across(at->ms), kLate1, 4.5));
  }
}

}  // namespace

void draw_strip(TimelineScene& scene) {
  draw_axis(scene);
  draw_lags(scene);
  draw_waiting(scene);
  draw_late_ticks(scene);
  draw_events(scene);
}

}  // namespace leat
