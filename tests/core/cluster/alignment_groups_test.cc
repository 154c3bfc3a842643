// What the JobMaster tells sources that are aligned with each other.
#include "core/cluster/alignment_groups.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

using Told = std::vector<AlignmentGroups::Announcement>;

StreamGraph aligned_sources(std::vector<std::pair<const char*, int64_t>> groups) {
  StreamGraph graph;
  for (const auto& [group, drift] : groups) {
    SourceSpec source;
    source.watermark.alignment = AlignmentSpec{group, {drift}, {100}};
    StreamNode node;
    node.spec = source;
    graph.nodes.push_back(node);
  }
  return graph;
}

TEST(AlignmentGroups, EachIsToldTheLeastOfItsGroupPlusItsOwnDrift) {
  const StreamGraph graph = aligned_sources({{"a", 10}, {"a", 20}, {"b", 30}});
  AlignmentGroups groups(graph);
  groups.start({1000});
  EXPECT_EQ(groups.next_due(), ProcTime::max());
  groups.report({0}, 0, {500}, {1040});
  groups.report({0}, 1, {400}, {1041});
  groups.report({1}, 0, {900}, {1042});
  groups.report({2}, 0, {7}, {1043});
  EXPECT_EQ(groups.next_due(), (ProcTime{1100}));
  EXPECT_EQ(groups.due({1099}), Told{});
  EXPECT_EQ(groups.due({1100}),
            (Told{{{0}, 0, {410}}, {{0}, 1, {410}}, {{1}, 0, {420}}, {{2}, 0, {37}}}));
  EXPECT_EQ(groups.next_due(), ProcTime::max());
}

TEST(AlignmentGroups, WhatIsKnownIsNotToldAgain) {
  const StreamGraph graph = aligned_sources({{"a", 10}, {"a", 10}});
  AlignmentGroups groups(graph);
  groups.start({0});
  groups.report({0}, 0, {5}, {0});
  EXPECT_EQ(groups.due({100}), (Told{{{0}, 0, {15}}}));
  // The other one comes, further ahead: only to it this is news.
  groups.report({1}, 0, {50}, {100});
  EXPECT_EQ(groups.next_due(), (ProcTime{200}));
  EXPECT_EQ(groups.due({200}), (Told{{{1}, 0, {15}}}));
  groups.report({1}, 0, {60}, {210});
  EXPECT_EQ(groups.next_due(), ProcTime::max());
}

TEST(AlignmentGroups, WhoIsIdleOrEndsHoldsNobodyBack) {
  const StreamGraph graph = aligned_sources({{"a", 10}, {"a", 10}});
  AlignmentGroups groups(graph);
  groups.start({0});
  groups.report({0}, 0, {5}, {0});
  groups.report({1}, 0, EventTime::max(), {0});
  groups.end({1}, 0);
  EXPECT_EQ(groups.due({100}), (Told{{{0}, 0, {15}}}));
  groups.report({0}, 0, EventTime::max(), {150});
  EXPECT_EQ(groups.due({200}), (Told{{{0}, 0, EventTime::max()}}));
  groups.start({200});
  EXPECT_EQ(groups.next_due(), ProcTime::max());
}

}  // namespace
}  // namespace leat
