// What a window answers, by a function of one's own (see process_function.h for keyed ones):
//
//   class Spread : public ProcessWindow<std::string, Reading, Range> {
//    public:
//     void process(const std::vector<Reading>& readings, Context& ctx) const {
//       ctx.emit({ctx.key(), ctx.window().start, largest(readings) - least(readings)});
//     }
//   };
//
// For an aggregate of one's own see user_aggregate.h.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/api/process_function.h"
#include "core/api/user_aggregate.h"
#include "core/graph/window_functions.h"

namespace leat {

// (Flink: ProcessWindowFunction.) Sees all rows of the window, in the order in which they came (of
// merged windows: in no stated order). May have clear(Context&), when the window is over.
template <RowType K, RowType I, RowType O>
class ProcessWindow : public SideDeclarations {
 public:
  using Key = K;
  using In = I;
  using Out = O;

  template <class T>
  struct WindowState {
    uint32_t index = 0;
  };
  template <class T>
  struct GlobalState {
    uint32_t index = 0;
  };
  const std::vector<StateDescriptor>& declared_window_states() const { return window_states_; }
  const std::vector<StateDescriptor>& declared_global_states() const { return global_states_; }

  class Context {
   public:
    // The function's side outputs stand behind `first_side` others of the node.
    Context(WindowContext& ctx, uint32_t first_side) : ctx_(ctx), first_side_(first_side) {}
    K key() const { return RowCodec<K>::decode(ctx_.key()); }
    const TimeWindow& window() const { return ctx_.window(); }
    EventTime watermark() const { return ctx_.watermark(); }
    ProcTime now() const { return ctx_.now(); }
    // Of this window: drop it in clear(). Not where windows merge.
    template <class T>
    TypedValueState<T> state(WindowState<T> handle) {
      return TypedValueState<T>(ctx_.window_value(handle.index));
    }
    // Of the key, whatever window.
    template <class T>
    TypedValueState<T> state(GlobalState<T> handle) {
      return TypedValueState<T>(ctx_.global_value(handle.index));
    }
    void emit(const O& value) { ctx_.emit(row_of(value)); }
    template <class T>
    void emit_side(Side<T> side, const T& value) {
      ctx_.emit_side(first_side_ + side.index, row_of(value));
    }

   private:
    WindowContext& ctx_;
    const uint32_t first_side_;
  };

 protected:
  template <RowType T>
  WindowState<T> window_state(std::string name) {
    return {declare(window_states_, std::move(name))};
  }
  template <RowType T>
  GlobalState<T> global_state(std::string name) {
    return {declare(global_states_, std::move(name))};
  }

 private:
  static uint32_t declare(std::vector<StateDescriptor>& states, std::string name) {
    StateDescriptor descriptor;
    descriptor.name = std::move(name);
    states.push_back(std::move(descriptor));
    return static_cast<uint32_t>(states.size() - 1);
  }
  std::vector<StateDescriptor> window_states_;
  std::vector<StateDescriptor> global_states_;
};

template <class F>
class WindowAdapter final : public WindowFunction {
 public:
  WindowAdapter(F f, uint32_t first_side) : f_(std::move(f)), first_side_(first_side) {}
  std::vector<StateDescriptor> window_states() const override {
    return f_.declared_window_states();
  }
  std::vector<StateDescriptor> global_states() const override {
    return f_.declared_global_states();
  }
  void process(const RowBatch& elements, WindowContext& ctx) const override {
    std::vector<typename F::In> rows;
    rows.reserve(elements.size());
    for (uint32_t i = 0; i < elements.size(); ++i)
      rows.push_back(RowCodec<typename F::In>::decode(elements.row(i)));
    typename F::Context typed(ctx, first_side_);
    f_.process(rows, typed);
  }
  void clear(WindowContext& ctx) const override {
    typename F::Context typed(ctx, first_side_);
    if constexpr (requires { f_.clear(typed); }) f_.clear(typed);
  }
  std::unique_ptr<WindowFunction> clone() const override {
    return std::make_unique<WindowAdapter>(f_, first_side_);
  }

 private:
  const F f_;
  const uint32_t first_side_;
};

}  // namespace leat
