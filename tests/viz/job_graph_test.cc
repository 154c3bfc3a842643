#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/viz/run_model.h"
#include "tests/viz/svg_text.h"
#include "viz/dot_program.h"
#include "viz/graph_facts.h"

namespace leat::viz_test {
namespace {

void keep(const std::string& name, const std::string& svg) {
  if (const char* folder = std::getenv("LEAT_PICTURES"))
    std::ofstream(std::string(folder) + "/" + name) << svg;
}

struct Played {
  JobProgram program;
  RunView run;
};
Played quakes(uint32_t parallelism) {
  ModelSetup setup;
  setup.records = read_quakes(5).records;
  setup.parallelism = parallelism;
  setup.crashes = {86400000LL * 36 / 10};
  Played played{model_program(setup), {}};
  RunRecorder recorder(played.program);
  play(setup, played.program, recorder);
  played.run = recorder.view();
  return played;
}
JobGraphOptions options(GraphLevel level) {
  JobGraphOptions o;
  o.level = level;
  o.title = "Quakes per day";
  o.processes = {{ProcessId{1}, "worker-1"}, {ProcessId{2}, "worker-2"}};
  o.verdicts["out"] = {true, "as expected"};
  return o;
}
bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(JobGraph, LogicalSaysWhatWentOverEachEdge) {
  const Played p = quakes(2);
  const std::string dot = to_dot(p.program, &p.run, options(GraphLevel::kLogical));
  EXPECT_TRUE(has(dot, "\"parse\" -> \"per_day\"")) << dot;
  EXPECT_TRUE(has(dot, "hash(net)  1,570"));  // 1,481 and 89 of them again
  EXPECT_TRUE(has(dot, "1,481 records, 89 read again"));
  EXPECT_TRUE(has(dot, "152 too late"));
  EXPECT_TRUE(has(dot, "style=dotted, label=\" late  152 \""));
  EXPECT_TRUE(has(dot, "153 committed in 6 transactions"));
  EXPECT_TRUE(has(dot, "nn held the watermark back longest"));
  EXPECT_TRUE(has(dot, "✓ as expected"));
  EXPECT_TRUE(has(dot, "1 restart, the last from checkpoint 3"));
}

TEST(JobGraph, PhysicalHasABoxASubtaskInTheirOrder) {
  const Played p = quakes(4);
  const std::string dot = to_dot(p.program, &p.run, options(GraphLevel::kPhysical));
  size_t last = 0;
  for (const char* name :
       {"quakes[0]", "quakes[1]", "quakes[2]", "quakes[3]", "per_day[0]", "per_day[3]"}) {
    const size_t at = dot.find(std::string("<b>") + name + "</b>");
    ASSERT_NE(at, std::string::npos) << name;
    EXPECT_GT(at, last);
    last = at;
  }
  EXPECT_EQ(count_of(dot, "\"quakes -> parse\":p"), 16U);  // every subtask to every subtask
  EXPECT_TRUE(has(dot, "hash(net), 1,570 rows over 16 channels"));
  EXPECT_TRUE(has(dot, "on worker-1"));
}

TEST(JobGraph, EdgesOfASubtaskSumToThoseOfTheLogicalEdge) {
  const Played p = quakes(4);
  for (uint32_t e = 0; e < p.program.job.edges.size(); ++e) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < 4; ++i) {
      for (uint32_t j = 0; j < 4; ++j) sum += rows_between(p.program, p.run, e, i, j);
    }
    EXPECT_EQ(sum, rows_over(p.program, p.run, e));
    EXPECT_GT(sum, 0U);
  }
}

TEST(JobGraph, WithoutARunIsThePlanAndInventsNothing) {
  const Played p = quakes(2);
  const std::string dot = to_dot(p.program, nullptr, options(GraphLevel::kLogical));
  EXPECT_TRUE(has(dot, "the plan, not yet run"));
  EXPECT_FALSE(has(dot, "records"));
  EXPECT_FALSE(has(dot, "committed"));
  EXPECT_TRUE(has(dot, "label=\" hash(net) \""));
}

