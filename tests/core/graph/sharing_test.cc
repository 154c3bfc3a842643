// What keeps nodes out of one task or one slot beside the partitioning. (Flink:
// StreamingJobGraphGenerator; recorded in graph/chaining.)
#include <gtest/gtest.h>

#include "tests/core/graph/plan_of.h"

namespace leat {
namespace {

using testing::GraphOf;

JobGraph planned(GraphOf& g) { return make_job_graph(g.graph()).value(); }

TEST(Sharing, NodesOfDifferentGroupsDoNotChainAndShareNoSlot) {
  GraphOf g(2);
  g.source("src");
  g.map("a", {g.from("src")}).slot_sharing_group = "x";
  g.map("b", {g.from("a")});  // as its input
  g.sink("out", {g.from("b")}).slot_sharing_group = "default";
  EXPECT_EQ(g.plan(), "src x2\na -> b x2\nout x2\nsrc => a forward\nb => out forward\n");
  const auto groups = slot_sharing_groups(planned(g));
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].vertices.size(), 2u);
  EXPECT_EQ(groups[0].slots + groups[1].slots, 4u);
}

TEST(Sharing, TheHeadSaysHowManyKeyGroupsThereAre) {
  GraphOf g(2);
  g.source("src").max_parallelism = 16;
  g.map("a", {g.from("src")}).max_parallelism = 1;  // below its parallelism: nobody asks
  EXPECT_EQ(planned(g).vertices[0].max_parallelism, 16u);
  g.graph().config.chain_different_max_parallelism = false;
  EXPECT_NE(g.plan().find("error"), std::string::npos);  // now it is a head
}

TEST(Sharing, WithoutAMaximumItIsDerived) {
  GraphOf g(100);
  g.graph().config.max_parallelism = 0;
  g.source("src");
  g.map("a", {g.from("src")});
  EXPECT_EQ(planned(g).vertices[0].max_parallelism, 256u);
}

TEST(Sharing, ASinkIsNotChainedToASourceWithALoopOfItsOwn) {
  GraphOf g(1);
  std::get<SourceSpec>(g.source("src").spec).has_own_loop = true;
  g.map("a", {g.from("src")});
  g.sink("out", {g.from("a")});
  EXPECT_EQ(g.plan(), "src -> a x1\nout x1\na => out forward\n");
}

TEST(Sharing, OneEdgeThatCannotBeOvertakenHoldsAllOthersIntoTheNode) {
  GraphOf g(2);
  g.source("a");
  g.source("b");
  g.unite("both", {g.from("a", Partitioning::kRebalance), g.from("b", Partitioning::kRescale)});
  g.map("m", {g.from("both")});
  g.map("n", {g.from("m", Partitioning::kRebalance)});
  const JobGraph job = planned(g);
  ASSERT_EQ(job.edges.size(), 3u);
  EXPECT_FALSE(job.edges[0].supports_unaligned);
  EXPECT_FALSE(job.edges[1].supports_unaligned);
  EXPECT_TRUE(job.edges[2].supports_unaligned);
}

TEST(Sharing, OneUidIsNotOfTwoNodes) {
  GraphOf g(1);
  g.source("src").uid = "x";
  g.map("a", {g.from("src")}).uid = "x";
  EXPECT_EQ(g.plan(), "error: \"a\" has the uid of another node\n");
}

}  // namespace
}  // namespace leat
