#include "sim/oracle/expected.h"

#include <algorithm>
#include <map>

namespace leat {

std::vector<uint32_t> last_of_each(const RowBatch& rows, const std::vector<uint32_t>& fields) {
  std::map<Row, uint32_t> last;
  for (uint32_t i = 0; i < rows.size(); ++i) {
    Row subject;
    for (const uint32_t field : fields) subject.push_back(rows.row(i)[field]);
    last[std::move(subject)] = i;
  }
  std::vector<uint32_t> kept;
  for (const auto& entry : last) kept.push_back(entry.second);
  std::sort(kept.begin(), kept.end());
  return kept;
}

void ExpectedRowsQueue::added(uint64_t rank, const std::vector<uint32_t>& open) {
  while (entries_.size() < rows_.size()) {
    const auto i = static_cast<uint32_t>(entries_.size());
    entries_.push_back({hash_row(rows_.row(i), rows_.timestamp(i)), rank, false, open});
    ++owed_;
  }
}

void ExpectedRowsQueue::added_in_order() {
  while (entries_.size() < rows_.size()) {
    const auto i = static_cast<uint32_t>(entries_.size());
    entries_.push_back({hash_row(rows_.row(i), rows_.timestamp(i)), i, false, {}});
    ++owed_;
  }
}

bool ExpectedRowsQueue::is(uint32_t index, RowView row, Timestamp time, uint64_t hash) const {
  const Entry& entry = entries_[index];
  if (entry.open.empty()) return entry.hash == hash;
  const RowView owed = rows_.row(index);
  if (rows_.timestamp(index) != time || owed.size() != row.size()) return false;
  for (uint32_t cell = 0; cell < row.size(); ++cell) {
    const bool open = std::find(entry.open.begin(), entry.open.end(), cell) != entry.open.end();
    if (!open && !(owed[cell] == row[cell])) return false;
  }
  return true;
}

bool ExpectedRowsQueue::take(RowView row, Timestamp time) {
  const uint64_t hash = hash_row(row, time);
  for (uint32_t i = head_; i < entries_.size() && entries_[i].rank == entries_[head_].rank; ++i) {
    if (entries_[i].taken || !is(i, row, time, hash)) continue;
    drop(i);
    return true;
  }
  return false;
}

uint32_t ExpectedRowsQueue::first() const { return owed_ == 0 ? kNone : head_; }

void ExpectedRowsQueue::drop(uint32_t index) {
  entries_[index].taken = true;
  --owed_;
  if (owed_ == 0) return clear();
  while (entries_[head_].taken) ++head_;
}

void ExpectedRowsQueue::clear() {
  rows_.clear();
  entries_.clear();
  head_ = 0;
  owed_ = 0;
}

}  // namespace leat
