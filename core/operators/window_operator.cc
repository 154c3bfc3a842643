#include "core/operators/window_operator.h"

#include <algorithm>
#include <string>

#include "core/operators/emitter.h"
#include "core/operators/window_node.h"
#include "core/state/key_groups.h"

namespace leat {

namespace {

constexpr Site kStateWindow{"window.state_window"};
constexpr Site kStagger{"window.stagger"};

std::unique_ptr<const WindowFunction> function_of(const WindowSpec& spec) {
  return spec.function == nullptr ? nullptr : spec.function->clone();
}

std::vector<uint32_t> first_numbers(size_t n) {
  std::vector<uint32_t> numbers(n);
  for (uint32_t i = 0; i < n; ++i) numbers[i] = i;
  return numbers;
}

}  // namespace

// ---- what assigner and trigger may ask for ----

class WindowOperator::Assigning final : public AssignerContext {
 public:
  explicit Assigning(OperatorContext& ctx) : ctx_(ctx) {}
  ProcTime now() const override { return ctx_.now(); }
  int64_t any_below(int64_t n) override {
    const int64_t most = std::min<int64_t>(n, std::numeric_limits<uint32_t>::max());
    return ctx_.choices().choose(kStagger, ctx_.entity(), static_cast<uint32_t>(most));
  }

 private:
  OperatorContext& ctx_;
};

// Of one pane; `merged` are those that have become this one.
class WindowOperator::PaneContext final : public MergeContext {
 public:
  PaneContext(WindowOperator& op, uint32_t pane, OperatorContext& ctx,
              std::span<const uint32_t> merged = {})
      : op_(op), pane_(pane), ctx_(ctx), merged_(merged) {}

  const TimeWindow& window() const override { return op_.panes_[pane_].window; }
  EventTime watermark() const override { return op_.watermark_; }
  ProcTime now() const override { return ctx_.now(); }
  void set_timer(EventTime time) override { set(TimeDomain::kEvent, time.ms); }
  void set_timer(ProcTime time) override { set(TimeDomain::kProcessing, time.ms); }
  void delete_timer(EventTime time) override { remove(TimeDomain::kEvent, time.ms); }
  void delete_timer(ProcTime time) override { remove(TimeDomain::kProcessing, time.ms); }
  Value& state(uint32_t number) override { return op_.panes_.states(pane_)[number]; }

  // (Flink: AbstractHeapMergingState.mergeNamespaces.)
  void merge_state(uint32_t number) override {
    const MergeStates combine = op_.trigger_states_.merges[number];
    check(combine != nullptr, "a trigger merges a state that it has not declared as merging");
    Value merged;
    for (const uint32_t pane : merged_) {
      Value& other = op_.panes_.states(pane)[number];
      if (other.is_null()) continue;
      merged = merged.is_null() ? other : combine(merged, other);
      other = Value::null();
    }
    if (merged.is_null()) return;
    Value& own = state(number);
    own = own.is_null() ? merged : combine(own, merged);
  }

 private:
  void set(TimeDomain domain, int64_t time) { op_.set_timer(pane_, domain, time, ctx_); }
  void remove(TimeDomain domain, int64_t time) { op_.delete_timer(pane_, domain, time, ctx_); }

  WindowOperator& op_;
  uint32_t pane_;
  OperatorContext& ctx_;
  std::span<const uint32_t> merged_;
};

uint32_t WindowOperator::States::named(std::string_view name, MergeStates merge) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<uint32_t>(found - names.begin());
  names.emplace_back(name);
  merges.push_back(merge);
  return static_cast<uint32_t>(names.size() - 1);
}

// ---- keys ----

WindowOperator::KeyCells::KeyCells(const KeyIn& key) {
  for (const uint32_t field : key.fields) cells.push_back(key.row[field]);
}
uint64_t WindowOperator::KeyCellsTraits::hash(const KeyCells& key) {
  const std::vector<uint32_t> all = first_numbers(key.cells.size());
  return PaneStore::hash_of_key(key.cells, all);
}
bool WindowOperator::KeyCellsTraits::equal(const KeyCells& a, const KeyIn& b) {
  for (size_t i = 0; i < a.cells.size(); ++i) {
    if (a.cells[i] != b.row[b.fields[i]]) return false;
  }
  return true;
}
WindowOperator::KeyIn WindowOperator::key_in(RowView row) const {
  return {row, key_fields_, PaneStore::hash_of_key(row, key_fields_)};
}

