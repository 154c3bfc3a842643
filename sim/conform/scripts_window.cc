#include "sim/conform/scripts.h"

namespace leat {

namespace {

// Counts its calls, in the window's state and in the key's.
class Fires final : public WindowFunction {
 public:
  explicit Fires(FiresState kept) : kept_(kept) {}
  std::vector<StateDescriptor> window_states() const override { return {{"in_window"}}; }
  std::vector<StateDescriptor> global_states() const override { return {{"in_key"}}; }
  void process(const RowBatch&, WindowContext& ctx) const override {
    std::vector<Value> cells(ctx.key().begin(), ctx.key().end());
    if (!ctx.window().is_global()) {
      cells.push_back(Value::integer(ctx.window().start));
      cells.push_back(Value::integer(ctx.window().end));
    }
    cells.push_back(count(ctx.window_value(0)));
    cells.push_back(count(ctx.global_value(0)));
    cells.push_back(Value::integer(ctx.watermark().ms));
    cells.push_back(Value::integer(ctx.now().ms));
    ctx.emit(Row{Value::list(std::move(cells))});
  }
  void clear(WindowContext& ctx) const override {
    if (kept_ == FiresState::kCleared) ctx.window_value(0).clear();
  }
  std::unique_ptr<WindowFunction> clone() const override { return std::make_unique<Fires>(kept_); }

 private:
  static Value count(ValueState& state) {
    const Value before = state.get();
    const Value now = Value::integer(before.is_null() ? 1 : before.as_int() + 1);
    state.update(now);
    return now;
  }
  FiresState kept_;
};

}  // namespace

std::unique_ptr<WindowFunction> scripted_fires(FiresState kept) {
  return std::make_unique<Fires>(kept);
}

}  // namespace leat
