// What the readers of a source and its split enumerator say to each other.
#pragma once

#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/time.h"

namespace leat {

// What an event is, for whoever gets it.
enum class SourceEventKind : uint8_t {
  kReaderStarted,
  kReaderWatermark,
  kSplitsAssigned,
  kAlignmentLimit
};
SourceEventKind kind_of_event(std::string_view event);

// How far a reader is (MAX: idle, or at its end). (Flink: ReportedWatermarkEvent.)
struct ReaderWatermark {
  EventTime time;
  Bytes encode() const;
  static ReaderWatermark decode(std::string_view event);
};

// How far it may be. (Flink: WatermarkAlignmentEvent.)
struct AlignmentLimit {
  EventTime limit;
  Bytes encode() const;
  static AlignmentLimit decode(std::string_view event);
};

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
