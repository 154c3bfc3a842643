// The records of a run one by one, within a limit: found by split and offset when they are read
// again, and by event time when an operator calls one late.
#pragma once

#include <map>
#include <vector>

#include "viz/run_view.h"

namespace leat {

class RecordMarks {
 public:
  explicit RecordMarks(size_t limit) : limit_(limit) {}

  enum class Reading : uint8_t { kFirst, kAgain };
  // A record was read. One that is read again is in time until it is called late again.
  Reading read(NodeId node, uint32_t split, uint64_t offset, EventTime event, ProcTime at);
  // The reading just made turns out to have been at another time.
  void read_was_at(NodeId node, uint32_t split, uint64_t first, uint64_t count, ProcTime at);
  // `node` has called a record of this time late: of those that it has not called yet, the earliest
  // read. Where several operators judge the same record, its worst fate counts.
  void settle(NodeId node, EventTime event, Fate fate, ProcTime at);

  // Into the splits' marks and counts; late records without a source record into `strays`.
  void write_to(std::map<std::pair<NodeId, uint32_t>, SplitView>& splits,
                std::vector<RecordMark>& strays) const;

 private:
  using Split = std::pair<NodeId, uint32_t>;
  struct Key {
    Split split;
    uint64_t offset;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Entry {
    RecordMark mark;
    std::vector<NodeId> called_by;
  };
  void thin();

  size_t limit_;
  uint64_t stride_ = 1;  // records in time are kept at offsets that it divides
  std::map<Key, Entry> marks_;
  std::map<EventTime, std::vector<Key>> by_time_;
  std::map<Split, uint64_t> next_;  // the first offset not yet read
  std::vector<RecordMark> strays_;
};

}  // namespace leat
