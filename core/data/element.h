// What flows through a channel: batches of rows that end with at most one control element.
#pragma once

#include <variant>

#include "core/base/ids.h"
#include "core/data/row_batch.h"

namespace leat {

// Watermark{t}: no row with a timestamp <= t will follow.
struct Watermark {
  EventTime time;
  friend bool operator==(Watermark, Watermark) = default;
};
enum class StreamStatus : uint8_t { kActive, kIdle };
// Whether a barrier waits for what is before it. (Flink: CheckpointOptions.AlignmentType.)
enum class BarrierKind : uint8_t {
  kAligned,
  kUnaligned,  // it has overtaken all rows
  kTimeout,    // it waits, and overtakes if that takes too long
};
struct CheckpointBarrier {
  CheckpointId id;
  ProcTime timestamp;  // when the coordinator triggered it
  BarrierKind kind = BarrierKind::kAligned;
  friend bool operator==(CheckpointBarrier, CheckpointBarrier) = default;
};
// The checkpoint was aborted upstream: let go of its alignment.
struct CancelCheckpointMarker {
  CheckpointId id;
  friend bool operator==(CancelCheckpointMarker, CancelCheckpointMarker) = default;
};
// All data has come. `drain`: operators finish (the input ended); otherwise they stop as they are.
struct EndOfData {
  bool drain = true;
  friend bool operator==(EndOfData, EndOfData) = default;
};
// The channel is over; its sender has terminated.
struct EndOfPartition {
  friend bool operator==(EndOfPartition, EndOfPartition) = default;
};

using Control = std::variant<std::monostate, Watermark, StreamStatus, CheckpointBarrier,
                             CancelCheckpointMarker, EndOfData, EndOfPartition>;

// One element of a channel.
struct Batch {
  RowBatch rows;
  Control control;  // comes after the rows

  bool has_control() const { return control.index() != 0; }
  void encode(ByteWriter& out) const;
  static Batch decode(ByteReader& in);
  uint64_t hash() const;
};

// Whether it needs a credit of its channel: rows, watermarks and statuses do. Barriers, cancels and
// ends do not, or those of checkpoints that follow each other soon would leave none for rows.
// (Flink: Buffer.isBuffer; events need no credit.)
bool takes_credit(const Batch& batch);
uint64_t hash_control(const Control& control);
std::string to_text(const Control& control);  // "W 1999", "idle", "barrier 3", "end of data"

}  // namespace leat
