// Watermarks that wait behind calls: they leave in order, also after a restore and out of idleness.
#include <gtest/gtest.h>

#include "alone.h"

namespace leat {
namespace {

using Told = std::vector<std::string>;

class Echo final : public AsyncFunction {
 public:
  void invoke(RowView in, uint32_t, ResultFuture& result) const override {
    result.complete_later({{in.begin(), in.end()}});
  }
  std::unique_ptr<AsyncFunction> clone() const override { return std::make_unique<Echo>(); }
};

// Each answer comes after 10 ms.
StreamNode asking() {
  AsyncSpec spec;
  spec.function = std::make_shared<Echo>();
  spec.least_latency = spec.most_latency = Duration{10};
  StreamNode node;
  node.name = "ask";
  node.output.fields.resize(1);
  node.spec = std::move(spec);
  return node;
}

TEST(AsyncWait, AWatermarkWaitsForTheCallsBeforeIt) {
  Alone t(asking());
  t.open();
  t.row({Value::integer(1)}, EventTime{5});
  EXPECT_EQ(t.watermark(7), Told{});
  EXPECT_EQ(t.clock(11), (Told{"1 @5", "W 7"}));
}

// The restored queue is ahead of what the sources read again.
TEST(AsyncWait, AWatermarkThatWasRestoredIsNotFollowedByALowerOne) {
  Alone t(asking());
  t.open();
  t.row({Value::integer(1)}, EventTime{5});
  t.watermark(7);
  t.restart(t.snapshot());
  t.watermark(6);
  EXPECT_EQ(t.clock(22), (Told{"1 @5", "W 7"}));
  EXPECT_EQ(t.watermark(8), Told{"W 8"});
}

// Idleness overtakes the watermark, and while it is announced no watermark passes.
TEST(AsyncWait, AWatermarkThatIdlenessKeptBackIsSaidAfterIt) {
  Alone t(asking());
  t.open();
  t.row({Value::integer(1)}, EventTime{5});
  t.watermark(7);
  EXPECT_EQ(t.status(StreamStatus::kIdle), Told{"idle"});
  EXPECT_EQ(t.clock(11), Told{"1 @5"});
  EXPECT_EQ(t.status(StreamStatus::kActive), (Told{"active", "W 7"}));
}

// The inputs of a new attempt begin active, and say nothing of it.
TEST(AsyncWait, IdlenessThatWaitedIsNotRestored) {
  StreamNode node = asking();
  std::get<AsyncSpec>(node.spec).capacity = 1;
  Alone t(std::move(node));
  t.open();
  t.row({Value::integer(1)}, EventTime{5});
  t.row({Value::integer(2)}, EventTime{6});
  EXPECT_EQ(t.status(StreamStatus::kIdle), Told{});
  t.restart(t.snapshot());
  EXPECT_EQ(t.open(), Told{});
  EXPECT_EQ(t.clock(40), Told{"1 @5"});
  EXPECT_EQ(t.clock(60), Told{"2 @6"});
}

}  // namespace
}  // namespace leat
