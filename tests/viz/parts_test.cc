// The small parts: times, labels, colours, the page.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "tests/viz/svg_text.h"
#include "viz/graph_facts.h"
#include "viz/label_placer.h"
#include "viz/report.h"
#include "viz/theme.h"
#include "viz/time_scale.h"

namespace leat::viz_test {
namespace {

std::string labels(int64_t lo, int64_t hi, size_t most, Clock clock) {
  std::string out;
  for (const Tick& tick : ticks(lo, hi, most, clock))
    out += (out.empty() ? "" : " | ") + tick.label;
  return out;
}

TEST(TimeScale, SpeaksInTheUnitThatFits) {
  EXPECT_EQ(labels(0, 40000, 10, Clock::kLengths),
            "0 | 5 s | 10 s | 15 s | 20 s | 25 s | 30 s | 35 s | 40 s");
  EXPECT_EQ(labels(0, 450, 6, Clock::kLengths), "0 | 100 ms | 200 ms | 300 ms | 400 ms");
  EXPECT_EQ(labels(0, 2100, 6, Clock::kLengths), "0 | 0.5 s | 1 s | 1.5 s | 2 s");
  EXPECT_EQ(labels(1517365101235, 1517365101235 + 3 * 86400000LL, 6, Clock::kDates),
            "01 Feb | 02 Feb | 03 Feb");
  EXPECT_EQ(labels(1517356800000, 1517356800000 + 86400000LL, 5, Clock::kDates),
            "31 Jan | 06:00 | 12:00 | 18:00 | 01 Feb");
  EXPECT_EQ(clock_for(0, 40000), Clock::kLengths);
  EXPECT_EQ(clock_for(1517365101235, 1517969901235), Clock::kDates);
  EXPECT_EQ(moment(1517365101235, 7 * 86400000LL, Clock::kDates), "31 Jan 02:18");
  EXPECT_EQ(rough_length(90061000), "1 d 1 h");
  EXPECT_EQ(rough_length(12500), "12.5 s");
  EXPECT_EQ(rough_length(-250), "-250 ms");
}

RC_GTEST_PROP(TimeScale, NeverMoreTicksThanAskedForAndAllInside, ()) {
  const int64_t lo = *rc::gen::arbitrary<int64_t>() / 16;
  const int64_t hi = lo + *rc::gen::inRange<int64_t>(1, int64_t{1} << 50);
  const auto most = *rc::gen::inRange<size_t>(2, 15);
  const auto found = ticks(lo, hi, most, clock_for(lo, hi));
  RC_ASSERT(found.size() <= most);
  for (const Tick& tick : found) RC_ASSERT(tick.at >= lo && tick.at <= hi);
}

RC_GTEST_PROP(LabelPlacer, GrantsNoTwoBoxesThatOverlap, ()) {
  LabelPlacer placer({0, 0, 100, 100});
  std::vector<Box> granted;
  for (int i = 0; i < 20; ++i) {
    std::vector<Box> candidates;
    for (int k = 0; k < 4; ++k) {
      const double x = *rc::gen::inRange(-10, 100);
      const double y = *rc::gen::inRange(-10, 100);
      candidates.push_back({x, y, x + *rc::gen::inRange(1, 40), y + *rc::gen::inRange(1, 20)});
    }
    if (const auto best = placer.place(candidates)) {
      for (const Box& other : granted) RC_ASSERT(!overlap(candidates[*best], other));
      granted.push_back(candidates[*best]);
    }
  }
}

TEST(LabelPlacer, PrefersWhatCoversTheLeast) {
  LabelPlacer placer({0, 0, 100, 100});
  placer.discourage({0, 0, 20, 20});
  const Box candidates[] = {{5, 5, 15, 15}, {40, 40, 50, 50}, {60, 60, 70, 70}};
  EXPECT_EQ(placer.place(candidates), 1U);
  EXPECT_EQ(placer.place(candidates), 2U);
  EXPECT_EQ(placer.place(candidates), 0U);
  EXPECT_EQ(placer.place(candidates), std::nullopt);
}

TEST(TextMetrics, AreThoseOfDejaVuSans) {
  EXPECT_NEAR(text_width("watermark", 1000), 818 + 613 + 392 + 615 + 411 + 974 + 613 + 411 + 579,
              1);
  EXPECT_EQ(text_width("×", 10), text_width("→", 10));
  EXPECT_GT(text_width("ab", 12, Weight::kBold), text_width("ab", 12));
}

double luminance(const std::string& hex) {
  double sum = 0;
  const double weights[] = {0.2126, 0.7152, 0.0722};
  for (size_t i = 0; i < 3; ++i) {
    const double c = std::stoi(hex.substr(1 + 2 * i, 2), nullptr, 16) / 255.0;
    sum += weights[i] * (c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4));
  }
  return sum;
}
double contrast(const std::string& a, const std::string& b) {
  const double x = luminance(a);
  const double y = luminance(b);
  return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

// What words are written in, on all that they may stand on.
TEST(Theme, WordsHaveContrastInTheLightAndInTheDark) {
  for (const ThemeColour* text = theme_colours(); text->name != nullptr; ++text) {
    const std::string name = text->name;
    if (name != "ink" && name != "soft" && !name.ends_with("-text")) continue;
    for (const ThemeColour* ground = theme_colours(); ground->name != nullptr; ++ground) {
      const std::string under = ground->name;
      if (under != "bg" && under != "band" && under != "state" && under != "source") continue;
      EXPECT_GE(contrast(text->light, ground->light), 4.5) << name << " on " << under;
      EXPECT_GE(contrast(text->dark, ground->dark), 4.5) << name << " on " << under << ", dark";
    }
  }
}

// Colours written into a graph are told apart again by the style that makes them variables.
TEST(Theme, LightColoursAreAllDifferent) {
  for (const ThemeColour* a = theme_colours(); a->name != nullptr; ++a) {
    for (const ThemeColour* b = a + 1; b->name != nullptr; ++b) {
      if (std::string(a->name) == "bg" || std::string(a->name) == "hatch") continue;
      EXPECT_STRNE(a->light, b->light) << a->name << " and " << b->name;
    }
  }
}

TEST(GraphFacts, SizesAreShort) {
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(2140), "2.1 KB");
  EXPECT_EQ(bytes_text(2000), "2 KB");
  EXPECT_EQ(bytes_text(123456789), "123 MB");
}

TEST(Report, StandsAlone) {
  ReportData data;
  data.title = "quakes <1>";
  data.why = "Because & why.";
  data.passed = false;
  data.verdict = "failed: duplicate_result";
  data.replay = "./leat run x.json --seed 7";
  data.facts = {{"seed", "7"}};
  data.findings.push_back(
      {"duplicate_result", "out", "key=ann", "1 row", "2 rows", "Each result once."});
  data.timeline_svg = "<svg id=\"t\"></svg>";
  data.tables.push_back({"Results", {"key", "n"}, {{"ann", "3"}}, "first 1 of 1"});
  const std::string html = report_html(data);
  EXPECT_EQ(html.rfind("<!doctype html>", 0), 0U);
  EXPECT_EQ(count_of(html, "http://") + count_of(html, "https://") + count_of(html, "<script"), 0U);
  EXPECT_EQ(count_of(html, "quakes &lt;1&gt;"), 2U);
  EXPECT_EQ(count_of(html, "<svg id=\"t\"></svg>"), 1U);
  EXPECT_EQ(count_of(html, "✗ failed: duplicate_result"), 1U);
  EXPECT_EQ(count_of(html, "<td>ann</td>"), 1U);
  EXPECT_EQ(count_of(html, "prefers-color-scheme:dark"), 1U);
}

}  // namespace
}  // namespace leat::viz_test
