#include "sim/explore/calls.h"

#include <thread>

#include "sim/explore/other_time.h"

namespace leat {

namespace {

// Calls that are kept for after the run; later ones are made again at once only.
constexpr size_t kKept = 2000;
}  // namespace

void Calls::made(const std::string& where, CallTape tape, Again again) {
  ++judged_;
  if (statement_) return;
  repeat(where, tape, again, "at once");
  if (kept_.size() < kKept) kept_.push_back({where, std::move(tape), std::move(again)});
}

// In another thread, which shows a function that asks for its own.
std::optional<Witness::Statement> Calls::statement() {
  std::exception_ptr broken;
  std::thread other([&] {
    try {
      for (size_t i = kept_.size(); i-- > 0 && !statement_;)
        repeat(kept_[i].where, kept_[i].tape, kept_[i].again, "after the run");
    } catch (const std::exception&) {
      broken = std::current_exception();
    }
  });
  other.join();
  if (broken) std::rethrow_exception(broken);
  return statement_;
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
