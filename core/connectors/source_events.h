// What the readers of a source and its split enumerator say to each other.
#pragma once

#include <string_view>
#include <vector>

#include "core/base/bytes.h"

namespace leat {

// A reader has opened; it brings these splits from its snapshot.
struct ReaderStarted {
  std::vector<uint32_t> splits;
  Bytes encode() const;
  static ReaderStarted decode(std::string_view event);
};

// These splits are the reader's from now on.
struct SplitsAssigned {
  std::vector<uint32_t> splits;
  bool no_more = false;  // no other will follow (Flink: NoMoreSplitsEvent)
  Bytes encode() const;
  static SplitsAssigned decode(std::string_view event);
};

}  // namespace leat
