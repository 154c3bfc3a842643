#include "viz/timeline.h"

#include "viz/theme.h"
#include "viz/timeline_scene.h"

namespace leat {
namespace {

std::string title_of(const TimelineScene& scene) {
  if (!scene.options.title.empty()) return scene.options.title;
  const std::string& job =
      scene.options.scenario.empty() ? scene.program.graph.config.name : scene.options.scenario;
  return job + (scene.windows.empty() ? ": how far the watermark had come"
                                      : ": when each answer was known");
}

// What the watermark strategies of the sources say, where all say the same.
std::string strategy_text(const TimelineScene& scene) {
  const SourceSpec* first = nullptr;
  for (const StreamNode& node : scene.program.graph.nodes) {
    const auto* spec = std::get_if<SourceSpec>(&node.spec);
    if (spec == nullptr) continue;
    if (first != nullptr && (first->watermark.kind != spec->watermark.kind ||
                             first->watermark.bound != spec->watermark.bound ||
                             first->watermark.idle_after != spec->watermark.idle_after)) {
      return "";
    }
    first = spec;
  }
  if (first == nullptr || first->watermark.kind == WatermarkSpec::Kind::kNone) return "";
  std::string text = " · bound " + describe(first->watermark.bound);
  if (scene.window_node) {
    const auto& window = std::get<WindowSpec>(scene.program.graph.node(*scene.node).spec);
    if (window.allowed_lateness.ms > 0)
      text += " · allowed lateness " + describe(window.allowed_lateness);
  }
  if (first->watermark.idle_after)
    text += " · idle after " + describe(*first->watermark.idle_after);
  return text;
}

std::string subtitle_of(const TimelineScene& scene) {
  const RunView& run = scene.run;
  const bool named = scene.options.scenario.empty() || scene.options.title.empty();
  std::string text = named ? "" : scene.options.scenario + " · ";
  text += run.records() == 0 ? "no record was read" : counted(run.records(), "record", "records");
  if (run.records() > 0) text += " of " + counted(run.splits.size(), "split", "splits");
  if (scene.windows.size() > 1) text += " · " + counted(scene.windows.size(), "window", "windows");
  text += strategy_text(scene);
  if (!run.restores.empty()) text += " · " + counted(run.restores.size(), "restart", "restarts");
  if (scene.options.seed) text += " · seed " + std::to_string(*scene.options.seed);
  if (!scene.options.verdict.empty()) text += " · " + scene.options.verdict;
  return text;
}

std::string clipped(std::string text, double size, Weight weight, double room) {
  while (text.size() > 8 && text_width(text, size, weight) > room) {
    do text.pop_back();
    while ((static_cast<unsigned char>(text.back()) & 0xc0) == 0x80);
    if (text_width(text + "…", size, weight) <= room) return text + "…";
  }
  return text;
}

std::string open_svg() {
  const std::string size =
      " width=\"" + coordinate(Page::kWidth) + "\" height=\"" + coordinate(Page::kHeight) + "\"";
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + coordinate(Page::kWidth) +
         " " + coordinate(Page::kHeight) + "\"" + size +
         " role=\"img\" aria-labelledby=\"timeline-title timeline-desc\" font-family=\"Inter, "
         "'Segoe UI', "
         "Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif\" font-size=\"12\">\n";
}

constexpr const char* kHatch =
    "<defs><pattern id=\"hatch\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\" "
    "patternTransform=\"rotate(45)\"><line class=\"hatch-line\" x1=\"0\" y1=\"0\" x2=\"0\" "
    "y2=\"7\" "
    "stroke-width=\"1.1\"/></pattern></defs>\n";

}  // namespace

std::string describe_scene(const TimelineScene& scene) {
  const RunView& run = scene.run;
  std::string text =
      subtitle_of(scene) + ". In time " + with_commas(run.count(Fate::kInTime)) +
      ", late and amended " + with_commas(run.count(Fate::kLateAccepted)) + ", too late " +
      with_commas(run.count(Fate::kTooLateSide) + run.count(Fate::kTooLateDropped)) + ".\n";
  for (const Setback& s : scene.setbacks) text += scene.proc_moment(s.at) + ": " + s.text + ".\n";
  size_t lines = 0;
  for (const WindowView& w : scene.windows) {
    if (++lines > 200) break;
    text += "window " + scene.event_moment(w.start) + " to " + scene.event_moment(w.end) +
            ": first answer";
    if (w.first_sum) text += " " + std::to_string(*w.first_sum);
    text += " at " + scene.proc_moment(w.first_at);
    if (w.amended > 0) {
      text += ", amended " + counted(w.amended, "time", "times") + ", the last";
      if (w.last_sum) text += " " + std::to_string(*w.last_sum);
      text += " at " + scene.proc_moment(w.last_at);
    }
    text += ".\n";
  }
  return text;
}

std::string timeline_svg(const JobProgram& program, const RunView& run,
                         const TimelineOptions& options) {
  TimelineScene scene = make_scene(program, run, options);
  SvgWriter& svg = scene.svg;
  const std::string title = title_of(scene);
  svg.raw(open_svg() + "<title id=\"timeline-title\">" + escaped(title) +
          "</title>\n<desc id=\"timeline-desc\">" + escaped(describe_scene(scene)) +
          "</desc>\n<style>\n" + theme_variables() + timeline_style() + "</style>\n" + kHatch);
  svg.rect("bg", {0, 0, Page::kWidth, Page::kHeight});
  const double room = Page::kWidth - Page::kPlane.x0 - Page::kMargin;
  scene.write(Page::kPlane.x0, 36, clipped(title, 20, Weight::kBold, room),
              {"ink", 20, Weight::kBold});
  scene.write(Page::kPlane.x0, 60, clipped(subtitle_of(scene), 12, Weight::kRegular, room),
              {"soft", 12});
  draw_plane(scene);
  draw_legend(scene);
  draw_strip(scene);
  svg.raw("</svg>\n");
  return svg.take();
}

}  // namespace leat
