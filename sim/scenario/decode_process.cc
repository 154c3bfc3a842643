#include <fmt/format.h>

#include "sim/scenario/decode_parts.h"
#include "sim/scenario/process_function.h"

namespace leat {

namespace {

using ActionKind = ProcessAction::Kind;

class ProcessDecoder {
 public:
  ProcessDecoder(const Json& json, const Schema& input, StreamNode& out, Diagnostics& d)
      : json_(json), input_(input), out_(out), d_(d), fields_(json, "process", d) {}

  bool decode() {
    const size_t errors = d_.errors();
    if (!json_.is(Json::Kind::kObject)) return false;
    out_.output = Schema{};
    decode_states();
    program_.key_width = static_cast<uint32_t>(out_.key_fields.size());
    decode_list("on_row", program_.on_row);
    decode_list("on_event_timer", program_.on_event_timer);
    decode_list("on_processing_timer", program_.on_processing_timer);
    if (program_.on_row.empty() && d_.errors() == errors) {
      d_.error("SC108", json_.span, "a process function needs \"on_row\"");
    }
    if (d_.errors() > errors) return false;
    out_.spec = KeyedProcessSpec{process_function(std::move(program_)), label()};
    return true;
  }

 private:
  std::string label() const {
    std::string text;
    for (const Field& state : states_.fields) text += (text.empty() ? "" : ", ") + state.name;
    return text.empty() ? "no state" : "state " + text;
  }

  void decode_states() {
    const Json* state = fields_.get("state");
    if (state == nullptr) return;
    for (DecodedState& one : leat::decode_states(*state, d_)) {
      states_.fields.push_back({one.descriptor.name, one.reads});
      takes_.push_back(one.takes);
      program_.states.push_back(std::move(one.descriptor));
    }
    if (states_.width() > ProcessLocals::kMaxStates)
      d_.error("SC103", state->span, "a process function has at most 16 states");
    for (const Field& field : states_.fields) {
      if (input_.find(field.name) || field.name == "timestamp" || field.name == "watermark" ||
          field.name == "now" || field.name == "time") {
        d_.error("SC105", state->span,
                 fmt::format("the state \"{}\" has the name of something else", field.name));
      }
    }
    decode_ttl();
  }

  void decode_ttl() {
    const Json* json = fields_.get("ttl");
    if (json == nullptr) return;
    StateTtl ttl;
    ttl.time_to_live = fields_.duration("ttl", Duration{1}, Duration{1});
    for (StateDescriptor& state : program_.states) state.ttl = ttl;
  }

  // Which names the expressions of a list may use.
  ExprScope scope(std::string_view list) const {
    ExprScope scope;
    if (list == "on_row") scope.add(input_, ExprName::Place::kRow);
    const auto local = [&](std::string name, ValueType type, uint32_t index) {
      if (scope.find(name) == nullptr)
        scope.names.push_back({std::move(name), type, ExprName::Place::kExtra, index});
    };
    uint32_t at = ProcessLocals::kStates;
    for (const Field& state : states_.fields) local(state.name, state.type, at++);
    if (list != "on_row") {
      for (const uint32_t key : out_.key_fields)
        local(input_.fields[key].name, input_.fields[key].type, at++);
      local("time", ValueType::kTime, ProcessLocals::kTime);
    }
    local("timestamp", ValueType::kTime, ProcessLocals::kTimestamp);
    local("watermark", ValueType::kTime, ProcessLocals::kWatermark);
    local("now", ValueType::kTime, ProcessLocals::kNow);
    return scope;
  }

  void decode_list(std::string_view key, std::vector<ProcessStep>& steps) {
    const Json* list = fields_.get(key);
    if (list == nullptr) return;
    if (!list->is(Json::Kind::kList)) return fields_.wrong_type(*list, "a list of actions");
    const ExprScope names = scope(key);
    for (const Json& item : list->items) {
      const Fields fields(item, "action", d_);
      if (!item.is(Json::Kind::kObject)) continue;
      ProcessStep step;
      if (const Json* when = fields.get("when"); when != nullptr) {
        step.when = decode_condition(*when, names, d_);
      }
      // In the order in which they are written.
      for (const JsonMember& member : item.members) decode_action(member, fields, names, step);
      steps.push_back(std::move(step));
    }
  }

