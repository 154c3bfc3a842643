// What a user may bring to windows: assigners, triggers, evictors and window functions. The
// built-in ones (core/window) have the same faces.
//
// An attempt of a subtask makes its own of each from the spec, so what one keeps in its members is
// lost at a crash; what must survive stands in the states and timers that the contexts hand out.
#pragma once

#include <compare>
#include <functional>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "core/graph/functions.h"

namespace leat {

// Windows [start, end) of a timeline. Arithmetic wraps at 64 bits as in Flink: near MAX the end can
// be a small number, and the window's largest timestamp then lies just above MIN.
struct TimeWindow {
  int64_t start = 0;
  int64_t end = 0;  // exclusive

  // The one window of all elements; its largest timestamp is MAX. (Flink: GlobalWindow.)
  static constexpr TimeWindow global() {
    return {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::min()};
  }
  bool is_global() const { return *this == global(); }
  int64_t max_timestamp() const { return wrapping_sub(end, 1); }
  friend auto operator<=>(const TimeWindow&, const TimeWindow&) = default;
};

// ---- which windows an element falls into ----

class AssignerContext {
 public:
  virtual ~AssignerContext() = default;
  virtual ProcTime now() const = 0;
  // One of 0..n-1, where the semantics leave it open.  REQUIRES: n > 0.
  virtual int64_t any_below(int64_t n) = 0;
};

// (Flink: WindowAssigner, MergingWindowAssigner.)
class WindowAssigner {
 public:
  virtual ~WindowAssigner() = default;
  // Whose clock ends the windows. Only those of event time can be late.
  virtual TimeDomain domain() const = 0;
  // Whether windows of one key that touch become one. (Flink: MergingWindowAssigner.)
  virtual bool merges() const { return false; }
  // Appends the windows of an element, in the order of assignment (overlapping ones: newest first).
  virtual void assign(RowView row, Timestamp time, AssignerContext& ctx,
                      std::vector<TimeWindow>& out) = 0;
};

// ---- when a window answers ----

struct TriggerResult {
  bool fire = false;
  bool purge = false;  // drops the contents only: not timers, not the trigger's own states
};

// Combines the states of windows that merge.
using MergeStates = Value (*)(const Value&, const Value&);

// Hands out a trigger's states by their names, once, before anything else. One name is one state of
// a window: nested triggers that use the same name share it, as in Flink.
class TriggerStates {
 public:
  virtual ~TriggerStates() = default;
  // The number by which the contexts know it.
  virtual uint32_t named(std::string_view name, MergeStates merge = nullptr) = 0;
};

// What a trigger may ask of one window of one key.
class TriggerContext {
 public:
  virtual ~TriggerContext() = default;
  virtual const TimeWindow& window() const = 0;
  virtual EventTime watermark() const = 0;
  virtual ProcTime now() const = 0;
  virtual void set_timer(EventTime time) = 0;
  virtual void set_timer(ProcTime time) = 0;
  virtual void delete_timer(EventTime time) = 0;
  virtual void delete_timer(ProcTime time) = 0;
  // Null where it is not set. The reference is good until the next call.
  virtual Value& state(uint32_t number) = 0;
};

class MergeContext : public TriggerContext {
 public:
  // Takes the states of the windows that have merged, combines them and adds them to this window's.
  virtual void merge_state(uint32_t number) = 0;
};

// (Flink: Trigger.) One object serves all windows of its operator.
class WindowTrigger {
 public:
  virtual ~WindowTrigger() = default;
  virtual void open(TriggerStates& states) { (void)states; }
  virtual TriggerResult on_element(RowView row, Timestamp time, TriggerContext& ctx) const = 0;
  virtual TriggerResult on_event_time(EventTime time, TriggerContext& ctx) const = 0;
  virtual TriggerResult on_processing_time(ProcTime time, TriggerContext& ctx) const = 0;
  // Whether it goes with merging windows; then on_merge is told of the window that they became.
  virtual bool can_merge() const { return false; }
  virtual void on_merge(MergeContext& ctx) const { (void)ctx; }
  // The window is dropped: its timers and states go.
  virtual void clear(TriggerContext& ctx) const = 0;
};

// ---- which elements a window keeps when it answers ----

struct EvictionContext {
  TimeWindow window;
  EventTime watermark;
  ProcTime now;
};

// (Flink: Evictor.)
class Evictor {
 public:
  virtual ~Evictor() = default;
  // Sets out[i] to 1 for every element that goes. Elements stand in the order in which they came.
  // REQUIRES: out.size() == elements.size(), all 0.
  virtual void evict_before(const RowBatch& elements, const EvictionContext& ctx,
                            std::span<uint8_t> out) const = 0;
  virtual void evict_after(const RowBatch& elements, const EvictionContext& ctx,
                           std::span<uint8_t> out) const = 0;
};

// ---- what a window answers ----

// What a window function may ask for while it answers for one window of one key.
class WindowContext {
 public:
  virtual ~WindowContext() = default;
  virtual RowView key() const = 0;
  virtual const TimeWindow& window() const = 0;
  virtual EventTime watermark() const = 0;
  virtual ProcTime now() const = 0;
  // State of this window, dropped by the function's own clear().  Throws JobError where windows
  // merge.
  virtual ValueState& window_value(uint32_t descriptor) = 0;  // index into window_states()
  // State of the key, which no window ends.
  virtual ValueState& global_value(uint32_t descriptor) = 0;  // index into global_states()
  virtual void emit(RowView row) = 0;
  virtual void emit_side(uint32_t side, RowView row) = 0;  // index into the node's side outputs
};

// (Flink: ProcessWindowFunction.)
class WindowFunction {
 public:
  virtual ~WindowFunction() = default;
  virtual std::vector<StateDescriptor> window_states() const { return {}; }
  virtual std::vector<StateDescriptor> global_states() const { return {}; }
  // `elements`: all rows of the window, in the order in which they came (of merged windows: in no
  // stated order); or one row, where the window has aggregates (their results) or reduces.
  virtual void process(const RowBatch& elements, WindowContext& ctx) const = 0;
  // The window is over. (Flink: ProcessWindowFunction.clear.)
  virtual void clear(WindowContext& ctx) const { (void)ctx; }
  virtual std::unique_ptr<WindowFunction> clone() const = 0;
};

using AssignerFactory = std::function<std::unique_ptr<WindowAssigner>()>;
using TriggerFactory = std::function<std::unique_ptr<WindowTrigger>()>;
using EvictorFactory = std::function<std::unique_ptr<Evictor>()>;

}  // namespace leat
