#include "sim/conform/script_commands.h"

namespace leat {

namespace {

constexpr uint32_t kSum = 0, kChainStep = 1, kChainLeft = 2, kSideOnTimer = 3;
constexpr uint32_t kSide = 0, kOther = 1, kNoSuchSide = 0xfffffffe;

void emit_side_cells(ProcessContext& ctx, uint32_t side, std::vector<Value> cells) {
  ctx.emit_side(side, Row{Value::list(std::move(cells))});
}

std::vector<Value> named(const ScriptCommand& command, std::string_view name, InputNumber input,
                         std::vector<Value> rest) {
  std::vector<Value> cells{command.key, script_text(name)};
  if (input) cells.push_back(Value::integer(int64_t{*input} + 1));
  cells.insert(cells.end(), rest.begin(), rest.end());
  return cells;
}

void change_sum(const ScriptCommand& command, ProcessContext& ctx) {
  ValueState& sum = ctx.value(kSum);
  const Value before = sum.get();
  if (command.name == "clear") return sum.clear();
  if (command.name == "add") {
    const int64_t base = before.is_null() ? 0 : before.as_int();
    sum.update(Value::integer(wrapping_add(base, command.arg.as_int())));
  }
  emit_cells(ctx, {command.key, script_text("sum"), sum.get()});
}

}  // namespace

void emit_cells(ProcessContext& ctx, std::vector<Value> cells) {
  ctx.emit(Row{Value::list(std::move(cells))});
}
Value script_text(std::string_view text) { return Value::text(text); }
Value script_time(Timestamp time) { return time ? Value::integer(time->ms) : Value::null(); }

bool run_output_command(const ScriptCommand& command, InputNumber input, ProcessContext& ctx) {
  const Value& arg = command.arg;
  if (command.name == "emit") {
    emit_cells(ctx, named(command, "emit", input,
                          {arg, script_time(ctx.timestamp()), Value::integer(ctx.watermark().ms),
                           Value::integer(ctx.now().ms)}));
  } else if (command.name == "side") {
    emit_side_cells(ctx, kSide, named(command, "side", input, {arg}));
  } else if (command.name == "both") {
    emit_cells(ctx, {command.key, script_text("main"), arg});
    emit_side_cells(ctx, kSide, named(command, "side", input, {arg}));
    emit_cells(ctx,
               {command.key, script_text("main"), Value::integer(wrapping_add(arg.as_int(), 1))});
  } else if (command.name == "other") {
    emit_side_cells(ctx, kOther, {command.key, script_text("other"), arg});
  } else if (command.name == "null_tag") {
    emit_side_cells(ctx, kNoSuchSide, {});
  } else if (command.name == "fail") {
    throw JobError("the script fails");
  } else {
    return false;
  }
  return true;
}

std::vector<StateDescriptor> keyed_script_states() {
  return {{"sum"}, {"chain_step"}, {"chain_left"}, {"side_on_timer"}};
}

void run_keyed_command(const ScriptCommand& command, InputNumber input, ProcessContext& ctx) {
  if (run_output_command(command, input, ctx)) return;
  const Value& arg = command.arg;
  if (command.name == "add" || command.name == "get" || command.name == "clear") {
    change_sum(command, ctx);
  } else if (command.name == "et") {
    ctx.register_timer(EventTime{arg.as_int()});
  } else if (command.name == "pt") {
    ctx.register_timer(ProcTime{arg.as_int()});
  } else if (command.name == "del_et") {
    ctx.delete_timer(EventTime{arg.as_int()});
  } else if (command.name == "del_pt") {
    ctx.delete_timer(ProcTime{arg.as_int()});
  } else if (command.name == "chain") {
    ctx.value(kChainStep).update(arg);
    ctx.value(kChainLeft).update(Value::integer(3));
  } else if (command.name == "side_timer") {
    ctx.value(kSideOnTimer).update(Value::boolean(true));
  } else {
    throw JobError("the script knows no " + std::string(command.name));
  }
}

void run_keyed_timer(TimeDomain domain, int64_t time, ProcessContext& ctx) {
  const Value key = ctx.key()[0];
  emit_cells(
      ctx, {key, script_text(domain == TimeDomain::kEvent ? "et" : "pt"), Value::integer(time),
            Value::integer(ctx.watermark().ms), Value::integer(ctx.now().ms), ctx.value(kSum).get(),
            script_time(ctx.timestamp())});
  if (!ctx.value(kSideOnTimer).get().is_null()) {
    emit_side_cells(ctx, kSide, {key, script_text("side_timer"), Value::integer(time)});
  }
  const Value left = ctx.value(kChainLeft).get();
  if (left.is_null() || left.as_int() <= 0) return;
  ctx.value(kChainLeft).update(Value::integer(left.as_int() - 1));
  const int64_t next = wrapping_add(time, ctx.value(kChainStep).get().as_int());
  if (domain == TimeDomain::kEvent) {
    ctx.register_timer(EventTime{next});
  } else {
    ctx.register_timer(ProcTime{next});
  }
}

}  // namespace leat
