// What each trigger does to a pane, written out from Flink's rules (semantics, section 3): what it
// remembers, which timers it sets, when it answers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/graph/stream_graph.h"

namespace leat {

struct PendingTimer {
  TimeDomain domain = TimeDomain::kEvent;
  int64_t time = 0;
  friend bool operator==(const PendingTimer&, const PendingTimer&) = default;
};

// A window of one key that has not been cleaned up. Cheap to copy, because every checkpoint keeps
// all panes: copies share their rows, which are only appended to, and each knows how many of them
// it has.
struct ModelPane {
  std::shared_ptr<const Row> key;
  TimeWindow window;
  std::shared_ptr<RowBatch> rows;  // since the last purge, in the order in which they came
  uint32_t count = 0;              // the first so many of them
  bool order_open = false;         // merged of several that had rows: any may stand first
  std::vector<PendingTimer> timers;
  // What triggers remember. Those of one kind share it, also inside one another.
  int64_t seen = 0;                 // rows since the count trigger fired
  std::optional<int64_t> next;      // when the continuous trigger answers next
  std::optional<int64_t> deadline;  // of a timeout
  std::optional<double> last;       // what the delta trigger compares with

  bool has_timer(TimeDomain domain, int64_t time) const;
  void set_timer(TimeDomain domain, int64_t time);
  void delete_timer(TimeDomain domain, int64_t time);
};

// What deltas and evictors measure by.  REQUIRES: a double, an int or a time.
double as_number(const Value& value);

struct Answer {
  bool fire = false;
  bool purge = false;
};

class TriggerModel {
 public:
  // REQUIRES: the spec outlives the model; no trigger in it is custom.
  explicit TriggerModel(const WindowSpec& spec);

  struct Moment {
    EventTime watermark;
    ProcTime now;
  };
  Answer on_element(ModelPane& pane, RowView row, Timestamp time, Moment at) const {
    return on_element(trigger_, pane, row, time, at);
  }
  // One of the pane's timers, which is no longer set.
  Answer on_timer(ModelPane& pane, TimeDomain domain, int64_t time) const {
    return on_timer(trigger_, pane, domain, time);
  }
  void clear(ModelPane& pane) const { clear(trigger_, pane); }
  // `into` is what the others have become; its memory is theirs, its timers are set here.
  void on_merge(ModelPane& into, const std::vector<ModelPane>& of, Moment at) const;

 private:
  using Kind = TriggerSpec::Kind;
  static Answer on_element(const TriggerSpec& trigger, ModelPane& pane, RowView row, Timestamp time,
                           Moment at);
  static Answer on_timer(const TriggerSpec& trigger, ModelPane& pane, TimeDomain domain,
                         int64_t time);
  static void clear(const TriggerSpec& trigger, ModelPane& pane);
  static void set_merged_timers(const TriggerSpec& trigger, ModelPane& into, Moment at);

  TriggerSpec trigger_;  // the default one spelled out
};

}  // namespace leat
