// Facts of processes and of the world around them. What a fact is: facts.h.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/ids.h"
#include "core/base/time.h"

namespace leat {

// Numbers that have a name of their own where a fact is told.
struct LinkId {
  uint64_t value = 0;
};
struct FaultKindId {
  uint32_t value = 0;
};

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
  uint64_t link = 0;  // what chance knows the link by: it survives restarts
  uint64_t sequence = 0;
  uint64_t hash = 0;  // of the endpoints and the bytes
  template <class F>
  void fields(F&& f) const {
    f("from", from);
    f("to", to);
    f("link", LinkId{link});
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
  uint64_t hash = 0;  // as of one that arrives: what was said counts, even if nobody hears it
  template <class F>
  void fields(F&& f) const {
    f("from", from);
    f("to", to);
    f("link", LinkId{link});
    f("sequence", sequence);
    f("hash", hash);
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
  std::string name;
  uint64_t size = 0;
  uint64_t hash = 0;
  template <class F>
  void fields(F&& f) const {
    f("name", name);
    f("size", size);
    f("hash", hash);
  }
};
struct BlobFailed {  // a write
  static constexpr const char* kName = "BlobFailed";
  std::string name;
  template <class F>
  void fields(F&& f) const {
    f("name", name);
  }
};
struct BlobRead {
  static constexpr const char* kName = "BlobRead";
  std::string name;
  uint64_t size = 0;
  uint64_t hash = 0;
  template <class F>
  void fields(F&& f) const {
    f("name", name);
    f("size", size);
    f("hash", hash);
  }
};
struct BlobRemoved {
  static constexpr const char* kName = "BlobRemoved";
  std::string name;
  template <class F>
  void fields(F&& f) const {
    f("name", name);
  }
};
struct BlobMissing {  // it was asked for, or was to be removed, and is not there
  static constexpr const char* kName = "BlobMissing";
  std::string name;
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
    f("kind", FaultKindId{kind});
    f("fault", fault);
    f("process", process);
  }
};

}  // namespace leat
