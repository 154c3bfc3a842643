// The states of a process function.
#include <fmt/format.h>

#include "sim/scenario/decode_parts.h"
#include "sim/scenario/expr_functions.h"

namespace leat {

namespace {

// As `set` takes them: of the type that is wanted, null, or an integral number for a number.
std::optional<Expression> decode_fitting(const Json& json, ValueType wanted, const ExprScope& scope,
                                         Diagnostics& d) {
  const auto e = decode_expression(json, scope, d);
  if (!e) return std::nullopt;
  std::optional<Expression> fitting = fitted(*e, wanted);
  if (!fitting) {
    d.error(
        "SC121", json.span,
        fmt::format("here must stand a {}, and this is a {}", name_of(wanted), name_of(e->type())));
  }
  return fitting;
}

// {"of": "int", "reduce": "a + b"}, or {"of": .., "start": {..}, "add": {..}, "result": ".."}.
class FoldingState {
 public:
  FoldingState(const JsonMember& member, Diagnostics& d)
      : member_(member), d_(d), fields_(member.value, "state", d) {}

  std::optional<DecodedState> decode() {
    const size_t errors = d_.errors();
    DecodedState state;
    state.descriptor.name = member_.key;
    const std::optional<ValueType> of = type_named(fields_.text("of", ""));
    if (!of) {
      d_.error("SC105", fields_.span(),
               "a state that folds needs \"of\", the type of what is added",
               "types: bool, int, double, time, string, list, map");
      return std::nullopt;
    }
    state.takes = *of;
    if (fields_.has("reduce")) {
      reduce(state);
    } else {
      aggregate(state);
    }
    fields_.refuse_unread("this state");
    if (d_.errors() > errors) return std::nullopt;
    return state;
  }

 private:
  void reduce(DecodedState& state) {
    state.reads = *state.takes;
    state.descriptor.kind = StateDescriptor::Kind::kReducing;
    ExprScope scope;
    scope.names.push_back({"a", *state.takes, ExprName::Place::kExtra, 0});
    scope.names.push_back({"b", *state.takes, ExprName::Place::kRow, 0});
    const auto fold = decode_fitting(*fields_.get("reduce"), *state.takes, scope, d_);
    if (fold) state.descriptor.reduce = reduce_function({fold});
  }

  void aggregate(DecodedState& state) {
    state.descriptor.kind = StateDescriptor::Kind::kAggregating;
    const Json* start = fields_.object("start");
    const Json* add = fields_.object("add");
    const Json* result = fields_.get("result");
    if (start == nullptr || add == nullptr || result == nullptr) {
      d_.error("SC108", fields_.span(),
               "a state that folds needs \"reduce\", or \"start\", \"add\" and \"result\"");
      return;
    }
    AggregateExpressions made;
    const Schema accumulator = decode_start(*start, made);
    ExprScope scope = scope_of(accumulator);
    if (const auto e = decode_expression(*result, scope, d_)) {
      state.reads = e->type();
      made.result = *e;
    }
    scope.names.push_back({"value", *state.takes, ExprName::Place::kExtra, 0});
    decode_add(*add, accumulator, scope, made);
    state.descriptor.aggregate = aggregate_function(std::move(made));
  }

  Schema decode_start(const Json& json, AggregateExpressions& made) {
    Schema accumulator;
    for (const JsonMember& field : json.members) {
      const auto e = decode_expression(field.value, ExprScope{}, d_);
      if (!e) continue;
      if (field.key == "value") {
        d_.error("SC105", field.key_span, "\"value\" is what is added, and no field of its own");
      }
      accumulator.fields.push_back({field.key, e->type()});
      made.start.push_back(*e);
    }
    return accumulator;
  }

  void decode_add(const Json& json, const Schema& accumulator, const ExprScope& scope,
                  AggregateExpressions& made) {
    made.add.resize(accumulator.width());
    for (const JsonMember& field : json.members) {
      const std::optional<uint32_t> index = accumulator.find(field.key);
      if (index) {
        made.add[*index] = decode_fitting(field.value, accumulator.fields[*index].type, scope, d_);
        continue;
      }
      std::vector<std::string> known;
      for (const Field& one : accumulator.fields) known.push_back(one.name);
      report_unknown(d_, "SC112", field.key_span, "field of the accumulator", field.key, known);
    }
  }

  const JsonMember& member_;
  Diagnostics& d_;
  const Fields fields_;
};

}  // namespace

std::optional<Expression> fitted(const Expression& e, ValueType wanted) {
  if (e.type() != wanted && e.type() != ValueType::kNull &&
      !(is_numeric(wanted) && is_integral(e.type()))) {
    return std::nullopt;
  }
  return Expression(convert(wanted, e.node()), e.text());
}

std::vector<DecodedState> decode_states(const Json& json, Diagnostics& d) {
  std::vector<DecodedState> states;
  Json plain = json;
  if (json.is(Json::Kind::kObject)) {
    std::erase_if(plain.members,
                  [](const JsonMember& member) { return member.value.is(Json::Kind::kObject); });
  }
  const Schema schema = decode_schema(plain, d).value_or(Schema{});
  uint32_t next = 0;
  const auto add_plain = [&] {
    const Field& field = schema.fields[next++];
    DecodedState state;
    state.descriptor.name = field.name;
    state.reads = field.type;
    if (field.type == ValueType::kList) state.descriptor.kind = StateDescriptor::Kind::kList;
    if (field.type == ValueType::kMap) state.descriptor.kind = StateDescriptor::Kind::kMap;
    states.push_back(std::move(state));
  };
  for (const JsonMember& member : json.members) {  // in the order in which they are written
    if (member.value.is(Json::Kind::kObject)) {
      if (auto state = FoldingState(member, d).decode()) states.push_back(std::move(*state));
    } else if (next < schema.width()) {
      add_plain();
    }
  }
  while (next < schema.width()) add_plain();
  return states;
}

}  // namespace leat
