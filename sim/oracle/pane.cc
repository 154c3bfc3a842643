#include "sim/oracle/pane.h"

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

EventTime window_start(int64_t time, Duration offset, Duration size) {
  const int64_t remainder = wrapping_sub(time, offset.ms) % size.ms;
  return {wrapping_sub(time, remainder < 0 ? remainder + size.ms : remainder)};
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

void append_answer(const StreamNode& node, EventTime start, const RowBatch& rows, RowBatch& out) {
  const auto& spec = std::get<WindowSpec>(node.spec);
  const EventTime end = start + spec.size;
  const std::span<Value> row = out.append(EventTime{wrapping_sub(end.ms, 1)});
  size_t at = 0;
  for (const uint32_t field : node.key_fields) row[at++] = rows.row(0)[field];
  const bool times = node.output.fields[at].type == ValueType::kTime;
  row[at++] = times ? Value::time(start.ms) : Value::integer(start.ms);
  row[at++] = times ? Value::time(end.ms) : Value::integer(end.ms);
  for (const AggregateSpec& aggregate : spec.aggregates) row[at++] = fold(aggregate, rows);
}

std::string window_text(EventTime start, EventTime end) {
  return "window=[" + std::to_string(start.ms) + ", " + std::to_string(end.ms) + ")";
}

}  // namespace leat
