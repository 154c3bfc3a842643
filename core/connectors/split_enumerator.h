// Gives the splits of one source to its readers. Lives in the JobMaster (its source coordinator).
// Split i belongs to subtask i mod parallelism. What was given away is part of the checkpoint: a
// restored reader brings its splits itself, so a restored enumerator must not give them again.
// (Flink: SplitEnumerator, SourceCoordinator; conformance/jobs.md "Sources".)
#pragma once

#include <string>
#include <vector>

#include "core/base/bytes.h"

namespace leat {

class SplitEnumerator {
 public:
  SplitEnumerator(uint32_t splits, uint32_t parallelism);

  // A reader has started (an event it sent through send_to_enumerator). Returns the event to send
  // to that subtask: the splits it gets now, and that no more will follow. Marks them as given.
  Bytes on_reader_event(uint32_t subtask, std::string_view event);

  Bytes snapshot() const;
  void restore(std::string_view state);  // the inverse
  void reset();                          // nothing given away

 private:
  uint32_t parallelism_;
  std::vector<uint8_t> given_;
};

}  // namespace leat