// Copied, because the pane's own cells move when another pane is added.
WindowOperator::KeyIn WindowOperator::key_of_pane(uint32_t pane) {
  const RowView key = panes_.key(pane);
  key_cells_.assign(key.begin(), key.end());
  return {key_cells_, cells_of_key_, PaneStore::hash_of_key(key_cells_, cells_of_key_)};
}

WindowOperator::WindowOperator(const StreamNode& node)
    : key_fields_(node.key_fields),
      cells_of_key_(first_numbers(node.key_fields.size())),
      sides_(static_cast<uint32_t>(node.sides.size())),
      lateness_(spec_of(node).allowed_lateness.ms),
      late_to_side_(spec_of(node).late_to_side),
      has_window_cells_(!spec_of(node).is_global()),
      times_in_output_(has_time_cells(node)),
      assigner_(make_assigner(spec_of(node))),
      domain_(assigner_->domain()),
      merges_(assigner_->merges()),
      trigger_(make_trigger(spec_of(node), *assigner_)),
      evictor_(make_evictor(spec_of(node).evictor)),
      function_(function_of(spec_of(node))),
      window_states_(
          function_ == nullptr ? 0 : static_cast<uint32_t>(function_->window_states().size())),
      contents_(spec_of(node)),
      panes_(layout()),
      global_(function_ == nullptr ? std::vector<StateDescriptor>{} : function_->global_states()) {
  if (lateness_ < 0) throw JobError("the allowed lateness must not be negative");
}

PaneStore::Layout WindowOperator::layout() {
  trigger_->open(trigger_states_);
  PaneStore::Layout layout;
  layout.keys = static_cast<uint32_t>(key_fields_.size());
  layout.accumulators = contents_.accumulators();
  layout.states = static_cast<uint32_t>(trigger_states_.names.size()) + window_states_;
  layout.elements = contents_.keeps_rows();
  return layout;
}

WindowOperator::~WindowOperator() = default;

void WindowOperator::open(OperatorContext& ctx) {
  defects_ = ctx.config().flink_defects ? MergeDefects::kAsInFlink : MergeDefects::kNone;
  ask_to_wake(ctx);
}

// ---- elements ----

void WindowOperator::on_rows(uint32_t, RowBatch& rows, OperatorContext& ctx) {
  for (uint32_t i = 0; i < rows.size(); ++i) add_row(rows, i, ctx);
  ask_to_wake(ctx);
}

void WindowOperator::add_row(const RowBatch& rows, uint32_t i, OperatorContext& ctx) {
  const RowView row = rows.row(i);
  const Timestamp time = rows.timestamp(i);
  Assigning assigning(ctx);
  assigned_.clear();
  assigner_->assign(row, time, assigning, assigned_);
  const KeyIn key = key_in(row);
  bool skipped = true;
  for (const TimeWindow& window : assigned_) {
    const std::optional<Place> place = place_of(key, window, ctx);
    if (!place) continue;
    skipped = false;
    contents_.add(panes_, place->contents, row, time);
    PaneContext pane(*this, place->pane, ctx);
    act(trigger_->on_element(row, time, pane), *place, ctx);
    const int64_t cleanup = cleanup_of(panes_[place->pane].window);
    if (cleanup != EventTime::max().ms) set_timer(place->pane, domain_, cleanup, ctx);
    drop_if_bare(place->contents);
    if (place->pane != place->contents) drop_if_bare(place->pane);
  }
  if (skipped) on_late_row(rows, i, ctx);
}

// Where the window's share of the key stands; none where the window is late.
std::optional<WindowOperator::Place> WindowOperator::place_of(const KeyIn& key,
                                                              const TimeWindow& window,
                                                              OperatorContext& ctx) {
  if (merges_) return place_of_session(key, window, ctx);
  if (is_late(window)) return std::nullopt;
  const uint32_t pane = pane_at(key, window);
  return Place{pane, pane};
}

