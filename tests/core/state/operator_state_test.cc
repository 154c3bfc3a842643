#include "core/state/operator_state.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "core/base/check.h"

namespace leat {
namespace {

using Reported = std::vector<std::optional<uint32_t>>;

// Recorded answers of Flink: tests/conformance/core/operator_state.jsonl. Here is what holds
// always.
RC_GTEST_PROP(OperatorState, ASplitElementGoesToOneSubtaskAndSharesAreEven, ()) {
  const auto sizes = *rc::gen::container<std::vector<uint32_t>>(rc::gen::inRange<uint32_t>(0, 6));
  const auto subtasks = *rc::gen::inRange<uint32_t>(1, 9);
  RC_PRE(sizes.size() != subtasks);  // else everything stays where it is
  const auto dealt =
      redistribute(Redistribution::kSplit, Reported(sizes.begin(), sizes.end()), subtasks);
  std::vector<ReportedElement> all;
  size_t least = SIZE_MAX;
  size_t most = 0;
  for (const auto& elements : dealt) {
    all.insert(all.end(), elements.begin(), elements.end());
    least = std::min(least, elements.size());
    most = std::max(most, elements.size());
  }
  RC_ASSERT(std::is_sorted(all.begin(), all.end()));
  RC_ASSERT(std::adjacent_find(all.begin(), all.end()) == all.end());
  size_t reported = 0;
  for (const uint32_t size : sizes) reported += size;
  RC_ASSERT(all.size() == reported);
  RC_ASSERT(most - least <= 1);
}

TEST(OperatorState, NothingIsDealtToNobody) {
  EXPECT_THROW(redistribute(Redistribution::kUnion, {1u}, 0), JobError);
}

TEST(OperatorState, ACopyOfTheOneThatHadFinishedIsNotMissed) {
  const auto dealt = redistribute(Redistribution::kBroadcast, {1u, std::nullopt}, 2);
  EXPECT_EQ(dealt[0], (std::vector<ReportedElement>{{0, 0}}));
  EXPECT_EQ(dealt[1], (std::vector<ReportedElement>{{0, 0}}));
}

}  // namespace
}  // namespace leat
