#include "core/connectors/probe_schedule.h"

#include <algorithm>

namespace leat {

ProbeSchedule::ProbeSchedule(ProcTime opened, Duration interval, std::optional<Duration> idle_after)
    : opened_(opened), interval_(interval), idle_after_(idle_after), tracks_(1) {
  if (!idle_after_) tracks_.front().stage = Stage::kSaid;  // no record ever comes there
}

void ProbeSchedule::add_split(uint32_t split) {
  tracks_.push_back({split, idle_after_ ? Stage::kQuiet : Stage::kSaid, {}});
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

void ProbeSchedule::advance(Track& track, ProcTime now) const {
  switch (track.stage) {
    case Stage::kRecords:
      track.stage = idle_after_ ? Stage::kQuiet : Stage::kSaid;
      return;
    case Stage::kQuiet:
      track.stage = Stage::kCounting;
      track.since = now;
      return;
    case Stage::kCounting:
      if (now - track.since > *idle_after_) track.stage = Stage::kSaid;
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
    consider(grid_after(counts ? std::max(now, track.since + *idle_after_) : now));
  }
  return earliest;
}

ProcTime ProbeSchedule::grid_after(ProcTime time) const {
  const int64_t steps = time < opened_ ? 0 : (time - opened_).ms / interval_.ms;
  return opened_ + Duration{(steps + 1) * interval_.ms};
}

}  // namespace leat
