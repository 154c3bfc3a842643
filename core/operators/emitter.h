// Collects what one row becomes. One row may become very many: they are handed on as they come.
#pragma once

#include "core/operators/operator.h"

namespace leat {

// Rows wait until so many stand there: one call then hands them on.
inline constexpr uint32_t kFlushRows = 256;

class Emitter final : public Collector {
 public:
  // All rows get the timestamp `time`.
  Emitter(OperatorContext& ctx, Timestamp time) : ctx_(ctx), time_(time) {}
  void collect(RowView row) override {
    RowBatch& out = ctx_.out();
    out.append(row, time_);
    if (out.size() >= kFlushRows) ctx_.flush();
  }

 private:
  OperatorContext& ctx_;
  Timestamp time_;
};

}  // namespace leat
