#include <gtest/gtest.h>

#include <map>

#include "tests/core/runtime/world_of_one_task.h"

namespace leat {
namespace {

using testing::Adder;
using testing::GraphOf;
using testing::Lines;
using testing::WorldOfOneTask;

// A task whose rows are dealt to `targets` subtasks of "out".
class Dealt {
 public:
  Dealt(Partitioning by, uint32_t targets, std::map<std::string, uint32_t> answers = {})
      : world(graph(by, targets), "m") {
    world.listed.answers = std::move(answers);
    world.operators.makers["m"] = [this] { return std::make_unique<Adder>("m", world.log); };
    world.start();
    world.seen();
  }
  // Sends the rows; what goes to which subtask.
  Lines of(std::vector<int64_t> rows, Control control = {}) {
    world.send(0, std::move(rows), control);
    world.run_steps();
    return world.seen();
  }
  WorldOfOneTask world;

 private:
  static GraphOf graph(Partitioning by, uint32_t targets) {
    GraphOf g(1);
    g.source("src");
    g.map("m", {g.from("src", Partitioning::kRebalance)});
    StreamNode& out = g.keyed("out", {g.from("m", by)});
    out.parallelism = targets;
    if (by != Partitioning::kHash) {
      out.keyed = false;
      out.key_fields.clear();
    }
    return g;
  }
};

// The numbers are the recorded cases of core/partitioners.

TEST(Partitioner, RebalanceStartsOneAfterTheNumberDrawn) {  // 0001, 0002
  EXPECT_EQ(Dealt(Partitioning::kRebalance, 4).of({1, 2, 3, 4, 5, 6}),
            (Lines{"-> out[0]: 4", "-> out[1]: 1 5", "-> out[2]: 2 6", "-> out[3]: 3"}));
  EXPECT_EQ(Dealt(Partitioning::kRebalance, 4, {{"writer.rebalance_start", 3}}).of({1, 2, 3, 4, 5, 6}),
            (Lines{"-> out[0]: 1 5", "-> out[1]: 2 6", "-> out[2]: 3", "-> out[3]: 4"}));
}

TEST(Partitioner, RebalanceGoesOnFromBatchToBatch) {
  Dealt dealt(Partitioning::kRebalance, 3);
  EXPECT_EQ(dealt.of({1, 2}), (Lines{"-> out[1]: 1", "-> out[2]: 2"}));
  EXPECT_EQ(dealt.of({3}).back(), "-> out[0]: 3");
}

TEST(Partitioner, RescaleStartsAtItsFirstChannel) {  // 0005
  EXPECT_EQ(Dealt(Partitioning::kRescale, 3).of({1, 2, 3, 4, 5, 6, 7}),
            (Lines{"-> out[0]: 1 4 7", "-> out[1]: 2 5", "-> out[2]: 3 6"}));
}

TEST(Partitioner, GlobalGoesToTheFirst) {  // 0007
  EXPECT_EQ(Dealt(Partitioning::kGlobal, 4).of({1, 2, 3}), Lines{"-> out[0]: 1 2 3"});
}

TEST(Partitioner, BroadcastGoesToAll) {  // 0009
  EXPECT_EQ(Dealt(Partitioning::kBroadcast, 2).of({1, 2}),
            (Lines{"-> out[0]: 1 2", "-> out[1]: 1 2"}));
}

TEST(Partitioner, HashPutsAKeyWhereFlinkPutsIt) {
  // 0012: a long hashes as its halves xor, so that 0, 1 and -1 share a subtask of three.
  EXPECT_EQ(Dealt(Partitioning::kHash, 3).of({0, 1, -1, 4294967296}),
            Lines{"-> out[2]: 0 1 -1 4294967296"});
}

TEST(Partitioner, ShuffleAsksForEveryRow) {
  EXPECT_EQ(Dealt(Partitioning::kShuffle, 3, {{"shuffle", 2}}).of({1, 2}), Lines{"-> out[2]: 1 2"});
}

TEST(Partitioner, ControlElementsGoToAllChannelsBehindTheirRows) {
  EXPECT_EQ(Dealt(Partitioning::kGlobal, 2).of({1}, Watermark{{5}}),
            (Lines{"m.watermark 5", "-> out[0]: 1 <W 5>", "-> out[1]: <W 5>"}));
}

TEST(Batching, ASmallBatchIsAChoice) {
  EXPECT_EQ(Dealt(Partitioning::kGlobal, 2, {{"task.batch_rows", 6}}).of({1, 2, 3, 4, 5}),
            (Lines{"-> out[0]: 1 2", "-> out[0]: 3 4", "-> out[0]: 5"}));
  EXPECT_EQ(Dealt(Partitioning::kRebalance, 1, {{"task.batch_rows", 7}}).of({1, 2}),
            (Lines{"-> out[0]: 1", "-> out[0]: 2"}));
}

TEST(Batching, HeldBatchesGoOutWhenFullOrLateOrBeforeAControl) {
  Dealt dealt(Partitioning::kGlobal, 2, {{"task.batch_rows", 6}, {"task.hold_batches", 3}});
  EXPECT_EQ(dealt.of({1}), Lines{});
  EXPECT_EQ(dealt.of({2}), (Lines{"credit 2 to src[0]/0", "-> out[0]: 1 2"}));
  EXPECT_EQ(dealt.of({3}), Lines{});
  dealt.world.advance_to(99);
  EXPECT_EQ(dealt.world.seen(), Lines{});
  dealt.world.advance_to(100);
  EXPECT_EQ(dealt.world.seen(), Lines{"-> out[0]: 3"});
  EXPECT_EQ(dealt.of({4}, Watermark{{9}}).at(1), "-> out[0]: 4 <W 9>");
}

// Both ways out of one node, and a fork inside the chain, carry the same rows.
TEST(Chain, AForkHandsEveryBranchItsOwnRows) {
  GraphOf g(1);
  g.source("src");
  g.map("m", {g.from("src", Partitioning::kRebalance)});
  g.map("left", {g.from("m")});
  g.map("right", {g.from("m")});
  g.sink("l", {g.from("left", Partitioning::kRebalance)});
  g.sink("r", {g.from("right", Partitioning::kRebalance)});
  g.sink("direct", {g.from("m", Partitioning::kRebalance)});
  WorldOfOneTask world(g, "m");
  for (const std::string name : {"m", "left", "right"}) {
    world.operators.makers[name] = [&world, name] {
      return std::make_unique<Adder>(name, world.log);
    };
  }
  world.start();
  world.seen();
  world.send(0, {1, 2}, Watermark{{3}});
  world.run_steps();
  EXPECT_EQ(world.seen(),
            (Lines{"m.watermark 3", "left.watermark 3", "-> l[0]: 1 2 <W 3>", "right.watermark 3",
                   "-> r[0]: 1 2 <W 3>", "-> direct[0]: 1 2 <W 3>"}));
}

}  // namespace
}  // namespace leat
