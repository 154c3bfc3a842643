#include "core/runtime/channel_selector.h"

#include "core/state/key_groups.h"

namespace leat {

namespace {
constexpr Site kRebalanceStart("writer.rebalance_start");
constexpr Site kShuffle("shuffle");
}  // namespace

ChannelSelector::ChannelSelector(const JobEdge& edge, uint32_t max_parallelism, uint32_t channels,
                                 Choices& choices, Entity who)
    : edge_(edge),
      max_parallelism_(max_parallelism),
      channels_(channels),
      choices_(choices),
      who_(who) {
  check(channels > 0, "an edge without channels");
  if (edge.partitioning == Partitioning::kRebalance) {
    // Flink sends the first record to the channel after the one that was drawn.
    next_ = (choices.choose(kRebalanceStart, who, channels) + 1) % channels;
  }
}

uint32_t ChannelSelector::select(RowView row) {
  switch (edge_.partitioning) {
    case Partitioning::kForward:
    case Partitioning::kGlobal:
      return 0;
    case Partitioning::kRebalance:
    case Partitioning::kRescale: {
      const uint32_t channel = next_;
      next_ = next_ + 1 == channels_ ? 0 : next_ + 1;
      return channel;
    }
    case Partitioning::kShuffle:
      return choices_.choose(kShuffle, who_, channels_);
    case Partitioning::kHash:
      return subtask_of(key_group_of(row, edge_.key_fields, max_parallelism_), max_parallelism_,
                        channels_);
    case Partitioning::kCustom: {
      const int64_t channel = edge_.custom->channel(row, channels_);
      if (channel < 0 || channel >= int64_t{channels_})
        throw JobError("the partitioner picks channel " + std::to_string(channel) + " of " +
                       std::to_string(channels_));
      return static_cast<uint32_t>(channel);
    }
    case Partitioning::kBroadcast:
    case Partitioning::kUnspecified:
      break;
  }
  fail_check("a row of an edge that does not pick a channel");
}

}  // namespace leat
