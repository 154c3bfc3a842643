#include "sim/scenario/process_function.h"

namespace leat {

namespace {

using Locals = std::array<Value, ProcessLocals::kSize>;

class Interpreter {
 public:
  explicit Interpreter(ProcessProgram program) : program_(std::move(program)) {}

  std::vector<StateDescriptor> states() const { return program_.states; }

  void process(uint32_t input, RowView in, ProcessContext& ctx) const {
    run(program_.on_row[input], in.data(), Value::null(), ctx);
  }
  void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx) const {
    run(domain == TimeDomain::kEvent ? program_.on_event_timer : program_.on_processing_timer,
        nullptr, Value::time(time), ctx);
  }

 private:
  void run(const std::vector<ProcessStep>& steps, const Value* row, Value timer,
           ProcessContext& ctx) const {
    if (steps.empty()) return;
    Locals locals;
    const Timestamp timestamp = ctx.timestamp();
    if (timestamp) locals[ProcessLocals::kTimestamp] = Value::time(timestamp->ms);
    locals[ProcessLocals::kWatermark] = Value::time(ctx.watermark().ms);
    locals[ProcessLocals::kNow] = Value::time(ctx.now().ms);
    locals[ProcessLocals::kTime] = std::move(timer);
    uint32_t at = ProcessLocals::kStates;
    for (uint32_t i = 0; i < program_.states.size(); ++i) locals[at++] = read(i, ctx);
    if (program_.key_width > 0) {
      for (const Value& part : ctx.key()) locals[at++] = part;
    }
    for (const ProcessStep& step : steps) {
      const ExprFrame frame{row, locals.data()};
      if (step.when && !step.when->holds(frame)) continue;
      for (const ProcessAction& action : step.actions) {
        if (action.kind == ProcessAction::Kind::kStop) return;
        act(action, frame, locals, ctx);
      }
    }
  }

  Value read(uint32_t state, ProcessContext& ctx) const {
    switch (program_.states[state].kind) {
      case StateDescriptor::Kind::kList:
        return Value::list(ctx.list(state).get());
      case StateDescriptor::Kind::kMap:
        return Value::map(ctx.map(state).entries());
      case StateDescriptor::Kind::kReducing:
        return ctx.reducing(state).get();
      case StateDescriptor::Kind::kAggregating:
        return ctx.aggregating(state).get();
      case StateDescriptor::Kind::kValue:
        return ctx.value(state).get();
    }
    fail_check("a state of an unknown kind");
  }

  void set(uint32_t state, Value value, ProcessContext& ctx) const {
    if (program_.states[state].kind != StateDescriptor::Kind::kList)
      return ctx.value(state).update(std::move(value));
    if (value.is_null()) return ctx.list(state).clear();
    ctx.list(state).update({value.as_list().begin(), value.as_list().end()});
  }

  void add(uint32_t state, Value value, ProcessContext& ctx) const {
    switch (program_.states[state].kind) {
      case StateDescriptor::Kind::kReducing:
        return ctx.reducing(state).add(std::move(value));
      case StateDescriptor::Kind::kAggregating:
        return ctx.aggregating(state).add(value);
      default:
        return ctx.list(state).add(std::move(value));
    }
  }

  void clear(uint32_t state, ProcessContext& ctx) const {
    switch (program_.states[state].kind) {
      case StateDescriptor::Kind::kList:
        return ctx.list(state).clear();
      case StateDescriptor::Kind::kMap:
        return ctx.map(state).clear();
      case StateDescriptor::Kind::kReducing:
        return ctx.reducing(state).clear();
      case StateDescriptor::Kind::kAggregating:
        return ctx.aggregating(state).clear();
      case StateDescriptor::Kind::kValue:
        return ctx.value(state).clear();
    }
  }

  void change_state(const ProcessAction& action, const ExprFrame& frame, Locals& locals,
                    ProcessContext& ctx) const {
    using Kind = ProcessAction::Kind;
    const auto value = [&](size_t i) { return action.values[i].eval(frame); };
    if (action.kind == Kind::kSet) set(action.target, value(0), ctx);
    if (action.kind == Kind::kUpdate) ctx.list(action.target).update(row_of(action, frame));
    if (action.kind == Kind::kAddAll) ctx.list(action.target).add_all(row_of(action, frame));
    if (action.kind == Kind::kAdd) add(action.target, value(0), ctx);
    if (action.kind == Kind::kPut) ctx.map(action.target).put(value(0), value(1));
    if (action.kind == Kind::kRemove) ctx.map(action.target).remove(value(0));
    if (action.kind == Kind::kClear) clear(action.target, ctx);
    locals[ProcessLocals::kStates + action.target] = read(action.target, ctx);
  }

