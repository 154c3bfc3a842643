#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "sim/conform/compare.h"
#include "sim/conform/conform.h"
#include "sim/conform/job_case.h"
#include "sim/conform/machine.h"
#include "sim/conform/subject.h"

namespace leat {

namespace {

// What a step may tell beside what it gives out.
constexpr std::string_view kTold[] = {"calls",    "timeouts", "blocked",
                                      "reported", "waiting",  "paused"};

std::string without_result(const Value& step) {
  std::vector<Value::MapEntry> kept;
  for (const Value::MapEntry& entry : step.as_map()) {
    const std::string_view key = entry.first.as_text();
    const bool is_told = std::find(std::begin(kTold), std::end(kTold), key) != std::end(kTold);
    if (key != "out" && key != "error" && key != "split_watermarks" && !is_told)
      kept.push_back(entry);
  }
  return to_json(Value::map(std::move(kept)));
}

// Where a row comes in; rows of one place can come at once.
constexpr const char* kPlace[] = {"input", "channel", "split"};

// What several rows at once are to do: all that they did one after another.
Value rows_at_once(std::span<const Value> steps) {
  std::map<std::string, std::vector<Value>> all{{"out", {}}};
  for (const Value& step : steps) {
    all["rows"].push_back(member(step, "row"));
    for (const char* each : {"out", "calls", "timeouts", "split_watermarks"}) {
      const Value items = member(step, each);
      if (items.is_null()) continue;
      for (const Value& item : items.as_list()) all[each].push_back(item);
    }
  }
  for (const char* ids : {"calls", "timeouts"}) {
    if (all.contains(ids)) std::sort(all[ids].begin(), all[ids].end());
  }
  std::vector<Value::MapEntry> merged;
  for (auto& [name, items] : all)
    merged.emplace_back(Value::text(name), Value::list(std::move(items)));
  // As it stands after the last one.
  for (const char* state : {"blocked", "waiting", "paused"}) {
    if (has_member(steps.back(), state))
      merged.emplace_back(Value::text(state), member(steps.back(), state));
  }
  return Value::map(std::move(merged));
}

std::string all_of(const std::vector<Emitted>& elements) {
  std::string text;
  for (const Emitted& e : elements) text += (text.empty() ? "" : ", ") + to_json(e);
  return "[" + text + "]";
}

constexpr const char* rule_of(OutputOrder order) {
  switch (order) {
    case OutputOrder::kExact:
      return "in exactly this order";
    case OutputOrder::kByTime:
      return "in this order, rows of one timestamp in any";
    case OutputOrder::kAny:
      return "the rows in any order";
  }
  return "";
}

// Drives one operator case, keeping a transcript.
class CaseRun {
 public:
  CaseRun(const RecordedCase& recorded, Transcript transcript, const Disturbance& disturbance)
      : recorded_(recorded),
        all_steps_(transcript == Transcript::kAllSteps),
        disturbance_(disturbance) {}

  CaseVerdict run() {
    const bool refused = has_member(recorded_.body, "error");
    try {
      order_ = order_named(text_of(member(recorded_.body, "order")));
      subject_ = make_subject(recorded_);
    } catch (const UnknownRequest& unknown) {
      return fail(unknown.what());
    } catch (const std::exception& error) {
      if (refused) return pass();
      return fail(std::string("the node was refused: ") + error.what());
    }
    if (refused)
      return fail("expected that the node is refused: " + to_json(member(recorded_.body, "error")));
    const Value steps = member(recorded_.body, "steps");
    const std::span<const Value> all = steps.as_list();
    if (disturbance_.batch > 1) find_overdue(all);
    for (size_t i = 0; i < all.size();) {
      const size_t rows = rows_from(all, i);
      if (rows > 1 ? !batch(i, all.subspan(i, rows)) : !step(i + 1, all[i]))
        return std::move(verdict_);
      i += rows;
    }
    return check_late_dropped() ? pass() : std::move(verdict_);
  }

