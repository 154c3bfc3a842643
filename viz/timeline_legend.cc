// The key beside the plane: what the marks mean, with their counts, and the splits by name.
#include "viz/timeline_scene.h"

namespace leat {
namespace {

constexpr double kIcon = Page::kSide + 10;
constexpr double kText = Page::kSide + 28;
constexpr size_t kSplitsNamed = 14;

class Legend {
 public:
  explicit Legend(TimelineScene& scene) : scene_(scene) {}

  double y() const { return y_; }
  void space(double more) { y_ += more; }
  // One line of text beside an icon drawn by `icon(middle of the line)`.
  template <class Icon>
  void row(const std::string& text, Icon icon, const char* classes = "ink") {
    icon(y_ - 4);
    scene_.write(kText, y_, fitted(text, 12), {classes, 12});
    y_ += 22;
  }
  void heading(const std::string& text) {
    scene_.write(Page::kSide, y_, fitted(text, 12), {"ink", 12, Weight::kBold});
    y_ += 21;
  }
  void small(double x, const std::string& text, Anchor anchor, const char* classes = "soft") {
    scene_.write(x, y_, text, {classes, 11, Weight::kRegular, anchor});
  }

 private:
  // Cut to the width of the column.
  static std::string fitted(const std::string& text, double size) {
    const double room = Page::kWidth - Page::kMargin - kText;
    std::string out = text;
    while (out.size() > 4 && text_width(out, size, Weight::kBold) > room) {
      do out.pop_back();
      while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xc0) == 0x80);
      if (text_width(out + "…", size, Weight::kBold) <= room) return out + "…";
    }
    return out;
  }

  TimelineScene& scene_;
  double y_ = 106;
};

void fates(TimelineScene& scene, Legend& legend) {
  const RunView& run = scene.run;
  SvgWriter& svg = scene.svg;
  std::string in_time = with_commas(run.count(Fate::kInTime)) + " in time";
  if (scene.stride > 1) in_time += ", one in " + with_commas(scene.stride) + " drawn";
  legend.row(in_time, [&](double y) {
    svg.path("on", "M" + coordinate(kIcon - 3.2) + " " + coordinate(y) +
                       "a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0 -6.4 0");
  });
  if (const uint64_t n = run.count(Fate::kLateAccepted)) {
    legend.row(with_commas(n) + " late, answer amended",
               [&](double y) { svg.path("late", triangle_at(kIcon, y, 4.4)); });
  }
  if (const uint64_t n = run.count(Fate::kTooLateSide)) {
    legend.row(with_commas(n) + " too late, to side output",
               [&](double y) { svg.path("drop", cross_at(kIcon, y, 3.6)); });
  }
  if (const uint64_t n = run.count(Fate::kTooLateDropped)) {
    legend.row(with_commas(n) + " too late, dropped",
               [&](double y) { svg.path("drop", cross_at(kIcon, y, 3.6)); });
  }
  if (run.read_again() > 0) {
    legend.row(with_commas(run.read_again()) + " readings repeated", [&](double y) {
      svg.path("again", "M" + coordinate(kIcon - 3.2) + " " + coordinate(y) +
                            "a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0 -6.4 0");
    });
  }
  if (const uint64_t n = scene.before + scene.behind) {
    legend.row(with_commas(n) + " lie outside this span of time", [](double) {}, "soft");
  }
}

