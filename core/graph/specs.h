// What a node of the stream graph does, as data: enough for the engine to make the operator, for an
// oracle to compute the same from the definition, and for a picture to say it in one line.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/graph/functions.h"
#include "core/graph/two_input_specs.h"
#include "core/graph/window_functions.h"

namespace leat {

// ---- sources ----

// The records of one source, by split: a pure function of (split, offset), so that reading a split
// again after a restore gives the same records. Immutable; shared by all simulations of a campaign.
class SplitData {
 public:
  virtual ~SplitData() = default;
  virtual uint32_t splits() const = 0;
  virtual std::string split_name(uint32_t split) const = 0;  // "ci", "user-logs-0"
  // Records in the split; unbounded splits are not offered yet.
  virtual uint64_t size(uint32_t split) const = 0;
  // When the record may be read, on the processing clock counted from the job's start (ms). Not
  // decreasing within a split.
  virtual Duration arrival(uint32_t split, uint64_t offset) const = 0;
  // The job's start as events are dated, where the arrivals were dated too; for pictures.
  virtual std::optional<EventTime> clock_start() const { return std::nullopt; }
  // Appends records [first, first + count) to `out`, without timestamps. Many at once, because this
  // is the hot path.
  virtual void read(uint32_t split, uint64_t first, uint32_t count, RowBatch& out) const = 0;
};

// Sources of one group wait for each other: none reads on once its watermark is more than so much
// above the least of all. (Flink: WatermarkStrategy.withWatermarkAlignment.)
struct AlignmentSpec {
  std::string group;
  Duration max_drift;
  Duration update_interval{1000};  // above 0
};

struct WatermarkSpec {
  enum class Kind : uint8_t {
    kNone,        // nothing until the end
    kBounded,     // periodic: largest time - bound - 1 (bound 0: ascending)
    kPunctuated,  // the same after each record
  };
  Kind kind = Kind::kNone;
  Duration bound;
  std::optional<Duration> idle_after;
  std::optional<AlignmentSpec> alignment = std::nullopt;  // of sources only
};

struct SourceSpec {
  enum class Kind : uint8_t {
    kTable,  // a file or collection, read by the subtask itself
    kLog,    // a topic of the partitioned log, read over the network
  };
  Kind kind = Kind::kTable;
  std::shared_ptr<const SplitData> data;
  std::string topic;                                 // kLog
  std::string group;                                 // kLog: consumer group; offsets are committed
                                                     // to it for information only
  std::shared_ptr<const ScalarFunction> event_time;  // null: rows get the timestamp MIN
  // The time of a record is when the source read it. (Flink: IngestionTimeAssigner.)
  bool ingestion_time = false;  // event_time is null
  WatermarkSpec watermark;
  // A function with a loop of its own (Flink: SourceFunction): nothing that yields to the task's
  // mailbox in the middle of a row is chained behind it.
  bool has_own_loop = false;
};

// ---- one row at a time ----
struct MapSpec {
  std::shared_ptr<const MapFunction> function;
  std::string label;  // for pictures: "k, v * 2 as w"
};
struct FilterSpec {
  std::shared_ptr<const FilterFunction> function;
  std::string label;
};
struct FlatMapSpec {
  std::shared_ptr<const FlatMapFunction> function;
  std::string label;
};
// Rows that hold go to side output 0, the others on.
struct SplitSpec {
  std::shared_ptr<const FilterFunction> when;
  std::string label;
};
// Appends the index of the subtask that the row came to, as an int.
struct SubtaskSpec {};
// Puts its inputs together; exists only in the graph (its inputs become the consumers' inputs).
struct UnionSpec {};
// New timestamps and watermarks here; those from before stop, except MAX.
struct AssignSpec {
  std::shared_ptr<const ScalarFunction> event_time;  // null: the record keeps its own
  bool ingestion_time = false;  // the time of a record is when it came here; event_time is null
  WatermarkSpec watermark;
};

// ---- keyed ----
struct KeyedProcessSpec {
  std::shared_ptr<const KeyedProcessFunction> function;
  std::string label;
};

// One row a key: the first as it is, then folded with each row that comes, and emitted each time
// with the timestamp of the row that came. (Flink: KeyedStream.sum, min, max, minBy, maxBy,
// reduce.)
struct RunningAggregateSpec {
  // Sum, min and max change one field of the row that was first; min_by and max_by keep a whole
  // row.
  enum class Kind : uint8_t { kSum, kMin, kMax, kMinBy, kMaxBy, kReduce };
  enum class Ties : uint8_t { kFirst, kLast };  // which of equal rows min_by and max_by keep
  Kind kind = Kind::kSum;
  uint32_t field = 0;  // all but kReduce
  Ties ties = Ties::kFirst;
  std::shared_ptr<const ReduceFunction> reduce;  // kReduce
  std::string label;                             // "sum(v)"
};

struct TriggerSpec {
  enum class Kind : uint8_t {
    kDefault,  // of the assigner: event time, processing time, never (global windows)
    kEventTime,
    kProcessingTime,
    kCount,
    kPurging,  // `nested`, and each answer drops the contents
    kContinuousEventTime,
    kContinuousProcessingTime,
    kDelta,              // when `of` has grown by more than `threshold` since the last answer
    kProcessingTimeout,  // `nested`, and also `interval` after an element
    kEndOfStream,        // global windows: once, at the end of the input
    kNever,
    kCustom,
  };
  Kind kind = Kind::kDefault;
  int64_t count = 0;
  Duration interval;  // of the continuous ones and of the timeout
  double threshold = 0;
  std::shared_ptr<const ScalarFunction> of;
  bool reset_on_element = false;  // kProcessingTimeout: each element starts it anew
  bool clear_on_timeout = true;   // kProcessingTimeout: `nested` is cleared when it strikes
  std::shared_ptr<const TriggerSpec> nested;
  TriggerFactory custom;
  std::string label;  // kCustom: for pictures
};

// What is dropped from a window's elements when it answers. With an evictor a window keeps all of
// its elements and folds them at each answer.
struct EvictorSpec {
  enum class Kind : uint8_t {
    kNone,
    kCount,  // keeps the last `count`
    kTime,   // drops what is `keep` or more older than the newest
    kDelta,  // drops what differs from the last by `threshold` or more in `of`
    kCustom,
  };
  enum class When : uint8_t { kBefore, kAfter };  // the window function
  Kind kind = Kind::kNone;
  When when = When::kBefore;
  int64_t count = 0;
  Duration keep;
  double threshold = 0;
  std::shared_ptr<const ScalarFunction> of;
  EvictorFactory custom;
  std::string label;  // kCustom: for pictures
};

struct AggregateSpec {
  enum class Kind : uint8_t { kSum, kMin, kMax, kCount, kCollect, kUser };
  Kind kind = Kind::kCount;
  std::shared_ptr<const ScalarFunction> argument;  // null for count and kUser
  ValueType argument_type = ValueType::kNull;
  std::shared_ptr<const AggregateFunction> user;  // kUser
  std::string name;                               // of the output field
  std::string label;                              // "sum(v)"
};

struct WindowSpec {
  enum class Assigner : uint8_t { kTumbling, kSliding, kSession, kGlobal, kCustom };
  // How far tumbling windows are shifted, beyond `offset`: not at all; by chance; by the time of
  // the first element. (Flink: WindowStagger.)
  enum class Stagger : uint8_t { kAligned, kRandom, kNatural };
  Assigner assigner = Assigner::kTumbling;
  TimeDomain domain = TimeDomain::kEvent;
  Duration size;   // tumbling, sliding
  Duration slide;  // sliding
  Duration offset;
  Stagger stagger = Stagger::kAligned;           // tumbling
  Duration gap;                                  // session
  std::shared_ptr<const ScalarFunction> gap_of;  // session: in place of `gap`, by element
  AssignerFactory custom;                        // kCustom
  std::string label;                             // kCustom: for pictures
  Duration allowed_lateness;
  bool late_to_side = false;  // to side output 0; otherwise late rows are dropped and counted
  TriggerSpec trigger;
  EvictorSpec evictor;
  // What is gathered: aggregates, or one row by reducing, or else all elements.
  std::vector<AggregateSpec> aggregates;
  std::shared_ptr<const ReduceFunction> reduce;
  // What is answered instead of the row below: it sees what was gathered.
  std::shared_ptr<const WindowFunction> function;
  // Emits: the key's fields, window start and end (not of global windows), the aggregates; or the
  // reduced row as it is. With the window's largest timestamp.