 private:
  CaseVerdict pass() {
    verdict_.passed = true;
    return std::move(verdict_);
  }
  CaseVerdict fail(const std::string& why) {
    say("  " + why);
    return std::move(verdict_);
  }
  void say(const std::string& line) { verdict_.transcript += line + "\n"; }

  // A batch ends with the row behind which an overdue timer fires: told by a run of single rows.
  void find_overdue(std::span<const Value> steps) {
    const auto alone = make_subject(recorded_);
    try {
      for (size_t i = 0; i < steps.size(); ++i) {
        StepResult result;
        alone->step(steps[i], result);
        if (result.overdue) ends_batch_.insert(i);
      }
    } catch (const std::exception&) {  // the run itself comes to the same step
    }
  }

  // How many steps from here, at least one, may come as one batch: rows of one channel.
  size_t rows_from(std::span<const Value> steps, size_t first) const {
    const auto joins = [&](const Value& step) {
      if (!has_member(step, "row") || has_member(step, "error")) return false;
      return std::all_of(std::begin(kPlace), std::end(kPlace), [&](const char* of) {
        return member(step, of) == member(steps[first], of);
      });
    };
    size_t rows = 0;
    while (rows < disturbance_.batch && first + rows < steps.size() && joins(steps[first + rows])) {
      ++rows;
      if (ends_batch_.contains(first + rows - 1)) break;
    }
    return std::max<size_t>(rows, 1);
  }

  bool batch(size_t first, std::span<const Value> steps) {
    const bool good = act(first + 1, rows_at_once(steps), [&](StepResult& result) {
      restart_before(first);
      subject_->rows(steps, result);
    });
    verdict_.batched += steps.size();
    return good;
  }

  bool step(size_t number, const Value& step) {
    return act(number, step, [&](StepResult& result) {
      restart_before(number - 1);
      subject_->step(step, result);
    });
  }

  void restart_before(size_t step) {
    if (!disturbance_.restart_before || !disturbance_.restart_before(step)) return;
    const Restarted restarted = subject_->restart();
    if (restarted == Restarted::kYes) ++verdict_.restarts;
    if (restarted == Restarted::kTimerBehind) ++verdict_.held_back;
  }

  bool act(size_t number, const Value& step, const std::function<void(StepResult&)>& does) {
    const bool throws = has_member(step, "error");
    StepResult result;
    std::string thrown;
    try {
      does(result);
    } catch (const UnknownRequest& unknown) {
      fail("step " + std::to_string(number) + " " + without_result(step) + ": " + unknown.what());
      return false;
    } catch (const std::exception& error) {
      thrown = error.what();
    }
    const bool good = throws == !thrown.empty() && (throws || matches(step, result));
    if (good && !all_steps_) return true;
    describe(number, step, result, thrown, good);
    return good;
  }

  static Value told_of(const StepResult& result, std::string_view name) {
    const auto found = result.told.find(std::string(name));
    return found == result.told.end() ? Value() : found->second;
  }

  bool matches(const Value& step, const StepResult& result) const {
    std::vector<Emitted> expected;
    const Value out = member(step, "out");
    for (const Value& element : out.as_list()) expected.push_back(parse_emitted(element));
    if (!same_output(expected, result.out, order_)) return false;
    for (const std::string_view told : kTold) {
      if (!same_value(member(step, told), told_of(result, told))) return false;
    }
    const Value watermarks = member(step, "split_watermarks");
    return same_value(watermarks.is_null() ? Value::list({}) : watermarks,
                      Value::list(result.split_watermarks));
  }

