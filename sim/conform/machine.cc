#include "sim/conform/machine.h"

#include <algorithm>

namespace leat {

namespace {

std::unique_ptr<Machine> make_machine(const Value& body) {
  if (has_member(body, "strategy")) return make_restart_machine(body);
  if (has_member(body, "channels")) return make_barrier_machine(body);
  if (has_member(body, "protocol")) return make_two_phase_machine(body);
  if (has_member(body, "edges")) return make_failover_machine(body);
  if (has_member(body, "vertices")) return make_coordinator_machine(body);
  throw UnknownRequest("no object is known that has this set-up");
}

std::vector<std::string> texts(std::span<const Value> values) {
  std::vector<std::string> list;
  for (const Value& value : values) list.push_back(to_json(value));
  return list;
}

class MachineRun {
 public:
  MachineRun(const RecordedCase& recorded, Transcript transcript)
      : body_(recorded.body), all_steps_(transcript == Transcript::kAllSteps) {}

  CaseVerdict run() {
    try {
      const Value order = member(body_, "order");
      any_order_ = !order.is_null() && text_of(order) == "any";
      verdict_.passed = set_up() && steps() && summary();
    } catch (const UnknownRequest& unknown) {
      say(unknown.what());
    }
    return std::move(verdict_);
  }

 private:
  void say(const std::string& line) { verdict_.transcript += "  " + line + "\n"; }

  bool set_up() {
    const bool refused = has_member(body_, "error");
    try {
      machine_ = make_machine(body_);
    } catch (const UnknownRequest&) {
      throw;
    } catch (const std::exception& error) {
      if (!refused) say(std::string("the set-up was refused: ") + error.what());
      return refused;
    }
    if (refused) say("expected that the set-up is refused");
    return !refused;
  }

  bool steps() {
    if (machine_ == nullptr) return true;  // refused, as it should be
    const Value steps = member(body_, "steps");
    if (steps.is_null()) return true;
    for (const Value& step : steps.as_list()) {
      if (!one_step(step)) return false;
    }
    return true;
  }

  bool one_step(const Value& step) {
    MachineResult result;
    std::string thrown;
    try {
      machine_->step(step, result);
    } catch (const UnknownRequest&) {
      throw;
    } catch (const std::exception& error) {
      thrown = error.what();
    }
    const bool throws = has_member(step, "error");
    bool good = throws == !thrown.empty();
    std::string got;
    if (has_member(step, "did")) {
      const Value did = member(step, "did");
      std::vector<std::string> expected = texts(did.as_list());
      std::vector<std::string> done = texts(result.did);
      if (any_order_) std::sort(expected.begin(), expected.end());
      if (any_order_) std::sort(done.begin(), done.end());
      good = good && expected == done;
      got += " did " + to_json(Value::list(result.did));
    }
    if (!throws) {
      for (const auto& [name, value] : result.seen) {
        good = good && to_json(member(step, name)) == to_json(value);
        got += " " + name + " " + to_json(value);
      }
    }
    if (good && !all_steps_) return true;
    say("step      " + to_json(step));
    say("    got  " + got + (thrown.empty() ? "" : " failed: " + thrown));
    return good;
  }

  bool summary() {
    if (machine_ == nullptr) return true;
    for (const auto& [name, value] : machine_->summary()) {
      if (!has_member(body_, name) || to_json(member(body_, name)) == to_json(value)) continue;
      say(name + ": expected " + to_json(member(body_, name)) + ", got " + to_json(value));
      return false;
    }
    return true;
  }

  const Value& body_;
  const bool all_steps_;
  bool any_order_ = false;
  std::unique_ptr<Machine> machine_;
  CaseVerdict verdict_;
};

}  // namespace

CaseVerdict run_machine_case(const RecordedCase& recorded, Transcript transcript) {
  return MachineRun(recorded, transcript).run();
}

Value object_of(std::vector<std::pair<std::string_view, Value>> members) {
  std::vector<Value::MapEntry> entries;
  for (auto& [name, value] : members) entries.emplace_back(Value::text(name), std::move(value));
  return Value::map(std::move(entries));
}

Value id_value(uint64_t id) { return Value::integer(static_cast<int64_t>(id)); }

}  // namespace leat
