#include "core/connectors/probe_schedule.h"

#include <algorithm>

#include "core/base/check.h"

namespace leat {

ProbeSchedule::ProbeSchedule(ProcTime opened, Duration interval, std::optional<Duration> idle_after)
    : opened_(opened), interval_(interval), idle_after_(idle_after), tracks_(1) {
  if (!idle_after_) tracks_.front().stage = Stage::kSaid;  // no record ever comes there
}

void ProbeSchedule::add_split(uint32_t split) {
  Track& track = tracks_.emplace_back();
  track.split = split;
  track.stage = idle_after_ ? Stage::kQuiet : Stage::kSaid;
}

void ProbeSchedule::release_split(uint32_t split) {
  std::erase_if(tracks_, [split](const Track& track) { return track.split == split; });
  combination_open_ = true;
}

void ProbeSchedule::saw_records(uint32_t split) {
  for (Track& track : tracks_) {
    if (track.split == split) track.stage = Stage::kRecords;
  }
}

void ProbeSchedule::probed(ProcTime now) {
  combination_open_ = false;
  for (Track& track : tracks_) advance(track, now);
}

ProbeSchedule::Track& ProbeSchedule::track(std::optional<uint32_t> split) {
  const auto found = std::find_if(tracks_.begin(), tracks_.end(),
                                  [&](const Track& track) { return track.split == split; });
  check(found != tracks_.end(), "a split is paused that is not there");
  return *found;
}

void ProbeSchedule::pause(std::optional<uint32_t> split, ProcTime now) {
  Track& paused = track(split);
  if (!paused.paused_at) paused.paused_at = now;
}

void ProbeSchedule::resume(std::optional<uint32_t> split, ProcTime now) {
  Track& resumed = track(split);
  if (!resumed.paused_at) return;
  resumed.paused.ms += (now - *resumed.paused_at).ms;
  resumed.paused_at.reset();
}

void ProbeSchedule::advance(Track& track, ProcTime now) const {
  switch (track.stage) {
    case Stage::kRecords:
      track.stage = idle_after_ ? Stage::kQuiet : Stage::kSaid;
      return;
    case Stage::kQuiet:
      track.stage = Stage::kCounting;
      track.since = track.paused_at.value_or(now) - track.paused;
      return;
    case Stage::kCounting:
      if (track.paused_at.value_or(now) - track.paused - track.since > *idle_after_)
        track.stage = Stage::kSaid;
      return;
    case Stage::kSaid:
      return;
  }
}

std::optional<ProcTime> ProbeSchedule::next(ProcTime now) const {
  std::optional<ProcTime> earliest;
  const auto consider = [&](ProcTime time) {
    if (!earliest || time < *earliest) earliest = time;
  };
  if (combination_open_) consider(grid_after(now));
  for (const Track& track : tracks_) {
    if (track.stage == Stage::kSaid) continue;
    const bool counts = track.stage == Stage::kCounting;
    if (counts && track.paused_at) continue;  // until it is resumed
    const Duration until{counts ? idle_after_->ms + track.paused.ms : 0};
    consider(grid_after(counts ? std::max(now, track.since + until) : now));
  }
  return earliest;
}

ProcTime ProbeSchedule::grid_after(ProcTime time) const {
  const int64_t steps = time < opened_ ? 0 : (time - opened_).ms / interval_.ms;
  return opened_ + Duration{(steps + 1) * interval_.ms};
}

}  // namespace leat