  void describe(size_t number, const Value& step, const StepResult& result,
                const std::string& thrown, bool good) {
    say("  step " + std::to_string(number) + "  " + without_result(step));
    const std::string got = thrown.empty() ? all_of(result.out) : "failed: " + thrown;
    if (good) return say("    out       " + got);
    const bool throws = has_member(step, "error");
    say("    expected  " +
        (throws ? "a failure: " + to_json(member(step, "error")) : to_json(member(step, "out"))));
    say("    got       " + got);
    say(std::string("    rule      ") + (throws ? "Flink throws here" : rule_of(order_)));
    for (const std::string_view told : kTold) {
      const Value expected = member(step, told);
      const Value told_now = told_of(result, told);
      if (same_value(expected, told_now)) continue;
      say("    " + std::string(told) + ": expected " + to_json(expected) + ", got " +
          to_json(told_now));
    }
    if (!has_member(step, "split_watermarks") && result.split_watermarks.empty()) return;
    say("    split watermarks: expected " + to_json(member(step, "split_watermarks")) + ", got " +
        to_json(Value::list(result.split_watermarks)));
  }

  bool check_late_dropped() {
    const Value expected = member(recorded_.body, "late_dropped");
    if (expected.is_null()) return true;
    const uint64_t got = subject_->late_dropped().value_or(0);
    if (static_cast<int64_t>(got) == number_of(expected)) return true;
    fail("late_dropped: expected " + to_json(expected) + ", got " + std::to_string(got));
    return false;
  }

  const RecordedCase& recorded_;
  bool all_steps_;
  const Disturbance& disturbance_;
  OutputOrder order_ = OutputOrder::kExact;
  std::unique_ptr<Subject> subject_;
  std::set<size_t> ends_batch_;  // steps, from 0
  CaseVerdict verdict_;
};

// Redistributed elements: each new subtask's are a multiset.
bool same_result(const RecordedCase& recorded, const Value& got) {
  const Value expected = member(recorded.body, "result");
  if (member(recorded.body, "function") != Value::text("redistribute"))
    return same_value(expected, got);
  const auto sorted = [](const Value& lists) {
    std::vector<Value> all;
    for (const Value& list : lists.as_list()) {
      std::vector<Value> items(list.as_list().begin(), list.as_list().end());
      std::sort(items.begin(), items.end());
      all.push_back(Value::list(std::move(items)));
    }
    return Value::list(std::move(all));
  };
  return same_value(sorted(expected), sorted(got));
}

CaseVerdict run_function(const RecordedCase& recorded) {
  CaseVerdict verdict;
  const bool throws = has_member(recorded.body, "error");
  std::string got;
  try {
    const Value result = call_function(recorded);
    verdict.passed = !throws && same_result(recorded, result);
    got = to_json(result);
  } catch (const UnknownRequest& unknown) {
    got = unknown.what();
  } catch (const std::exception& error) {
    verdict.passed = throws;
    got = std::string("failed: ") + error.what();
  }
  verdict.transcript = "  " + to_json(member(recorded.body, "function")) + " " +
                       to_json(member(recorded.body, "args")) + "\n    expected  " +
                       (throws ? "a failure" : to_json(member(recorded.body, "result"))) +
                       "\n    got       " + got + "\n";
  return verdict;
}

}  // namespace

CaseVerdict run_case(const RecordedCase& recorded, Transcript transcript, Restarts restarts,
                     uint64_t seeds) {
  Disturbance disturbance;
  if (restarts == Restarts::kBeforeEachStep)
    disturbance.restart_before = [](size_t) { return true; };
  return run_case(recorded, transcript, disturbance, seeds);
}

CaseVerdict run_case(const RecordedCase& recorded, Transcript transcript,
                     const Disturbance& disturbance, uint64_t seeds) {
  if (recorded.kind == "operator") return CaseRun(recorded, transcript, disturbance).run();
  if (recorded.kind == "graph") return run_graph_case(recorded);
  if (recorded.kind == "function") return run_function(recorded);
  if (recorded.kind == "job") return run_job_case(recorded, seeds);
  if (recorded.kind == "machine") return run_machine_case(recorded, transcript);
  CaseVerdict unknown;
  unknown.transcript = "  cases of kind \"" + recorded.kind + "\" are not known yet\n";
  return unknown;
}

}  // namespace leat
