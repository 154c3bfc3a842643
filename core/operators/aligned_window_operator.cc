#include "core/operators/aligned_window_operator.h"

#include <algorithm>
#include <numeric>

#include "core/operators/emitter.h"
#include "core/operators/window_node.h"
#include "core/state/key_groups.h"
#include "core/state/keyed_bytes.h"

namespace leat {

namespace {

std::vector<WindowAggregate> make_aggregates(const WindowSpec& spec) {
  return {spec.aggregates.begin(), spec.aggregates.end()};
}

}  // namespace

struct AlignedWindowOperator::Window {
  Window(const TimeWindow& of, int64_t cleanup_at, uint32_t width)
      : window(of), max_timestamp(of.max_timestamp()), cleanup(cleanup_at), panes(width) {}

  const TimeWindow window;
  const int64_t max_timestamp;
  const int64_t cleanup;  // MAX: never
  DensePanes panes;
};

namespace {

bool fits_into_a_word(const AggregateSpec& aggregate) {
  switch (aggregate.kind) {
    case AggregateSpec::Kind::kCount:
      return true;
    case AggregateSpec::Kind::kSum:
    case AggregateSpec::Kind::kMin:
    case AggregateSpec::Kind::kMax:
      return aggregate.argument_type != ValueType::kNull &&
             aggregate.argument_type <= ValueType::kTime;
    default:
      return false;
  }
}

}  // namespace

bool AlignedWindowOperator::fits(const StreamNode& node) {
  const WindowSpec& spec = spec_of(node);
  const bool tumbling =
      spec.assigner == WindowSpec::Assigner::kTumbling && spec.domain == TimeDomain::kEvent;
  const bool own_trigger = spec.trigger.kind == TriggerSpec::Kind::kDefault ||
                           spec.trigger.kind == TriggerSpec::Kind::kEventTime;
  const bool plain = spec.stagger == WindowSpec::Stagger::kAligned && spec.function == nullptr &&
                     spec.reduce == nullptr && spec.evictor.kind == EvictorSpec::Kind::kNone &&
                     !spec.aggregates.empty();
  return tumbling && own_trigger && plain &&
         std::all_of(spec.aggregates.begin(), spec.aggregates.end(), fits_into_a_word);
}

AlignedWindowOperator::AlignedWindowOperator(const StreamNode& node)
    : key_fields_(node.key_fields),
      lateness_(spec_of(node).allowed_lateness.ms),
      late_to_side_(spec_of(node).late_to_side),
      times_in_output_(has_time_cells(node)),
      grid_(spec_of(node).size, spec_of(node).offset),
      aggregates_(make_aggregates(spec_of(node))),
      one_sum_(aggregates_.size() == 1 && aggregates_[0].is_field_sum()),
      keys_(static_cast<uint32_t>(key_fields_.size())) {
  if (lateness_ < 0) throw JobError("the allowed lateness must not be negative");
}

AlignedWindowOperator::~AlignedWindowOperator() = default;

void AlignedWindowOperator::open(OperatorContext& ctx) { max_parallelism_ = ctx.max_parallelism(); }

// ---- elements: step by step for the whole batch, so that no step waits for memory alone ----

void AlignedWindowOperator::on_rows(uint32_t, RowBatch& rows, OperatorContext& ctx) {
  const std::span<const int64_t> times = rows.stamps();
  if (!rows.all_stamped() ||
      std::find(times.begin(), times.end(), EventTime::min().ms) != times.end()) {
    throw JobError("a row has no timestamp, and event time windows need one");
  }
  find_windows(times);
  find_keys(rows);
  add_rows(rows, ctx);
}

void AlignedWindowOperator::find_windows(std::span<const int64_t> times) {
  assigned_.resize(times.size());
  row_windows_.resize(times.size());
  grid_.windows_of(times, assigned_);
  for (size_t i = 0; i < times.size(); ++i) {
    const Recent& recent = recent_at(assigned_[i].start);
    const bool known = recent.window != nullptr && recent.start == assigned_[i].start;
    row_windows_[i] = known ? recent.window : window_of(assigned_[i]);
  }
}

void AlignedWindowOperator::find_keys(const RowBatch& rows) {
  row_keys_.resize(rows.size());
  uint32_t* const keys = row_keys_.data();
  guess_keys(rows, keys);
  for (uint32_t i = 0; i < rows.size(); ++i) {
    const RowView row = rows.row(i);
    if (one_int_key_ && keys_.is_right(keys[i], row[key_fields_[0]])) continue;
    if (row_windows_[i] == nullptr) continue;
    const KeyDictionary::Found key = keys_.find_or_add(row, key_fields_);
    if (key.added) open_pane(*row_windows_[i], key.number);
    keys[i] = key.number;
  }
}

void AlignedWindowOperator::guess_keys(const RowBatch& rows, uint32_t* keys) {
  one_int_key_ = key_fields_.size() == 1;
  for (uint32_t i = 0; one_int_key_ && i < rows.size(); ++i) {
    const Value& key = rows.row(i)[key_fields_[0]];
    one_int_key_ = key.type() == ValueType::kInt;
    if (one_int_key_) keys[i] = keys_.guess(key);
  }
}

void AlignedWindowOperator::add_rows(const RowBatch& rows, OperatorContext& ctx) {
  const uint32_t field = one_sum_ ? aggregates_[0].field() : 0;
  for (uint32_t i = 0; i < rows.size(); ++i) {
    Window* const window = row_windows_[i];
    if (window == nullptr) {
      on_late_row(rows, i, ctx);
      continue;
    }
    // The inner loop of most jobs.
    const Value& addend = rows.row(i)[field];
    if (!one_sum_ || addend.type() != ValueType::kInt || window->max_timestamp <= watermark_.ms ||
        !add_to_sum(*window, row_keys_[i], addend)) {
      add_row(*window, row_keys_[i], rows, i, ctx);
    }
  }
}

// Of an int, on time; false where the sum so far is none.
inline bool AlignedWindowOperator::add_to_sum(Window& window, uint32_t key, const Value& addend) {
  DensePanes& panes = window.panes;
  if (panes.add_quickly(key, addend.as_int())) return true;
  if (panes.has(key)) return false;
  keys_.use(key);
  panes.open(key, spare_);
  panes.set(key, 0, addend);
  panes.arm(key);
  panes.mark_quick(key);
  return true;
}

void AlignedWindowOperator::add_row(Window& window, uint32_t key, const RowBatch& rows, uint32_t i,
                                    OperatorContext& ctx) {
  if (!window.panes.has(key)) open_pane(window, key);
  for (uint32_t a = 0; a < aggregates_.size(); ++a) {
    Value accumulator = window.panes.get(key, a);
    aggregates_[a].add(accumulator, rows.row(i), rows.timestamp(i));
    if (!accumulator.is_scalar()) {
      throw JobError("the number field of an aggregate holds " + accumulator.to_text());
    }
    window.panes.set(key, a, accumulator);
  }
  // (Flink: EventTimeTrigger.onElement.)
  if (window.max_timestamp <= watermark_.ms) return emit(window, {&key, 1}, ctx);
  window.panes.arm(key);
  if (one_sum_ && window.panes.get(key, 0).type() == ValueType::kInt) window.panes.mark_quick(key);
}

void AlignedWindowOperator::open_pane(Window& window, uint32_t key) {
  keys_.use(key);
  window.panes.open(key, spare_);
  for (uint32_t a = 0; a < aggregates_.size(); ++a) {
    window.panes.set(key, a, aggregates_[a].create());
  }
}

void AlignedWindowOperator::on_late_row(const RowBatch& rows, uint32_t i, OperatorContext& ctx) {
  // Only if the row itself is behind the watermark it is late. (Flink: isElementLate.)
  if (wrapping_add(rows.stamps()[i], lateness_) > watermark_.ms) return;
  if (late_to_side_) {
    ctx.side(0).append_row_of(rows, i);
  } else {
    ++late_dropped_;
  }
  ctx.add_fact(LateRecord{ctx.execution(), ctx.node_id(), EventTime{rows.stamps()[i]}, watermark_,
                          static_cast<uint8_t>(late_to_side_ ? 1 : 0)});
}

// ---- windows ----

AlignedWindowOperator::Window* AlignedWindowOperator::window_of(const TimeWindow& window) {
  if (cleanup_time(window, TimeDomain::kEvent, lateness_) <= watermark_.ms) return nullptr;
  Window* const found = &window_at(window);
  recent_at(window.start) = {window.start, found};
  return found;
}

AlignedWindowOperator::Window& AlignedWindowOperator::window_at(const TimeWindow& window) {
  std::unique_ptr<Window>& at = windows_[window.max_timestamp()];
  if (at == nullptr) {
    at = std::make_unique<Window>(window, cleanup_time(window, TimeDomain::kEvent, lateness_),
                                  static_cast<uint32_t>(aggregates_.size()));
  }
  return *at;
}

void AlignedWindowOperator::on_watermark(EventTime time, OperatorContext& ctx) {
  watermark_ = time;  // first: what fires sees the new watermark
  // No timer drops a window whose cleanup time is MAX, but behind that watermark it takes no row.
  if (time == EventTime::max()) recent_ = {};
  for (auto at = windows_.begin(); at != windows_.end() && at->first <= time.ms;) {
    Window& window = *at->second;
    fire(window, ctx);
    const bool never = window.cleanup == EventTime::max().ms;
    if (never || window.cleanup > time.ms) {
      ++at;
    } else {
      drop(window);
      at = windows_.erase(at);
    }
  }
  ctx.emit(Watermark{time});
}

void AlignedWindowOperator::fire(Window& window, OperatorContext& ctx) {
  listed_.clear();
  window.panes.disarm(listed_);
  // Flink leaves the order of timers of one time open.
  if (listed_.size() > 1 && ctx.choices().choose(kTimerOrder, ctx.entity(), 2) == 1) {
    std::reverse(listed_.begin(), listed_.end());
  }
  for (std::span<const uint32_t> left = listed_; !left.empty();) {
    const std::span<const uint32_t> part = left.first(std::min<size_t>(left.size(), kFlushRows));
    emit(window, part, ctx);
    ctx.flush();
    left = left.subspan(part.size());
  }
}

void AlignedWindowOperator::emit(Window& window, std::span<const uint32_t> keys,
                                 OperatorContext& ctx) {
  const TimeWindow& of = window.window;
  const Value start = times_in_output_ ? Value::time(of.start) : Value::integer(of.start);
  const Value end = times_in_output_ ? Value::time(of.end) : Value::integer(of.end);
  PaneFired fact{ctx.execution(), ctx.node_id(), EventTime{of.start}, EventTime{of.end}, 0, 0};
  Value* cell = ctx.out()
                    .append_all(static_cast<uint32_t>(keys.size()), EventTime{of.max_timestamp()})
                    .data();
  for (const uint32_t key : keys) {
    const RowView cells = keys_.key(key);
    for (const Value& part : cells) *cell++ = part;
    *cell++ = start;
    *cell++ = end;
    for (uint32_t a = 0; a < aggregates_.size(); ++a) {
      *cell++ = aggregates_[a].result(window.panes.get(key, a));
    }
    fact.key = cells.size() == 1 ? cells[0].hash() : key_value(cells).hash();
    fact.late = window.panes.has_fired(key) ? 1 : 0;
    window.panes.mark_fired(key);
    ctx.add_fact(fact);
  }
}

void AlignedWindowOperator::drop(Window& window) {
  for (Recent& recent : recent_) {
    if (recent.window == &window) recent.window = nullptr;
  }
  listed_.clear();
  window.panes.list(listed_);
  for (const uint32_t key : listed_) keys_.release(key);
  window.panes.clear(spare_);
}

// ---- snapshots ----
// By key group; in it by key, in the order of their numbers; of a key its panes by window.
// Restoring gives the keys new numbers, but in that order, so that writing again gives the same
// bytes.

void AlignedWindowOperator::snapshot(CheckpointId, ByteWriter& out, OperatorContext&) {
  std::vector<uint32_t> ends(keys_.limit() + 1, 0);  // of each key's stretch of `panes`
  for (uint32_t key = 0; key < keys_.limit(); ++key) ends[key + 1] = ends[key] + keys_.uses(key);
  std::vector<uint32_t> panes(ends.back());  // each the number of its window
  std::vector<uint32_t> next(ends.begin(), ends.end() - 1);
  std::vector<Window*> windows;
  for (const auto& [time, window] : windows_) {
    listed_.clear();
    window->panes.list(listed_);
    for (const uint32_t key : listed_) panes[next[key]++] = static_cast<uint32_t>(windows.size());
    windows.push_back(window.get());
  }
  std::vector<uint32_t> all_cells(key_fields_.size());
  std::iota(all_cells.begin(), all_cells.end(), 0);
  KeyedBytesWriter sections(max_parallelism_);
  for (uint32_t key = 0; key < keys_.limit(); ++key) {
    if (keys_.uses(key) == 0) continue;
    ByteWriter& section =
        sections.section(key_group_of(keys_.key(key), all_cells, max_parallelism_));
    for (const Value& cell : keys_.key(key)) cell.encode(section);
    section.varint(keys_.uses(key));
    for (uint32_t i = ends[key]; i < ends[key + 1]; ++i) {
      Window& window = *windows[panes[i]];
      section.zigzag(window.window.start);
      section.zigzag(wrapping_sub(window.window.end, window.window.start));
      section.boolean(window.panes.armed(key));
      section.boolean(window.panes.has_fired(key));
      for (uint32_t a = 0; a < aggregates_.size(); ++a) window.panes.get(key, a).encode(section);
    }
  }
  sections.write(out);
}

void AlignedWindowOperator::restore(ByteReader& in, OperatorContext&) {
  std::vector<uint32_t> all_cells(key_fields_.size());
  std::iota(all_cells.begin(), all_cells.end(), 0);
  Row key_cells(key_fields_.size());
  read_keyed_bytes(in, [&](uint32_t, ByteReader& section) {
    while (!section.at_end()) {
      for (Value& cell : key_cells) cell = Value::decode(section);
      const auto [key, added] = keys_.find_or_add(key_cells, all_cells);
      check(added, "a snapshot holds the same key twice");
      for (uint64_t n = section.varint(); n > 0; --n) {
        const int64_t start = section.zigzag();
        Window& window = window_at({start, wrapping_add(start, section.zigzag())});
        const bool armed = section.boolean();
        const bool fired = section.boolean();
        open_pane(window, key);
        for (uint32_t a = 0; a < aggregates_.size(); ++a) {
          window.panes.set(key, a, Value::decode(section));
        }
        if (armed) window.panes.arm(key);
        if (fired) window.panes.mark_fired(key);
      }
    }
  });
}

}  // namespace leat
