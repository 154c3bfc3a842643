#include "viz/timeline.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <fstream>

#include "tests/viz/run_model.h"
#include "tests/viz/svg_text.h"

namespace leat::viz_test {
namespace {

constexpr int64_t kHour = 3600 * 1000, kDay = 24 * kHour;
constexpr double kWidth = 1280, kHeight = 1076;

// Kept where LEAT_PICTURES names a folder, to be looked at.
void keep(const std::string& name, const std::string& svg) {
  if (const char* folder = std::getenv("LEAT_PICTURES"))
    std::ofstream(std::string(folder) + "/" + name) << svg;
}

std::string draw(const ModelSetup& setup, TimelineOptions options, const std::string& name) {
  const JobProgram program = model_program(setup);
  RunRecorder recorder(program);
  play(setup, program, recorder);
  options.processes[ProcessId{1}] = "worker-1";
  const std::string svg = timeline_svg(program, recorder.view(), options);
  if (!name.empty()) keep(name, svg);
  return svg;
}

// What must hold of every timeline.
void expect_sound(const std::string& svg) {
  EXPECT_EQ(overlaps_in(svg), "");
  EXPECT_EQ(outside_of(svg, kWidth, kHeight), "");
  for (const DrawnText& text : texts_of(svg)) EXPECT_GE(text.size, 11) << text.text;
  const size_t marks = count_of(svg, "<circle") + count_of(svg, "<path") + count_of(svg, "<rect") +
                       count_of(svg, "<line") + count_of(svg, "<text");
  EXPECT_LE(marks, 5000U);
  EXPECT_EQ(count_of(svg, "<title"), 1U);
  EXPECT_EQ(count_of(svg, "<desc"), 1U);
  EXPECT_EQ(count_of(svg, "nan"), 0U);
  EXPECT_EQ(count_of(svg, "inf\""), 0U);
}

ModelSetup five_networks() {
  ModelSetup setup;
  setup.records = read_quakes(5).records;
  setup.crashes = {kDay * 36 / 10};
  return setup;
}
TimelineOptions quake_options(size_t networks) {
  TimelineOptions options;
  options.title = "Quakes per day: when each answer was known";
  options.seed = 7;
  options.verdict = "passed";
  options.start = EventTime{read_quakes(networks).start};
  options.event_axis = "when the ground shook";
  return options;
}

ModelSetup ten_records() {
  ModelSetup setup;
  setup.job = "payments per 10 s";
  setup.bound = {2000};
  setup.window = {10000};
  setup.lateness = {4000};
  setup.idle_after = Duration{5000};
  setup.checkpoint_every = {3000};
  setup.crashes = {7500};
  setup.records = {{"pay-0", "ann", 1000, 0},     {"pay-1", "bob", 4000, 1000},
                   {"pay-0", "ann", 13000, 3000}, {"pay-1", "bob", 13000, 4000},
                   {"pay-1", "ann", 3000, 6000},  {"pay-0", "cid", 15000, 7000},
                   {"pay-0", "ann", 24000, 9000}, {"pay-1", "bob", 26000, 9500},
                   {"pay-1", "bob", 2000, 11000}, {"pay-0", "ann", 31000, 14000}};
  return setup;
}

TEST(Timeline, OfFiveNetworksShowsEveryFateAndEveryAnswer) {
  const std::string svg = draw(five_networks(), quake_options(5), "five.svg");
  expect_sound(svg);
  EXPECT_EQ(count_of(svg, "class=\"drop\""), 152U + 1);  // and one in the legend
  EXPECT_EQ(count_of(svg, "class=\"late\""), 108U + 1);
  EXPECT_EQ(count_of(svg, "class=\"first\""), 8U + 1);
  for (const char* answer :
       {">145<", ">180<", ">193<", ">150<", ">159<", ">156<", ">191<", ">194<", ">221<"}) {
    EXPECT_GE(count_of(svg, answer), 1U) << answer;
  }
  EXPECT_EQ(count_of(svg, "worker-1 dies; everything since checkpoint 3 is read again</text>"), 1U);
  EXPECT_EQ(count_of(svg, "class=\"hatch\""), 2U);  // on the plane and on the strip
}

TEST(Timeline, OfTwelveNetworksOverFortyWindowsAndThreeRestartsStaysLegible) {
  ModelSetup setup;
  setup.records = read_quakes(12).records;
  setup.window = {4 * kHour};
  setup.lateness = {12 * kHour};
  setup.checkpoint_every = {10 * kHour};
  setup.crashes = {kDay * 16 / 10, kDay * 36 / 10, kDay * 55 / 10};
  const std::string svg = draw(setup, quake_options(12), "twelve.svg");
  expect_sound(svg);
  EXPECT_EQ(count_of(svg, "class=\"crash\""), 3U * 2);
  EXPECT_EQ(count_of(svg, "class=\"hatch\""), 3U * 2);
  for (const char* net : {"ci", "nc", "ak", "nn", "us", "pr", "uw", "hv", "uu", "mb", "nm", "se"}) {
    EXPECT_GE(count_of(svg, std::string(">") + net + "</text>"), 1U) << net;
  }
}

TEST(Timeline, OfTenRecordsSpeaksInSeconds) {
  const std::string svg = draw(ten_records(), {}, "ten.svg");
  expect_sound(svg);
  EXPECT_EQ(count_of(svg, ">10 s</text>"), 4U);  // on both axes, twice on the strip
  EXPECT_EQ(count_of(svg, "the least delay seen"), 1U);
}

TEST(Timeline, OfOneRecordAndOfNoneIsStillAPicture) {
  ModelSetup one;
  one.records = {{"only", "k", 5000, 10}};
  expect_sound(draw(one, {}, "one.svg"));
  const std::string none = draw(ModelSetup{}, {}, "none.svg");
  expect_sound(none);
  EXPECT_EQ(count_of(none, "no record was read</text>"), 1U);
  EXPECT_EQ(count_of(none, "not measured"), 1U);      // no watermark,
  EXPECT_EQ(count_of(none, "none in this run"), 1U);  // no window
}

TEST(Timeline, ThinsRecordsInTimeAndNeverLateOnes) {
  ModelSetup setup = five_networks();
  TimelineOptions options = quake_options(5);
  options.marks_max = 600;
  const std::string svg = draw(setup, options, "");
  EXPECT_LT(count_of(svg, "<circle"), 600U);
  EXPECT_EQ(count_of(svg, "class=\"drop\""), 152U + 1);
  EXPECT_EQ(count_of(svg, "one in 4 drawn"), 1U);
}

TEST(Timeline, IsTheSameBytesForTheSameRun) {
  EXPECT_EQ(draw(ten_records(), {}, ""), draw(ten_records(), {}, ""));
}

TEST(Timeline, NamesThatAreMarkupStayText) {
  ModelSetup setup = ten_records();
  setup.job = "a <b> & \"c\"";
  setup.records[0].split = "<script>";
  const std::string svg = draw(setup, {}, "");
  EXPECT_EQ(count_of(svg, "<script>"), 0U);
  EXPECT_EQ(count_of(svg, "a &lt;b&gt; &amp; &quot;c&quot;"), 2U);
}

// Any times at all: far apart, equal, negative, at the ends of the range.
RC_GTEST_PROP(Timeline, IsSoundWhateverTheTimes, ()) {
  ModelSetup setup;
  const auto n = *rc::gen::inRange(0, 30);
  const int64_t unit = *rc::gen::element<int64_t>(1, 50, 1000, kHour, kDay * 400);
  const int64_t base = *rc::gen::element<int64_t>(0, -5000, 1517365101235, int64_t{1} << 55);
  for (int i = 0; i < n; ++i) {
    setup.records.push_back({"split-" + std::to_string(*rc::gen::inRange(0, 20)),
                             "key-" + std::to_string(*rc::gen::inRange(0, 5)),
                             base + unit * *rc::gen::inRange(0, 40),
                             unit * *rc::gen::inRange(0, 40)});
  }
  setup.window = {unit * *rc::gen::inRange(1, 10)};
  setup.lateness = {unit * *rc::gen::inRange(0, 10)};
  setup.bound = {unit * *rc::gen::inRange(0, 5)};
  setup.idle_after = Duration{unit * *rc::gen::inRange(1, 20)};
  setup.checkpoint_every = {unit * 3};
  if (*rc::gen::arbitrary<bool>()) setup.crashes = {unit * *rc::gen::inRange(1, 40)};
  const std::string svg = draw(setup, {}, "");
  RC_ASSERT(overlaps_in(svg) == "");
  RC_ASSERT(outside_of(svg, kWidth, kHeight) == "");
}

}  // namespace
}  // namespace leat::viz_test
