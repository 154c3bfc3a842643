#include "sim/explore/calls.h"

namespace leat {

namespace {

// Calls that are kept for after the run; later ones are made again at once only.
constexpr size_t kKept = 2000;
// So many calls are made after the run, round by round: long enough for a clock to have moved on.
constexpr size_t kMadeAfter = 10'000;

}  // namespace

void Calls::made(const std::string& where, CallTape tape, Again again) {
  ++judged_;
  if (statement_) return;
  repeat(where, tape, again, "at once");
  if (kept_.size() < kKept) kept_.push_back({where, std::move(tape), std::move(again)});
}

std::optional<Witness::Statement> Calls::statement() {
  for (size_t made = 0; made < kMadeAfter && !kept_.empty(); made += kept_.size()) {
    for (size_t i = kept_.size(); i-- > 0 && !statement_;)
      repeat(kept_[i].where, kept_[i].tape, kept_[i].again, "after the run");
  }
  return statement_;
}

void Calls::repeat(const std::string& where, const CallTape& tape, const Again& again,
                   const char* when) {
  TapePlayer player(tape);
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
