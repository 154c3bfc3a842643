#include "sim/oracle/owed_answers.h"

#include <algorithm>

namespace leat {

namespace {

bool same(RowView a, RowView b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

}  // namespace

bool OwedAnswers::take(RowView row, Timestamp time) {
  const auto fits = [&](const Answer& owed) {
    return owed.time == time && (same(owed.row, row) || (owed.late && same(*owed.late, row)));
  };
  auto found = owed_.end();
  for (auto i = owed_.begin(); i != owed_.end() && i->rank == owed_.front().rank; ++i) {
    if (!fits(*i)) continue;
    if (found == owed_.end()) {
      found = i;
    } else if (found->row != i->row || found->late != i->late) {
      unsure_ = true;
    }
  }
  if (found == owed_.end()) return false;
  owed_.erase(found);
  if (owed_.empty()) unsure_ = false;
  return true;
}

}  // namespace leat
