#include "sim/scenario/process_function.h"

#include <array>

namespace leat {

namespace {

using Locals = std::array<Value, ProcessLocals::kSize>;

class ScriptedProcess final : public KeyedProcessFunction {
 public:
  explicit ScriptedProcess(std::shared_ptr<const ProcessProgram> program)
      : program_(std::move(program)) {}

  std::vector<StateDescriptor> states() const override {
    std::vector<StateDescriptor> out;
    for (const std::string& name : program_->states)
      out.push_back({name, StateDescriptor::Kind::kValue});
    return out;
  }

  void process(RowView in, ProcessContext& ctx) const override {
    run(program_->on_row, in.data(), Value::null(), ctx);
  }
  void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx) const override {
    run(domain == TimeDomain::kEvent ? program_->on_event_timer : program_->on_processing_timer,
        nullptr, Value::time(time), ctx);
  }
  std::unique_ptr<KeyedProcessFunction> clone() const override {
    return std::make_unique<ScriptedProcess>(program_);
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
    for (uint32_t i = 0; i < program_->states.size(); ++i) locals[at++] = ctx.value(i).get();
    const RowView key = ctx.key();
    for (uint32_t i = 0; i < program_->key_width && i < key.size(); ++i) locals[at++] = key[i];
    for (const ProcessStep& step : steps) {
      const ExprFrame frame{row, locals.data()};
      if (step.when && !step.when->holds(frame)) continue;
      for (const ProcessAction& action : step.actions) {
        if (action.kind == ProcessAction::Kind::kStop) return;
        act(action, frame, locals, ctx);
      }
    }
  }

  static void act(const ProcessAction& action, const ExprFrame& frame, Locals& locals,
                  ProcessContext& ctx) {
    using Kind = ProcessAction::Kind;
    switch (action.kind) {
      case Kind::kSet: {
        Value value = action.values[0].eval(frame);
        locals[ProcessLocals::kStates + action.target] = value;
        return ctx.value(action.target).update(std::move(value));
      }
      case Kind::kClear:
        locals[ProcessLocals::kStates + action.target] = Value::null();
        return ctx.value(action.target).clear();
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

  std::shared_ptr<const ProcessProgram> program_;
};

}  // namespace

std::unique_ptr<KeyedProcessFunction> process_function(ProcessProgram program) {
  return std::make_unique<ScriptedProcess>(std::make_shared<ProcessProgram>(std::move(program)));
}

}  // namespace leat