  bool is_global() const { return assigner == Assigner::kGlobal; }
};

// Flink's countWindow(n): answers and forgets every `n` elements of a key; and countWindow(n,
// slide): every `slide` elements, over the last `n`.
WindowSpec count_windows(int64_t n);
WindowSpec count_windows(int64_t n, int64_t slide);

// ---- window joins: the rows of two inputs, of one key in one window ----
// The window's aggregates, reduction and function are unused; late rows are dropped and counted.
struct WindowJoinSpec {
  WindowSpec window;
  std::shared_ptr<const JoinFunction> function;  // of each pair
  std::string label;
};
struct CoGroupSpec {
  WindowSpec window;
  std::shared_ptr<const CoGroupFunction> function;
  std::string label;
};

// ---- sinks ----
struct SinkSpec {
  enum class Kind : uint8_t {
    kTransactional,  // two-phase commit: rows become visible when their checkpoint has completed
    kAtLeastOnce,    // rows become visible as they come
    kPrint,          // as kAtLeastOnce, and shown to the user with a prefix
  };
  Kind kind = Kind::kTransactional;
  std::string topic;   // rows are appended to this topic of the log
  std::string prefix;  // kPrint
};

using NodeSpec =
    std::variant<SourceSpec, MapSpec, FilterSpec, FlatMapSpec, SplitSpec, SubtaskSpec, UnionSpec,
                 AssignSpec, KeyedProcessSpec, RunningAggregateSpec, WindowSpec, SinkSpec,
                 ProcessSpec, CoMapSpec, CoFlatMapSpec, CoProcessSpec, BroadcastProcessSpec,
                 IntervalJoinSpec, AsyncSpec, WindowJoinSpec, CoGroupSpec>;

// How many inputs a node of this kind reads; a union as many as it likes (nothing).
std::optional<uint32_t> inputs_of(const NodeSpec& spec);
// Whether the channels of all inputs count as channels of one: the node is a union inside.
bool unites_inputs(const NodeSpec& spec);

// "tumbling 6 h +1 h" and the like, one short line for pictures and reports.
std::string describe(const NodeSpec& spec);
// "6 h", "250 ms", "1 d 2 h".
std::string describe(Duration duration);

}  // namespace leat