  void decode_action(const JsonMember& member, const Fields& fields, const ExprScope& names,
                     ProcessStep& step) {
    const std::string& verb = member.key;
    if (verb == "set") return decode_set(member.value, fields, names, step);
    if (verb == "add") return decode_change(member, ActionKind::kAdd, names, step);
    if (verb == "put") return decode_change(member, ActionKind::kPut, names, step);
    if (verb == "remove") return decode_change(member, ActionKind::kRemove, names, step);
    if (verb == "clear") {
      for (const Json* name : fields.texts("clear")) {
        if (const auto state = find_state(name->text, name->span))
          step.actions.push_back({ActionKind::kClear, *state, {}});
      }
      return;
    }
    if (verb == "emit")
      return decode_row(member.value, ActionKind::kEmit, 0, out_.output, names, step);
    if (verb == "side") return decode_side(member.value, fields, names, step);
    if (verb == "stop") {
      if (fields.boolean("stop", false)) step.actions.push_back({ActionKind::kStop, 0, {}});
      return;
    }
    static constexpr std::pair<const char*, ActionKind> kTimers[] = {
        {"timer", ActionKind::kTimer},
        {"delete_timer", ActionKind::kDeleteTimer},
        {"processing_timer", ActionKind::kProcessingTimer},
        {"delete_processing_timer", ActionKind::kDeleteProcessingTimer}};
    for (const auto& [name, kind] : kTimers) {
      if (verb != name) continue;
      const auto e = decode_expression(member.value, names, d_);
      if (e && !is_integral(e->type()))
        d_.error("SC121", member.value.span, "a timer is set for a time or an int");
      if (e) step.actions.push_back({kind, 0, {*e}});
    }
  }

  std::optional<uint32_t> find_state(std::string_view name, Span span) {
    const std::optional<uint32_t> state = states_.find(name);
    if (state) return state;
    std::vector<std::string> known;
    for (const Field& field : states_.fields) known.push_back(field.name);
    report_unknown(d_, "SC112", span, "state", name, known);
    return std::nullopt;
  }

  // {"seen": "v"} for lists and states that fold, {"last": ["k", "v"]} and {"last": "k"} for maps.
  void decode_change(const JsonMember& action, ActionKind kind, const ExprScope& names,
                     ProcessStep& step) {
    const Json& json = action.value;
    if (!json.is(Json::Kind::kObject)) {
      d_.error("SC102", json.span, "here must stand an object of states and expressions");
      return;
    }
    const ValueType wanted = kind == ActionKind::kAdd ? ValueType::kList : ValueType::kMap;
    const size_t width = kind == ActionKind::kPut ? 2 : 1;
    for (const JsonMember& member : json.members) {
      const std::optional<uint32_t> state = find_state(member.key, member.key_span);
      if (!state) continue;
      if (takes_[*state] && kind == ActionKind::kAdd) {
        decode_fold(member, *state, names, step);
        continue;
      }
      if (states_.fields[*state].type != wanted || takes_[*state]) {
        d_.error("SC121", member.key_span,
                 fmt::format("\"{}\" is of a {}, and this state is a {}", action.key,
                             name_of(wanted), name_of(states_.fields[*state].type)));
        continue;
      }
      std::vector<const Json*> texts{&member.value};
      if (member.value.is(Json::Kind::kList)) {
        texts.clear();
        for (const Json& item : member.value.items) texts.push_back(&item);
      }
      ProcessAction made{kind, *state, {}};
      for (const Json* text : texts) {
        if (const auto e = decode_expression(*text, names, d_)) made.values.push_back(*e);
      }
      if (texts.size() != width) {
        d_.error("SC102", member.value.span,
                 width == 2 ? "put takes [key, value]" : "here stands one expression");
      } else if (made.values.size() == width) {
        step.actions.push_back(std::move(made));
      }
    }
  }