std::optional<WindowOperator::Place> WindowOperator::place_of_session(const KeyIn& key,
                                                                      const TimeWindow& window,
                                                                      OperatorContext& ctx) {
  MergingWindowSet& open = *open_windows_.insert(key).first;
  const auto pick = [&](uint32_t n) {
    return n == 1 ? 0 : ctx.choices().choose(kStateWindow, ctx.entity(), n);
  };
  const TimeWindow actual =
      open.add(window, defects_, pick, [&](const MergedWindows& m) { merge(key, m, ctx); });
  if (is_late(actual)) {
    open.retire(actual);
    if (open.empty()) open_windows_.erase(key);
    return std::nullopt;
  }
  const TimeWindow state_window = *open.state_window(actual);
  const uint32_t contents = pane_at(key, state_window);
  return Place{pane_at(key, actual), contents};
}

void WindowOperator::merge(const KeyIn& key, const MergedWindows& merged, OperatorContext& ctx) {
  require_not_over(merged.into, ctx);
  const uint32_t into = pane_at(key, merged.into);
  std::vector<uint32_t> of;
  for (const TimeWindow& window : merged.of) of.push_back(pane_at(key, window));
  PaneContext context(*this, into, ctx, of);
  trigger_->on_merge(context);
  for (const uint32_t pane : of) {
    PaneContext old(*this, pane, ctx);
    trigger_->clear(old);
    delete_timer(pane, domain_, cleanup_of(panes_[pane].window), ctx);
  }
  const uint32_t contents = pane_at(key, merged.state_window);
  for (const TimeWindow& window : merged.other_state_windows) {
    const uint32_t other = pane_at(key, window);
    contents_.merge(panes_, contents, other);
    drop_if_bare(other);
  }
  for (const uint32_t pane : of) {
    if (pane != into && pane != contents && panes_.is_live(pane)) drop_if_bare(pane);
  }
}

// Flink does not guard this sum against overflow: with a huge lateness a lawful merge fails.
void WindowOperator::require_not_over(const TimeWindow& merged, const OperatorContext& ctx) const {
  const bool over = domain_ == TimeDomain::kEvent
                        ? wrapping_add(merged.max_timestamp(), lateness_) <= watermark_.ms
                        : merged.max_timestamp() <= ctx.now().ms;
  if (over) throw JobError("merging has made a window that is over already");
}

// None of the row's windows took it. Only if the row itself is behind the watermark it is late; an
// element that no window wants disappears silently.
void WindowOperator::on_late_row(const RowBatch& rows, uint32_t i, OperatorContext& ctx) {
  const EventTime time = rows.timestamp(i).value_or(EventTime::min());
  if (domain_ != TimeDomain::kEvent || wrapping_add(time.ms, lateness_) > watermark_.ms) return;
  if (late_to_side_) {
    ctx.side(0).append_row_of(rows, i);
  } else {
    ++late_dropped_;
  }
  ctx.add_fact(LateRecord{ctx.execution(), ctx.node_id(), time, watermark_,
                          static_cast<uint8_t>(late_to_side_ ? 1 : 0)});
}

// ---- timers ----

// The flag that stands for a timer at this time; 0 where there is none.
uint8_t WindowOperator::flag_of(const TimeWindow& window, TimeDomain domain, int64_t time) const {
  const bool at_end = time == window.max_timestamp();
  if (domain == TimeDomain::kProcessing) return at_end ? pane::kProcessingEnd : 0;
  if (at_end) return pane::kEventEnd;
  return time == cleanup_of(window) ? pane::kEventCleanup : 0;
}

void WindowOperator::set_timer(uint32_t number, TimeDomain domain, int64_t time,
                               OperatorContext& ctx) {
  // In batch mode the key is over: nobody would fire it. (BatchExecutionInternalTimeService.)
  if (ctx.config().mode == ExecutionMode::kBatch && watermark_ == EventTime::max()) return;
  Pane& pane = panes_[number];
  if (const uint8_t flag = flag_of(pane.window, domain, time); flag != 0) {
    if ((pane.flags & flag) != 0) return;
    pane.flags |= flag;
  } else {
    const PaneTimer timer{domain, time};
    if (std::ranges::find(pane.timers, timer) != pane.timers.end()) return;
    pane.timers.push_back(timer);
  }
  PaneTimers& timers = domain == TimeDomain::kEvent ? event_timers_ : processing_timers_;
  timers.add(time, panes_.handle(number));
  tell(RecordTap::TimerEvent::kRegistered, number, domain, time, ctx);
}

