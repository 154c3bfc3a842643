// The broadcast script (twoinput.md): one broadcast state "rules", and on keyed nodes the keyed
// script on the data side.
#include <algorithm>

#include "sim/conform/script_commands.h"
#include "sim/conform/scripts.h"

namespace leat {

namespace {

constexpr uint32_t kRules = 0, kUndeclared = 7;
constexpr uint32_t kTotal = 0, kBroadcastSide = 0;

// [[name, value], ...], sorted by name.
Value rules_as_list(const BroadcastStates& states) {
  std::vector<Value::MapEntry> entries = states.at(kRules).entries();
  std::sort(entries.begin(), entries.end());
  std::vector<Value> list;
  for (const auto& [name, value] : entries) list.push_back(Value::list({name, value}));
  return Value::list(std::move(list));
}

Value value_or_null(const Value* found) { return found != nullptr ? *found : Value::null(); }

class BroadcastScript final : public BroadcastProcessFunction {
 public:
  explicit BroadcastScript(bool keyed) : keyed_(keyed) {}

  std::vector<StateDescriptor> states() const override {
    return keyed_ ? keyed_script_states() : std::vector<StateDescriptor>{};
  }
  std::vector<std::string> broadcast_states() const override { return {"rules"}; }

  void process(RowView in, ProcessContext& ctx, const BroadcastStates& states) const override {
    const ScriptCommand command(in);
    if (command.name == "lookup" || command.name == "has") {
      const Value rule = Value::text("r" + std::to_string(command.arg.as_int()));
      const Value* found = states.at(kRules).find(rule);
      const bool lookup = command.name == "lookup";
      emit_cells(ctx, {command.key, script_text(lookup ? "rule" : "has"), command.arg,
                       lookup ? value_or_null(found) : Value::boolean(found != nullptr)});
    } else if (command.name == "list") {
      emit_cells(ctx, {command.key, script_text("rules"), rules_as_list(states)});
    } else if (command.name == "undeclared") {
      states.at(kUndeclared);
    } else if (command.name == "remove_through_iterator") {
      // Flink refuses it when it runs; here `states` is const and it does not compile.
      throw JobError("broadcast state is read-only on the data side");
    } else {
      run_keyed_command(command, std::nullopt, ctx);
    }
  }

  void process_broadcast(RowView in, BroadcastContext& ctx,
                         BroadcastStates& states) const override {
    const ScriptCommand command(in);
    if (change_rules(command, states) || emit_something(command, ctx, states)) return;
    if (command.name == "undeclared") {
      states.at(kUndeclared);
    } else if (command.name == "keyed_state") {
      throw JobError("a broadcast row belongs to no key");
    } else if (command.name == "fail") {
      throw JobError("the script fails");
    } else {
      apply(command, ctx);
    }
  }

  void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx,
                const BroadcastStates& states) const override {
    run_keyed_timer(domain, time, ctx);
    emit_cells(ctx, {ctx.key()[0], script_text("rules"), rules_as_list(states)});
  }

  std::unique_ptr<BroadcastProcessFunction> clone() const override {
    return std::make_unique<BroadcastScript>(keyed_);
  }

 private:
  static void emit(BroadcastContext& ctx, std::vector<Value> cells) {
    ctx.emit(Row{Value::list(std::move(cells))});
  }

  static bool change_rules(const ScriptCommand& command, BroadcastStates& states) {
    BroadcastState& rules = states.at(kRules);
    if (command.name == "put") {
      rules.put(command.key, command.arg);
    } else if (command.name == "remove") {
      rules.remove(command.key);
    } else if (command.name == "clear_rules") {
      rules.clear();
    } else if (command.name == "put_all") {
      for (int64_t i = 0; i < 3; ++i) {
        rules.put(Value::text("r" + std::to_string(i)),
                  Value::integer(wrapping_add(command.arg.as_int(), i)));
      }
    } else if (command.name == "remove_odd") {
      for (const auto& [name, value] : rules.entries()) {
        if (value.as_int() % 2 != 0) rules.remove(name);
      }
    } else {
      return false;
    }
    return true;
  }

  static bool emit_something(const ScriptCommand& command, BroadcastContext& ctx,
                             const BroadcastStates& states) {
    const Value& rule = command.key;
    const Value& arg = command.arg;
    if (command.name == "get_rule") {
      emit(ctx, {rule, script_text("rule"), value_or_null(states.at(kRules).find(rule))});
    } else if (command.name == "list") {
      emit(ctx, {rule, script_text("rules"), rules_as_list(states)});
    } else if (command.name == "emit") {
      emit(ctx, {rule, script_text("emit"), arg, Value::integer(ctx.timestamp().ms),
                 Value::integer(ctx.watermark().ms), Value::integer(ctx.now().ms)});
    } else if (command.name == "side" || command.name == "both") {
      const bool both = command.name == "both";
      if (both) emit(ctx, {rule, script_text("main"), arg});
      ctx.emit_side(kBroadcastSide, Row{Value::list({rule, script_text("side"), arg})});
      if (both) {
        emit(ctx, {rule, script_text("main"), Value::integer(wrapping_add(arg.as_int(), 1))});
      }
    } else {
      return false;
    }
    return true;
  }

  static void apply(const ScriptCommand& command, BroadcastContext& ctx) {
    int64_t total = 0;
    std::vector<std::pair<Value, Value>> held;
    ctx.for_each_key(kTotal, [&](const Value& key, ValueState& sum) {
      const Value value = sum.get();
      held.emplace_back(key, value);
      total = wrapping_add(total, value.as_int());
      if (command.name == "apply_add") {
        sum.update(Value::integer(wrapping_add(value.as_int(), command.arg.as_int())));
      } else if (command.name == "apply_clear_odd" && value.as_int() % 2 != 0) {
        sum.clear();
      }
    });
    if (command.name == "apply_sum") {
      emit(ctx, {command.key, script_text("total"), Value::integer(total),
                 Value::integer(static_cast<int64_t>(held.size()))});
    } else if (command.name == "apply_list") {
      std::sort(held.begin(), held.end());
      for (const auto& [key, sum] : held) emit(ctx, {key, script_text("held"), sum});
    } else if (command.name != "apply_add" && command.name != "apply_clear_odd") {
      throw JobError("the script knows no " + std::string(command.name));
    }
  }

  bool keyed_;
};

}  // namespace

std::unique_ptr<BroadcastProcessFunction> scripted_broadcast(bool keyed) {
  return std::make_unique<BroadcastScript>(keyed);
}

}  // namespace leat
