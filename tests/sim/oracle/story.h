// A run told by hand: facts and taps of a small job in the order of a correct engine, which a test
// then bends in one place.
//
//   in (2 splits) -> twice      one task: vertex 0
//   sum by k, tumbling 10 -> out   two tasks: vertex 1 (key a lives at [0], key b at [1])
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sim/oracle/oracles.h"

namespace leat::story {

struct Rec {
  std::string k;
  int64_t v = 0;
  int64_t t = 0;
};
using Splits = std::vector<std::vector<Rec>>;

JobProgram window_job(const Splits& splits, Duration lateness = {0}, bool late_to_side = false);
// in -> remember (keyed process: emits its row and, by a timer at t + 10, the key's sum) -> out
JobProgram process_job(const Splits& splits);

inline constexpr NodeId kIn{0}, kTwice{1}, kSum{2}, kOut{3}, kLate{4};

Row pane(const std::string& k, int64_t start, int64_t sum);

enum class Tap : uint8_t { kSource, kInput, kOutput, kCommitted };
struct Tapped {
  Tap tap;
  ExecutionId execution;
  NodeId node;
  uint32_t output = kMainOutput;  // or the split, or the transaction
  uint64_t first = 0;
  RowBatch rows;
};
struct TimerStep {
  ExecutionId execution;
  NodeId node;
  RecordTap::TimerEvent event;
  TimeDomain domain;
  int64_t time;
  Value key;
};
struct Step {
  int64_t at = 0;
  std::variant<Fact, Tapped, TimerStep> what;
};

class Story {
 public:
  explicit Story(const JobProgram& program) : program_(program), rows_in_(program) {}

  // ---- telling ----
  int64_t now = 0;
  void fact(Fact fact) { steps.push_back({now, std::move(fact)}); }
  void tap(Tapped tapped) { steps.push_back({now, std::move(tapped)}); }
  ExecutionId task(uint32_t subtask) const;  // 0: the source's, 1 + i: sum[i]
  void start(uint64_t checkpoint = 0);       // deploys all three tasks (again)
  void assign(uint64_t first0, uint64_t first1);
  void read(uint32_t split, uint64_t first, uint32_t count);
  void finish_split(uint32_t split);
  void watermark(int64_t t);                       // at the source and at both windows
  void fire(uint32_t index, const Row& pane_row);  // sum[index] -> out[index]
  // Everything of a checkpoint but its commits.
  void checkpoint(uint64_t id);
  void complete(uint64_t id);
  void commit(uint64_t checkpoint);  // what checkpoint() froze for it
  void abort(uint64_t checkpoint);
  void end();

  // ---- bending ----
  std::vector<Step> steps;
  // The index of the n-th (from 0) fact of the type that pleases.
  template <class F>
  size_t find(
      std::function<bool(const F&)> pleases = [](const F&) { return true; }, size_t n = 0) const {
    for (size_t i = 0; i < steps.size(); ++i) {
      const auto* fact = std::get_if<Fact>(&steps[i].what);
      const auto* f = fact == nullptr ? nullptr : std::get_if<F>(fact);
      if (f != nullptr && pleases(*f) && n-- == 0) return i;
    }
    fail_check("the story has no such fact");
  }
  template <class F>
  F& get(size_t i) {
    return std::get<F>(std::get<Fact>(steps[i].what));
  }
  size_t find_tap(Tap tap, NodeId node, size_t n = 0) const;
  void erase(size_t i) { steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(i)); }
  void insert(size_t before, const Step& step);
  void move(size_t from, size_t before);

  Verdict play(const std::vector<OracleKind>& which, EndOfRun end = {}) const;

 private:
  struct Frozen {
    uint64_t checkpoint;
    uint32_t index;
    uint64_t transaction;
    RowBatch rows;
  };
  // Rows on their way, as the program's functions make them.
  struct Source {
    explicit Source(const JobProgram& program) : program_(program) {}
    RowBatch read(uint32_t split, uint64_t first, uint32_t count) const;
    const JobProgram& program_;
  };
  const JobProgram& program_;
  Source rows_in_;
  // The sinks hear of a watermark behind what it fires.
  void let_sinks_hear();

  std::optional<EventTime> unheard_;
  uint32_t attempt_ = 0;
  uint64_t restores_ = 0;
  uint64_t next_transaction_ = 1;
  uint64_t sent_[2] = {0, 0};
  RowBatch open_[2] = {RowBatch(4), RowBatch(4)};
  std::vector<Frozen> frozen_;
  std::vector<uint64_t> taken_;
};

// Two splits, a checkpoint, a crash, a restore, the end: a correct engine.
Splits two_splits();
Story correct(const JobProgram& program);

// The names of what was found, in order, each once.
std::vector<std::string> names(const Verdict& verdict);

}  // namespace leat::story
