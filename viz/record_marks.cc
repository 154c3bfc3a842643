#include "viz/record_marks.h"

#include <algorithm>

namespace leat {

RecordMarks::Reading RecordMarks::read(NodeId node, uint32_t split, uint64_t offset,
                                       EventTime event, ProcTime at) {
  const Key key{{node, split}, offset};
  uint64_t& next = next_[key.split];
  const Reading reading = offset < next ? Reading::kAgain : Reading::kFirst;
  next = std::max(next, offset + 1);
  const auto known = marks_.find(key);
  if (known != marks_.end()) {
    known->second.mark.read_again = at;
    known->second.mark.fate = Fate::kInTime;
    known->second.called_by.clear();
    return reading;
  }
  if (reading == Reading::kAgain && offset % stride_ != 0) return reading;  // was thinned
  marks_.emplace(key, Entry{{offset, event, at, std::nullopt, Fate::kInTime}, {}});
  by_time_[event].push_back(key);
  if (marks_.size() > limit_) thin();
  return reading;
}

void RecordMarks::read_was_at(NodeId node, uint32_t split, uint64_t first, uint64_t count,
                              ProcTime at) {
  auto it = marks_.lower_bound(Key{{node, split}, first});
  for (; it != marks_.end() && it->first.split == std::pair(node, split); ++it) {
    if (it->first.offset >= first + count) break;
    RecordMark& mark = it->second.mark;
    (mark.read_again ? *mark.read_again : mark.read) = at;
  }
}

void RecordMarks::settle(NodeId node, EventTime event, Fate fate, ProcTime at) {
  const auto same_time = by_time_.find(event);
  if (same_time != by_time_.end()) {
    for (const Key& key : same_time->second) {
      Entry& entry = marks_.at(key);
      if (std::find(entry.called_by.begin(), entry.called_by.end(), node) !=
          entry.called_by.end()) {
        continue;
      }
      entry.called_by.push_back(node);
      entry.mark.fate = std::max(entry.mark.fate, fate);
      return;
    }
  }
  strays_.push_back({0, event, at, std::nullopt, fate});
}

// Late ones stay whatever their number: outliers must not vanish in a picture.
void RecordMarks::thin() {
  stride_ *= 2;
  for (auto it = marks_.begin(); it != marks_.end();) {
    const bool goes = it->second.mark.fate == Fate::kInTime && it->first.offset % stride_ != 0;
    it = goes ? marks_.erase(it) : std::next(it);
  }
  by_time_.clear();
  for (const auto& [key, entry] : marks_) by_time_[entry.mark.event].push_back(key);
}

void RecordMarks::write_to(std::map<std::pair<NodeId, uint32_t>, SplitView>& splits,
                           std::vector<RecordMark>& strays) const {
  for (const auto& [key, entry] : marks_) {
    const auto split = splits.find(key.split);
    if (split == splits.end()) continue;
    split->second.marks.push_back(entry.mark);
    if (entry.mark.fate == Fate::kLateAccepted) ++split->second.late_accepted;
    if (entry.mark.fate > Fate::kLateAccepted) ++split->second.too_late;
  }
  strays = strays_;
}

}  // namespace leat
