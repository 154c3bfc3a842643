// The sending end of a task's out-channels. (Flink: ResultPartition with its subpartitions.)
//
// Per channel: a buffer of rows that is being filled, a queue of finished batches that wait for
// credits (or behind one that does), and what is on the wire. The three are separate, and only what
// goes on the wire gets its sequence number. The queue is not bounded by itself: a task takes no
// further input while `available()` is false, so it holds what one step has made.
#pragma once

#include <vector>

#include "core/runtime/batch_queue.h"
#include "core/runtime/channel_state.h"
#include "core/runtime/task.h"
#include "core/runtime/wiring.h"

namespace leat {

// When a batch that is not full goes out (Flink: execution.buffer-timeout).
enum class Flushing : uint8_t { kEveryStep, kWhenFullOrLate };

class Outputs {
 public:
  Outputs(TaskHost& host, const TaskDescription& task);

  uint32_t size() const { return static_cast<uint32_t>(channels_.size()); }
  const OutChannel& channel(uint32_t c) const { return channels_[c].wiring; }
  ProcessId process_of(uint32_t c) const { return channels_[c].process; }

  // How many rows a batch holds at most, and when it goes out before that.
  void configure(uint32_t batch_rows, Flushing flushing);
  uint32_t batch_rows() const { return batch_rows_; }

  // Rows for one channel: one of a batch, or all of it (which moves the batch where it can).
  void add_row(uint32_t c, const RowBatch& rows, uint32_t i);
  void add_rows(uint32_t c, RowBatch& rows);
  // A control element for one channel, behind all rows so far.
  void add_control(uint32_t c, const Control& control);
  void broadcast(const Control& control);
  // A barrier that overtakes goes out at once, without a credit; what it has overtaken in the
  // channel is appended to `overtaken`.
  void add_overtaking(uint32_t c, const CheckpointBarrier& barrier,
                      std::vector<ChannelBatch>& overtaken);
  bool supports_unaligned(uint32_t c) const;
  // A batch of a checkpoint.  REQUIRES: before the first row.
  void restore(uint32_t c, Batch batch);
  void end_step();  // sends what the flushing rule wants sent
  void flush();     // sends all

  void grant(uint32_t c, uint32_t credits);
  // The consumer asks for the channel; asking again changes nothing.
  void open(uint32_t c, ExecutionId consumer, uint32_t credits);

  // The task has failed: what is not on the wire yet never will be.
  void abandon();

  // Nothing waits for a credit.
  bool available() const;
  // Rows are held back in a buffer, so that a timer must send them.
  bool holds_rows() const;

 private:
  struct Channel {
    OutChannel wiring;
    ExecutionId consumer;
    ProcessId process;
    RowBatch buffer;
    BatchQueue queue;
    std::vector<CheckpointBarrier> urgent;  // not sent, as nobody reads the channel yet
    uint32_t credits = 0;
    uint64_t next_sequence = 0;
    bool opened = false;
  };
  void finish_batch(Channel& channel, const Control& control);
  void send_what_credits_allow(uint32_t c);
  void send_urgent(uint32_t c);
  void send(Channel& channel, uint32_t c, Batch batch);

  TaskHost& host_;
  ExecutionId execution_;
  std::vector<Channel> channels_;
  uint32_t batch_rows_ = 1;
  Flushing flushing_ = Flushing::kEveryStep;
  bool abandoned_ = false;
};

}  // namespace leat
