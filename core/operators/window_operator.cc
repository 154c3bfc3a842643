#include "core/operators/window_operator.h"

#include <algorithm>

#include "core/state/key_groups.h"

namespace leat {

namespace {

constexpr Site kTimerOrder{"window.timer_tie"};
constexpr uint32_t kFlushRows = 256;
constexpr size_t kSpareTables = 16;

const WindowSpec& spec_of(const StreamNode& node) { return std::get<WindowSpec>(node.spec); }

bool has_time_cells(const StreamNode& node) {
  const size_t start = node.key_fields.size();
  return start < node.output.fields.size() && node.output.fields[start].type == ValueType::kTime;
}

}  // namespace

// What the trigger may do to one pane.
class WindowOperator::PaneContext final : public TriggerContext {
 public:
  PaneContext(WindowOperator& op, PaneTable& table, uint32_t pane, OperatorContext& ctx)
      : op_(op), table_(table), pane_(pane), ctx_(ctx) {}

  const TimeWindow& window() const override { return table_.window; }
  EventTime watermark() const override { return op_.watermark_; }
  ProcTime now() const override { return ctx_.now(); }
  void set_timer(EventTime time) override { op_.set_timer(table_, pane_, flag_of(time), time.ms); }
  void set_timer(ProcTime time) override { op_.set_timer(table_, pane_, flag_of(time), time.ms); }
  void delete_timer(EventTime time) override { forget(flag_of(time)); }
  void delete_timer(ProcTime time) override { forget(flag_of(time)); }
  std::span<Value> cells() override { return table_.trigger_cells(pane_); }

 private:
  uint8_t flag_of(EventTime time) const {
    check(time.ms == table_.max_timestamp,
          "a trigger can set timers at the end of its window only");
    return pane::kEventEnd;
  }
  uint8_t flag_of(ProcTime time) const {
    check(time.ms == table_.max_timestamp,
          "a trigger can set timers at the end of its window only");
    return pane::kProcessingEnd;
  }
  void forget(uint8_t flag) { table_.flags(pane_) &= static_cast<uint8_t>(~flag); }

