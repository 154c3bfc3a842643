#include "core/graph/table_data.h"

#include <algorithm>

#include "core/base/check.h"

namespace leat {

Value unshared(const Value& value) {
  switch (value.type()) {
    case ValueType::kString:
      return Value::text(value.as_text());
    case ValueType::kList: {
      std::vector<Value> items;
      for (const Value& item : value.as_list()) items.push_back(unshared(item));
      return Value::list(std::move(items));
    }
    case ValueType::kMap: {
      std::vector<Value::MapEntry> entries;
      for (const Value::MapEntry& entry : value.as_map()) {
        entries.emplace_back(unshared(entry.first), unshared(entry.second));
      }
      return Value::map(std::move(entries));
    }
    default:
      return value;
  }
}

TableData::TableData(uint32_t width, std::vector<TableSplit> splits,
                     std::optional<EventTime> clock_start)
    : width_(width), splits_(std::move(splits)), clock_start_(clock_start) {
  for (const TableSplit& split : splits_) {
    check(split.rows.size() == split.arrivals.size(), "every row of a table has an arrival");
    check(std::is_sorted(split.arrivals.begin(), split.arrivals.end()), "arrivals do not decrease");
  }
}

void TableData::read(uint32_t split, uint64_t first, uint32_t count, RowBatch& out) const {
  const std::vector<Row>& rows = splits_[split].rows;
  check(first + count <= rows.size(), "a table is read beyond its end");
  for (uint64_t i = first; i < first + count; ++i) {
    const std::span<Value> cells = out.append(std::nullopt);
    for (uint32_t c = 0; c < width_; ++c) cells[c] = unshared(rows[i][c]);
  }
}

}  // namespace leat
