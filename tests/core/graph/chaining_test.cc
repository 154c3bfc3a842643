#include <gtest/gtest.h>

#include "tests/core/graph/plan_of.h"

namespace leat {
namespace {

using testing::GraphOf;

// The rules of Flink's StreamingJobGraphGenerator; the numbers are the recorded cases of
// graph/chaining that show the same.

TEST(Chaining, AStraightLineOfEqualParallelismIsOneChain) {  // 0001
  GraphOf g;
  g.source("src");
  g.map("m", {g.from("src")});
  g.map("f", {g.from("m")});
  g.sink("out", {g.from("f")});
  EXPECT_EQ(g.plan(), "src -> m -> f -> out x2\n");
}

TEST(Chaining, CanBeSwitchedOff) {  // 0002
  GraphOf g;
  g.source("src");
  g.sink("out", {g.from("src")});
  g.graph().config.chaining = false;
  EXPECT_EQ(g.plan(), "src x2\nout x2\nsrc => out forward\n");
}

TEST(Chaining, UnequalParallelismIsRebalanced) {  // 0003
  GraphOf g;
  g.source("src").parallelism = 1;
  g.sink("out", {g.from("src")}).parallelism = 3;
  EXPECT_EQ(g.plan(), "src x1\nout x3\nsrc => out rebalance\n");
}

TEST(Chaining, ForwardBetweenUnequalParallelismIsRefused) {  // 0004
  GraphOf g;
  g.source("src").parallelism = 1;
  g.sink("out", {g.from("src", Partitioning::kForward)});
  EXPECT_EQ(
      g.plan(),
      "error: the edge from \"src\" to \"out\" asks for forward between parallelism 1 and 2\n");
}

TEST(Chaining, AKeyedEdgeIsHashedAndNeverChainedNotEvenAtParallelismOne) {  // 0005
  GraphOf g(1);
  g.source("src");
  g.keyed("sum", {g.from("src")});
  g.sink("out", {g.from("sum")});
  EXPECT_EQ(g.plan(), "src x1\nsum -> out x1\nsrc => sum hash(0)\n");
}

TEST(Chaining, APartitionerThatWasAskedForIsKeptAtParallelismOne) {  // 0014
  for (const Partitioning by :
       {Partitioning::kRebalance, Partitioning::kRescale, Partitioning::kShuffle,
        Partitioning::kBroadcast, Partitioning::kGlobal}) {
    GraphOf g(1);
    g.source("src");
    g.sink("out", {g.from("src", by)});
    EXPECT_EQ(g.plan(), std::string("src x1\nout x1\nsrc => out ") + name_of(by) + "\n");
  }
}

TEST(Chaining, ANewChainTakesItsFollowersAlong) {  // 0019
  GraphOf g;
  g.source("src");
  g.map("m", {g.from("src")}).chaining = ChainingStrategy::kHead;
  g.sink("out", {g.from("m")});
  EXPECT_EQ(g.plan(), "src x2\nm -> out x2\nsrc => m forward\n");
}

TEST(Chaining, ANodeThatNeverChainsCutsOnBothSides) {  // 0020
  GraphOf g;
  g.source("src");
  g.map("m", {g.from("src")}).chaining = ChainingStrategy::kNever;
  g.sink("out", {g.from("m")});
  EXPECT_EQ(g.plan(), "src x2\nm x2\nout x2\nsrc => m forward\nm => out forward\n");
}

TEST(Chaining, AForkIsATreeInTheOrderOfItsEdges) {  // 0028
  GraphOf g;
  g.source("src");
  g.map("m", {g.from("src")});
  g.map("a", {g.from("m")});
  g.sink("o1", {g.from("a")});
  g.map("b", {g.from("m")});
  g.sink("o2", {g.from("b")});
  EXPECT_EQ(g.plan(), "src -> m -> (a -> o1, b -> o2) x2\n");
}

TEST(Chaining, ABranchComesWholeBeforeTheNext) {  // 0058
  GraphOf g;
  g.source("src");
  g.map("p", {g.from("src")}).sides = {{"rest", {}}};
  g.map("a", {g.side_of("p", 0)});
  g.sink("o1", {g.from("p")});
  g.sink("o2", {g.from("a")});
  const JobGraph job = make_job_graph(g.graph()).value();
  EXPECT_EQ(job.vertices[0].name, "src -> p -> (a -> o2, o1)");
  ASSERT_EQ(job.vertices[0].links.size(), 4U);
  EXPECT_EQ(job.vertices[0].links[1].output, 0U);  // a side output chains like any edge
  EXPECT_EQ(job.vertices[0].links[3].output, kMainOutput);
}

TEST(Chaining, TheInputsOfAUnionBecomeTheConsumersInputs) {  // 0034: decided edge by edge
  GraphOf g;
  g.source("a");
  g.source("b").parallelism = 1;
  g.unite("u", {g.from("a"), g.from("b")});
  g.map("m", {g.from("u")});
  EXPECT_EQ(g.plan(), "a x2\nb x1\nm x2\na => m forward\nb => m rebalance\n");
  const JobGraph job = make_job_graph(g.graph()).value();
  EXPECT_EQ(job.edges[0].to_input, 0U);
  EXPECT_EQ(job.edges[1].to_input, 0U);  // the inputs of a union count as one
}

TEST(Chaining, APartitionerBehindAUnionReplacesThoseBeforeIt) {  // 0035, 0036
  GraphOf g;
  g.source("a");
  g.source("b");
  g.unite("u", {g.from("a", Partitioning::kShuffle), g.from("b")});
  g.map("kept", {g.from("u")});
  g.map("replaced", {g.from("u", Partitioning::kGlobal)});
  EXPECT_EQ(g.plan(),
            "a x2\nb x2\nkept x2\nreplaced x2\n"
            "a => kept shuffle\nb => kept forward\na => replaced global\nb => replaced global\n");
}

TEST(Chaining, AStreamUnitedWithItselfIsTwoEdges) {
  GraphOf g;
  g.source("a");
  g.unite("u", {g.from("a"), g.from("a")});
  g.unite("v", {g.from("u")});
  g.sink("out", {g.from("v")});
  EXPECT_EQ(g.plan(), "a x2\nout x2\na => out forward\na => out forward\n");
}

TEST(Chaining, AUnionOfOneChains) {
  GraphOf g;
  g.source("a");
  g.unite("u", {g.from("a")});
  g.sink("out", {g.from("u")});
  EXPECT_EQ(g.plan(), "a -> out x2\n");
}

TEST(Chaining, AKeyedStreamCannotBeRepartitioned) {  // 0044
  GraphOf g;
  g.source("src");
  g.keyed("sum", {g.from("src", Partitioning::kRebalance)});
  EXPECT_EQ(g.plan(), "error: the edge from \"src\" to \"sum\" is keyed and asks for rebalance\n");
}

TEST(Chaining, KeyingTwiceShipsTwice) {  // 0050
  GraphOf g;
  g.source("src");
  g.keyed("a", {g.from("src")});
  g.keyed("b", {g.from("a")});
  EXPECT_EQ(g.plan(), "src x2\na x2\nb x2\nsrc => a hash(0)\na => b hash(0)\n");
}

TEST(Chaining, OneKeyForAllRowsNeedsParallelismOne) {  // 0078, 0081
  GraphOf g;
  g.source("src");
  StreamNode& all = g.keyed("all", {g.from("src", Partitioning::kRebalance)});
  all.key_fields.clear();
  all.parallelism = 1;
  EXPECT_EQ(g.plan(), "src x2\nall x1\nsrc => all hash()\n");
  g.graph().nodes[1].parallelism = 2;
  EXPECT_EQ(g.plan(), "error: \"all\" has one key for all rows, so its parallelism must be 1\n");
}

TEST(Chaining, WhatNobodyReads) {
  GraphOf g;
  g.source("unread");
  g.source("src");
  g.map("m", {g.from("src")});
  EXPECT_EQ(g.plan(), "src -> m x2\n");  // an operator does its work all the same
  GraphOf alone;
  alone.source("unread");
  EXPECT_EQ(alone.plan(), "error: the job has no operator\n");
}

TEST(Chaining, ErrorsNameTheNodeAndTheRule) {
  const auto error_of = [](auto&& build) {
    GraphOf g;
    g.source("src");
    build(g);
    return g.plan();
  };
  EXPECT_EQ(error_of([](GraphOf& g) { g.source("src"); }),
            "error: \"src\" is the name of two nodes\n");
  EXPECT_EQ(error_of([](GraphOf& g) { g.map("m", {}); }), "error: \"m\" has no input\n");
  EXPECT_EQ(error_of([](GraphOf& g) { g.map("m", {g.from("src"), g.from("src")}); }),
            "error: \"m\" has more than one input\n");
  EXPECT_EQ(error_of([](GraphOf& g) { g.map("m", {{NodeId{1}}}); }),
            "error: \"m\" stands before what it reads\n");
  EXPECT_EQ(error_of([](GraphOf& g) { g.map("m", {g.side_of("src", 0)}); }),
            "error: \"m\" reads a side output that \"src\" does not have\n");
  EXPECT_EQ(error_of([](GraphOf& g) {
              g.sink("out", {g.from("src")});
              g.map("m", {g.from("out")});
            }),
            "error: \"m\" reads from the sink \"out\"\n");
  EXPECT_EQ(error_of([](GraphOf& g) { g.map("m", {g.from("src", Partitioning::kHash)}); }),
            "error: the edge from \"src\" to \"m\" asks for hash without a key\n");
  EXPECT_EQ(error_of([](GraphOf& g) { g.map("m", {g.from("src")}).parallelism = 129; }),
            "error: \"m\" has parallelism 129, above the maximum of 128\n");
  EXPECT_EQ(error_of([](GraphOf& g) { g.map("m", {g.from("src")}).parallelism = 0; }),
            "error: \"m\" has parallelism 0\n");
}

}  // namespace
}  // namespace leat