TEST(JobGraph, FoldsSubtasksBeyondTheLimit) {
  const Played p = quakes(4);
  JobGraphOptions o = options(GraphLevel::kPhysical);
  o.boxes_max = 8;
  EXPECT_FALSE(has(to_dot(p.program, &p.run, o), "quakes[0]"));
}

TEST(JobGraph, MermaidHasTheSameNumbers) {
  const Played p = quakes(2);
  const std::string text = to_mermaid(p.program, &p.run, options(GraphLevel::kLogical));
  EXPECT_EQ(text.rfind("flowchart LR\n", 0), 0U);
  EXPECT_TRUE(has(text, "n1 -->|\"hash(net) · 1,570\"| n2")) << text;
  EXPECT_TRUE(has(text, "n2 -.->"));
}

TEST(JobGraph, SvgIsNamedDescribedAndFollowsTheTheme) {
  for (const uint32_t parallelism : {2U, 4U}) {
    const Played p = quakes(parallelism);
    for (const GraphLevel level : {GraphLevel::kLogical, GraphLevel::kPhysical}) {
      const auto svg = graph_svg(p.program, &p.run, options(level));
      ASSERT_TRUE(svg.ok()) << svg.error();
      EXPECT_EQ(svg.value().rfind("<svg ", 0), 0U);
      EXPECT_TRUE(has(svg.value(), "role=\"img\""));
      EXPECT_TRUE(has(svg.value(), "prefers-color-scheme:dark"));
      EXPECT_TRUE(has(svg.value(), ">Quakes per day</title>"));
      EXPECT_TRUE(has(svg.value(), "parse to per_day, hash(net): 1,570 rows."));
      for (const DrawnText& text : texts_of(svg.value())) {
        EXPECT_TRUE(text.size >= 11 || text.text == " ") << text.text;
      }
      const char* name = level == GraphLevel::kLogical ? "logical" : "physical";
      keep(name + std::to_string(parallelism) + ".svg", svg.value());
    }
  }
}

// Twelve nodes: two sources, a union, a process, a window, side outputs, four sinks.
JobProgram wide_program() {
  JobProgram program;
  StreamGraph& graph = program.graph;
  graph.config.name = "payments and refunds";
  const auto add = [&](const char* name, NodeSpec spec, std::vector<StreamEdge> inputs,
                       uint32_t parallelism) {
    StreamNode n;
    n.name = name;
    n.spec = std::move(spec);
    n.inputs = std::move(inputs);
    n.parallelism = parallelism;
    n.output.fields = {{"user", ValueType::kString}, {"amount", ValueType::kInt}};
    graph.nodes.push_back(std::move(n));
    return NodeId{static_cast<uint32_t>(graph.nodes.size() - 1)};
  };
  SourceSpec log;
  log.kind = SourceSpec::Kind::kLog;
  log.watermark = {WatermarkSpec::Kind::kBounded, {5000}, Duration{10000}};
  log.topic = "payments";
  const NodeId payments = add("payments", log, {}, 3);
  log.topic = "refunds";
  const NodeId refunds = add("refunds", log, {}, 2);
  const NodeId valid = add("valid", FilterSpec{nullptr, "amount > 0"}, {{payments}}, 3);
  const NodeId negate = add("negate", MapSpec{nullptr, "user, -amount as amount"}, {{refunds}}, 2);
  const NodeId all = add("all", UnionSpec{}, {{valid}, {negate}}, 3);
  const NodeId tag = add("tag", MapSpec{nullptr, "user, amount"}, {{all}}, 3);
  const NodeId alert = add("alert", KeyedProcessSpec{nullptr, "silence 30 min"},
                           {{tag, kMainOutput, Partitioning::kHash}}, 4);
  graph.nodes.back().keyed = true;
  graph.nodes.back().key_fields = {0};
  WindowSpec window;
  window.size = {60000};
  window.allowed_lateness = {10000};
  window.late_to_side = true;
  const NodeId sums = add("per_minute", window, {{tag, kMainOutput, Partitioning::kHash}}, 4);
  graph.nodes.back().keyed = true;
  graph.nodes.back().key_fields = {0};
  graph.nodes.back().sides.push_back({"late", {}});
  const NodeId big = add("big", FilterSpec{nullptr, "amount > 1000"}, {{sums}}, 4);
  add("out", SinkSpec{SinkSpec::Kind::kTransactional, "out", ""}, {{big}}, 4);
  add("late", SinkSpec{SinkSpec::Kind::kAtLeastOnce, "late", ""}, {{sums, 0}}, 1);
  add("alerts", SinkSpec{SinkSpec::Kind::kPrint, "alerts", "! "}, {{alert}}, 1);
  auto plan = make_job_graph(graph);
  EXPECT_TRUE(plan.ok()) << plan.error();
  program.job = plan.value();
  return program;
}