  void act(const ProcessAction& action, const ExprFrame& frame, Locals& locals,
           ProcessContext& ctx) const {
    using Kind = ProcessAction::Kind;
    switch (action.kind) {
      case Kind::kSet:
      case Kind::kUpdate:
      case Kind::kAdd:
      case Kind::kAddAll:
      case Kind::kPut:
      case Kind::kRemove:
      case Kind::kClear:
        return change_state(action, frame, locals, ctx);
      case Kind::kEmit:
        return ctx.emit(row_of(action, frame));
      case Kind::kSide:
        return ctx.emit_side(action.target, row_of(action, frame));
      case Kind::kStop:
        return;
      default:
        break;
    }
    int64_t time = 0;
    if (!action.values[0].node()->integer(frame, time)) return;  // a timer at null is none
    switch (action.kind) {
      case Kind::kTimer:
        return ctx.register_timer(EventTime{time});
      case Kind::kDeleteTimer:
        return ctx.delete_timer(EventTime{time});
      case Kind::kProcessingTimer:
        return ctx.register_timer(ProcTime{time});
      default:
        return ctx.delete_timer(ProcTime{time});
    }
  }

  static Row row_of(const ProcessAction& action, const ExprFrame& frame) {
    Row row;
    row.reserve(action.values.size());
    for (const Expression& value : action.values) row.push_back(value.eval(frame));
    return row;
  }

  ProcessProgram program_;
};

class ScriptedProcess final : public KeyedProcessFunction {
 public:
  explicit ScriptedProcess(std::shared_ptr<const Interpreter> told) : told_(std::move(told)) {}
  std::vector<StateDescriptor> states() const override { return told_->states(); }
  void process(RowView in, ProcessContext& ctx) const override { told_->process(0, in, ctx); }
  void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx) const override {
    told_->on_timer(domain, time, ctx);
  }
  std::unique_ptr<KeyedProcessFunction> clone() const override {
    return std::make_unique<ScriptedProcess>(told_);
  }

 private:
  std::shared_ptr<const Interpreter> told_;
};

class ScriptedUnkeyedProcess final : public ProcessFunction {
 public:
  explicit ScriptedUnkeyedProcess(std::shared_ptr<const Interpreter> told)
      : told_(std::move(told)) {}
  void process(RowView in, ProcessContext& ctx) const override { told_->process(0, in, ctx); }
  std::unique_ptr<ProcessFunction> clone() const override {
    return std::make_unique<ScriptedUnkeyedProcess>(told_);
  }

 private:
  std::shared_ptr<const Interpreter> told_;
};

class ScriptedCoProcess final : public CoProcessFunction {
 public:
  explicit ScriptedCoProcess(std::shared_ptr<const Interpreter> told) : told_(std::move(told)) {}
  std::vector<StateDescriptor> states() const override { return told_->states(); }
  void process(uint32_t input, RowView in, ProcessContext& ctx) const override {
    told_->process(input, in, ctx);
  }
  void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx) const override {
    told_->on_timer(domain, time, ctx);
  }
  std::unique_ptr<CoProcessFunction> clone() const override {
    return std::make_unique<ScriptedCoProcess>(told_);
  }

 private:
  std::shared_ptr<const Interpreter> told_;
};

}  // namespace

std::unique_ptr<KeyedProcessFunction> process_function(ProcessProgram program) {
  return std::make_unique<ScriptedProcess>(std::make_shared<Interpreter>(std::move(program)));
}

std::unique_ptr<ProcessFunction> unkeyed_process_function(ProcessProgram program) {
  return std::make_unique<ScriptedUnkeyedProcess>(
      std::make_shared<Interpreter>(std::move(program)));
}

std::unique_ptr<CoProcessFunction> co_process_function(ProcessProgram program) {
  return std::make_unique<ScriptedCoProcess>(std::make_shared<Interpreter>(std::move(program)));
}

}  // namespace leat
