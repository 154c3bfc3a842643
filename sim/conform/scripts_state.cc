// The process function of the cases about state (conformance core.md, "state and ttl"), and the
// reduce function of those about running aggregates.
#include <algorithm>
#include <utility>

#include "sim/conform/scripts.h"

namespace leat {

namespace {

Value integer(int64_t v) { return Value::integer(v); }

class SumOfCells final : public ReduceFunction {
 public:
  void reduce(RowView a, RowView b, std::span<Value> out) const override {
    out[0] = integer(wrapping_add(a[0].as_int(), b[0].as_int()));
  }
  std::unique_ptr<ReduceFunction> clone() const override { return std::make_unique<SumOfCells>(); }
};

// The accumulator is [sum, count], the result the text "sum/count".
class SumOverCount final : public AggregateFunction {
 public:
  Value create() const override { return Value::list({integer(0), integer(0)}); }
  Value add(Value accumulator, RowView row) const override {
    if (row[0].as_int() == 13) throw JobError("13 is not to be added");
    const auto parts = accumulator.as_list();
    return Value::list({integer(wrapping_add(parts[0].as_int(), row[0].as_int())),
                        integer(parts[1].as_int() + 1)});
  }
  Value merge(Value a, Value b) const override {
    const auto x = a.as_list();
    const auto y = b.as_list();
    return Value::list({integer(wrapping_add(x[0].as_int(), y[0].as_int())),
                        integer(x[1].as_int() + y[1].as_int())});
  }
  Value result(const Value& accumulator) const override {
    const auto parts = accumulator.as_list();
    return Value::text(std::to_string(parts[0].as_int()) + "/" + std::to_string(parts[1].as_int()));
  }
  std::unique_ptr<AggregateFunction> clone() const override {
    return std::make_unique<SumOverCount>();
  }
};

class States final : public KeyedProcessFunction {
 public:
  explicit States(std::vector<StateDescriptor> states) : states_(std::move(states)) {}
  std::vector<StateDescriptor> states() const override { return states_; }
  void process(RowView in, ProcessContext& ctx) const override { run(in[1], in[2], ctx); }
  std::unique_ptr<KeyedProcessFunction> clone() const override {
    return std::make_unique<States>(states_);
  }

 private:
  static constexpr uint32_t kValue = 0, kList = 1, kMap = 2, kReducing = 3, kAggregating = 4;

  static void run(const Value& command, const Value& arg, ProcessContext& ctx) {
    const std::string_view name = command.as_text();
    if (name == "all") {
      for (const Value& each : items_of(arg)) run(each.as_list()[0], each.as_list()[1], ctx);
    } else if (name.starts_with("value_")) {
      on_value(name.substr(6), arg, ctx);
    } else if (name.starts_with("list_")) {
      on_list(name.substr(5), arg, ctx);
    } else if (name.starts_with("map_")) {
      on_map(command, arg, ctx);
    } else if (name.starts_with("reducing_")) {
      on_folding(name.substr(9), arg, ctx.reducing(kReducing), "reducing", ctx);
    } else if (name.starts_with("aggregating_")) {
      on_folding(name.substr(12), arg, ctx.aggregating(kAggregating), "aggregating", ctx);
    } else {
      unknown(name);
    }
  }

  [[noreturn]] static void unknown(std::string_view command) {
    throw UnknownRequest("the state script knows no " + std::string(command));
  }
  static void tell(ProcessContext& ctx, std::vector<Value> cells) {
    cells.insert(cells.begin(), ctx.key()[0]);
    ctx.emit(Row{Value::list(std::move(cells))});
  }
  // Java's null list is none of ours.
  static std::vector<Value> items_of(const Value& list) {
    if (list.is_null()) throw JobError("a list state takes no null");
    return {list.as_list().begin(), list.as_list().end()};
  }

  static void on_value(std::string_view what, const Value& arg, ProcessContext& ctx) {
    ValueState& state = ctx.value(kValue);
    if (what == "get") return tell(ctx, {Value::text("value"), state.get()});
    if (what == "set") return state.update(arg);
    if (what == "clear") return state.clear();
    unknown(what);
  }

  static void on_list(std::string_view what, const Value& arg, ProcessContext& ctx) {
    ListState& state = ctx.list(kList);
    if (what == "get") return tell(ctx, {Value::text("list"), Value::list(state.get())});
    if (what == "add") return state.add(arg);
    if (what == "add_all") return state.add_all(items_of(arg));
    if (what == "update") return state.update(items_of(arg));
    if (what == "clear") return state.clear();
    unknown(what);
  }