TEST(JobGraph, OfTwelveNodesDrawsEachButTheUnion) {
  const JobProgram program = wide_program();
  for (const GraphLevel level : {GraphLevel::kLogical, GraphLevel::kPhysical}) {
    JobGraphOptions o;
    o.level = level;
    const std::string dot = to_dot(program, nullptr, o);
    for (const char* name : {"payments", "refunds", "valid", "negate", "tag", "alert", "per_minute",
                             "big", "out", "late", "alerts"}) {
      EXPECT_TRUE(has(dot, name)) << name;
    }
    const auto svg = graph_svg(program, nullptr, o);
    ASSERT_TRUE(svg.ok()) << svg.error();
    keep(level == GraphLevel::kLogical ? "wide.svg" : "wide-physical.svg", svg.value());
  }
}

TEST(JobGraph, NamesThatAreMarkupStayText) {
  Played p = quakes(2);
  p.program.graph.nodes[0].name = "a <b> & \"c\"";
  const auto svg = graph_svg(p.program, &p.run, options(GraphLevel::kLogical));
  ASSERT_TRUE(svg.ok()) << svg.error();
  EXPECT_TRUE(has(svg.value(), "a &lt;b&gt; &amp; &quot;c&quot;"));
}

TEST(JobGraph, IsWrittenByTheEndingOfThePath) {
  const Played p = quakes(2);
  const auto folder = std::filesystem::temp_directory_path() / "leat-job-graph-test";
  std::filesystem::create_directories(folder);
  for (const char* name : {"g.svg", "g.dot", "g.png", "g.mmd"}) {
    const auto written =
        write_graph(p.program, &p.run, options(GraphLevel::kLogical), (folder / name).string());
    ASSERT_TRUE(written.ok()) << written.error();
    EXPECT_GT(std::filesystem::file_size(folder / name), 100U);
  }
  EXPECT_FALSE(write_graph(p.program, &p.run, {}, (folder / "g.gif").string()).ok());
  std::filesystem::remove_all(folder);
}

TEST(JobGraph, WithoutDotLeavesTheTextAndSaysSo) {
  const Played p = quakes(2);
  const std::string path = std::getenv("PATH");
  const auto folder = std::filesystem::temp_directory_path() / "leat-no-dot-test";
  std::filesystem::create_directories(folder);
  setenv("PATH", "/nowhere", 1);
  const auto written = write_graph(p.program, &p.run, {}, (folder / "g.svg").string());
  setenv("PATH", path.c_str(), 1);
  ASSERT_FALSE(written.ok());
  EXPECT_TRUE(has(written.error(), "dot is missing")) << written.error();
  EXPECT_TRUE(std::filesystem::exists(folder / "g.svg.dot"));
  std::filesystem::remove_all(folder);
}

TEST(DotProgram, AnAnswerLargerThanAnyBufferComesWhole) {
  std::string text = "digraph g {";
  for (int i = 0; i < 3000; ++i)
    text += "a" + std::to_string(i) + " [label=\"a rather long label\"];";
  const auto plain = run_dot({"-Tcanon"}, text + "}");
  ASSERT_TRUE(plain.ok()) << plain.error();
  EXPECT_GT(plain.value().size(), 100000U);
  EXPECT_TRUE(has(plain.value(), "a2999"));
}

}  // namespace
}  // namespace leat::viz_test
