// Rows of a keyed stream, gathered by key and window, answered when the trigger says so: any
// assigner, trigger, evictor and window function. (Flink: WindowOperator, EvictingWindowOperator.)
//
// A pane is one key's share of one window. It is cleaned up when the watermark (or the clock, in
// processing time) reaches the window's cleanup time; an element all of whose windows are past
// theirs is late if its own time plus the allowed lateness is, and then goes to the side output or
// is dropped and counted.
//
// Where windows merge, the contents of an open window stand under its state window, and the
// trigger's states and timers under the window itself (MergingWindowSet).
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/base/ordered_map.h"
#include "core/operators/operator.h"
#include "core/state/keyed_state.h"
#include "core/window/evictor.h"
#include "core/window/merging_window_set.h"
#include "core/window/pane_timers.h"
#include "core/window/trigger.h"
#include "core/window/window_assigner.h"
#include "core/window/window_contents.h"

namespace leat {

class WindowOperator final : public Operator, public CountsLateRecords {
 public:
  // Throws JobError for what Flink refuses.
  explicit WindowOperator(const StreamNode& node);
  ~WindowOperator() override;

  void open(OperatorContext& ctx) override;
  void on_rows(uint32_t input, RowBatch& rows, OperatorContext& ctx) override;
  void on_watermark(EventTime time, OperatorContext& ctx) override;
  void on_processing_time(ProcTime time, OperatorContext& ctx) override;
  void snapshot(CheckpointId id, ByteWriter& out, OperatorContext& ctx) override;
  void restore(ByteReader& in, OperatorContext& ctx) override;
  uint64_t late_dropped() const override { return late_dropped_; }

  uint64_t live_panes() const { return panes_.live(); }

 private:
  class PaneContext;
  class FunctionContext;
  class Assigning;

  // The key's cells, wherever they stand in a row.
  struct KeyIn {
    RowView row;
    std::span<const uint32_t> fields;
    uint64_t hash;
  };
  struct KeyCells {
    Row cells;
    KeyCells() = default;
    explicit KeyCells(const KeyIn& key);
  };
  struct KeyCellsTraits {
    static uint64_t hash(const KeyCells& key);
    static uint64_t hash(const KeyIn& key) { return key.hash; }
    static bool equal(const KeyCells& a, const KeyCells& b) { return a.cells == b.cells; }
    static bool equal(const KeyCells& a, const KeyIn& b);
  };
  using OpenWindows = OrderedMap<KeyCells, MergingWindowSet, KeyCellsTraits>;

  // An open window of a key: its own pane, and the one that has its contents.
  struct Place {
    uint32_t pane;
    uint32_t contents;
  };
  // The names under which the trigger and the nested ones keep their states.
  class States final : public TriggerStates {
   public:
    uint32_t named(std::string_view name, MergeStates merge) override;
    std::vector<std::string> names;
    std::vector<MergeStates> merges;
  };

  PaneStore::Layout layout();
  KeyIn key_in(RowView row) const;
  KeyIn key_of_pane(uint32_t pane);  // good until it is asked for again
  uint32_t pane_at(const KeyIn& key, const TimeWindow& window) {
    return panes_.find_or_add(key.hash, key.row, key.fields, window).number;
  }
  int64_t cleanup_of(const TimeWindow& window) const {
    return cleanup_time(window, domain_, lateness_);
  }
  bool is_late(const TimeWindow& window) const {
    return domain_ == TimeDomain::kEvent && cleanup_of(window) <= watermark_.ms;
  }

  void add_row(const RowBatch& rows, uint32_t i, OperatorContext& ctx);
  std::optional<Place> place_of(const KeyIn& key, const TimeWindow& window, OperatorContext& ctx);
  std::optional<Place> place_of_session(const KeyIn& key, const TimeWindow& window,
                                        OperatorContext& ctx);
  void merge(const KeyIn& key, const MergedWindows& merged, OperatorContext& ctx);
  void require_not_over(const TimeWindow& merged, const OperatorContext& ctx) const;
  void on_late_row(const RowBatch& rows, uint32_t i, OperatorContext& ctx);

  void act(TriggerResult result, Place place, OperatorContext& ctx);
  void answer(Place place, OperatorContext& ctx);
  void answer_by_function(Place place, OperatorContext& ctx);
  void append_answer(Place place, OperatorContext& ctx);
  void clear_function(uint32_t pane, OperatorContext& ctx);
  template <class Evict>
  void evict(Place place, OperatorContext& ctx, Evict&& mark);

  void set_timer(uint32_t pane, TimeDomain domain, int64_t time, OperatorContext& ctx);
  void delete_timer(uint32_t pane, TimeDomain domain, int64_t time, OperatorContext& ctx);
  // Whether it was set.
  bool unset_timer(uint32_t pane, TimeDomain domain, int64_t time);
  void tell(RecordTap::TimerEvent event, uint32_t pane, TimeDomain domain, int64_t time,
            OperatorContext& ctx) const;
  uint8_t flag_of(const TimeWindow& window, TimeDomain domain, int64_t time) const;
  void fire_timers(TimeDomain domain, int64_t until, OperatorContext& ctx);
  void fire(TimeDomain domain, int64_t time, uint32_t pane, OperatorContext& ctx);
  void clean_up(Place place, OperatorContext& ctx);
  void drop_if_bare(uint32_t pane);
  void ask_to_wake(OperatorContext& ctx);

  void snapshot_pane(uint32_t pane, ByteWriter& out);
  void restore_pane(ByteReader& in);
  void restore_open_window(ByteReader& in);
  uint32_t pane_tag() const { return global_.tables(); }
  uint32_t open_window_tag() const { return global_.tables() + 1; }

  std::vector<uint32_t> key_fields_;
  std::vector<uint32_t> cells_of_key_;  // 0, 1, ..: where key_fields_ stand in a pane
  uint32_t sides_;
  int64_t lateness_;
  bool late_to_side_;
  bool has_window_cells_;  // start and end are in the output
  bool times_in_output_;   // as times, not as ints
  std::unique_ptr<WindowAssigner> assigner_;
  TimeDomain domain_;
  bool merges_;
  std::unique_ptr<WindowTrigger> trigger_;
  std::unique_ptr<Evictor> evictor_;
  std::unique_ptr<const WindowFunction> function_;
  uint32_t window_states_;  // of the function; they stand behind the trigger's
  WindowContents contents_;
  States trigger_states_;
  MergeDefects defects_ = MergeDefects::kNone;

  EventTime watermark_ = EventTime::min();
  PaneStore panes_;
  OpenWindows open_windows_;  // where they merge
  KeyedState global_;         // of the function
  PaneTimers event_timers_;
  PaneTimers processing_timers_;
  std::optional<int64_t> wake_at_;
  uint64_t late_dropped_ = 0;

  // Of one call, kept for its memory.
  std::vector<TimeWindow> assigned_;
  Row key_cells_;
  std::vector<uint8_t> evicted_;
};

}  // namespace leat
