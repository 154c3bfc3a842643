// What the sinks of a run commit, and which of its nodes look at the clock.
#pragma once

#include <map>
#include <set>

#include "core/trace/trace.h"

namespace leat {

class Committed : public RecordTap {
 public:
  using Table = std::map<Row, uint64_t>;  // a multiset

  void on_committed_rows(NodeId sink, uint64_t, const RowBatch& rows) override {
    Table& table = tables[sink];
    for (uint32_t i = 0; i < rows.size(); ++i) {
      const RowView row = rows.row(i);
      ++table[Row(row.begin(), row.end())];
    }
  }
  void on_timer(ExecutionId, NodeId node, TimerEvent, TimeDomain domain, int64_t,
                const Value&) override {
    if (domain == TimeDomain::kProcessing) clocked.insert(node);
  }

  std::map<NodeId, Table> tables;  // by sink
  std::set<NodeId> clocked;        // set timers on the processing clock
};

}  // namespace leat
