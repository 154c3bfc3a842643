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

}  // namespace leat