void marks(TimelineScene& scene, Legend& legend) {
  SvgWriter& svg = scene.svg;
  const auto bar = [&](const char* classes) {
    return [&svg, classes](double y) { svg.line(classes, kIcon - 9, y, kIcon + 9, y); };
  };
  const bool answers = !scene.windows.empty();
  if (answers) {
    const bool sums = scene.windows.front().first_sum.has_value();
    const bool keys = std::any_of(scene.windows.begin(), scene.windows.end(),
                                  [](const WindowView& w) { return w.answers > 1; });
    legend.row(keys && sums ? "first answer, summed over keys" : "first answer of a window",
               bar("first"));
    if (std::any_of(scene.windows.begin(), scene.windows.end(),
                    [](const WindowView& w) { return w.amended > 0; })) {
      legend.row("up to its last amended answer",
                 [&](double y) { svg.line("amend", kIcon, y - 7, kIcon, y + 7); });
      legend.row("still open for late records",
                 [&](double y) { svg.rect("accepts", {kIcon - 9, y - 6, kIcon + 9, y + 6}); });
    }
  }
  uint64_t completed = 0;
  uint64_t aborted = 0;
  for (const CheckpointView& c : scene.run.checkpoints) {
    completed += c.completed ? 1 : 0;
    aborted += !c.completed && c.aborted ? 1 : 0;
  }
  if (completed > 0) {
    legend.row(counted(completed, "checkpoint", "checkpoints"),
               [&](double y) { svg.path("ck", diamond_at(kIcon, y, 5)); });
  }
  if (aborted > 0) {
    legend.row(counted(aborted, "checkpoint", "checkpoints") + " aborted",
               [&](double y) { svg.path("ck-off", diamond_at(kIcon, y, 4.5)); });
  }
  if (!scene.has_diagonal()) return;
  legend.row(scene.start ? "no delay at all" : "the least delay seen", bar("ideal"));
}

// How long each split held the clock back, where several could.
void splits(TimelineScene& scene, Legend& legend) {
  if (scene.lines.empty()) return;
  legend.space(10);
  // Where times are assigned behind the source, its splits have none.
  const bool drawn = std::any_of(scene.lines.begin(), scene.lines.end(), [](const SplitLine& line) {
    return !line.split->watermark.empty();
  });
  legend.heading(drawn ? "watermark of each split" : "splits");
  const double right = Page::kWidth - Page::kMargin;
  int64_t held = 0;
  for (const SplitLine& line : scene.lines) held += line.split->held_back.ms;
  const bool shares = held > 0 && scene.lines.size() > 1;
  legend.small(right - 86, "records", Anchor::kEnd);
  if (shares) legend.small(right, "held it back", Anchor::kEnd);
  legend.space(18);
  for (size_t i = 0; i < scene.lines.size() && i < kSplitsNamed; ++i) {
    const SplitView& split = *scene.lines[i].split;
    const std::string look = std::to_string(scene.lines[i].look);
    if (drawn)
      scene.svg.line("split s" + look, kIcon - 9, legend.y() - 4, kIcon + 9, legend.y() - 4);
    std::string name = split.name;
    while (name.size() > 3 && text_width(name, 11) > 90) name.pop_back();
    legend.small(kText, name, Anchor::kStart, "ink");
    legend.small(right - 86, with_commas(split.records), Anchor::kEnd);
    if (shares) {
      const int64_t percent = (split.held_back.ms * 200 / held + 1) / 2;
      legend.small(right,
                   split.held_back.ms == 0 ? "never"
                   : percent == 0          ? "under 1 %"
                                           : std::to_string(percent) + " %",
                   Anchor::kEnd, i == 0 ? "ink" : "soft");
    }
    legend.space(18);
  }
  if (scene.lines.size() > kSplitsNamed) {
    legend.small(kText, "and " + with_commas(scene.lines.size() - kSplitsNamed) + " others",
                 Anchor::kStart);
    legend.space(18);
  }
  const bool idle = std::any_of(scene.run.splits.begin(), scene.run.splits.end(),
                                [](const SplitView& s) { return !s.idle.empty(); });
  if (idle) {
    scene.svg.line("idle s6", kIcon - 9, legend.y() - 4, kIcon + 9, legend.y() - 4);
    legend.small(kText, "idle: holds nobody back", Anchor::kStart);
  }
}

}  // namespace

void draw_legend(TimelineScene& scene) {
  Legend legend(scene);
  fates(scene, legend);
  marks(scene, legend);
  splits(scene, legend);
}

}  // namespace leat
