// Scripts over two inputs: tally, temporal and expect (connected streams), rules_at (broadcast).
#include <algorithm>

#include "sim/conform/job_scripts.h"

namespace leat {

namespace {

std::vector<Value> list_of(const Value& state) {
  if (state.is_null()) return {};
  return {state.as_list().begin(), state.as_list().end()};
}

void append_to(ValueState& state, Value item) {
  std::vector<Value> items = list_of(state.get());
  items.push_back(std::move(item));
  state.update(Value::list(std::move(items)));
}

// Of versions [time, value] the value of the latest up to `time`; of equal times the larger one.
Value version_at(const Value& versions, int64_t time, const Value& otherwise) {
  const Value* best = nullptr;
  const std::vector<Value> all = list_of(versions);
  for (const Value& version : all) {
    if (version.as_list()[0].as_int() > time) continue;
    if (best == nullptr || *best < version) best = &version;
  }
  return best == nullptr ? otherwise : best->as_list()[1];
}

Value version(EventTime time, const Value& value) {
  return Value::list({Value::integer(time.ms), value});
}

// A row waits for the timer at its own time; one at or behind the watermark is late.
void wait_or_be_late(RowView in, ProcessContext& ctx) {
  const EventTime time = time_of(ctx);
  if (time <= ctx.watermark()) return ctx.emit_side(0, in);
  append_to(ctx.value(0), version(time, Value::list(Row(in.begin(), in.end()))));
  ctx.register_timer(time);
}

// Takes the rows that wait for this time out of the state.
std::vector<Value> take_waiting(int64_t time, ProcessContext& ctx) {
  std::vector<Value> due;
  std::vector<Value> rest;
  for (const Value& item : list_of(ctx.value(0).get())) {
    if (item.as_list()[0].as_int() == time) {
      due.push_back(item.as_list()[1]);
    } else {
      rest.push_back(item);
    }
  }
  ctx.value(0).update(rest.empty() ? Value::null() : Value::list(std::move(rest)));
  return due;
}

void emit_with(const Value& row, const Value& appended, ProcessContext& ctx) {
  Row out(row.as_list().begin(), row.as_list().end());
  out.push_back(appended);
  ctx.emit(out);
}

class Tally final : public CoProcessFunction {
 public:
  Tally(uint32_t plus, uint32_t minus) : plus_(plus), minus_(minus) {}
  std::vector<StateDescriptor> states() const override { return {{"balance"}}; }
  void process(uint32_t input, RowView in, ProcessContext& ctx) const override {
    const Value before = ctx.value(0).get();
    const int64_t balance = before.is_null() ? 0 : before.as_int();
    ctx.value(0).update(Value::integer(input == 0 ? wrapping_add(balance, in[plus_].as_int())
                                                  : wrapping_sub(balance, in[minus_].as_int())));
    ctx.register_timer(EventTime::max());
  }
  void on_timer(TimeDomain, int64_t, ProcessContext& ctx) const override {
    Row out(ctx.key().begin(), ctx.key().end());
    out.push_back(ctx.value(0).get());
    ctx.emit(out);
  }
  std::unique_ptr<CoProcessFunction> clone() const override {
    return std::make_unique<Tally>(plus_, minus_);
  }

 private:
  const uint32_t plus_;
  const uint32_t minus_;
};

class Temporal final : public CoProcessFunction {
 public:
  Temporal(uint32_t value, Value otherwise) : value_(value), otherwise_(std::move(otherwise)) {}
  std::vector<StateDescriptor> states() const override { return {{"waiting"}, {"versions"}}; }
  void process(uint32_t input, RowView in, ProcessContext& ctx) const override {
    if (input == 0) return wait_or_be_late(in, ctx);
    append_to(ctx.value(1), version(time_of(ctx), in[value_]));
  }
  void on_timer(TimeDomain, int64_t time, ProcessContext& ctx) const override {
    const Value value = version_at(ctx.value(1).get(), time, otherwise_);
    for (const Value& row : take_waiting(time, ctx)) emit_with(row, value, ctx);
  }
  std::unique_ptr<CoProcessFunction> clone() const override {
    return std::make_unique<Temporal>(value_, otherwise_);
  }

