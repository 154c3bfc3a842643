// Rows of a keyed stream, gathered by key and window, answered when the trigger says so.
// (Flink: WindowOperator.)
//
// A pane is one key's share of one window. It is dropped when the watermark reaches the window's
// cleanup time; an element all of whose windows are past theirs is late if its own time plus the
// allowed lateness is, and then goes to the side output or is dropped and counted.
// Panes stand by window (PaneTable), so that an element costs one probe; their timers are flags,
// and buckets by time (PaneTimers).
#pragma once

#include <array>
#include <map>
#include <memory>
#include <vector>

#include "core/operators/operator.h"
#include "core/state/keyed_bytes.h"
#include "core/window/pane_timers.h"
#include "core/window/trigger.h"
#include "core/window/window_aggregate.h"
#include "core/window/window_assigner.h"

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

  uint64_t live_panes() const;

 private:
  class PaneContext;
  struct Recent {
    int64_t start = 0;
    PaneTable* table = nullptr;
  };

  bool is_late(int64_t cleanup) const { return event_time_ && cleanup <= watermark_.ms; }
  // Null where the window is late.
  PaneTable* table_of(const TimeWindow& window);
  PaneTable& table_at(const TimeWindow& window, int64_t cleanup);
  uint8_t plain_flags(const PaneTable& table) const;
  void retire(PaneTable& table);
  void recycle_retired();

  void read_times(const RowBatch& rows, ProcTime now);
  void add_plain_batch(const RowBatch& rows, OperatorContext& ctx);
  void add_row(const RowBatch& rows, uint32_t i, OperatorContext& ctx);
  void add_to_pane(PaneTable& table, RowView row, Timestamp time, OperatorContext& ctx);
  void add_to_found_pane(PaneTable& table, uint32_t pane, bool added, RowView row, Timestamp time,
                         OperatorContext& ctx);
  bool add_to_plain_sum(PaneTable& table, uint32_t pane, RowView row);
  void add_contents(PaneTable& table, uint32_t pane, RowView row, Timestamp time);
  void create_contents(PaneTable& table, uint32_t pane);
  void on_late_row(const RowBatch& rows, uint32_t i, OperatorContext& ctx);
  void act(TriggerResult result, PaneTable& table, uint32_t pane, OperatorContext& ctx);
  void emit(PaneTable& table, uint32_t pane, OperatorContext& ctx);

  void set_timer(PaneTable& table, uint32_t pane, uint8_t flag, int64_t time);
  void set_cleanup_timer(PaneTable& table, uint32_t pane);
  void fire_timers(TimeDomain domain, int64_t until, OperatorContext& ctx);
  void fire(TimeDomain domain, int64_t time, PaneTable& table, uint32_t pane, OperatorContext& ctx);
  void clean_up(PaneTable& table, uint32_t pane, OperatorContext& ctx);
  void ask_to_wake(OperatorContext& ctx);

  std::vector<uint32_t> key_fields_;
  uint32_t max_parallelism_ = 128;
  int64_t lateness_ = 0;
  bool late_to_side_ = false;
  bool times_in_output_ = false;  // start and end as times, not as ints
  std::unique_ptr<WindowAssigner> assigner_;
  std::unique_ptr<Trigger> trigger_;
  std::vector<WindowAggregate> aggregates_;
  PaneTable::Layout layout_;
  bool event_time_;
  // One window an element, and the plain event time trigger: what most jobs do.
  bool plain_;
  bool one_sum_;  // the only aggregate is the sum of a field

  EventTime watermark_ = EventTime::min();
  std::map<TimeWindow, std::unique_ptr<PaneTable>> windows_;
  std::vector<std::unique_ptr<PaneTable>> retired_;  // of the present firing
  std::vector<std::unique_ptr<PaneTable>> spare_;    // their memory, for windows to come
  std::array<Recent, 64> recent_{};                  // finds a window's table without the map
  PaneTimers event_timers_;
  PaneTimers processing_timers_;
  std::optional<int64_t> wake_at_;
  uint64_t late_dropped_ = 0;

  // Of one call, kept for their memory.
  std::vector<int64_t> times_;
  std::vector<TimeWindow> assigned_;
  std::vector<PaneTable*> tables_;
  std::vector<uint64_t> hashes_;
  std::vector<PaneTimers::Entry> firing_;
};

}  // namespace leat
