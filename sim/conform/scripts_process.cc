#include "sim/conform/scripts.h"

namespace leat {

namespace {

// The scripts emit rows of several widths, each as one list; the harness takes it apart.
void emit(ProcessContext& ctx, std::vector<Value> cells) {
  ctx.emit(Row{Value::list(std::move(cells))});
}
Value time_or_null(Timestamp time) { return time ? Value::integer(time->ms) : Value::null(); }

class Repeat final : public FlatMapFunction {
 public:
  void flat_map(RowView in, Timestamp, Collector& out) const override {
    for (int64_t i = 0; i < in.back().as_int(); ++i)
      out.collect(Row{in.front(), Value::integer(i)});
  }
  std::unique_ptr<FlatMapFunction> clone() const override { return std::make_unique<Repeat>(); }
};

// State 0: how many timers have fired for the key. State 1: the plans, as a map from [domain, t] to
// the commands.
class Timers final : public KeyedProcessFunction {
 public:
  std::vector<StateDescriptor> states() const override { return {{"count"}, {"plans"}}; }
  void process(RowView in, ProcessContext& ctx) const override {
    run(in[1].as_text(), in[2], std::nullopt, ctx);
  }
  void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx) const override {
    const Value seen = ctx.value(kCount).get();
    const int64_t count = seen.is_null() ? 1 : seen.as_int() + 1;
    ctx.value(kCount).update(Value::integer(count));
    const Value name = Value::text(domain == TimeDomain::kEvent ? "et" : "pt");
    emit(ctx, {ctx.key()[0], name, Value::integer(time), Value::integer(ctx.watermark().ms),
               Value::integer(ctx.now().ms), Value::integer(count), time_or_null(ctx.timestamp())});
    const Value commands =
        change_plan(Value::list({name, Value::integer(time)}), Value::null(), ctx);
    if (commands.is_null()) return;
    for (const Value& command : commands.as_list()) {
      run(command.as_list()[0].as_text(), command.as_list()[1], time, ctx);
    }
  }
  std::unique_ptr<KeyedProcessFunction> clone() const override {
    return std::make_unique<Timers>();
  }

 private:
  static constexpr uint32_t kCount = 0, kPlans = 1;

  // `running`: the time of the timer that runs this.
  static void run(std::string_view command, const Value& arg, std::optional<int64_t> running,
                  ProcessContext& ctx) {
    const auto at = [&] { return wrapping_add(running.value_or(0), arg.as_int()); };
    if (command == "emit") {
      emit(ctx, {ctx.key()[0], Value::text("emit"), arg, time_or_null(ctx.timestamp()),
                 Value::integer(ctx.watermark().ms), Value::integer(ctx.now().ms)});
    } else if (command == "et") {
      ctx.register_timer(EventTime{arg.as_int()});
    } else if (command == "pt") {
      ctx.register_timer(ProcTime{arg.as_int()});
    } else if (command == "et_in") {
      ctx.register_timer(EventTime{at()});
    } else if (command == "pt_in") {
      ctx.register_timer(ProcTime{at()});
    } else if (command == "del_et") {
      ctx.delete_timer(EventTime{arg.as_int()});
    } else if (command == "del_pt") {
      ctx.delete_timer(ProcTime{arg.as_int()});
    } else if (command == "plan") {
      const auto plan = arg.as_list();
      change_plan(Value::list({plan[0], plan[1]}), plan[2], ctx);
    } else {
      throw JobError("the script knows no " + std::string(command));
    }
  }

  // Puts `commands` for the timer, null removes them; returns those from before.
  static Value change_plan(const Value& timer, const Value& commands, ProcessContext& ctx) {
    ValueState& state = ctx.value(kPlans);
    const Value plans = state.get();
    Value before;
    std::vector<Value::MapEntry> next;
    if (!plans.is_null()) {
      for (const Value::MapEntry& entry : plans.as_map()) {
        if (entry.first == timer) {
          before = entry.second;
        } else {
          next.push_back(entry);
        }
      }
    }
    if (!commands.is_null()) next.emplace_back(timer, commands);
    state.update(next.empty() ? Value::null() : Value::map(std::move(next)));
    return before;
  }
};

}  // namespace

std::unique_ptr<FlatMapFunction> scripted_repeat() { return std::make_unique<Repeat>(); }
std::unique_ptr<KeyedProcessFunction> scripted_timers() { return std::make_unique<Timers>(); }

}  // namespace leat
