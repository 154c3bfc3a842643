// What a keyed function does to its timers, gathered for one fact: data makes many timers, and
// facts on the data path come one a batch.
#pragma once

#include "core/operators/operator.h"

namespace leat {

class TimerChanges {
 public:
  enum class What : uint8_t { kSet, kDeleted };
  void note(What what, TimeDomain domain, int64_t time, const Value& key);
  // Adds the fact, if there is anything to tell, and begins anew.
  void tell(OperatorContext& ctx);

 private:
  uint32_t set_ = 0;
  uint32_t deleted_ = 0;
  uint64_t hash_ = 0;
};

}  // namespace leat