 private:
  const uint32_t value_;
  const Value otherwise_;
};

// State 0: the times that wait, each under the time of its timer. State 1: times of input 2.
class Expect final : public CoProcessFunction {
 public:
  explicit Expect(int64_t within) : within_(within) {}
  std::vector<StateDescriptor> states() const override { return {{"waiting"}, {"seen"}}; }
  void process(uint32_t input, RowView, ProcessContext& ctx) const override {
    const EventTime time = time_of(ctx);
    if (input == 1) return append_to(ctx.value(1), Value::integer(time.ms));
    const EventTime until{wrapping_add(time.ms, within_)};
    append_to(ctx.value(0), version(until, Value::integer(time.ms)));
    ctx.register_timer(until);
  }
  void on_timer(TimeDomain, int64_t until, ProcessContext& ctx) const override {
    std::vector<Value> seen = list_of(ctx.value(1).get());
    std::sort(seen.begin(), seen.end());
    for (const Value& from : take_waiting(until, ctx)) {
      const auto first = std::lower_bound(seen.begin(), seen.end(), from);
      const bool met = first != seen.end() && first->as_int() <= until;
      Row out(ctx.key().begin(), ctx.key().end());
      out.push_back(from);
      out.push_back(Value::text(met ? "met" : "missing"));
      out.push_back(Value::integer(met ? wrapping_sub(first->as_int(), from.as_int()) : -1));
      ctx.emit(out);
    }
  }
  std::unique_ptr<CoProcessFunction> clone() const override {
    return std::make_unique<Expect>(within_);
  }

 private:
  const int64_t within_;
};

struct RuleFields {
  uint32_t rule = 0;   // of input 1: the name of its rule
  uint32_t name = 0;   // of input 2
  uint32_t value = 0;  // of input 2
};

class RulesAt final : public BroadcastProcessFunction {
 public:
  RulesAt(RuleFields fields, Value otherwise) : fields_(fields), otherwise_(std::move(otherwise)) {}
  std::vector<StateDescriptor> states() const override { return {{"waiting"}}; }
  std::vector<std::string> broadcast_states() const override { return {"versions"}; }
  void process(RowView in, ProcessContext& ctx, const BroadcastStates&) const override {
    wait_or_be_late(in, ctx);
  }
  void process_broadcast(RowView in, BroadcastContext& ctx, BroadcastStates& rules) const override {
    const Value* before = rules.at(0).find(in[fields_.name]);
    std::vector<Value> versions = before == nullptr ? std::vector<Value>() : list_of(*before);
    versions.push_back(version(ctx.timestamp(), in[fields_.value]));
    rules.at(0).put(in[fields_.name], Value::list(std::move(versions)));
  }
  void on_timer(TimeDomain, int64_t time, ProcessContext& ctx,
                const BroadcastStates& rules) const override {
    for (const Value& row : take_waiting(time, ctx)) {
      const Value* versions = rules.at(0).find(row.as_list()[fields_.rule]);
      emit_with(row, versions == nullptr ? otherwise_ : version_at(*versions, time, otherwise_),
                ctx);
    }
  }
  std::unique_ptr<BroadcastProcessFunction> clone() const override {
    return std::make_unique<RulesAt>(fields_, otherwise_);
  }

