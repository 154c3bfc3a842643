// The output of a source reader: gives rows their timestamps and the stream its watermarks.
// (Flink: ProgressiveTimestampsAndWatermarks with its WatermarkOutputMultiplexer, IdlenessManager
// and WatermarkToDataOutput.)
//
// Each split has its own generator and its own entry in a combination: the least watermark of the
// entries that are not idle, or the largest of all if all are idle. It is given out when it grows.
// Unlike a valve, a slow split that comes back from idleness holds the result at once. Rows that
// belong to no split go to the main output, which has a generator of its own and does not combine
// with the splits: both write into one output that drops what is not above its last watermark and
// is idle when both sides are.
//
// Rows and watermarks go to the operator's context; SplitWatermark and SplitIdle are added as
// facts.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/operators/operator.h"
#include "core/operators/timestamp_assigner.h"
#include "core/operators/watermark_generator.h"

namespace leat {

// Hears what an output does, as it does it. (Flink: WatermarkUpdateListener.)
class SourceOutputListener {
 public:
  virtual ~SourceOutputListener() = default;
  virtual void on_watermark(EventTime time) = 0;  // given out
  virtual void on_idle(bool idle) = 0;            // announced
  virtual void on_split_watermark(uint32_t split, EventTime time) = 0;
  virtual void on_split_idle(uint32_t split, bool idle) = 0;
};

class SourceOutput {
 public:
  using Split = std::optional<uint32_t>;  // none: the main output

  SourceOutput(TimestampAssigner assigner, WatermarkGeneratorFactory factory);
  ~SourceOutput();

  // REQUIRES: the listener outlives the output.
  void listen(SourceOutputListener& listener) { listener_ = &listener; }

  void add_split(uint32_t split);  // does nothing where it is there already
  // REQUIRES: it is there. Combines nothing by itself: what the split held back comes with the next
  // update or probe.
  void release_split(uint32_t split, OperatorContext& ctx);
  bool has_split(uint32_t split) const;

  // Emits the rows (moved from) with their timestamps, then lets the generator see them; a
  // generator that speaks on records sees each one before the next is emitted.
  void emit(Split split, RowBatch& rows, OperatorContext& ctx);
  // One periodic emission.
  void probe(OperatorContext& ctx);
  // False if a probe would do nothing, however late it came, until something else is called.
  bool wants_probe() const;

  // The clock of idleness stands still while a split (or the main output) may not flow.
  void pause(Split split, OperatorContext& ctx);
  void resume(Split split, OperatorContext& ctx);

  // What a reader says itself.
  void emit_watermark(Split split, EventTime time, OperatorContext& ctx);
  void mark_idle(Split split, OperatorContext& ctx);
  void mark_active(Split split, OperatorContext& ctx);

  EventTime watermark() const { return said_; }  // the last one given out
  bool idle() const { return idle_; }            // as announced
  EventTime watermark(uint32_t split) const;
  bool idle(uint32_t split) const;

 private:
  struct Entry;
  class SplitWriter;
  class MainWriter;

  Entry* find(uint32_t split) const;
  Entry& entry(uint32_t split) const;
  std::optional<EventTime> combination() const;
  bool all_idle() const;
  void combine(OperatorContext& ctx);
  void set_entry_watermark(Entry& entry, EventTime time, OperatorContext& ctx);
  void set_entry_idle(Entry& entry, bool idle, OperatorContext& ctx);

  void give_out(EventTime time, OperatorContext& ctx);
  void announce_idle_if_both(OperatorContext& ctx);
  void announce_active(OperatorContext& ctx);

  TimestampAssigner assigner_;
  WatermarkGeneratorFactory factory_;
  SourceOutputListener* listener_ = nullptr;
  std::unique_ptr<Entry> main_;
  std::vector<std::unique_ptr<Entry>> splits_;  // in the order of their creation

  EventTime combined_ = EventTime::min();
  bool splits_idle_ = true;  // the two sides of the output: idle until they emit
  bool main_idle_ = true;
  EventTime said_ = EventTime::min();
  bool idle_ = false;
};

}  // namespace leat
