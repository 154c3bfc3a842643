#include "sim/explore/calls.h"

#include <algorithm>

#include "sim/explore/other_thread.h"
#include "sim/explore/other_time.h"

namespace leat {

namespace {

// Calls that are kept for after the run; later ones are made again at once only.
constexpr size_t kKept = 2000;
// So many calls of a node are repeated after another function has been called.
constexpr uint64_t kLooked = 100;
// So many timers that do nothing, and more than half of all, are no accident.
constexpr uint64_t kManyInVain = 20;

}  // namespace

void Calls::made(const std::string& where, CallTape tape, Again again) {
  ++judged_;
  if (statement_) return;
  repeat(where, tape, again, "at once");
  if (!statement_) look_for_shared_objects(where, tape, again);
  if (kept_.size() < kKept) kept_.push_back({where, std::move(tape), std::move(again)});
}

// In another thread, which shows a function that asks for its own.
std::optional<Witness::Statement> Calls::statement() {
  in_another_thread([&] {
    for (size_t i = kept_.size(); i-- > 0 && !statement_;)
      repeat(kept_[i].where, kept_[i].tape, kept_[i].again, "after the run");
  });
  return statement_ ? statement_ : timers_in_vain();
}

void Calls::timer_fired(const std::string& where, Firing firing) {
  Firings& firings = firings_[where];
  ++firings.all;
  firings.in_vain += firing == Firing::kInVain ? 1 : 0;
}

std::optional<Witness::Statement> Calls::timers_in_vain() const {
  for (const auto& [where, firings] : firings_) {
    if (firings.in_vain < kManyInVain || firings.in_vain * 2 < firings.all) continue;
    return Statement{
        where,
        "timers",
        "a timer that fires has something to do",
        std::to_string(firings.in_vain) + " of " + std::to_string(firings.all) +
            " timers fired and did nothing: no row, no state, no timer",
        "state_leak",
        "a timer that is no longer wanted is deleted, and is not set for each row anew; "
        "repair: delete the old timer when a new one replaces it, or set timers to "
        "common times (the end of a second), where equal ones are one",
        "history"};
  }
  return std::nullopt;
}

bool Calls::disturb(const std::string& but) {
  const auto other =
      std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) { return kept.where != but; });
  if (other == kept_.end()) return false;
  TapePlayer unheard(other->tape);
  try {
    other->again(other->tape, unheard);
  } catch (const InvariantViolation&) {
    throw;
  } catch (const std::exception&) {
    // What it says to that row has been told before.
  }
  return true;
}

void Calls::look_for_shared_objects(const std::string& where, const CallTape& tape,
                                    const Again& again) {
  uint64_t& looked = looked_[where];
  if (looked >= kLooked || !disturb(where)) return;
  ++looked;
  repeat(where, tape, again, "after another function was called for another row,");
  if (!statement_) return;
  statement_->violation = "record_mutated";
  statement_->rule =
      "a record that has been handed over stays as it is; here a function reads an object that "
      "another one fills anew for each row; repair: hand over all that is needed in the row "
      "itself, "
      "and reuse no object between functions";
}

void Calls::repeat(const std::string& where, const CallTape& tape, const Again& again,
                   const char* when) {
  TapePlayer player(tape);
  const OtherTime other_time;
  try {
    again(tape, player);
  } catch (const InvariantViolation&) {
    throw;
  } catch (const std::exception& error) {
    player.expect({TapeEntry::What::kThrew, 0, {Value::text(error.what())}});
  }
  player.end();
  if (!player.differs()) return;
  const std::string first = tape.entries().empty() ? "a call" : to_text(tape.entries().front());
  statement_ = Statement{where, first, player.expected(),
                         player.got() + ", called again " + when + " with the same"};
}

Row with_time(RowView row, Timestamp time) {
  Row all = copy_of(row);
  all.push_back(time ? Value::time(time->ms) : Value::null());
  return all;
}
RowView row_part(const TapeEntry& entry) {
  return RowView(entry.values).first(entry.values.size() - 1);
}
Timestamp time_part(const TapeEntry& entry) {
  const Value& time = entry.values.back();
  return time.is_null() ? Timestamp() : EventTime{time.as_int()};
}

}  // namespace leat
