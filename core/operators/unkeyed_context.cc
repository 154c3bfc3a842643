#include "core/operators/unkeyed_context.h"

#include "core/operators/emitter.h"

namespace leat {

namespace {

[[noreturn]] void refuse_timers() {
  throw JobError("timers can be set and deleted on keyed streams only");
}
[[noreturn]] void refuse_state() {
  throw JobError("keyed state can be used on keyed streams only");
}

}  // namespace

void UnkeyedContext::emit(RowView row) {
  RowBatch& out = ctx_.out();
  out.append(row, time_);
  if (out.size() >= kFlushRows) ctx_.flush();
}

void UnkeyedContext::emit_side(uint32_t side, RowView row) {
  if (side >= ctx_.node().sides.size())
    throw JobError("the function emits to a side output that it does not have");
  ctx_.side(side).append(row, time_.value_or(EventTime::min()));
}

RowView UnkeyedContext::key() const { refuse_state(); }
ValueState& UnkeyedContext::value(uint32_t) { refuse_state(); }
ListState& UnkeyedContext::list(uint32_t) { refuse_state(); }
MapState& UnkeyedContext::map(uint32_t) { refuse_state(); }
ReducingState& UnkeyedContext::reducing(uint32_t) { refuse_state(); }
AggregatingState& UnkeyedContext::aggregating(uint32_t) { refuse_state(); }
void UnkeyedContext::register_timer(EventTime) { refuse_timers(); }
void UnkeyedContext::register_timer(ProcTime) { refuse_timers(); }
void UnkeyedContext::delete_timer(EventTime) { refuse_timers(); }
void UnkeyedContext::delete_timer(ProcTime) { refuse_timers(); }

}  // namespace leat