  static void on_map(const Value& command, const Value& arg, ProcessContext& ctx) {
    MapState& state = ctx.map(kMap);
    const std::string_view what = command.as_text().substr(4);
    const auto put = [&](const Value& entry) { state.put(entry.as_list()[0], entry.as_list()[1]); };
    if (what == "get") return tell(ctx, {command, arg, state.get(arg)});
    if (what == "contains") return tell(ctx, {command, arg, Value::boolean(state.contains(arg))});
    if (what == "is_empty") return tell(ctx, {command, Value::boolean(state.is_empty())});
    if (what == "entries" || what == "keys" || what == "values")
      return tell(ctx, {command, Value::list(sorted(what, state))});
    if (what == "put") return put(arg);
    if (what == "remove") return state.remove(arg);
    if (what == "clear") return state.clear();
    if (what == "put_all") {
      for (const Value& entry : items_of(arg)) put(entry);
      return;
    }
    if (what == "remove_odd") return remove_odd(state);
    if (what == "add_to_each") return add_to_each(arg.as_int(), state);
    unknown(what);
  }

  static std::vector<Value> sorted(std::string_view what, MapState& state) {
    std::vector<Value> items;
    for (const auto& [key, value] : state.entries()) {
      items.push_back(what == "keys" ? key : what == "values" ? value : Value::list({key, value}));
    }
    std::sort(items.begin(), items.end());
    return items;
  }
  static void remove_odd(MapState& state) {
    state.for_each([](MapState::Entry& entry) {
      if (!entry.value().is_null() && entry.value().as_int() % 2 != 0) entry.remove();
    });
  }
  static void add_to_each(int64_t n, MapState& state) {
    state.for_each([n](MapState::Entry& entry) {
      if (entry.value().is_null()) throw JobError("nothing is added to null");
      entry.set_value(integer(wrapping_add(entry.value().as_int(), n)));
    });
  }

  template <class State>
  static void on_folding(std::string_view what, const Value& arg, State& state, const char* name,
                         ProcessContext& ctx) {
    if (what == "get") return tell(ctx, {Value::text(name), state.get()});
    if (what == "add") return state.add(arg);
    if (what == "clear") return state.clear();
    unknown(what);
  }

  std::vector<StateDescriptor> states_;
};

std::optional<StateTtl> ttl_of(const Value& ttl) {
  if (ttl.is_null()) return std::nullopt;
  StateTtl made;
  made.time_to_live = {number_of(member(ttl, "ms"))};
  const std::string update = text_of(member(ttl, "update"));
  if (update == "disabled") return std::nullopt;
  if (update == "read_and_write") {
    made.update = StateTtl::Update::kOnReadAndWrite;
  } else if (update != "create_and_write") {
    throw UnknownRequest("the update type \"" + update + "\" is not known");
  }
  const std::string visibility = text_of(member(ttl, "visibility"));
  if (visibility == "if_not_cleaned_up") {
    made.visibility = StateTtl::Visibility::kReturnExpiredIfNotCleanedUp;
  } else if (visibility != "never") {
    throw UnknownRequest("the visibility \"" + visibility + "\" is not known");
  }
  const std::string cleanup = text_of(member(ttl, "cleanup"));
  if (cleanup == "none") {
    made.cleanup = StateTtl::Cleanup::kNone;
  } else if (cleanup == "full_snapshot") {
    made.cleanup = StateTtl::Cleanup::kFullSnapshot;
  } else if (cleanup == "incremental") {
    made.cleanup_size = 2;
  } else if (cleanup != "default") {
    throw UnknownRequest("the cleanup \"" + cleanup + "\" is not known");
  }
  return made;
}

// [b.k, a.v - b.v, b.d, a.note + b.note]
class Concat final : public ReduceFunction {
 public:
  void reduce(RowView a, RowView b, std::span<Value> out) const override {
    if (b[3].as_text() == "fail") throw JobError("the reduce function fails");
    out[0] = b[0];
    out[1] = integer(wrapping_sub(a[1].as_int(), b[1].as_int()));
    out[2] = b[2];
    out[3] = Value::text(std::string(a[3].as_text()) + std::string(b[3].as_text()));
  }
  std::unique_ptr<ReduceFunction> clone() const override { return std::make_unique<Concat>(); }
};

}  // namespace

std::unique_ptr<KeyedProcessFunction> scripted_states(const Value& node) {
  using Kind = StateDescriptor::Kind;
  std::vector<StateDescriptor> states = {{"value", Kind::kValue, member(node, "default")},
                                         {"list", Kind::kList},
                                         {"map", Kind::kMap},
                                         {"reducing", Kind::kReducing},
                                         {"aggregating", Kind::kAggregating}};
  states[3].reduce = std::make_shared<SumOfCells>();
  states[4].aggregate = std::make_shared<SumOverCount>();
  for (StateDescriptor& state : states) state.ttl = ttl_of(member(node, "ttl"));
  return std::make_unique<States>(std::move(states));
}

std::unique_ptr<ReduceFunction> scripted_concat() { return std::make_unique<Concat>(); }

}  // namespace leat
