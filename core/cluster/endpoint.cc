#include "core/cluster/endpoint.h"

namespace leat {

void Alarm::set(ProcTime when) {
  if (when == ProcTime::max()) {
    cancel();
    return;
  }
  if (at_ <= when) return;
  if (at_ != ProcTime::max()) env_.cancel(timer_);
  timer_ = env_.call_at(when, tag_);
  at_ = when;
}

void Alarm::cancel() {
  if (at_ == ProcTime::max()) return;
  env_.cancel(timer_);
  at_ = ProcTime::max();
}

}  // namespace leat
