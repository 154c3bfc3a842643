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

constexpr const char* kTypes = "types: bool, int, double, time, string, list, map";

// What is named there; the first, where it is absent or unknown (told).
template <class Choice>
Choice one_of(const Fields& fields, std::string_view key,
              const std::vector<std::pair<std::string, Choice>>& all) {
  const std::string text = fields.text(key, all[0].first);
  std::vector<std::string> names;
  for (const auto& [name, choice] : all) {
    if (name == text) return choice;
    names.push_back(name);
  }
  report_unknown(fields.diagnostics(), "SC110", fields.get(key)->span, key, text, names);
  return all[0].second;
}

void set_plain(ValueType type, DecodedState& state) {
  state.reads = type;
  if (type == ValueType::kList) state.descriptor.kind = StateDescriptor::Kind::kList;
  if (type == ValueType::kMap) state.descriptor.kind = StateDescriptor::Kind::kMap;
}

// {"type": "int", "ttl": "1h"}, {"of": "int", "reduce": "a + b"}, or
// {"of": .., "start": {..}, "add": {..}, "result": ".."}.
class DescribedState {
 public:
  DescribedState(const JsonMember& member, Diagnostics& d)
      : member_(member), d_(d), fields_(member.value, "state", d) {}

  std::optional<DecodedState> decode() {
    const size_t errors = d_.errors();
    DecodedState state;
    state.descriptor.name = member_.key;
    state.descriptor.ttl = decode_ttl(fields_);
    if (fields_.has("type")) {
      plain(state);
    } else {
      folding(state);
    }
    fields_.refuse_unread("this state");
    if (d_.errors() > errors) return std::nullopt;
    return state;
  }

 private:
  void plain(DecodedState& state) {
    const std::optional<ValueType> type = type_named(fields_.text("type", ""));
    if (type) {
      set_plain(*type, state);
    } else {
      d_.error("SC105", fields_.get("type")->span, "this is no type", kTypes);
    }
  }

  void folding(DecodedState& state) {
    const std::optional<ValueType> of = type_named(fields_.text("of", ""));
    if (!of) {
      d_.error("SC105", fields_.span(),
               "a state that folds needs \"of\", the type of what is added; any other \"type\"",
               kTypes);
      return;
    }
    state.takes = *of;
    if (fields_.has("reduce")) {
      reduce(state);
    } else {
      aggregate(state);
    }
  }

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

std::optional<StateTtl> decode_ttl(const Fields& owner) {
  const Json* json = owner.get("ttl");
  if (json == nullptr) return std::nullopt;
  StateTtl ttl;
  if (!json->is(Json::Kind::kObject)) {
    ttl.time_to_live = owner.duration("ttl", Duration{1}, Duration{1});
    return ttl;
  }
  using Update = StateTtl::Update;
  using Visibility = StateTtl::Visibility;
  using Cleanup = StateTtl::Cleanup;
  const Fields fields(*json, "ttl", owner.diagnostics());
  if (!fields.has("time"))
    owner.diagnostics().error("SC108", json->span, "a time to live needs \"time\"");
  ttl.time_to_live = fields.duration("time", Duration{1}, Duration{1});
  ttl.update = one_of<Update>(fields, "update",
                              {{"on_create_and_write", Update::kOnCreateAndWrite},
                               {"on_read_and_write", Update::kOnReadAndWrite}});
  ttl.visibility = one_of<Visibility>(
      fields, "visibility",
      {{"never_return_expired", Visibility::kNeverReturnExpired},
       {"return_expired_if_not_cleaned_up", Visibility::kReturnExpiredIfNotCleanedUp}});
  ttl.cleanup = one_of<Cleanup>(fields, "cleanup",
                                {{"incremental", Cleanup::kIncremental},
                                 {"full_snapshot", Cleanup::kFullSnapshot},
                                 {"none", Cleanup::kNone}});
  if (ttl.cleanup == Cleanup::kIncremental)
    ttl.cleanup_size = static_cast<uint32_t>(fields.integer("cleanup_size", 5, 1, 1'000'000));
  fields.refuse_unread("this cleanup");
  return ttl;
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
    set_plain(field.type, state);
    states.push_back(std::move(state));
  };
  for (const JsonMember& member : json.members) {  // in the order in which they are written
    if (member.value.is(Json::Kind::kObject)) {
      if (auto state = DescribedState(member, d).decode()) states.push_back(std::move(*state));
    } else if (next < schema.width()) {
      add_plain();
    }
  }
  while (next < schema.width()) add_plain();
  return states;
}

}  // namespace leat
