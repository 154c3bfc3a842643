// Facts of processes and of the world around them. What a fact is: facts.h.
#pragma once

#include <cstdint>

#include "core/base/ids.h"
#include "core/base/time.h"

namespace leat {

struct ProcessStarted {
  static constexpr const char* kName = "ProcessStarted";
  ProcessId process;
  uint32_t incarnation = 0;
  template <class F>
  void fields(F&& f) const {
    f("process", process);
    f("incarnation", incarnation);
  }
};
struct ProcessDied {
  static constexpr const char* kName = "ProcessDied";
  ProcessId process;
  uint32_t incarnation = 0;
  template <class F>
  void fields(F&& f) const {
    f("process", process);
    f("incarnation", incarnation);
  }
};
struct MessageDelivered {
  static constexpr const char* kName = "MessageDelivered";
  ProcessId from;
  ProcessId to;
  uint64_t link = 0;  // entity of (from, to, lane)
  uint64_t sequence = 0;
  uint64_t hash = 0;  // of the bytes
  template <class F>
  void fields(F&& f) const {
    f("from", from);
    f("to", to);
    f("link", link);
    f("sequence", sequence);
    f("hash", hash);
  }
};
struct MessageLost {
  static constexpr const char* kName = "MessageLost";
  ProcessId from;
  ProcessId to;
  uint64_t link = 0;
  uint64_t sequence = 0;
  template <class F>
  void fields(F&& f) const {
    f("from", from);
    f("to", to);
    f("link", link);
    f("sequence", sequence);
  }
};
struct ConnectionReset {
  static constexpr const char* kName = "ConnectionReset";
  ProcessId a;
  ProcessId b;
  template <class F>
  void fields(F&& f) const {
    f("a", a);
    f("b", b);
  }
};
struct BlobWritten {
  static constexpr const char* kName = "BlobWritten";
  uint64_t name = 0;  // hash of the name
  uint64_t size = 0;
  uint64_t hash = 0;
  template <class F>
  void fields(F&& f) const {
    f("name", name);
    f("size", size);
    f("hash", hash);
  }
};
struct BlobFailed {
  static constexpr const char* kName = "BlobFailed";
  uint64_t name = 0;
  template <class F>
  void fields(F&& f) const {
    f("name", name);
  }
};
// `fault` is the index in the scenario's list, or of a random kind; `kind` indexes the fault kinds.
struct FaultInjected {
  static constexpr const char* kName = "FaultInjected";
  uint32_t kind = 0;
  uint32_t fault = 0;
  ProcessId process;
  template <class F>
  void fields(F&& f) const {
    f("kind", kind);
    f("fault", fault);
    f("process", process);
  }
};

}  // namespace leat