void WindowOperator::delete_timer(uint32_t number, TimeDomain domain, int64_t time,
                                  OperatorContext& ctx) {
  if (unset_timer(number, domain, time)) {
    tell(RecordTap::TimerEvent::kDeleted, number, domain, time, ctx);
  }
}

// Only of the clock's timers: those of the watermark can be foreseen by whoever watches. They are
// named by the key's cells, the window's start and end.
void WindowOperator::tell(RecordTap::TimerEvent event, uint32_t pane, TimeDomain domain,
                          int64_t time, OperatorContext& ctx) const {
  if (domain == TimeDomain::kEvent || ctx.taps().empty()) return;
  const RowView key = panes_.key(pane);
  std::vector<Value> name(key.begin(), key.end());
  name.push_back(Value::integer(panes_[pane].window.start));
  name.push_back(Value::integer(panes_[pane].window.end));
  const Value named = Value::list(std::move(name));
  for (RecordTap* tap : ctx.taps()) {
    tap->on_timer(ctx.execution(), ctx.node_id(), event, domain, time, named);
  }
}

bool WindowOperator::unset_timer(uint32_t number, TimeDomain domain, int64_t time) {
  Pane& pane = panes_[number];
  if (const uint8_t flag = flag_of(pane.window, domain, time); flag != 0) {
    const bool was_set = (pane.flags & flag) != 0;
    pane.flags &= static_cast<uint8_t>(~flag);
    return was_set;
  }
  return std::erase(pane.timers, PaneTimer{domain, time}) > 0;
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
    // Flink leaves the order of timers of one time open.
    const PaneHandle pane =
        timers.pop([&](size_t) { return ctx.choices().choose(kTimerOrder, ctx.entity(), 2) == 1; });
    if (panes_.is_current(pane) && unset_timer(pane.number, domain, time)) {
      if (domain == TimeDomain::kProcessing) {
        const uint64_t key = key_value(panes_.key(pane.number)).hash();
        ctx.add_fact(TimerFired{ctx.execution(), ctx.node_id(), domain, time, key});
      }
      tell(RecordTap::TimerEvent::kFired, pane.number, domain, time, ctx);
      fire(domain, time, pane.number, ctx);
    }
    if (ctx.out().size() >= kFlushRows) ctx.flush();
  }
}

void WindowOperator::fire(TimeDomain domain, int64_t time, uint32_t pane, OperatorContext& ctx) {
  const TimeWindow window = panes_[pane].window;
  Place place{pane, pane};
  if (merges_) {
    const KeyIn key = key_of_pane(pane);
    const MergingWindowSet* open = open_windows_.find(key);
    const TimeWindow* state_window = open == nullptr ? nullptr : open->state_window(window);
    // A timer that the trigger has left behind, of a window that has merged or ended since.
    if (state_window == nullptr) return drop_if_bare(pane);
    place.contents = pane_at(key, TimeWindow(*state_window));
  }
  PaneContext context(*this, pane, ctx);
  act(domain == TimeDomain::kEvent ? trigger_->on_event_time(EventTime{time}, context)
                                   : trigger_->on_processing_time(ProcTime{time}, context),
      place, ctx);
  if (domain == domain_ && time == cleanup_of(window)) clean_up(place, ctx);
  if (place.contents != pane) drop_if_bare(place.contents);
  drop_if_bare(pane);
}

void WindowOperator::clean_up(Place place, OperatorContext& ctx) {
  contents_.clear(panes_, place.contents);
  PaneContext context(*this, place.pane, ctx);
  trigger_->clear(context);
  clear_function(place.pane, ctx);
  if (!merges_) return;
  const KeyIn key = key_of_pane(place.pane);
  MergingWindowSet& open = *open_windows_.find(key);
  open.retire(panes_[place.pane].window);
  if (open.empty()) open_windows_.erase(key);
}

// A pane stands as long as anything of it does: contents, a timer, a state.
void WindowOperator::drop_if_bare(uint32_t number) {
  const Pane& pane = panes_[number];
  if ((pane.flags & (pane::kFilled | pane::kTimers)) != 0 || !pane.timers.empty()) return;
  for (const Value& state : panes_.states(number)) {
    if (!state.is_null()) return;
  }
  panes_.drop(number);
}

}  // namespace leat
