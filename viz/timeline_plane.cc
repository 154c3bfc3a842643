// Plane A: event time across, processing time upward.
#include "viz/timeline_scene.h"

namespace leat {
namespace {

constexpr const Box& kPlane = Page::kPlane;

void draw_grid(TimelineScene& scene) {
  SvgWriter& svg = scene.svg;
  svg.vertical_text(22, (kPlane.y0 + kPlane.y1) / 2, "processing time (when the record was read)",
                    {"ink", 12, Weight::kRegular, Anchor::kMiddle});
  scene.placer.reserve({10, kPlane.y0, 28, kPlane.y1});
  const TextStyle soft{"soft", 12, Weight::kRegular, Anchor::kMiddle};
  for (const Tick& tick : ticks(scene.event.lo, scene.event.hi, 12, scene.event_clock)) {
    const double x = scene.event(tick.at);
    svg.line("grid", x, kPlane.y0, x, kPlane.y1);
    scene.write_where_free({{x, kPlane.y1 + 18, Anchor::kMiddle}}, tick.label, soft);
  }
  const int64_t shift = scene.proc_clock == Clock::kDates ? scene.shift : 0;
  for (const Tick& tick :
       ticks(scene.proc.lo + shift, scene.proc.hi + shift, 10, scene.proc_clock)) {
    const double y = scene.proc(tick.at - shift);
    svg.line("grid", kPlane.x0, y, kPlane.x1, y);
    TextStyle end = soft;
    end.anchor = Anchor::kEnd;
    scene.write_where_free({{kPlane.x0 - 14, y + 4, Anchor::kEnd}}, tick.label, end);
  }
  const std::string& about = scene.options.event_axis;
  scene.write((kPlane.x0 + kPlane.x1) / 2, kPlane.y1 + 42,
              "event time" + (about.empty() ? "" : " (" + about + ")"),
              {"ink", 12, Weight::kRegular, Anchor::kMiddle});
}

// The time when the thick watermark passed `t`; none where it never did.
std::optional<ProcTime> passed(const TimelineScene& scene, EventTime t, ProcTime from) {
  for (const WatermarkStep& step : scene.watermark) {
    if (step.at >= from && step.watermark && *step.watermark >= t) return step.at;
  }
  return std::nullopt;
}

void draw_windows(TimelineScene& scene) {
  const Duration lateness = [&] {
    if (!scene.window_node) return Duration{0};
    return std::get<WindowSpec>(scene.program.graph.node(*scene.node).spec).allowed_lateness;
  }();
  for (size_t i = 0; i < scene.windows.size(); ++i) {
    const WindowView& w = scene.windows[i];
    if (w.end.ms <= scene.event.lo || w.start.ms >= scene.event.hi) continue;
    const double gap = scene.windows.size() > 24 ? 0.3 : 1;
    const double x0 = scene.x_event(w.start) + gap;
    const double x1 = std::max(scene.x_event(w.end) - gap, x0 + 0.5);
    if ((w.start.ms / std::max<int64_t>(w.end.ms - w.start.ms, 1)) % 2 == 0) {
      scene.svg.rect("band", {x0, kPlane.y0, x1, kPlane.y1});
    }
    const double first = scene.y_proc(w.first_at);
    scene.svg.rect("answered", {x0, first, x1, kPlane.y1});
    if (lateness.ms <= 0) continue;
    const auto closed = passed(scene, w.end - Duration{1} + lateness, w.first_at);
    const double top = closed ? scene.y_proc(*closed) : kPlane.y0;
    if (top < first) scene.svg.rect("accepts", {x0, top, x1, first});
  }
}

void draw_setbacks(TimelineScene& scene) {
  for (const Setback& s : scene.setbacks) {
    const double y = scene.y_proc(s.at);
    if (s.since) {
      const double y0 = scene.y_proc(std::min(*s.since, s.at));
      scene.svg.rect("hatch", {kPlane.x0, y, kPlane.x1, y0});
    }
    scene.svg.line("crash", kPlane.x0, y, kPlane.x1, y);
    scene.placer.discourage({kPlane.x0, y - 2, kPlane.x1, y + 2});
  }
}

// Records in time as circles (hollow where they were read again), late ones on top of them.
void draw_records(TimelineScene& scene) {
  const auto inside = [&](const RecordMark& mark) { return scene.event.contains(mark.event.ms); };
  const size_t shown = scene.run.records();
  const double r = shown > 1500 ? 1.7 : shown > 300 ? 2.1 : 3;
  SvgWriter& svg = scene.svg;
  svg.open_group("on");
  for (const SplitView& split : scene.run.splits) {
    for (const RecordMark& mark : split.marks) {
      if (mark.fate != Fate::kInTime || mark.offset % scene.stride != 0 || !inside(mark)) continue;
      const double x = scene.x_event(mark.event);
      const double y = scene.y_proc(mark.read);
      svg.raw("<circle cx=\"" + coordinate(x) + "\" cy=\"" + coordinate(y) + "\" r=\"" +
              coordinate(r) + "\"/>\n");
      scene.placer.discourage({x - r, y - r, x + r, y + r});
    }
  }
  svg.close_group();
  std::string again;
  for (const SplitView& split : scene.run.splits) {
    for (const RecordMark& mark : split.marks) {
      if (!mark.read_again || mark.offset % scene.stride != 0 || !inside(mark)) continue;
      const double x = scene.x_event(mark.event);
      const double y = scene.y_proc(*mark.read_again);
      again += move_to(x - r, y) + "a" + coordinate(r) + " " + coordinate(r) + " 0 1 0 " +
               coordinate(2 * r) + " 0a" + coordinate(r) + " " + coordinate(r) + " 0 1 0 " +
               coordinate(-2 * r) + " 0";
    }
  }
  svg.path("again", again);
}

void draw_late(TimelineScene& scene) {
  const double r = scene.run.records() > 300 ? 3.1 : 4.2;
  const auto draw = [&](const RecordMark& mark) {
    if (mark.fate == Fate::kInTime) return;
    const double x = scene.x_event(mark.event);
    const double y = scene.y_proc(mark.read);
    if (mark.fate == Fate::kLateAccepted) {
      scene.svg.path("late", triangle_at(x, y, r));
    } else {
      scene.svg.path("drop", cross_at(x, y, r * 0.85));
    }
    scene.placer.discourage({x - r, y - r, x + r, y + r});
  };
  for (const SplitView& split : scene.run.splits) {
    for (const RecordMark& mark : split.marks) draw(mark);
  }
  for (const RecordMark& mark : scene.run.strays) draw(mark);
}

void discourage_line(TimelineScene& scene, const std::vector<WatermarkStep>& steps) {
  for (size_t i = 0; i < steps.size(); ++i) {
    if (!steps[i].watermark || *steps[i].watermark == EventTime::max()) continue;
    const double x = scene.x_event(*steps[i].watermark);
    const double y = scene.y_proc(steps[i].at);
    const double up = i + 1 < steps.size() ? scene.y_proc(steps[i + 1].at) : y;
    // Counted thrice: to run into the thick line is worse than to cover a dot.
    for (int k = 0; k < 3; ++k) scene.placer.discourage({x - 2, up, x + 2, y});
    if (i == 0 || !steps[i - 1].watermark) continue;
    for (int k = 0; k < 3; ++k) {
      scene.placer.discourage({scene.x_event(*steps[i - 1].watermark), y - 2, x, y + 2});
    }
  }
}

void draw_watermarks(TimelineScene& scene) {
  for (auto it = scene.lines.rbegin(); it != scene.lines.rend(); ++it) {
    const LinePaths paths = line_paths(scene, it->split->watermark, it->split->idle);
    const std::string look = " s" + std::to_string(it->look);
    scene.svg.path("split" + look, paths.moving);
    scene.svg.path("idle" + look, paths.idle);
  }
  scene.svg.path("wm", line_paths(scene, scene.watermark, {}).moving);
  discourage_line(scene, scene.watermark);
}

void draw_first_answers(TimelineScene& scene) {
  for (const WindowView& w : scene.windows) {
    if (w.end.ms <= scene.event.lo || w.start.ms >= scene.event.hi) continue;
    const double y = scene.y_proc(w.first_at);
    scene.svg.line("first", scene.x_event(w.start) + 1, y, scene.x_event(w.end) - 1, y);
    if (w.amended == 0) continue;
    const double x = std::max(scene.x_event(w.end) - 4, scene.x_event(w.start) + 2);
    scene.svg.line("amend", x, y, x, scene.y_proc(w.last_at));
  }
}

// The answer as it is printed: over several keys the sum, or how many keys have answered.
std::string answer_text(const WindowView& w, const std::optional<int64_t>& sum,
                        const std::string& value) {
  if (sum)
    return *sum < 0 ? "-" + with_commas(static_cast<uint64_t>(-(*sum + 1)) + 1)
                    : with_commas(static_cast<uint64_t>(*sum));
  if (w.answers == 1 && !value.empty())
    return value.size() > 14 ? value.substr(0, 13) + "…" : value;
  return counted(w.answers, "answer", "answers");
}

void label_windows(TimelineScene& scene) {
  const TextStyle blue{"t-in halo", 12, Weight::kBold, Anchor::kMiddle};
  const TextStyle amber{"t-late halo", 12, Weight::kBold, Anchor::kEnd};
  for (const WindowView& w : scene.windows) {
    if (w.end.ms <= scene.event.lo || w.start.ms >= scene.event.hi) continue;
    const double x0 = scene.x_event(w.start);
    const double x1 = scene.x_event(w.end);
    const double y = scene.y_proc(w.first_at);
    const double mid = (x0 + x1) / 2;
    scene.write_where_free({{mid, y - 6, Anchor::kMiddle},
                            {x0 + 4, y - 6, Anchor::kStart},
                            {x1 - 8, y - 6, Anchor::kEnd},
                            {mid, y + 15, Anchor::kMiddle},
                            {x0 + 4, y + 15, Anchor::kStart},
                            {x1 - 8, y + 15, Anchor::kEnd}},
                           answer_text(w, w.first_sum, w.first_value), blue);
  }
  for (const WindowView& w : scene.windows) {
    if (w.amended == 0 || w.end.ms <= scene.event.lo || w.start.ms >= scene.event.hi) continue;
    const std::string text = answer_text(w, w.last_sum, w.last_value);
    if (!w.last_sum && w.answers > 1) continue;  // how many keys have answered says nothing new
    const double x = std::max(scene.x_event(w.end) - 4, scene.x_event(w.start) + 2);
    const double y = scene.y_proc(w.last_at);
    scene.write_where_free({{x - 4, y + 4, Anchor::kEnd},
                            {x + 3, y - 6, Anchor::kEnd},
                            {x - 4, y + 16, Anchor::kEnd},
                            {x - 4, y - 14, Anchor::kEnd},
                            {x - 14, y - 4, Anchor::kEnd},
                            {x + 6, y + 4, Anchor::kStart}},
                           text, amber);
  }
}

void label_setbacks(TimelineScene& scene) {
  const TextStyle red{"t-err halo", 12, Weight::kRegular, Anchor::kEnd};
  const TextStyle soft{"soft halo", 12, Weight::kRegular, Anchor::kEnd};
  for (const Setback& s : scene.setbacks) {
    const double y = scene.y_proc(s.at);
    const double right = kPlane.x1 - 8;
    const double left = kPlane.x0 + 10;
    const double mid = (left + right) / 2;
    scene.write_where_free({{right, y - 6, Anchor::kEnd},
                            {left, y - 6, Anchor::kStart},
                            {mid, y - 6, Anchor::kMiddle},
                            {right, y - 21, Anchor::kEnd},
                            {left, y - 21, Anchor::kStart},
                            {right, y + 15, Anchor::kEnd}},
                           s.text, red);
    if (!s.since || scene.run.read_again() == 0) continue;
    const double low = scene.y_proc(*s.since);
    if (low - y < 16) continue;
    const double in = std::min(y + 22, (y + low) / 2 + 4);
    scene.write_where_free(
        {{right, in, Anchor::kEnd}, {left, in, Anchor::kStart}, {mid, in, Anchor::kMiddle}},
        "read twice, counted once", soft);
  }
}

// The name of a split at its longest standstill, where its line stands alone most often.
void label_splits(TimelineScene& scene) {
  for (const SplitLine& line : scene.lines) {
    const auto& steps = line.split->watermark;
    std::vector<std::pair<double, TimelineScene::Spot>> stands;
    for (size_t i = 0; i < steps.size(); ++i) {
      if (!steps[i].watermark || !scene.event.contains(steps[i].watermark->ms)) continue;
      const double x = scene.x_event(*steps[i].watermark);
      const double y0 = scene.y_proc(steps[i].at);
      const double y1 = i + 1 < steps.size() ? scene.y_proc(steps[i + 1].at) : kPlane.y0;
      if (y0 - y1 >= 26) stands.push_back({y1 - y0, {x - 5, (y0 + y1) / 2, Anchor::kEnd}});
    }
    std::sort(stands.begin(), stands.end(), [](const auto& a, const auto& b) {
      return std::pair(a.first, a.second.y) < std::pair(b.first, b.second.y);
    });
    std::vector<TimelineScene::Spot> spots;
    for (size_t i = 0; i < stands.size() && i < 4; ++i) {
      const double width = text_width(line.split->name, 11);
      if (stands[i].second.x - width > kPlane.x0 + 10) spots.push_back(stands[i].second);
      TimelineScene::Spot other = stands[i].second;
      other.x += 10;
      other.anchor = Anchor::kStart;
      spots.push_back(other);
    }
    scene.write_where_free(spots, line.split->name,
                           {"soft halo", 11, Weight::kRegular, Anchor::kEnd});
  }
}

void draw_checkpoints(TimelineScene& scene) {
  const size_t every = scene.run.checkpoints.size() / 120 + 1;
  for (size_t i = 0; i < scene.run.checkpoints.size(); i += every) {
    const CheckpointView& c = scene.run.checkpoints[i];
    const auto at = c.completed ? c.completed : c.aborted;
    if (!at || !scene.proc.contains(at->ms)) continue;
    scene.svg.path(c.completed ? "ck" : "ck-off", diamond_at(kPlane.x0, scene.y_proc(*at), 5));
  }
}

void label_watermark(TimelineScene& scene) {
  if (!scene.node || scene.watermark.empty()) return;
  std::vector<TimelineScene::Spot> spots;
  // From the top down: the first stretch with room to its left.
  for (auto it = scene.watermark.rbegin(); it != scene.watermark.rend(); ++it) {
    if (!it->watermark || !scene.event.contains(it->watermark->ms)) continue;
    const double x = scene.x_event(*it->watermark);
    const double y = scene.y_proc(it->at);
    if (spots.empty() && y > kPlane.y0 - 20) spots.push_back({x, kPlane.y0 - 8, Anchor::kMiddle});
    spots.push_back({x - 8, y - 4, Anchor::kEnd});
    if (spots.size() > 24) break;
  }
  scene.write_where_free(spots, "watermark of " + scene.program.graph.node(*scene.node).name,
                         {"ink halo", 12, Weight::kBold, Anchor::kEnd});
}

void draw_diagonal(TimelineScene& scene) {
  if (!scene.has_diagonal()) return;
  // The part of event = processing + shift that lies on the plane.
  const int64_t lo = std::max(scene.proc.lo, scene.event.lo - scene.shift);
  const int64_t hi = std::min(scene.proc.hi, scene.event.hi - scene.shift);
  if (lo >= hi) return;
  scene.svg.path("ideal", move_to(scene.event(lo + scene.shift), scene.proc(lo)) +
                              line_to(scene.event(hi + scene.shift), scene.proc(hi)));
}

}  // namespace

LinePaths line_paths(const TimelineScene& scene, const std::vector<WatermarkStep>& steps,
                     const std::vector<ProcSpan>& idle) {
  LinePaths paths;
  bool open = false;
  bool entering = false;
  for (size_t i = 0; i < steps.size(); ++i) {
    const WatermarkStep& step = steps[i];
    if (!step.watermark || *step.watermark == EventTime::min()) {
      open = false;
      entering = false;
      continue;
    }
    const bool last = *step.watermark == EventTime::max();
    if (last && open) break;  // the end of the input is no time of the stream
    if (last) continue;
    if (step.watermark->ms < scene.event.lo) {  // left of the plane: the line enters at its edge
      entering = true;
      open = false;
      continue;
    }
    const double x = scene.x_event(*step.watermark);
    ProcTime from = step.at;
    if (entering && !open) {
      paths.moving += move_to(kPlane.x0, scene.y_proc(from));
      open = true;
    }
    entering = false;
    const ProcTime until{i + 1 < steps.size() ? steps[i + 1].at.ms
                                              : std::max(step.at.ms, scene.proc.hi)};
    paths.moving += open ? line_to(x, scene.y_proc(from)) : move_to(x, scene.y_proc(from));
    open = true;
    for (const ProcSpan& span : idle) {
      if (span.to <= from || span.from >= until) continue;
      const ProcTime start = std::max(span.from, from);
      const ProcTime end = std::min(span.to, until);
      paths.moving += line_to(x, scene.y_proc(start)) + move_to(x, scene.y_proc(end));
      paths.idle += move_to(x, scene.y_proc(start)) + line_to(x, scene.y_proc(end));
      from = end;
    }
    paths.moving += line_to(x, scene.y_proc(until));
  }
  return paths;
}

void draw_plane(TimelineScene& scene) {
  draw_windows(scene);
  draw_grid(scene);
  draw_setbacks(scene);
  draw_diagonal(scene);
  draw_records(scene);
  draw_first_answers(scene);
  draw_watermarks(scene);
  draw_late(scene);
  draw_checkpoints(scene);
  if (scene.run.records() == 0) {
    scene.write((kPlane.x0 + kPlane.x1) / 2, (kPlane.y0 + kPlane.y1) / 2, "no record was read",
                {"soft halo", 14, Weight::kRegular, Anchor::kMiddle});
  }
  label_watermark(scene);
  label_setbacks(scene);
  label_windows(scene);
  label_splits(scene);
}

}  // namespace leat
