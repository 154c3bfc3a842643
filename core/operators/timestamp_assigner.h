// Gives the rows of a batch their event times, where a source or an assigner in midstream says so.
#pragma once

#include <memory>

#include "core/data/row_batch.h"
#include "core/graph/specs.h"

namespace leat {

// (Flink: TimestampAssigner.)
class TimestampAssigner {
 public:
  // The clock says the time of a row. (Flink: IngestionTimeAssigner; it also guards against a clock
  // that goes back, which an Env's never does.)
  static TimestampAssigner of_ingestion() { return TimestampAssigner(true, nullptr); }
  // `event_time` null: a row keeps its own timestamp, MIN if it has none.
  TimestampAssigner(std::shared_ptr<const ScalarFunction> event_time)
      : TimestampAssigner(false, std::move(event_time)) {}
  // Of a node, whose function is copied: each subtask has its own.
  explicit TimestampAssigner(const SourceSpec& spec);
  explicit TimestampAssigner(const AssignSpec& spec);

  // All rows of a batch, in place.  Throws JobError where the function gives something that is no
  // time.
  void assign(RowBatch& rows, ProcTime now) const;

 private:
  TimestampAssigner(bool ingestion, std::shared_ptr<const ScalarFunction> event_time)
      : ingestion_(ingestion), event_time_(std::move(event_time)) {}

  bool ingestion_;
  std::shared_ptr<const ScalarFunction> event_time_;
};

}  // namespace leat
