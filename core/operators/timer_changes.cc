#include "core/operators/timer_changes.h"

namespace leat {

void TimerChanges::note(What what, TimeDomain domain, int64_t time, const Value& key) {
  ++(what == What::kSet ? set_ : deleted_);
  const uint64_t kind = static_cast<uint64_t>(what) << 1 | static_cast<uint64_t>(domain);
  hash_ = mix(mix(hash_, kind), static_cast<uint64_t>(time), key.hash());
}

void TimerChanges::tell(OperatorContext& ctx) {
  if (set_ == 0 && deleted_ == 0) return;
  ctx.add_fact(TimersChanged{ctx.execution(), ctx.node_id(), set_, deleted_, hash_});
  *this = TimerChanges();
}

}  // namespace leat
