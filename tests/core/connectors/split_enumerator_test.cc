#include "core/connectors/split_enumerator.h"

#include <gtest/gtest.h>

#include "core/connectors/source_events.h"

namespace leat {
namespace {

using Splits = std::vector<uint32_t>;

Splits start(SplitEnumerator& enumerator, uint32_t subtask, Splits brings = {}) {
  const SplitsAssigned answer =
      SplitsAssigned::decode(enumerator.on_reader_event(subtask, ReaderStarted{brings}.encode()));
  EXPECT_TRUE(answer.no_more);
  return answer.splits;
}

TEST(SplitEnumerator, SplitIBelongsToSubtaskIModParallelism) {
  SplitEnumerator enumerator(5, 2);
  EXPECT_EQ(start(enumerator, 0), (Splits{0, 2, 4}));
  EXPECT_EQ(start(enumerator, 1), (Splits{1, 3}));
}

TEST(SplitEnumerator, ASplitIsGivenOnce) {
  SplitEnumerator enumerator(5, 2);
  start(enumerator, 0);
  EXPECT_EQ(start(enumerator, 0), Splits{});
}

// The restored reader brings its splits itself.
TEST(SplitEnumerator, WhatWasGivenIsNotGivenAgainAfterARestore) {
  SplitEnumerator before(5, 2);
  start(before, 0);
  SplitEnumerator enumerator(5, 2);
  enumerator.restore(before.snapshot());
  EXPECT_EQ(start(enumerator, 0, {0, 2, 4}), Splits{});
  EXPECT_EQ(start(enumerator, 1), (Splits{1, 3}));
}

// FLINK-21996: the assignment fell between the enumerator's snapshot and the reader's.
TEST(SplitEnumerator, WhatARestoredReaderBringsCountsAsGiven) {
  SplitEnumerator enumerator(5, 2);
  EXPECT_EQ(start(enumerator, 0, {0, 2}), Splits{4});
  EXPECT_EQ(start(enumerator, 0), Splits{});
}

TEST(SplitEnumerator, AfterAResetAllIsToBeGiven) {
  SplitEnumerator enumerator(3, 1);
  start(enumerator, 0);
  enumerator.reset();
  EXPECT_EQ(start(enumerator, 0), (Splits{0, 1, 2}));
}

}  // namespace
}  // namespace leat
