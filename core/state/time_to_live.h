// The time to live of one state: what a read sees of a value that may be expired, and what becomes
// of it. (Flink: AbstractTtlDecorator, TtlUtils.)
#pragma once

#include "core/base/bytes.h"
#include "core/graph/state.h"

namespace leat {

// A value and when it was last written (or read, where reading renews). Without a time to live the
// time means nothing.
struct Stamped {
  Value value;
  ProcTime touched;
};

class TimeToLive {
 public:
  // Throws JobError for a time to live that is not above 0.
  explicit TimeToLive(const StateDescriptor& descriptor);

  bool is_set() const { return ttl_.has_value(); }
  bool expired(const Stamped& kept, ProcTime now) const;
  bool renews_on_read() const;
  // Whether what is expired and still there is seen.
  bool shows_expired() const;
  bool cleans_snapshots() const;
  // How many keys each access looks at, to remove what is expired.
  uint32_t cleanup_size() const;

  // What a read of one value does.
  struct Read {
    bool visible = true;
    bool removes = false;
    bool renews = false;
  };
  Read read(const Stamped& kept, ProcTime now) const;

  // The time stands in the bytes only where there is a time to live.
  void write(const Stamped& kept, ByteWriter& out) const;
  Stamped read_from(ByteReader& in) const;

 private:
  std::optional<StateTtl> ttl_;
};

}  // namespace leat