  WindowOperator& op_;
  PaneTable& table_;
  uint32_t pane_;
  OperatorContext& ctx_;
};

WindowOperator::WindowOperator(const StreamNode& node)
    : key_fields_(node.key_fields),
      lateness_(spec_of(node).allowed_lateness.ms),
      late_to_side_(spec_of(node).late_to_side),
      times_in_output_(has_time_cells(node)),
      assigner_(make_assigner(spec_of(node))),
      trigger_(make_trigger(spec_of(node).trigger, assigner_->domain())) {
  if (lateness_ < 0) throw JobError("the allowed lateness must not be negative");
  for (const AggregateSpec& aggregate : spec_of(node).aggregates) {
    aggregates_.emplace_back(aggregate);
    layout_.lists += aggregates_.back().collects() ? 1 : 0;
  }
  layout_.keys = static_cast<uint32_t>(key_fields_.size());
  layout_.accumulators = static_cast<uint32_t>(aggregates_.size());
  layout_.trigger = trigger_->cells();
  event_time_ = assigner_->domain() == WindowTime::kEvent;
  one_sum_ = aggregates_.size() == 1 && aggregates_[0].is_field_sum();
  plain_ = event_time_ && assigner_->one_each() && trigger_->is_event_time_default();
}

WindowOperator::~WindowOperator() = default;

void WindowOperator::open(OperatorContext& ctx) {
  max_parallelism_ = ctx.max_parallelism();
  ask_to_wake(ctx);
}

// ---- elements ----

void WindowOperator::on_rows(uint32_t, RowBatch& rows, OperatorContext& ctx) {
  read_times(rows, ctx.now());
  if (plain_) {
    add_plain_batch(rows, ctx);
  } else {
    for (uint32_t i = 0; i < rows.size(); ++i) add_row(rows, i, ctx);
  }
  ask_to_wake(ctx);
}

void WindowOperator::add_row(const RowBatch& rows, uint32_t i, OperatorContext& ctx) {
  assigned_.clear();
  assigner_->assign(times_[i], assigned_);
  bool skipped = true;
  for (const TimeWindow& window : assigned_) {
    PaneTable* table = table_of(window);
    if (table == nullptr) continue;
    skipped = false;
    add_to_pane(*table, rows.row(i), rows.timestamp(i), ctx);
  }
  if (skipped) on_late_row(rows, i, ctx);
}

// The inner loop of most jobs; false where it is not that simple.
inline bool WindowOperator::add_to_plain_sum(PaneTable& table, uint32_t pane, RowView row) {
  if (!one_sum_) return false;
  Value& sum = table.accumulators(pane)[0];
  const Value& addend = row[aggregates_[0].field()];
  if (sum.type() != ValueType::kInt || addend.type() != ValueType::kInt) return false;
  sum.replace_int(wrapping_add(sum.as_int(), addend.as_int()));
  return true;
}

// The same for a whole batch: first where each row goes, which brings the memory near, then the
// rows.
void WindowOperator::add_plain_batch(const RowBatch& rows, OperatorContext& ctx) {
  const uint32_t size = rows.size();
  assigned_.resize(size);
  tables_.resize(size);
  hashes_.resize(size);
  assigner_->assign_each(times_, assigned_);
  for (uint32_t i = 0; i < size; ++i) {
    tables_[i] = table_of(assigned_[i]);
    if (tables_[i] == nullptr) continue;
    hashes_[i] = PaneTable::hash_of(rows.row(i), key_fields_);
    tables_[i]->prefetch_slot(hashes_[i]);
  }
  constexpr uint32_t kAhead = 8;
  for (uint32_t i = 0; i < size; ++i) {
    if (i + kAhead < size && tables_[i + kAhead] != nullptr) {
      tables_[i + kAhead]->prefetch_pane(hashes_[i + kAhead]);
    }
    if (tables_[i] == nullptr) {
      on_late_row(rows, i, ctx);
      continue;
    }
    PaneTable& table = *tables_[i];
    const RowView row = rows.row(i);
    const auto [pane, added] = table.find_or_add(hashes_[i], row, key_fields_);
    const bool on_time = table.max_timestamp > watermark_.ms;
    if (on_time && (table.flags(pane) & table.plain_flags) == table.plain_flags) {
      if (!add_to_plain_sum(table, pane, row)) add_contents(table, pane, row, rows.timestamp(i));
    } else {
      add_to_found_pane(table, pane, added, row, rows.timestamp(i), ctx);
    }
  }
}

// The place of each row on the assigner's timeline.
void WindowOperator::read_times(const RowBatch& rows, ProcTime now) {
  times_.resize(rows.size());
  if (!event_time_) {
    std::fill(times_.begin(), times_.end(), now.ms);
    return;
  }
  for (uint32_t i = 0; i < rows.size(); ++i) {
    const Timestamp time = rows.timestamp(i);
    if (!time || *time == EventTime::min()) {
      throw JobError("a row has no timestamp, and event time windows need one");
    }
    times_[i] = time->ms;
  }
}

void WindowOperator::add_to_pane(PaneTable& table, RowView row, Timestamp time,
                                 OperatorContext& ctx) {
  const auto [pane, added] = table.find_or_add(row, key_fields_);
  add_to_found_pane(table, pane, added, row, time, ctx);
}

void WindowOperator::add_to_found_pane(PaneTable& table, uint32_t pane, bool added, RowView row,
                                       Timestamp time, OperatorContext& ctx) {
  if (added) create_contents(table, pane);
  add_contents(table, pane, row, time);
  table.flags(pane) |= pane::kFilled;
  PaneContext pane_context(*this, table, pane, ctx);
  act(trigger_->on_element(row, time, pane_context), table, pane, ctx);
  set_cleanup_timer(table, pane);
}

void WindowOperator::create_contents(PaneTable& table, uint32_t pane) {
  const std::span<Value> accumulators = table.accumulators(pane);
  uint32_t list = 0;
  for (size_t i = 0; i < aggregates_.size(); ++i) {
    accumulators[i] = aggregates_[i].create();
    if (aggregates_[i].collects()) table.list(pane, list++).clear();
  }
}

void WindowOperator::add_contents(PaneTable& table, uint32_t pane, RowView row, Timestamp time) {
  const std::span<Value> accumulators = table.accumulators(pane);
  uint32_t list = 0;
  for (size_t i = 0; i < aggregates_.size(); ++i) {
    const WindowAggregate& aggregate = aggregates_[i];
    if (aggregate.collects()) {
      table.list(pane, list++).push_back(aggregate.argument(row, time));
    } else {
      aggregate.add(accumulators[i], row, time);
    }
  }
}

// None of the row's windows took it. Only if the row itself is behind the watermark it is late; an
// element that no window wants disappears silently.
void WindowOperator::on_late_row(const RowBatch& rows, uint32_t i, OperatorContext& ctx) {
  if (!event_time_ || wrapping_add(times_[i], lateness_) > watermark_.ms) return;
  if (late_to_side_) {
    ctx.side(0).append_row_of(rows, i);
  } else {
    ++late_dropped_;
  }
  ctx.add_fact(LateRecord{ctx.execution(), ctx.node_id(), EventTime{times_[i]}, watermark_,
                          static_cast<uint8_t>(late_to_side_ ? 1 : 0)});
}

void WindowOperator::act(TriggerResult result, PaneTable& table, uint32_t pane,
                         OperatorContext& ctx) {
  const bool filled = (table.flags(pane) & pane::kFilled) != 0;
  if (result.fire && filled) emit(table, pane, ctx);
  if (result.purge && filled) {
    create_contents(table, pane);
    table.flags(pane) &= static_cast<uint8_t>(~pane::kFilled);
  }
}

void WindowOperator::emit(PaneTable& table, uint32_t pane, OperatorContext& ctx) {
  const RowView key = table.key(pane);
  const TimeWindow& window = table.window;
  const bool again = (table.flags(pane) & pane::kFired) != 0;
  table.flags(pane) |= pane::kFired;

  const std::span<Value> row = ctx.out().append(EventTime{table.max_timestamp});
  size_t cell = 0;
  for (const Value& part : key) row[cell++] = part;
  row[cell++] = times_in_output_ ? Value::time(window.start) : Value::integer(window.start);
  row[cell++] = times_in_output_ ? Value::time(window.end) : Value::integer(window.end);
  uint32_t list = 0;
  for (size_t i = 0; i < aggregates_.size(); ++i) {
    row[cell++] = aggregates_[i].collects() ? Value::list(table.list(pane, list++))
                                            : aggregates_[i].result(table.accumulators(pane)[i]);
  }
  const uint64_t key_hash = key.size() == 1 ? key[0].hash() : key_value(key).hash();
  ctx.add_fact(PaneFired{ctx.execution(), ctx.node_id(), EventTime{window.start},
                         EventTime{window.end}, key_hash, static_cast<uint8_t>(again ? 1 : 0)});
}

// ---- windows ----

PaneTable* WindowOperator::table_of(const TimeWindow& window) {
  Recent& recent = recent_[(static_cast<uint64_t>(window.start) * 0x9e3779b97f4a7c15ULL) >> 58];
  if (recent.table != nullptr && recent.table->window == window) {
    return is_late(recent.table->cleanup) ? nullptr : recent.table;
  }
  const int64_t cleanup = cleanup_time(window, assigner_->domain(), lateness_);
  if (is_late(cleanup)) return nullptr;
  recent = {window.start, &table_at(window, cleanup)};
  return recent.table;
}

// Filled, and all timers that an element on time would set are set.
uint8_t WindowOperator::plain_flags(const PaneTable& table) const {
  const bool second_timer =
      table.cleanup != table.max_timestamp && table.cleanup != EventTime::max().ms;
  return static_cast<uint8_t>(pane::kFilled | pane::kEventEnd |
                              (second_timer ? pane::kEventCleanup : 0));
}

PaneTable& WindowOperator::table_at(const TimeWindow& window, int64_t cleanup) {
  std::unique_ptr<PaneTable>& table = windows_[window];
  if (table == nullptr) {
    if (spare_.empty()) {
      table = std::make_unique<PaneTable>(layout_);
    } else {
      table = std::move(spare_.back());
      spare_.pop_back();
    }
    table->reset(window, cleanup);
    table->plain_flags = plain_flags(*table);
  }
  return *table;
}

void WindowOperator::retire(PaneTable& table) {
  for (Recent& recent : recent_) {
    if (recent.table == &table) recent.table = nullptr;
  }
  auto at = windows_.find(table.window);
  retired_.push_back(std::move(at->second));
  windows_.erase(at);
}

// Only when no timer of the present firing can name them any more. A timer of the other domain
// still may, so the tables themselves stay; its entry then belongs to an earlier generation.
void WindowOperator::recycle_retired() {
  for (auto& table : retired_) {
    table->reset({}, 0);
    if (spare_.size() >= kSpareTables) table->release_memory();
    spare_.push_back(std::move(table));
  }
  retired_.clear();
}

uint64_t WindowOperator::live_panes() const {
  uint64_t panes = 0;
  for (const auto& [window, table] : windows_) panes += table->live();
  return panes;
}

// ---- timers ----

void WindowOperator::set_timer(PaneTable& table, uint32_t pane, uint8_t flag, int64_t time) {
  if ((table.flags(pane) & flag) != 0) return;
  table.flags(pane) |= flag;
  (flag == pane::kProcessingEnd ? processing_timers_ : event_timers_).add(time, table, pane);
}

void WindowOperator::set_cleanup_timer(PaneTable& table, uint32_t pane) {
  if (!event_time_) return set_timer(table, pane, pane::kProcessingEnd, table.max_timestamp);
  if (table.cleanup == EventTime::max().ms) return;          // never
  const bool at_end = table.cleanup == table.max_timestamp;  // one timer for both
  set_timer(table, pane, at_end ? pane::kEventEnd : pane::kEventCleanup, table.cleanup);
}

void WindowOperator::on_watermark(EventTime time, OperatorContext& ctx) {
  watermark_ = time;  // first: what fires sees the new watermark
  fire_timers(TimeDomain::kEvent, time.ms, ctx);
  ask_to_wake(ctx);
  ctx.emit(Watermark{time});
}

void WindowOperator::on_processing_time(ProcTime time, OperatorContext& ctx) {
  wake_at_.reset();
  fire_timers(TimeDomain::kProcessing, time.ms, ctx);
  ask_to_wake(ctx);
}

void WindowOperator::ask_to_wake(OperatorContext& ctx) {
  if (processing_timers_.empty()) return;
  const int64_t head = processing_timers_.head();
  if (wake_at_ == head) return;
  wake_at_ = head;
  ctx.wake_at(ProcTime{head});
}

void WindowOperator::fire_timers(TimeDomain domain, int64_t until, OperatorContext& ctx) {
  PaneTimers& timers = domain == TimeDomain::kEvent ? event_timers_ : processing_timers_;
  while (!timers.empty() && timers.head() <= until) {
    const int64_t time = timers.head();
    firing_.clear();
    timers.take_head(firing_);
    // Flink leaves the order of timers of one time open.
    if (firing_.size() > 1 && ctx.choices().choose(kTimerOrder, ctx.entity(), 2) == 1) {
      std::reverse(firing_.begin(), firing_.end());
    }
    for (const PaneTimers::Entry& entry : firing_) {
      if (entry.current()) fire(domain, time, *entry.table, entry.pane, ctx);
      if (ctx.out().size() >= kFlushRows) ctx.flush();
    }
    recycle_retired();
  }
}

void WindowOperator::fire(TimeDomain domain, int64_t time, PaneTable& table, uint32_t pane,
                          OperatorContext& ctx) {
  uint8_t flag = pane::kProcessingEnd;
  if (domain == TimeDomain::kEvent) {
    flag = time == table.max_timestamp ? pane::kEventEnd : pane::kEventCleanup;
  }
  if ((table.flags(pane) & flag) == 0) return;  // deleted since
  table.flags(pane) &= static_cast<uint8_t>(~flag);

  PaneContext pane_context(*this, table, pane, ctx);
  act(domain == TimeDomain::kEvent ? trigger_->on_event_time(EventTime{time}, pane_context)
                                   : trigger_->on_processing_time(ProcTime{time}, pane_context),
      table, pane, ctx);
  const bool own_domain = (domain == TimeDomain::kEvent) == event_time_;
  if (own_domain && time == table.cleanup) clean_up(table, pane, ctx);
}

void WindowOperator::clean_up(PaneTable& table, uint32_t pane, OperatorContext& ctx) {
  PaneContext pane_context(*this, table, pane, ctx);
  trigger_->clear(pane_context);
  table.drop(pane);
  if (table.live() == 0) retire(table);
}

// ---- snapshots ----

namespace {
void encode_all(std::span<const Value> cells, ByteWriter& out) {
  for (const Value& cell : cells) cell.encode(out);
}
void decode_all(std::span<Value> cells, ByteReader& in) {
  for (Value& cell : cells) cell = Value::decode(in);
}
}  // namespace

void WindowOperator::snapshot(CheckpointId, ByteWriter& out, OperatorContext&) {
  std::vector<uint32_t> all_cells(key_fields_.size());
  for (uint32_t i = 0; i < all_cells.size(); ++i) all_cells[i] = i;
  KeyedBytesWriter sections(max_parallelism_);
  for (const auto& [window, table] : windows_) {
    for (uint32_t pane = 0; pane < table->size(); ++pane) {
      if ((table->flags(pane) & pane::kLive) == 0) continue;
      const RowView key = table->key(pane);
      ByteWriter& section = sections.section(key_group_of(key, all_cells, max_parallelism_));
      section.zigzag(window.start);
      section.zigzag(wrapping_sub(window.end, window.start));
      section.u8(table->flags(pane));
      encode_all(key, section);
      encode_all(table->accumulators(pane), section);
      encode_all(table->trigger_cells(pane), section);
      for (uint32_t i = 0; i < layout_.lists; ++i) {
        section.varint(table->list(pane, i).size());
        encode_all(table->list(pane, i), section);
      }
    }
  }
  sections.write(out);
}

void WindowOperator::restore(ByteReader& in, OperatorContext&) {
  std::vector<uint32_t> all_cells(key_fields_.size());
  for (uint32_t i = 0; i < all_cells.size(); ++i) all_cells[i] = i;
  Row key(key_fields_.size());
  read_keyed_bytes(in, [&](uint32_t, ByteReader& section) {
    while (!section.at_end()) {
      const int64_t start = section.zigzag();
      const TimeWindow window{start, wrapping_add(start, section.zigzag())};
      PaneTable& table = table_at(window, cleanup_time(window, assigner_->domain(), lateness_));
      const uint8_t flags = section.u8();
      decode_all(key, section);
      const auto [pane, added] = table.find_or_add(key, all_cells);
      check(added, "a snapshot holds the same pane twice");
      decode_all(table.accumulators(pane), section);
      decode_all(table.trigger_cells(pane), section);
      for (uint32_t i = 0; i < layout_.lists; ++i) {
        table.list(pane, i).resize(section.varint());
        decode_all(table.list(pane, i), section);
      }
      table.flags(pane) = flags;
      if ((flags & pane::kEventEnd) != 0) event_timers_.add(table.max_timestamp, table, pane);
      if ((flags & pane::kEventCleanup) != 0) event_timers_.add(table.cleanup, table, pane);
      if ((flags & pane::kProcessingEnd) != 0)
        processing_timers_.add(table.max_timestamp, table, pane);
    }
  });
}

}  // namespace leat
