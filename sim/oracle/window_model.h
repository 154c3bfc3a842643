// A window node in one subtask by its definition: panes keep their rows and are folded anew at each
// answer; lateness is rules 4.1 to 4.6 of Flink's WindowOperator, written out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/base/ordered_map.h"
#include "core/graph/stream_graph.h"
#include "sim/oracle/expected.h"

namespace leat {

struct HashedKey {
  static uint64_t hash(uint64_t key) { return key; }
  static bool equal(uint64_t a, uint64_t b) { return a == b; }
};

// A window of one key that has not been cleaned up. Cheap to copy, because every checkpoint keeps
// all panes: copies share their rows, which are only appended to, and each knows how many of them
// it has.
struct Pane {
  EventTime start;
  EventTime end;
  std::shared_ptr<RowBatch> rows;  // since the last purge, in the order in which they came
  uint32_t count = 0;              // the first so many of them
  bool timer = false;              // the event-time trigger has one set at end - 1
  int64_t triggered = 0;           // rows since the count trigger fired
};
using Panes = OrderedMap<uint64_t, Pane, HashedKey>;  // by the hash of key and start

class WindowModel {
 public:
  // REQUIRES: the node outlives the model and is a window.
  explicit WindowModel(const StreamNode& node, uint32_t input_width);

  // Whether the clock has a say in when panes fire; then the moments are not foreseen.
  bool by_clock() const { return by_clock_; }
  EventTime watermark() const { return watermark_; }

  // Both append what is answered to `answers`; late rows' numbers go to `late`.
  void on_rows(const RowBatch& rows, ProcTime now, ExpectedRowsQueue& answers,
               std::vector<uint32_t>& late);
  void on_watermark(EventTime time, ExpectedRowsQueue& answers);

  // The pane that a row of output speaks of; null where there is none.
  Pane* pane_of(RowView answer);
  // Forgets the rows of a pane that has answered and purged.
  void purge(Pane& pane) const;
  // Removes a pane that the clock has ended.
  void end_pane(RowView answer);
  // Whether the window that a row of output names is one that the assigner could make.
  bool lawful_window(RowView answer) const;
  EventTime cleanup_time(EventTime end) const;

  const Panes& panes() const { return panes_; }
  // Goes on with these panes, from the watermark MIN.
  void restart(Panes panes);

 private:
  std::optional<std::pair<int64_t, int64_t>> window_of(RowView answer) const;
  uint64_t pane_id(RowView answer) const;
  enum class Answer : uint8_t { kContinue, kFire, kFireAndPurge };
  Answer on_element(const TriggerSpec& trigger, Pane& pane) const;
  Answer on_event_time(const TriggerSpec& trigger) const;
  void answer(Pane& pane, Answer what, uint64_t rank, ExpectedRowsQueue& answers);

  const StreamNode& node_;
  const WindowSpec& spec_;
  uint32_t input_width_;
  bool by_clock_;
  EventTime watermark_ = EventTime::min();
  Panes panes_;
  // When a pane has something to do: (time, pane).
  std::set<std::pair<int64_t, uint64_t>> due_;
  uint64_t rank_ = 0;
};

}  // namespace leat
