// Watermark generators: what looks at the records of a stream and says how far event time has come.
// (Flink: WatermarkGenerator, BoundedOutOfOrdernessWatermarks, WatermarksWithIdleness.)
//
// A generator sees a record after the record was emitted, so that a watermark made from it follows
// it. Nothing of a generator is ever in a snapshot.
#pragma once

#include <functional>
#include <memory>

#include "core/graph/specs.h"

namespace leat {

// Where a generator writes.
class WatermarkOutput {
 public:
  virtual ~WatermarkOutput() = default;
  virtual void emit_watermark(EventTime time) = 0;
  virtual void mark_idle() = 0;
  virtual void mark_active() = 0;
};

class WatermarkGenerator {
 public:
  virtual ~WatermarkGenerator() = default;

  // Whether records make it speak. If not, a whole batch is emitted before on_events() sees it.
  virtual bool speaks_on_records() const = 0;
  virtual void on_event(RowView row, EventTime time, WatermarkOutput& out) = 0;
  // Records that have been emitted together.  REQUIRES: !speaks_on_records(); all have timestamps.
  virtual void on_events(const RowBatch& rows) = 0;
  // `clock` is a clock of activity: it stands still while the stream is not allowed to flow.
  virtual void on_periodic_emit(ProcTime clock, WatermarkOutput& out) = 0;
  // False if a periodic emission could do nothing, however late, until a record comes. Lets silence
  // cost nothing.
  virtual bool wants_probe() const = 0;
};

// One generator for each split, and each attempt.
using WatermarkGeneratorFactory = std::function<std::unique_ptr<WatermarkGenerator>()>;

WatermarkGeneratorFactory generator_factory(const WatermarkSpec& spec);
std::unique_ptr<WatermarkGenerator> make_generator(const WatermarkSpec& spec);

// Wraps any generator: marks the output idle once `timeout` has passed without a record. Looks only
// at the periodic emissions: the first quiet one starts the count, a later one finds it idle if
// *more* than the timeout has passed since. Idle is said once; only a record arms it again.
std::unique_ptr<WatermarkGenerator> with_idleness(std::unique_ptr<WatermarkGenerator> inner,
                                                  Duration timeout);

}  // namespace leat
