// When the next periodic probe of a source's watermark generators can matter, on Flink's grid: a
// probe every `interval` from the opening on. All others are skipped in one jump, so that silence
// costs nothing.
//
// What a probe does depends on how quiet its generator was (WatermarksWithIdleness): the first one
// after a record gives out its watermark, the next starts the count of idleness, and then none
// matters until the timeout has passed.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/time.h"

namespace leat {

class ProbeSchedule {
 public:
  // REQUIRES: interval > 0.
  ProbeSchedule(ProcTime opened, Duration interval, std::optional<Duration> idle_after);

  void add_split(uint32_t split);
  void release_split(uint32_t split);
  void saw_records(uint32_t split);
  void probed(ProcTime now);
  // The clock of idleness stands still for this split (none: for the main output).
  void pause(std::optional<uint32_t> split, ProcTime now);
  void resume(std::optional<uint32_t> split, ProcTime now);

  // The first point of the grid after `now` whose probe can matter; none if no later one can.
  std::optional<ProcTime> next(ProcTime now) const;
  // The first point of the grid after `time`.
  ProcTime grid_after(ProcTime time) const;

 private:
  enum class Stage : uint8_t {
    kRecords,   // since the last probe
    kQuiet,     // no record since the last probe
    kCounting,  // idleness counts since `since`
    kSaid,      // there is nothing to say before the next record
  };
  struct Track {
    std::optional<uint32_t> split;  // none: the main output
    Stage stage = Stage::kQuiet;
    ProcTime since;      // on the split's own clock
    Duration paused{0};  // in all, before the present pause
    std::optional<ProcTime> paused_at;
  };
  Track& track(std::optional<uint32_t> split);

  void advance(Track& track, ProcTime now) const;

  const ProcTime opened_;
  const Duration interval_;
  const std::optional<Duration> idle_after_;
  std::vector<Track> tracks_;
  bool combination_open_ = false;  // a released split held it back
};

}  // namespace leat
