#include "core/runtime/record_writer.h"

#include "core/state/key_groups.h"

namespace leat {

namespace {
constexpr Site kRebalanceStart("writer.rebalance_start");
constexpr Site kShuffle("shuffle");
}  // namespace

RecordWriter::RecordWriter(Outputs& outputs, const JobEdge& edge, uint32_t max_parallelism,
                           uint32_t first, uint32_t count, Choices& choices, Entity who)
    : outputs_(outputs),
      edge_(edge),
      max_parallelism_(max_parallelism),
      first_(first),
      count_(count),
      choices_(choices),
      who_(who) {
  check(count > 0, "an edge without channels");
  if (edge.partitioning == Partitioning::kRebalance) {
    // Flink sends the first record to the channel after the one that was drawn.
    next_ = (choices.choose(kRebalanceStart, who, count) + 1) % count;
  }
}

void RecordWriter::write(RowBatch& rows) {
  if (count_ == 1) {
    outputs_.add_rows(first_, rows);
  } else {
    write_copy(rows);
  }
}

void RecordWriter::write_copy(const RowBatch& rows) {
  if (edge_.partitioning == Partitioning::kBroadcast) {
    for (uint32_t c = 0; c < count_; ++c) {
      for (uint32_t i = 0; i < rows.size(); ++i) outputs_.add_row(first_ + c, rows, i);
    }
    return;
  }
  for (uint32_t i = 0; i < rows.size(); ++i) {
    outputs_.add_row(first_ + channel_of(rows.row(i)), rows, i);
  }
}

void RecordWriter::broadcast(const Control& control) {
  for (uint32_t c = 0; c < count_; ++c) outputs_.add_control(first_ + c, control);
}

uint32_t RecordWriter::channel_of(RowView row) {
  switch (edge_.partitioning) {
    case Partitioning::kForward:
    case Partitioning::kGlobal:
      return 0;
    case Partitioning::kRebalance:
    case Partitioning::kRescale: {
      const uint32_t channel = next_;
      next_ = next_ + 1 == count_ ? 0 : next_ + 1;
      return channel;
    }
    case Partitioning::kShuffle:
      return choices_.choose(kShuffle, who_, count_);
    case Partitioning::kHash:
      return subtask_of(key_group_of(row, edge_.key_fields, max_parallelism_), max_parallelism_,
                        count_);
    case Partitioning::kBroadcast:
    case Partitioning::kUnspecified:
      break;
  }
  fail_check("a row of an edge that does not pick a channel");
}

}  // namespace leat
