// What a run commits, as text.
#pragma once

#include <string>
#include <vector>

#include "core/trace/trace.h"

namespace leat {

using Rows = std::vector<std::string>;

class CommittedRows final : public RecordTap {
 public:
  void on_committed_rows(NodeId, uint64_t, const RowBatch& batch) override {
    for (uint32_t i = 0; i < batch.size(); ++i) rows.push_back(to_text(batch.row(i)));
  }
  Rows rows;
};

// What a job commits, sorted: under each of the seeds 1 to `seeds` the same, with no objection of
// the oracles, who have judged its operators.
Rows committed_under_seeds(const std::string& text, uint64_t seeds);

}  // namespace leat
