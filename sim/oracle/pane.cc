#include "sim/oracle/pane.h"

#include <algorithm>

namespace leat {
namespace {

// Wraps as Flink's long does; a sum with a double in it is a double, added in the order of arrival.
Value sum(const ScalarFunction& argument, const RowBatch& rows) {
  Value total;
  for (uint32_t i = 0; i < rows.size(); ++i) {
    const Value v = argument.eval(rows.row(i), rows.timestamp(i));
    if (v.is_null()) continue;
    if (total.is_null()) {
      total = v;
    } else if (v.type() == ValueType::kDouble || total.type() == ValueType::kDouble) {
      const double a = total.type() == ValueType::kDouble ? total.as_double()
                                                          : static_cast<double>(total.as_int());
      const double b =
          v.type() == ValueType::kDouble ? v.as_double() : static_cast<double>(v.as_int());
      total = Value::number(a + b);
    } else {
      total = Value::integer(wrapping_add(total.as_int(), v.as_int()));
    }
  }
  return total;
}

Value extreme(const ScalarFunction& argument, const RowBatch& rows, bool largest) {
  Value best;
  for (uint32_t i = 0; i < rows.size(); ++i) {
    const Value v = argument.eval(rows.row(i), rows.timestamp(i));
    if (v.is_null()) continue;
    if (best.is_null() || (largest ? v > best : v < best)) best = v;
  }
  return best;
}

}  // namespace

bool is_event_time(const WindowSpec& spec) {
  return spec.domain == TimeDomain::kEvent && !spec.is_global();
}
bool merges(const WindowSpec& spec) { return spec.assigner == WindowSpec::Assigner::kSession; }

bool sessions_meet(std::vector<TimeWindow> windows) {
  std::sort(windows.begin(), windows.end());
  for (size_t i = 1; i < windows.size(); ++i) {
    TimeWindow& next = windows[i];
    if (next.start == windows[i - 1].end) return true;
    if (next.start < windows[i - 1].end) next.end = std::max(next.end, windows[i - 1].end);
  }
  return false;
}

namespace {

// How far `time` lies behind the last point of the grid.
int64_t behind_grid(int64_t time, Duration offset, Duration step) {
  const int64_t rest = wrapping_sub(time, offset.ms) % step.ms;
  return rest < 0 ? rest + step.ms : rest;
}
bool slides(const WindowSpec& spec) { return spec.assigner == WindowSpec::Assigner::kSliding; }
Duration step_of(const WindowSpec& spec) { return slides(spec) ? spec.slide : spec.size; }

}  // namespace

std::vector<TimeWindow> windows_of(const WindowSpec& spec, RowView row, Timestamp time,
                                   ProcTime now) {
  std::vector<TimeWindow> windows;
  windows_of(spec, row, time, now, windows);
  return windows;
}

void windows_of(const WindowSpec& spec, RowView row, Timestamp time, ProcTime now,
                std::vector<TimeWindow>& windows) {
  windows.clear();
  if (spec.is_global()) return windows.push_back(TimeWindow::global());
  const bool event = spec.domain == TimeDomain::kEvent;
  const int64_t at = event ? time.value_or(EventTime::min()).ms : now.ms;
  if (merges(spec)) {
    const int64_t gap = spec.gap_of ? spec.gap_of->eval(row, time).as_int() : spec.gap.ms;
    return windows.push_back({at, wrapping_add(at, gap)});
  }
  const Duration step = step_of(spec);
  const bool size_wraps = slides(spec) && at < wrapping_add(EventTime::min().ms, spec.size.ms);
  // A window holds the time for `size` from its start on: its start lies less than that behind.
  for (int64_t behind = behind_grid(at, spec.offset, step); behind < spec.size.ms;
       behind += step.ms) {
    const int64_t start = wrapping_sub(at, behind);
    // Flink asks whether the start is above time - size. So near to MIN that has wrapped to the far
    // end, and only starts that have wrapped as well are above it; the first other ends its loop.
    if (size_wraps && start <= at) return;
    windows.push_back({start, wrapping_add(start, spec.size.ms)});
  }
}

bool is_lawful(const WindowSpec& spec, const TimeWindow& window) {
  if (spec.is_global() || merges(spec)) return true;
  return behind_grid(window.start, spec.offset, step_of(spec)) == 0 &&
         window.end == wrapping_add(window.start, spec.size.ms);
}

Value fold(const AggregateSpec& aggregate, const RowBatch& rows) {
  switch (aggregate.kind) {
    case AggregateSpec::Kind::kSum:
      return sum(*aggregate.argument, rows);
    case AggregateSpec::Kind::kMin:
      return extreme(*aggregate.argument, rows, false);
    case AggregateSpec::Kind::kMax:
      return extreme(*aggregate.argument, rows, true);
    case AggregateSpec::Kind::kCount:
      return Value::integer(rows.size());
    case AggregateSpec::Kind::kCollect: {
      std::vector<Value> items;
      for (uint32_t i = 0; i < rows.size(); ++i) {
        items.push_back(aggregate.argument->eval(rows.row(i), rows.timestamp(i)));
      }
      return Value::list(std::move(items));
    }
    case AggregateSpec::Kind::kUser: {
      Value accumulator = aggregate.user->create();
      for (uint32_t i = 0; i < rows.size(); ++i) {
        accumulator = aggregate.user->add(std::move(accumulator), rows.row(i));
      }
      return aggregate.user->result(accumulator);
    }
  }
  return {};
}

namespace {
void append_reduced(const ReduceFunction& reduce, const TimeWindow& window, const RowBatch& rows,
                    RowBatch& out) {
  Row kept(out.width());
  for (uint32_t i = 0; i < rows.size(); ++i) {
    Row next(out.width());
    if (i == 0) {
      std::copy(rows.row(0).begin(), rows.row(0).end(), next.begin());
    } else {
      reduce.reduce(kept, rows.row(i), next);
    }
    kept = std::move(next);
  }
  out.append(kept, EventTime{window.max_timestamp()});
}
}  // namespace

void append_answer(const StreamNode& node, RowView key, const TimeWindow& window,
                   const RowBatch& rows, RowBatch& out) {
  const auto& spec = std::get<WindowSpec>(node.spec);
  if (spec.reduce != nullptr) return append_reduced(*spec.reduce, window, rows, out);
  const std::span<Value> row = out.append(EventTime{window.max_timestamp()});
  size_t at = 0;
  for (const Value& cell : key) row[at++] = cell;
  if (!spec.is_global()) {
    const bool times = node.output.fields[at].type == ValueType::kTime;
    row[at++] = times ? Value::time(window.start) : Value::integer(window.start);
    row[at++] = times ? Value::time(window.end) : Value::integer(window.end);
  }
  for (const AggregateSpec& aggregate : spec.aggregates) row[at++] = fold(aggregate, rows);
}

size_t subject_cells(const StreamNode& node) {
  if (std::get<WindowSpec>(node.spec).reduce != nullptr) return node.output.width();
  return node.key_fields.size() + (std::get<WindowSpec>(node.spec).is_global() ? 0 : 2);
}

}  // namespace leat