 private:
  const RuleFields fields_;
  const Value otherwise_;
};

// ---- nodes ----

const Json* find(const ScriptedNode& node, std::string_view key) {
  const JsonMember* member = node.json.find(key);
  if (member != nullptr) return &member->value;
  node.diagnostics.error("SC108", node.json.span, "the script needs \"" + std::string(key) + "\"");
  return nullptr;
}

uint32_t field(const ScriptedNode& node, const Json* name, uint32_t input) {
  if (name == nullptr) return 0;
  const auto index = node.inputs[input].find(name->text);
  if (!index) node.diagnostics.error("SC112", name->span, "there is no field " + name->text);
  return index.value_or(0);
}

std::vector<uint32_t> key_fields(const ScriptedNode& node, const Json& names, uint32_t input) {
  if (!names.is(Json::Kind::kList)) return {field(node, &names, input)};
  std::vector<uint32_t> fields;
  for (const Json& name : names.items) fields.push_back(field(node, &name, input));
  return fields;
}

int64_t number(const ScriptedNode& node, std::string_view key) {
  const Json* json = find(node, key);
  return json == nullptr ? 0 : json->integer;
}

std::string text(const ScriptedNode& node, std::string_view key) {
  const Json* json = find(node, key);
  return json == nullptr ? "" : json->text;
}

// "key_by": [left's, right's]
void key_both(const ScriptedNode& node) {
  const Json* keys = find(node, "key_by");
  if (keys == nullptr || keys->items.size() != 2) return;
  node.out.keyed = true;
  node.out.key_fields = key_fields(node, keys->items[0], 0);
  node.out.second_key_fields = key_fields(node, keys->items[1], 1);
}

Schema with_key(const ScriptedNode& node, std::vector<Field> fields) {
  Schema schema;
  for (const uint32_t key : node.out.key_fields) {
    schema.fields.push_back(node.inputs[0].fields[key]);
  }
  if (schema.fields.size() == 1) schema.fields[0].name = "key";
  for (Field& added : fields) schema.fields.push_back(std::move(added));
  return schema;
}

void append_value(const ScriptedNode& node, ValueType type) {
  node.out.output = node.inputs[0];
  node.out.output.fields.push_back({text(node, "as"), type});
  node.out.sides.push_back({"late", node.inputs[0]});
}

void tally_node(const ScriptedNode& node) {
  key_both(node);
  const Json* values = find(node, "values");
  if (values == nullptr || values->items.size() != 2) return;
  node.out.output = with_key(node, {{"balance", ValueType::kInt}});
  node.out.spec = CoProcessSpec{
      std::make_shared<Tally>(field(node, &values->items[0], 0), field(node, &values->items[1], 1)),
      "tally"};
}

void temporal_node(const ScriptedNode& node) {
  key_both(node);
  const uint32_t value = field(node, find(node, "value"), 1);
  append_value(node, node.inputs[1].fields[value].type);
  node.out.spec = CoProcessSpec{
      std::make_shared<Temporal>(value, Value::integer(number(node, "default"))), "temporal"};
}

void expect_node(const ScriptedNode& node) {
  key_both(node);
  node.out.output = with_key(
      node, {{"ts", ValueType::kInt}, {"what", ValueType::kString}, {"after", ValueType::kInt}});
  node.out.spec = CoProcessSpec{std::make_shared<Expect>(number(node, "within")), "expect"};
}

void rules_at_node(const ScriptedNode& node) {
  const Json* key = find(node, "key_by");
  if (key == nullptr) return;
  node.out.keyed = true;
  node.out.key_fields = key_fields(node, *key, 0);
  const RuleFields fields{field(node, find(node, "rule"), 0), field(node, find(node, "name"), 1),
                          field(node, find(node, "value"), 1)};
  append_value(node, node.inputs[1].fields[fields.value].type);
  node.out.spec = BroadcastProcessSpec{
      std::make_shared<RulesAt>(fields, Value::integer(number(node, "default"))), "rules_at"};
}

}  // namespace

void add_connected_scripts(NodeScripts& scripts) {
  scripts[{"connect", "tally"}] = {{"connect", "key_by", "values"}, tally_node};
  scripts[{"connect", "temporal"}] = {{"connect", "key_by", "value", "default", "as"},
                                      temporal_node};
  scripts[{"connect", "expect"}] = {{"connect", "key_by", "within"}, expect_node};
  scripts[{"broadcast", "rules_at"}] = {
      {"broadcast", "key_by", "rule", "name", "value", "default", "as"}, rules_at_node};
}

}  // namespace leat
