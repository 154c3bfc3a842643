#include "core/state/time_to_live.h"

#include <algorithm>
#include <limits>

namespace leat {

TimeToLive::TimeToLive(const StateDescriptor& descriptor) : ttl_(descriptor.ttl) {
  if (ttl_ && ttl_->time_to_live.ms <= 0)
    throw JobError("the time to live of the state " + descriptor.name + " is not above 0");
}

bool TimeToLive::expired(const Stamped& kept, ProcTime now) const {
  if (!ttl_) return false;
  // The end of life does not wrap around.
  const int64_t touched = kept.touched.ms;
  const int64_t room =
      touched > 0 ? std::numeric_limits<int64_t>::max() - touched : ttl_->time_to_live.ms;
  return touched + std::min(room, ttl_->time_to_live.ms) <= now.ms;
}

bool TimeToLive::renews_on_read() const {
  return ttl_ && ttl_->update == StateTtl::Update::kOnReadAndWrite;
}

bool TimeToLive::shows_expired() const {
  return ttl_ && ttl_->visibility == StateTtl::Visibility::kReturnExpiredIfNotCleanedUp;
}

bool TimeToLive::cleans_snapshots() const {
  return ttl_ && ttl_->cleanup == StateTtl::Cleanup::kFullSnapshot;
}

uint32_t TimeToLive::cleanup_size() const {
  return ttl_ && ttl_->cleanup == StateTtl::Cleanup::kIncremental ? ttl_->cleanup_size : 0;
}

TimeToLive::Read TimeToLive::read(const Stamped& kept, ProcTime now) const {
  Read read;
  if (expired(kept, now)) {
    read.visible = shows_expired();
    read.removes = true;
  } else {
    read.renews = renews_on_read();
  }
  return read;
}

void TimeToLive::write(const Stamped& kept, ByteWriter& out) const {
  kept.value.encode(out);
  if (is_set()) out.time(kept.touched);
}

Stamped TimeToLive::read_from(ByteReader& in) const {
  Stamped kept;
  kept.value = Value::decode(in);
  if (is_set()) kept.touched = in.proc_time();
  return kept;
}

}  // namespace leat
