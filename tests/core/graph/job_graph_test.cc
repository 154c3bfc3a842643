#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "tests/core/graph/plan_of.h"

namespace leat {
namespace {

using testing::GraphOf;
using Targets = std::vector<uint32_t>;

TEST(ChannelTargets, ForwardLeadsToTheSameSubtask) {
  EXPECT_EQ(channel_targets(Partitioning::kForward, 3, 3, 2), Targets{2});
}

// core/partitioners/0036 and 0055: the channels of a source are not in the order of its targets.
TEST(ChannelTargets, RescaleToMoreTargets) {
  EXPECT_EQ(channel_targets(Partitioning::kRescale, 2, 5, 0), (Targets{0, 1, 2}));
  EXPECT_EQ(channel_targets(Partitioning::kRescale, 2, 5, 1), (Targets{4, 3}));
}

TEST(ChannelTargets, RescaleToFewerTargets) {
  EXPECT_EQ(channel_targets(Partitioning::kRescale, 5, 2, 1), Targets{0});
  EXPECT_EQ(channel_targets(Partitioning::kRescale, 5, 2, 2), Targets{1});
}

TEST(ChannelTargets, AllOthersLeadEverywhere) {
  for (const Partitioning by :
       {Partitioning::kRebalance, Partitioning::kShuffle, Partitioning::kBroadcast,
        Partitioning::kGlobal, Partitioning::kHash}) {
    EXPECT_EQ(channel_targets(by, 2, 3, 1), (Targets{0, 1, 2}));
  }
}

RC_GTEST_PROP(ChannelTargets, PointwiseReachesEveryTargetAndNoneTwiceFromOneSource, ()) {
  const auto sources = *rc::gen::inRange<uint32_t>(1, 40);
  const auto targets = *rc::gen::inRange<uint32_t>(1, 40);
  std::vector<uint32_t> reached(targets, 0);
  for (uint32_t s = 0; s < sources; ++s) {
    const Targets channels = channel_targets(Partitioning::kRescale, sources, targets, s);
    RC_ASSERT(!channels.empty());
    if (sources >= targets) RC_ASSERT(channels.size() == 1U);
    for (const uint32_t target : channels) ++reached.at(target);
  }
  for (uint32_t t = 0; t < targets; ++t) {
    // VertexInputInfoComputationUtils, for one target.
    const uint32_t expected =
        sources >= targets ? (t + 1) * sources / targets - t * sources / targets : 1;
    RC_ASSERT(reached[t] == expected);
  }
}

TEST(JobGraph, VerticesAndEdgesKnowOneAnother) {
  GraphOf g;
  g.source("src");
  g.map("m", {g.from("src")});
  g.keyed("sum", {g.from("m")});
  g.sink("out", {g.from("sum")});
  const JobGraph job = make_job_graph(g.graph()).value();
  ASSERT_EQ(job.edges.size(), 1U);
  const JobEdge& edge = job.edges[0];
  EXPECT_EQ(edge.from_vertex, job.vertex_of(edge.from));
  EXPECT_EQ(edge.to_vertex, job.vertex_of(edge.to));
  EXPECT_EQ(job.vertex(edge.from_vertex).out_edges, Targets{0});
  EXPECT_EQ(job.vertex(edge.to_vertex).in_edges, Targets{0});
  EXPECT_EQ(subtask_name(job, g.graph(), {edge.to_vertex, 1}), "sum[1]");
}

// A random graph: each node reads one or two earlier ones, some through a union.
RC_GTEST_PROP(JobGraph, IsATopologicalPartitionOfTheNodes, ()) {
  GraphOf g(*rc::gen::inRange<uint32_t>(1, 4));
  const auto nodes = *rc::gen::inRange<uint32_t>(2, 14);
  g.source("n0");
  for (uint32_t i = 1; i < nodes; ++i) {
    const std::string name = "n" + std::to_string(i);
    const auto input = [&] {
      return StreamEdge{NodeId{*rc::gen::inRange<uint32_t>(0, i)}, kMainOutput,
                        *rc::gen::element(Partitioning::kUnspecified, Partitioning::kRebalance)};
    };
    switch (*rc::gen::inRange(0, 3)) {
      case 0:
        g.unite(name, {input(), input()});
        break;
      case 1:
        g.map(name, {input()}).parallelism = *rc::gen::inRange<uint32_t>(1, 4);
        break;
      default:
        g.keyed(name, {{NodeId{*rc::gen::inRange<uint32_t>(0, i)}}});
    }
  }
  g.map("last", {g.from("n0")});
  const Result<JobGraph> made = make_job_graph(g.graph());
  RC_ASSERT(made.ok());
  const JobGraph& job = made.value();
  std::vector<uint32_t> runs(nodes + 1, 0);
  for (const JobVertex& vertex : job.vertices) {
    RC_ASSERT(vertex.links.size() + 1 == vertex.nodes.size());
    for (const NodeId node : vertex.nodes) {
      ++runs[node.value];
      RC_ASSERT(g.graph().node(node).parallelism == vertex.parallelism);
    }
    for (size_t i = 0; i < vertex.links.size(); ++i)
      RC_ASSERT(vertex.links[i].to == vertex.nodes[i + 1]);
  }
  for (uint32_t i = 1; i <= nodes; ++i) {
    const bool is_union = std::holds_alternative<UnionSpec>(g.graph().nodes[i].spec);
    RC_ASSERT(runs[i] == (is_union ? 0U : 1U));
  }
  for (const JobEdge& edge : job.edges) {
    RC_ASSERT(edge.from_vertex < edge.to_vertex);
    RC_ASSERT(edge.partitioning != Partitioning::kUnspecified);
    RC_ASSERT(job.vertex(edge.to_vertex).nodes.front() == edge.to);
  }
}

TEST(StreamGraph, FindsNodesAndSchemas) {
  GraphOf g;
  StreamNode& src = g.source("src");
  src.output = {{{"k", ValueType::kString}}};
  src.sides = {{"late", {{{"v", ValueType::kInt}}}}};
  EXPECT_EQ(g.graph().find("src"), NodeId{0});
  EXPECT_EQ(g.graph().find("sr"), std::nullopt);
  EXPECT_EQ(g.graph().schema_of(g.from("src")).fields[0].name, "k");
  EXPECT_EQ(g.graph().schema_of(g.side_of("src", 0)).fields[0].name, "v");
  EXPECT_THROW((void)g.graph().schema_of(g.side_of("src", 1)), InvariantViolation);
}

TEST(Describe, Durations) {
  EXPECT_EQ(describe(Duration{0}), "0 ms");
  EXPECT_EQ(describe(Duration{250}), "250 ms");
  EXPECT_EQ(describe(Duration{6LL * 3600 * 1000}), "6 h");
  EXPECT_EQ(describe(Duration{(24LL + 2) * 3600 * 1000}), "1 d 2 h");
  EXPECT_EQ(describe(Duration{90000}), "1 min 30 s");
  EXPECT_EQ(describe(Duration{-1500}), "-1 s 500 ms");
  EXPECT_EQ(describe(Duration{std::numeric_limits<int64_t>::min()}),
            "-106751991167 d 7 h 12 min 55 s 808 ms");
}

TEST(Describe, Specs) {
  WindowSpec window;
  window.size = Duration{6LL * 3600 * 1000};
  window.allowed_lateness = Duration{3600 * 1000};
  EXPECT_EQ(describe(NodeSpec{window}), "tumbling 6 h +1 h");
  window.trigger.kind = TriggerSpec::Kind::kPurging;
  TriggerSpec every_third;
  every_third.kind = TriggerSpec::Kind::kCount;
  every_third.count = 3;
  window.trigger.nested = std::make_shared<TriggerSpec>(every_third);
  EXPECT_EQ(describe(NodeSpec{window}), "tumbling 6 h +1 h, trigger purging(count 3)");
  EXPECT_EQ(describe(NodeSpec{count_windows(4, 2)}), "global, trigger count 2, keep 4");
  WindowSpec sliding;
  sliding.assigner = WindowSpec::Assigner::kSliding;
  sliding.size = Duration{10000};
  sliding.slide = Duration{5000};
  EXPECT_EQ(describe(NodeSpec{sliding}), "sliding 10 s by 5 s");
  SourceSpec source;
  source.watermark = {WatermarkSpec::Kind::kBounded, Duration{2000}, Duration{5000}};
  EXPECT_EQ(describe(NodeSpec{source}), "table, bounded 2 s, idle after 5 s");
  EXPECT_EQ(describe(NodeSpec{MapSpec{nullptr, "k, v * 2 as w"}}), "map k, v * 2 as w");
  EXPECT_EQ(describe(NodeSpec{SinkSpec{}}), "exactly once");
}

}  // namespace
}  // namespace leat
