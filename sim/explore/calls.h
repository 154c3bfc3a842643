// Calls of user functions, made again: what every wrapped function tells, and how it is wrapped.
#pragma once

#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/graph/specs.h"
#include "sim/explore/call_tape.h"
#include "sim/explore/perturbation.h"

namespace leat {

// Makes each call again at once, and the first ones again after the run.
class Calls final : public Witness {
 public:
  using Again = std::function<void(const CallTape&, TapePlayer&)>;

  // A call was made; `again` makes it on a fresh copy.
  void made(const std::string& where, CallTape tape, Again again);
  // A timer has fired; in vain: the function gave nothing, wrote nothing and set no timer.
  enum class Firing : uint8_t { kWithEffect, kInVain };
  void timer_fired(const std::string& where, Firing firing);
  std::optional<Statement> statement() override;
  uint64_t judged() const override { return judged_; }

 private:
  struct Kept {
    std::string where;
    CallTape tape;
    Again again;
  };
  struct Firings {
    uint64_t all = 0;
    uint64_t in_vain = 0;
  };
  std::optional<Statement> timers_in_vain() const;
  // Calls a function of another node for another row: what it shares with others it changes.
  bool disturb(const std::string& but);
  void look_for_shared_objects(const std::string& where, const CallTape& tape, const Again& again);
  void repeat(const std::string& where, const CallTape& tape, const Again& again, const char* when);

  uint64_t judged_ = 0;
  std::vector<Kept> kept_;
  std::map<std::string, Firings> firings_;  // by node
  std::map<std::string, uint64_t> looked_;  // by node: calls repeated after another was disturbed
  std::optional<Statement> statement_;
};

// An argument of a call: a row, and a time or none behind it.
Row with_time(RowView row, Timestamp time);
RowView row_part(const TapeEntry& entry);
Timestamp time_part(const TapeEntry& entry);
inline Row copy_of(RowView row) { return {row.begin(), row.end()}; }

// Collects for somebody who is told of each row.
template <class F>
class Telling final : public Collector {
 public:
  explicit Telling(F f) : f_(std::move(f)) {}
  void collect(RowView row) override { f_(row); }

 private:
  F f_;
};

// A call in which the function only gets arguments and gives rows. `f` makes it and says what came.
template <class Call>
void record(Calls& calls, const std::string& where, Row arguments, Call&& call,
            Calls::Again again) {
  CallTape tape;
  tape.add({TapeEntry::What::kArgument, 0, std::move(arguments)});
  try {
    call([&](uint64_t which, RowView row) {
      tape.add({TapeEntry::What::kGave, which, copy_of(row)});
    });
  } catch (const InvariantViolation&) {
    throw;
  } catch (const std::exception& error) {
    tape.add({TapeEntry::What::kThrew, 0, {Value::text(error.what())}});
    calls.made(where, std::move(tape), std::move(again));
    throw;
  }
  calls.made(where, std::move(tape), std::move(again));
}

// What every wrapped function has: the pristine one, the copy of this attempt, and where to tell.
template <class Function>
struct Wrapped {
  std::shared_ptr<const Function> pristine;
  std::unique_ptr<Function> mine;
  std::shared_ptr<Calls> calls;
  std::string where;

  Wrapped(std::shared_ptr<const Function> f, std::shared_ptr<Calls> c, std::string w)
      : pristine(std::move(f)), mine(pristine->clone()), calls(std::move(c)), where(std::move(w)) {}
  Wrapped(const Wrapped& other) : Wrapped(other.pristine, other.calls, other.where) {}
};

enum class Keys : uint8_t { kNone, kSome };  // whether rows have one

// The same function with every call made again.
std::shared_ptr<const KeyedProcessFunction> called_again(Wrapped<KeyedProcessFunction> wrapped,
                                                         Keys keys = Keys::kSome);
std::shared_ptr<const ReduceFunction> called_again(Wrapped<ReduceFunction> wrapped);
std::shared_ptr<const PartitionFunction> called_again(Wrapped<PartitionFunction> wrapped);
std::shared_ptr<const CoMapFunction> called_again(Wrapped<CoMapFunction> wrapped);
std::shared_ptr<const CoFlatMapFunction> called_again(Wrapped<CoFlatMapFunction> wrapped);
std::shared_ptr<const JoinFunction> called_again(Wrapped<JoinFunction> wrapped);
std::shared_ptr<const ProcessFunction> called_again(std::shared_ptr<const ProcessFunction> f,
                                                    std::shared_ptr<Calls> calls,
                                                    const std::string& where);
std::shared_ptr<const CoProcessFunction> called_again(std::shared_ptr<const CoProcessFunction> f,
                                                      Keys keys, std::shared_ptr<Calls> calls,
                                                      const std::string& where);

}  // namespace leat
