// Scripts over keyed state and event timers: sort, dedup, expire, ticks, commands.
#include <algorithm>

#include "sim/conform/job_scripts.h"

namespace leat {

namespace {

Row with_key(const ProcessContext& ctx, std::initializer_list<Value> cells) {
  Row row(ctx.key().begin(), ctx.key().end());
  row.insert(row.end(), cells);
  return row;
}

int64_t int_or(const Value& value, int64_t otherwise) {
  return value.is_null() ? otherwise : value.as_int();
}

// State 0: the rows that wait, as lists of [time, fields]. State 1: the number of the last one.
class Sort final : public KeyedProcessFunction {
 public:
  std::vector<StateDescriptor> states() const override { return {{"waiting"}, {"n"}}; }
  void process(RowView in, ProcessContext& ctx) const override {
    const EventTime time = time_of(ctx);
    if (time <= ctx.watermark()) return ctx.emit_side(0, in);
    std::vector<Value> waiting = list_of(ctx.value(0).get());
    waiting.push_back(
        Value::list({Value::integer(time.ms), Value::list(Row(in.begin(), in.end()))}));
    ctx.value(0).update(Value::list(std::move(waiting)));
    ctx.register_timer(time);
  }
  void on_timer(TimeDomain, int64_t time, ProcessContext& ctx) const override {
    std::vector<Value> due;
    std::vector<Value> rest;
    for (Value& row : list_of(ctx.value(0).get())) {
      const bool now = row.as_list()[0].as_int() == time;
      (now ? due : rest).push_back(std::move(row));
    }
    std::sort(due.begin(), due.end());
    int64_t n = int_or(ctx.value(1).get(), 0);
    for (const Value& row : due) {
      const std::span<const Value> cells = row.as_list()[1].as_list();
      Row out(cells.begin(), cells.end());
      out.push_back(Value::integer(++n));
      ctx.emit(out);
    }
    ctx.value(0).update(rest.empty() ? Value::null() : Value::list(std::move(rest)));
    ctx.value(1).update(Value::integer(n));
  }
  std::unique_ptr<KeyedProcessFunction> clone() const override { return std::make_unique<Sort>(); }

 private:
  static std::vector<Value> list_of(const Value& state) {
    if (state.is_null()) return {};
    return {state.as_list().begin(), state.as_list().end()};
  }
};

class Dedup final : public KeyedProcessFunction {
 public:
  std::vector<StateDescriptor> states() const override { return {{"seen"}}; }
  void process(RowView in, ProcessContext& ctx) const override {
    if (!ctx.value(0).get().is_null()) return;
    ctx.value(0).update(Value::boolean(true));
    ctx.emit(in);
  }
  std::unique_ptr<KeyedProcessFunction> clone() const override { return std::make_unique<Dedup>(); }
};

class Expire final : public KeyedProcessFunction {
 public:
  explicit Expire(int64_t after) : after_(after) {}
  std::vector<StateDescriptor> states() const override { return {{"count"}, {"last"}}; }
  void process(RowView, ProcessContext& ctx) const override {
    const EventTime time = time_of(ctx);
    ctx.value(0).update(Value::integer(int_or(ctx.value(0).get(), 0) + 1));
    ctx.value(1).update(
        Value::integer(std::max(int_or(ctx.value(1).get(), EventTime::min().ms), time.ms)));
    ctx.register_timer(EventTime{wrapping_add(time.ms, after_)});
  }
  void on_timer(TimeDomain, int64_t time, ProcessContext& ctx) const override {
    const Value last = ctx.value(1).get();
    if (last.is_null() || wrapping_add(last.as_int(), after_) != time) return;
    ctx.emit(with_key(ctx, {ctx.value(0).get(), Value::integer(time)}));
    ctx.value(0).clear();
    ctx.value(1).clear();
  }
  std::unique_ptr<KeyedProcessFunction> clone() const override {
    return std::make_unique<Expire>(after_);
  }

