// Calls (REF): each row that is asked for is answered once, also after a restore, by its answer or
// by what the function says when time is out; answers leave in the order of the calls, or, where
// that is free, overtake no watermark. (Flink: AsyncWaitOperator,
// rules 7.1 to 7.4.)
#include <exception>
#include <functional>
#include <optional>

#include "sim/oracle/oracles.h"
#include "sim/oracle/owed_answers.h"

namespace leat {
namespace {

// What is said at once or later; the first counts.
class FirstAnswer final : public ResultFuture {
 public:
  std::optional<std::vector<Row>> rows;
  bool failed = false;
  uint64_t number() const override { return 1; }
  void complete(std::vector<Row> answer) override {
    if (!rows && !failed) rows = std::move(answer);
  }
  void fail(const std::string&) override { failed = failed || !rows; }
  void complete_later(std::vector<Row> answer) override { complete(std::move(answer)); }
  void fail_later(const std::string& cause) override { fail(cause); }
};

struct OwedCalls {
  OwedAnswers owed;
  uint64_t rank = 0;
  bool lost = false;  // what is owed is not known; nor after a restore of what was known then
};
struct Caller {
  Snapshots<OwedCalls> history;
};

class CallOracle final : public Oracle {
 public:
  CallOracle(const Plan& plan, const Runs& runs)
      : Oracle("calls", plan, runs), callers_(plan.instances()) {
    for (uint32_t i = 0; i < plan.instances(); ++i) {
      const StreamNode& node = plan.node(plan.node_of(i));
      if (!std::holds_alternative<AsyncSpec>(node.spec)) continue;
      callers_[i].emplace();
    }
  }

  FactSet facts() const override { return fact_set<WatermarkAdvanced>(); }
  uint32_t taps() const override { return kInputTap | kOutputTap; }

  void on_input(uint32_t instance, const RowBatch& rows) override {
    if (!callers_[instance] || callers_[instance]->history.now.lost) return;
    Caller& caller = *callers_[instance];
    const AsyncSpec& spec = spec_of(instance);
    report_.judged(rows.size());
    for (uint32_t i = 0; i < rows.size(); ++i) {
      const RowView row = rows.row(i);
      const FirstAnswer answer =
          answer_of([&](ResultFuture& result) { spec.function->invoke(row, 1, result); });
      const FirstAnswer late = answer_of([&](ResultFuture& result) {
        if (spec.timeout) spec.function->timeout(row, result);
      });
      if (!foreseen(spec, answer, late)) {
        caller.history.now.lost = true;
        return;
      }
      OwedCalls& now = caller.history.now;
      if (spec.mode == AsyncSpec::Mode::kOrdered) ++now.rank;
      for (const Row& owed : *answer.rows) {
        std::optional<Row> in_its_place;
        if (late.rows) in_its_place = late.rows->front();
        now.owed.add({owed, std::move(in_its_place), rows.timestamp(i), now.rank});
      }
    }
  }

  void on_output(uint32_t instance, uint32_t, const RowBatch& rows) override {
    if (!callers_[instance] || callers_[instance]->history.now.lost) return;
    Caller& caller = *callers_[instance];
    for (uint32_t i = 0; i < rows.size(); ++i) {
      report_.judged();
      if (caller.history.now.owed.take(rows.row(i), rows.timestamp(i))) continue;
      if (!caller.history.now.owed.unsure()) wrong(instance, caller.history.now.owed, rows.row(i));
      caller.history.now.lost = true;
      return;
    }
  }

  void on_fact(const Fact& fact) override {
    const auto& advanced = std::get<WatermarkAdvanced>(fact);
    const uint32_t i = plan_.instance(advanced.node, advanced.execution.subtask.index);
    if (i != kNowhere && callers_[i]) ++callers_[i]->history.now.rank;
  }

  void on_snapshot(uint32_t subtask, CheckpointId id) override {
    for (const uint32_t i : plan_.instances_of(subtask)) {
      if (callers_[i]) callers_[i]->history.take(id);
    }
  }
  void on_completed(CheckpointId id) override {
    for (auto& caller : callers_) {
      if (caller) caller->history.settle(id);
    }
  }
  void on_rewind(uint32_t subtask, Rewind how, CheckpointId to) override {
    for (const uint32_t i : plan_.instances_of(subtask)) {
      if (!callers_[i] || how == Rewind::kKeep) continue;
      Caller& caller = *callers_[i];
      caller.history.rewind(how, to);
      if (how == Rewind::kUnknown) caller.history.now.lost = true;
    }
  }
  void finish(const EndOfRun& end) override {
    if (!end.finished()) return;
    for (uint32_t i = 0; i < callers_.size(); ++i) {
      if (!callers_[i] || callers_[i]->history.now.lost || callers_[i]->history.now.owed.empty())
        continue;
      const Row& owed = callers_[i]->history.now.owed.first();
      violate("missing_result", plan_.where(i), "row (" + to_text(owed) + ")",
              "(" + to_text(owed) + ")", "nothing",
              "each call is answered, also one that was open at a restore");
    }
  }

 private:
  static FirstAnswer answer_of(const std::function<void(ResultFuture&)>& call) {
    FirstAnswer answer;
    try {
      call(answer);
    } catch (const InvariantViolation&) {
      throw;
    } catch (const std::exception&) {
      answer.failed = true;
    }
    return answer;
  }
  // Calls that are repeated are not foreseen; of what is said when time is out, one row in place of
  // one is. Where nothing is said then, the call stays open, or the task fails.
  static bool foreseen(const AsyncSpec& spec, const FirstAnswer& answer, const FirstAnswer& late) {
    if (!answer.rows) return false;
    if (spec.retry && spec.retry->on_empty && answer.rows->empty()) return false;
    return !late.rows || (late.rows->size() == 1 && answer.rows->size() == 1);
  }

  void wrong(uint32_t instance, const OwedAnswers& owed, RowView got) {
    const char* rule = "each call is answered once, in the order of the calls or of the watermarks";
    const std::string row = "(" + to_text(got) + ")";
    if (owed.empty()) {
      violate("extra_result", plan_.where(instance), "row " + row, "no row", row, rule);
      return;
    }
    const std::string first = "(" + to_text(owed.first()) + ")";
    violate("wrong_value", plan_.where(instance), "row " + row, first, row, rule);
  }

  const AsyncSpec& spec_of(uint32_t instance) const {
    return std::get<AsyncSpec>(plan_.node(plan_.node_of(instance)).spec);
  }

  std::vector<std::optional<Caller>> callers_;  // by instance
};

}  // namespace

OraclePtr make_call_oracle(const Plan& plan, const Runs& runs) {
  return std::make_unique<CallOracle>(plan, runs);
}

}  // namespace leat
