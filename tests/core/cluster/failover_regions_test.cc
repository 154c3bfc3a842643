#include "core/cluster/failover_regions.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace leat {
namespace {

using Tasks = std::vector<SubtaskId>;

FailoverRegions two(Partitioning partitioning, Exchange exchange) {
  return FailoverRegions({2, 2}, {{{0}, {1}, partitioning, exchange}});
}

TEST(FailoverRegions, PipelinesFallTogetherTaskByTask) {
  const FailoverRegions regions = two(Partitioning::kForward, Exchange::kPipelined);
  EXPECT_EQ(regions.regions().size(), 2u);
  EXPECT_EQ(regions.to_restart({{0}, 1}, {}), (Tasks{{{0}, 1}, {{1}, 1}}));
}

TEST(FailoverRegions, AConsumerLeavesItsProducerAloneUnlessWhatItReadsIsGone) {
  const FailoverRegions regions = two(Partitioning::kHash, Exchange::kBlocking);
  EXPECT_EQ(regions.to_restart({{1}, 1}, {}), (Tasks{{{1}, 1}}));
  EXPECT_EQ(regions.to_restart({{1}, 0}, {{{{0}, 0}, {1}}}), (Tasks{{{0}, 0}, {{1}, 0}, {{1}, 1}}));
}

// Whatever restarts is a union of regions, and holds the failed task.
RC_GTEST_PROP(FailoverRegions, WholeRegionsRestart, ()) {
  const auto sizes = *rc::gen::container<std::vector<uint32_t>>(4, rc::gen::inRange(1u, 4u));
  std::vector<RegionEdge> edges;
  for (uint32_t to = 1; to < 4; ++to) {
    const bool pointwise = *rc::gen::arbitrary<bool>();
    edges.push_back({{*rc::gen::inRange(0u, to)},
                     {to},
                     pointwise ? Partitioning::kRescale : Partitioning::kHash,
                     *rc::gen::element(Exchange::kPipelined, Exchange::kBlocking)});
  }
  const FailoverRegions regions(sizes, edges);
  const SubtaskId failed{{0}, *rc::gen::inRange(0u, sizes[0])};
  const Tasks restart = regions.to_restart(failed, {});
  RC_ASSERT(std::find(restart.begin(), restart.end(), failed) != restart.end());
  for (const Tasks& region : regions.regions()) {
    const auto inside = std::count_if(region.begin(), region.end(), [&](SubtaskId task) {
      return std::find(restart.begin(), restart.end(), task) != restart.end();
    });
    RC_ASSERT(inside == 0 || inside == static_cast<int64_t>(region.size()));
  }
}

}  // namespace
}  // namespace leat