 private:
  const int64_t after_;
};

class Ticks final : public KeyedProcessFunction {
 public:
  Ticks(int64_t every, int64_t times) : every_(every), times_(times) {}
  std::vector<StateDescriptor> states() const override { return {{"left"}}; }
  void process(RowView, ProcessContext& ctx) const override {
    if (!ctx.value(0).get().is_null()) return;
    ctx.value(0).update(Value::integer(times_));
    ctx.register_timer(EventTime{wrapping_add(time_of(ctx).ms, every_)});
  }
  void on_timer(TimeDomain, int64_t time, ProcessContext& ctx) const override {
    const int64_t left = ctx.value(0).get().as_int() - 1;
    ctx.value(0).update(Value::integer(left));
    ctx.emit(with_key(ctx, {Value::integer(time), Value::integer(left)}));
    if (left > 0) ctx.register_timer(EventTime{wrapping_add(time, every_)});
  }
  std::unique_ptr<KeyedProcessFunction> clone() const override {
    return std::make_unique<Ticks>(every_, times_);
  }

 private:
  const int64_t every_;
  const int64_t times_;
};

class Commands final : public KeyedProcessFunction {
 public:
  std::vector<StateDescriptor> states() const override { return {{"sum"}, {"step"}, {"left"}}; }
  void process(RowView in, ProcessContext& ctx) const override {
    const std::string_view command = in[1].as_text();
    const Value& arg = in[2];
    const int64_t sum = int_or(ctx.value(kSum).get(), 0);
    if (command == "add") {
      const Value next = Value::integer(wrapping_add(sum, arg.as_int()));
      ctx.value(kSum).update(next);
      ctx.emit(Row{in[0], Value::text("sum"), next, arg});
    } else if (command == "get") {
      ctx.emit(Row{in[0], Value::text("get"), Value::integer(sum), arg});
    } else if (command == "clear") {
      ctx.value(kSum).update(Value::integer(0));
    } else if (command == "et") {
      ctx.register_timer(EventTime{arg.as_int()});
    } else if (command == "del_et") {
      ctx.delete_timer(EventTime{arg.as_int()});
    } else if (command == "chain") {
      ctx.value(kStep).update(arg);
      ctx.value(kLeft).update(Value::integer(3));
    } else if (command == "side") {
      ctx.emit_side(0, Row{in[0], Value::text("side"), arg, Value::integer(time_of(ctx).ms)});
    } else if (command == "emit") {
      ctx.emit(Row{in[0], Value::text("emit"), arg, Value::integer(ctx.watermark().ms)});
    } else {
      throw JobError("the script knows no " + std::string(command));
    }
  }
  void on_timer(TimeDomain, int64_t time, ProcessContext& ctx) const override {
    ctx.emit(with_key(ctx, {Value::text("et"), Value::integer(time),
                            Value::integer(int_or(ctx.value(kSum).get(), 0))}));
    const int64_t left = int_or(ctx.value(kLeft).get(), 0);
    if (left <= 0) return;
    ctx.value(kLeft).update(Value::integer(left - 1));
    ctx.register_timer(EventTime{wrapping_add(time, ctx.value(kStep).get().as_int())});
  }
  std::unique_ptr<KeyedProcessFunction> clone() const override {
    return std::make_unique<Commands>();
  }

 private:
  static constexpr uint32_t kSum = 0, kStep = 1, kLeft = 2;
};

}  // namespace

std::unique_ptr<KeyedProcessFunction> scripted_sort() { return std::make_unique<Sort>(); }
std::unique_ptr<KeyedProcessFunction> scripted_dedup() { return std::make_unique<Dedup>(); }
std::unique_ptr<KeyedProcessFunction> scripted_expire(int64_t after) {
  return std::make_unique<Expire>(after);
}
std::unique_ptr<KeyedProcessFunction> scripted_ticks(int64_t every, int64_t times) {
  return std::make_unique<Ticks>(every, times);
}
std::unique_ptr<KeyedProcessFunction> scripted_commands() { return std::make_unique<Commands>(); }

}  // namespace leat
