// The channels of Flink's partitioners are recorded (tests/conformance/core/partitioners); here is
// what a partitioner of the user's may not do.
#include "core/runtime/channel_selector.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

class Fixed final : public PartitionFunction {
 public:
  explicit Fixed(int64_t channel) : channel_(channel) {}
  int64_t channel(RowView, uint32_t) const override { return channel_; }
  std::unique_ptr<PartitionFunction> clone() const override {
    return std::make_unique<Fixed>(channel_);
  }

 private:
  int64_t channel_;
};

uint32_t picked(int64_t channel, uint32_t channels) {
  JobEdge edge;
  edge.partitioning = Partitioning::kCustom;
  edge.custom = std::make_shared<Fixed>(channel);
  PlainChoices choices;
  return ChannelSelector(edge, 128, channels, choices, entity("a")).select({});
}

TEST(ChannelSelector, AChannelThatIsNotThereFailsTheJob) {
  EXPECT_EQ(picked(2, 3), 2u);
  EXPECT_THROW(picked(3, 3), JobError);
  EXPECT_THROW(picked(-1, 1), JobError);
}

}  // namespace
}  // namespace leat
