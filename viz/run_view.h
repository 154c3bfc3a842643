// What the pictures know of one run: plain data, every number a fact of that run. What was not seen
// is absent (an empty optional or list), and the pictures then say "not measured".
//
// Times are ms on the timeline that the type says. `order` numbers the facts of the run from 1, so
// that two things of one instant still have an order.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/data/row_batch.h"
#include "core/trace/facts.h"

namespace leat {

enum class Fate : uint8_t {
  kInTime,         // met no answered window
  kLateAccepted,   // its window had answered already: the answer was amended
  kTooLateSide,    // behind the allowed lateness, to a side output
  kTooLateDropped  // behind the allowed lateness, dropped and counted
};

struct RecordMark {
  uint64_t offset = 0;
  EventTime event;
  ProcTime read;                       // the first time
  std::optional<ProcTime> read_again;  // the last time, after a restore
  Fate fate = Fate::kInTime;           // by the reading that counts: the last one
};

// A watermark from `at` on. No value: there is none (not yet, or not any more after a restore).
struct WatermarkStep {
  ProcTime at;
  std::optional<EventTime> watermark;
};

struct ProcSpan {
  ProcTime from;
  ProcTime to;
};

struct SplitView {
  NodeId node;
  uint32_t split = 0;
  std::string name;
  uint32_t subtask = 0;     // its last reader
  uint64_t records = 0;     // read at least once
  uint64_t read_again = 0;  // readings beyond the first
  uint64_t late_accepted = 0;
  uint64_t too_late = 0;
  std::vector<RecordMark> marks;  // by offset; in-time ones thinned beyond the limit
  std::vector<WatermarkStep> watermark;
  std::vector<ProcSpan> idle;
  Duration held_back{0};  // how long it had the least watermark of its source's active splits
};

// One node in one subtask.
struct OperatorView {
  NodeId node;
  uint32_t subtask = 0;
  uint64_t rows_in = 0;
  uint64_t rows_out = 0;
  std::map<uint32_t, uint64_t> side_rows;  // by side output
  uint64_t late_to_side = 0;               // as they happened: repeats after a restore included
  uint64_t late_dropped = 0;
  uint64_t panes = 0;
  std::optional<EventTime> last_watermark;  // the last one before the end of the input
  bool ended = false;                       // the watermark MAX has come
  std::vector<WatermarkStep> watermark;
};

struct PaneView {
  NodeId node;
  uint32_t subtask = 0;
  EventTime start;
  EventTime end;
  uint64_t key_hash = 0;
  std::string key;            // empty where rows were not tapped
  std::vector<Value> values;  // the aggregates; empty where rows were not tapped
  ProcTime at;
  uint64_t order = 0;
  bool late = false;         // a later answer of a window that has answered before
  bool rolled_back = false;  // fell to a restore from an older checkpoint
};

// When the first row of a window reached its operator.
struct WindowOpening {
  NodeId node;
  EventTime start;
  ProcTime at;
};

struct CheckpointView {
  CheckpointId id;
  std::optional<ProcTime> triggered;
  std::optional<ProcTime> completed;
  std::optional<ProcTime> aborted;
  AbortReason reason = AbortReason::kExpired;
};

struct CrashView {
  ProcTime at;
  ProcessId process;
};
struct ResetView {
  ProcTime at;
  ProcessId a;
  ProcessId b;
};
struct FaultView {
  ProcTime at;
  uint32_t kind = 0;
  ProcessId process;
};
struct RestoreView {
  ProcTime at;
  CheckpointId checkpoint;         // 0: from nothing
  std::optional<ProcTime> failed;  // when the job began to restart, or its process died
  std::optional<ProcTime>
      since;  // when that checkpoint was triggered: from there all is read again
};

struct SubtaskView {
  SubtaskId subtask;
  uint32_t attempts = 0;  // deployments seen
  std::optional<ProcessId> process;
  CheckpointId restored_from;                    // of the last attempt
  std::map<CheckpointId, uint64_t> state_bytes;  // of its snapshots, where any was taken
  std::map<uint32_t, uint64_t> rows_by_channel;  // sent, by out channel
  bool failed = false;
};

struct SinkPart {
  uint64_t rows = 0;
  uint64_t transactions = 0;
};
struct SinkView {
  NodeId sink;
  uint64_t rows_visible = 0;  // committed, or appended at once
  uint64_t transactions = 0;  // committed
  uint64_t aborted = 0;
  std::map<uint32_t, SinkPart> by_subtask;  // committed; rows appended at once name no subtask
  std::vector<Row> rows;                    // the first ones, up to the limit
};

struct RunView {
  ProcTime ended_at;
  uint64_t facts = 0;
  std::vector<SplitView> splits;        // by node, then split
  std::vector<OperatorView> operators;  // by node, then subtask
  std::vector<PaneView> panes;          // as they fired
  uint64_t panes_left_out = 0;          // beyond the limit
  std::vector<WindowOpening> openings;  // by node, then start; where rows were tapped
  std::vector<RecordMark> strays;       // late records that no source record could be matched to
  std::vector<CheckpointView> checkpoints;  // by id
  std::vector<CrashView> crashes;
  std::vector<FaultView> faults;
  std::vector<ResetView> resets;  // broken connections, the first ones up to the limit
  std::vector<RestoreView> restores;
  std::vector<SubtaskView> subtasks;  // by vertex, then index
  std::vector<SinkView> sinks;        // by node
  std::optional<JobStatus> status;

  const OperatorView* find_operator(NodeId node, uint32_t subtask) const;
  const SubtaskView* find_subtask(SubtaskId subtask) const;
  const SinkView* find_sink(NodeId sink) const;
  uint64_t records() const;  // of all splits, each once
  uint64_t read_again() const;
  uint64_t count(Fate fate) const;
};

// The watermark of a node over time: the least of its subtasks, absent while any has none.
std::vector<WatermarkStep> combined_watermark(const RunView& run, NodeId node);
// The last step at or before `at`; none where the line has not begun.
std::optional<EventTime> watermark_at(const std::vector<WatermarkStep>& steps, ProcTime at);

// All answers of one window, over its keys. Answers that a restore has undone do not count.
struct WindowView {
  EventTime start;
  EventTime end;
  std::optional<ProcTime> opened;    // its first record was read
  ProcTime first_at;                 // the first answer was known
  ProcTime last_at;                  // the last amended one; first_at where there is none
  uint64_t answers = 0;              // keys that have answered
  uint64_t amended = 0;              // later answers
  std::optional<int64_t> first_sum;  // of an integer aggregate over the keys
  std::optional<int64_t> last_sum;
  std::string first_value;  // where one key has answered: that aggregate as text
  std::string last_value;
};
// The windows of `node` by start; sums are of aggregate `value`.
std::vector<WindowView> windows_of(const RunView& run, NodeId node, size_t value);

}  // namespace leat
