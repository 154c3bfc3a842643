#include "sim/cli/printed_rows.h"

#include <fmt/format.h>

namespace leat {

namespace {
constexpr size_t kShown = 20;
}

void PrintedRows::on_committed_rows(NodeId sink, uint64_t, const RowBatch& rows) {
  const auto* spec = std::get_if<SinkSpec>(&graph_.node(sink).spec);
  if (spec == nullptr || spec->kind != SinkSpec::Kind::kPrint) return;
  for (uint32_t i = 0; i < rows.size(); ++i) {
    ++rows_;
    if (first_.size() == kShown) continue;
    const std::string row = to_text(rows.row(i));
    first_.push_back(spec->prefix.empty() ? row : fmt::format("{}> {}", spec->prefix, row));
  }
}

std::string PrintedRows::text() const {
  std::string text;
  for (const std::string& row : first_) text += "  " + row + "\n";
  if (rows_ > first_.size()) text += fmt::format("  ... {} more printed\n", rows_ - first_.size());
  return text;
}

}  // namespace leat