  void decode_set(const Json& json, const Fields& fields, const ExprScope& names,
                  ProcessStep& step) {
    if (!json.is(Json::Kind::kObject))
      return fields.wrong_type(json, "an object of states and expressions");
    for (const JsonMember& member : json.members) {
      const std::optional<uint32_t> state = find_state(member.key, member.key_span);
      const auto e = decode_expression(member.value, names, d_);
      if (!state || !e) continue;
      if (takes_[*state]) {
        d_.error("SC121", member.key_span, "this state folds what is added: it cannot be set",
                 "\"add\" and \"clear\" are what it knows");
        continue;
      }
      const ValueType wanted = states_.fields[*state].type;
      if (const auto value = fitted(*e, wanted)) {
        step.actions.push_back({ActionKind::kSet, *state, {*value}});
      } else {
        report_misfit(member.value, wanted, *e);
      }
    }
  }

  void report_misfit(const Json& json, ValueType wanted, const Expression& e) {
    d_.error(
        "SC121", json.span,
        fmt::format("the state is a {}, and this is a {}", name_of(wanted), name_of(e.type())));
  }

  // One value more for a state that folds.
  void decode_fold(const JsonMember& member, uint32_t state, const ExprScope& names,
                   ProcessStep& step) {
    const auto e = decode_expression(member.value, names, d_);
    if (!e) return;
    const ValueType wanted = *takes_[state];
    if (const auto value = fitted(*e, wanted)) {
      step.actions.push_back({ActionKind::kAdd, state, {*value}});
    } else {
      report_misfit(member.value, wanted, *e);
    }
  }

  void decode_side(const Json& json, const Fields& fields, const ExprScope& names,
                   ProcessStep& step) {
    if (!json.is(Json::Kind::kObject)) return fields.wrong_type(json, "an object of tags and rows");
    for (const JsonMember& member : json.members) {
      uint32_t side = 0;
      while (side < out_.sides.size() && out_.sides[side].tag != member.key) ++side;
      if (side == out_.sides.size()) out_.sides.push_back({member.key, {}});
      decode_row(member.value, ActionKind::kSide, side, out_.sides[side].schema, names, step);
    }
  }

  // The first row of an output says its fields; later ones must have the same types.
  void decode_row(const Json& json, ActionKind kind, uint32_t target, Schema& schema,
                  const ExprScope& names, ProcessStep& step) {
    if (!json.is(Json::Kind::kList) || json.items.empty()) {
      d_.error("SC102", json.span, "here must stand a list of expressions");
      return;
    }
    ProcessAction action{kind, target, {}};
    Schema row;
    for (const Json& item : json.items) {
      const auto e =
          schema.fields.empty() ? decode_named(item, names, d_) : decode_loosely(item, names);
      if (!e) return;
      row.fields.push_back({e->name, e->expression.type()});
      action.values.push_back(e->expression);
    }
    if (schema.fields.empty()) {
      schema = row;
    } else {
      bool same = schema.width() == row.width();
      for (uint32_t i = 0; same && i < row.width(); ++i)
        same = schema.fields[i].type == row.fields[i].type;
      if (!same)
        d_.error("SC121", json.span,
                 "this row does not have the types of the one that stands first for this output");
    }
    step.actions.push_back(std::move(action));
  }

  // Names are known from the first row and need not be repeated.
  std::optional<NamedExpression> decode_loosely(const Json& json, const ExprScope& names) {
    if (json.is(Json::Kind::kText) && json.text.find(" as ") != std::string::npos)
      return decode_named(json, names, d_);
    const auto e = decode_expression(json, names, d_);
    if (!e) return std::nullopt;
    return NamedExpression{*e, ""};
  }

  const Json& json_;
  const Schema& input_;
  StreamNode& out_;
  Diagnostics& d_;
  Fields fields_;
  Schema states_;  // as expressions see them
  std::vector<std::optional<ValueType>> takes_;
  ProcessProgram program_;
};

}  // namespace

bool decode_process(const Json& json, const Schema& input, StreamNode& out, Diagnostics& d) {
  return ProcessDecoder(json, input, out, d).decode();
}

}  // namespace leat
