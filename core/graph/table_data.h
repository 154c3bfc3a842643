// Records that are known from the start: rows of a scenario, tables, files.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/graph/specs.h"

namespace leat {

struct TableSplit {
  std::string name;
  std::vector<Row> rows;
  std::vector<int64_t> arrivals;  // ms, not decreasing
};

// Shared by all simulations of a campaign, also across threads: it hands out Values that share no
// block with its own (the counts of blocks are not atomic).
class TableData final : public SplitData {
 public:
  TableData(uint32_t width, std::vector<TableSplit> splits,
            std::optional<EventTime> clock_start = std::nullopt);

  uint32_t splits() const override { return static_cast<uint32_t>(splits_.size()); }
  std::string split_name(uint32_t split) const override { return splits_[split].name; }
  uint64_t size(uint32_t split) const override { return splits_[split].arrivals.size(); }
  Duration arrival(uint32_t split, uint64_t offset) const override {
    return {splits_[split].arrivals[offset]};
  }
  std::optional<EventTime> clock_start() const override { return clock_start_; }
  void read(uint32_t split, uint64_t first, uint32_t count, RowBatch& out) const override;

 private:
  uint32_t width_;
  std::vector<TableSplit> splits_;
  std::optional<EventTime> clock_start_;
};

// A copy that shares no block with the original.
Value unshared(const Value& value);

}  // namespace leat
