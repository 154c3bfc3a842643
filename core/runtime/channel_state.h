// What was in the channels of a task when barriers overtook it: part of an unaligned checkpoint.
// (Flink: ChannelStateWriter, InputChannelStateHandle, ResultSubpartitionStateHandle.)
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/data/element.h"

namespace leat {

struct ChannelBatch {
  uint32_t channel = 0;
  Batch batch;
};

struct ChannelState {
  std::vector<ChannelBatch> in;  // each channel's in its order
  std::vector<ChannelBatch> out;
  bool empty() const { return in.empty() && out.empty(); }
};

// What of a batch belongs to a checkpoint that overtakes it: rows and watermarks, but no barriers
// and no ends, which are said again. Nor that a channel is idle: its sender begins active, and
// would not say so. (Flink keeps that too.) Nothing: none of it.
std::optional<Batch> data_of(const Batch& batch);

// In whatever order they stand.
uint64_t sum_of_hashes(const RowBatch& rows);

// The snapshot of a task whose barriers may overtake.
Bytes encode_snapshot(std::string_view operators, const ChannelState& channels);
struct TaskSnapshot {
  std::string_view operators;  // stands in the bytes
  ChannelState channels;
};
TaskSnapshot decode_snapshot(std::string_view bytes);

}  // namespace leat
