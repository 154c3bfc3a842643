#include <fmt/format.h>

#include <algorithm>

#include "sim/scenario/decode_parts.h"
#include "sim/scenario/process_function.h"

namespace leat {

namespace {

using ActionKind = ProcessAction::Kind;

class ProcessDecoder {
 public:
  // REQUIRES: one input or two.
  ProcessDecoder(const Json& json, std::vector<const Schema*> inputs, StreamNode& out,
                 Diagnostics& d)
      : json_(json), inputs_(std::move(inputs)), out_(out), d_(d), fields_(json, "process", d) {}

  bool decode() {
    const size_t errors = d_.errors();
    if (!json_.is(Json::Kind::kObject)) {
      fields_.wrong_type(json_, "an object");
      return false;
    }
    out_.output = Schema{};
    decode_states();
    program_.key_width = static_cast<uint32_t>(out_.key_fields.size());
    const bool of_two = inputs_.size() == 2;
    for (uint32_t input = 0; input < inputs_.size(); ++input)
      decode_list(name_of_rows(input), scope_of_rows(input), program_.on_row[input]);
    decode_list("on_event_timer", scope_of_timers(), program_.on_event_timer);
    decode_list("on_processing_timer", scope_of_timers(), program_.on_processing_timer);
    if (program_.on_row[0].empty() && program_.on_row[1].empty() && d_.errors() == errors) {
      d_.error("SC108", json_.span,
               of_two ? "a process function of two inputs needs \"on_left\" or \"on_right\""
                      : "a process function needs \"on_row\"");
    }
    if (d_.errors() == errors) fields_.refuse_unread("this process function");
    if (d_.errors() > errors) return false;
    const std::string label = label_of_states();
    if (of_two) {
      out_.spec = CoProcessSpec{co_process_function(std::move(program_)), label};
    } else if (out_.keyed) {
      out_.spec = KeyedProcessSpec{process_function(std::move(program_)), label};
    } else {
      out_.spec = ProcessSpec{unkeyed_process_function(std::move(program_)), label};
    }
    return true;
  }

 private:
  std::string label_of_states() const {
    if (!out_.keyed) return "no key";
    std::string text;
    for (const Field& state : states_.fields) text += (text.empty() ? "" : ", ") + state.name;
    return text.empty() ? "no state" : "state " + text;
  }

  void decode_states() {
    const Json* state = fields_.get("state");
    if (state == nullptr) return;
    if (!out_.keyed) return needs_key("state", fields_.key_span("state"));
    for (DecodedState& one : leat::decode_states(*state, d_)) {
      states_.fields.push_back({one.descriptor.name, one.reads});
      takes_.push_back(one.takes);
      program_.states.push_back(std::move(one.descriptor));
    }
    if (states_.width() > ProcessLocals::kMaxStates)
      d_.error("SC103", state->span, "a process function has at most 16 states");
    for (const Field& field : states_.fields) {
      const bool of_a_row = std::any_of(inputs_.begin(), inputs_.end(), [&](const Schema* input) {
        return input->find(field.name).has_value();
      });
      if (of_a_row || field.name == "timestamp" || field.name == "watermark" ||
          field.name == "now" || field.name == "time") {
        d_.error("SC105", state->span,
                 fmt::format("the state \"{}\" has the name of something else", field.name));
      }
    }
    const std::optional<StateTtl> ttl = decode_ttl(fields_);  // of all states without their own
    for (StateDescriptor& one : program_.states) {
      if (!one.ttl) one.ttl = ttl;
    }
  }

  void needs_key(std::string_view what, Span span) {
    d_.error("SC108", span,
             fmt::format("\"{}\" is of a key, and the node has no \"key_by\"", what));
  }

  const char* name_of_rows(uint32_t input) const {
    if (inputs_.size() == 1) return "on_row";
    return input == 0 ? "on_left" : "on_right";
  }

  // Which names the expressions of a list may use.
  ExprScope scope_of_rows(uint32_t input) const {
    ExprScope scope;
    scope.add(*inputs_[input], ExprName::Place::kRow);
    uint32_t at = ProcessLocals::kStates;
    for (const Field& state : states_.fields) add_local(scope, state.name, state.type, at++);
    add_times(scope);
    return scope;
  }
  ExprScope scope_of_timers() const {
    ExprScope scope;
    uint32_t at = ProcessLocals::kStates;
    for (const Field& state : states_.fields) add_local(scope, state.name, state.type, at++);
    for (const uint32_t key : out_.key_fields) {
      const Field& field = inputs_[0]->fields[key];
      add_local(scope, field.name, field.type, at++);
    }
    add_local(scope, "time", ValueType::kTime, ProcessLocals::kTime);
    add_times(scope);
    return scope;
  }
  static void add_times(ExprScope& scope) {
    add_local(scope, "timestamp", ValueType::kTime, ProcessLocals::kTimestamp);
    add_local(scope, "watermark", ValueType::kTime, ProcessLocals::kWatermark);
    add_local(scope, "now", ValueType::kTime, ProcessLocals::kNow);
  }
  static void add_local(ExprScope& scope, std::string name, ValueType type, uint32_t index) {
    if (scope.find(name) == nullptr)
      scope.names.push_back({std::move(name), type, ExprName::Place::kExtra, index});
  }

  void decode_list(std::string_view key, const ExprScope& names, std::vector<ProcessStep>& steps) {
    const Json* list = fields_.get(key);
    if (list == nullptr) return;
    if (!list->is(Json::Kind::kList)) return fields_.wrong_type(*list, "a list of actions");
    if (!out_.keyed && key.ends_with("_timer")) return needs_key(key, fields_.key_span(key));
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
      if (!out_.keyed) return needs_key(verb, member.key_span);
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

  // {"seen": "v"} for lists and states that fold, {"seen": ["v", "v + 1"]} for lists,
  // {"last": ["k", "v"]} and {"last": "k"} for maps.
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
      const bool several = member.value.is(Json::Kind::kList);
      if (several && kind == ActionKind::kAdd) {
        decode_elements(member.value, ActionKind::kAddAll, *state, names, step);
        continue;
      }
      std::vector<const Json*> texts{&member.value};
      if (several) {
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
      if (state && member.value.is(Json::Kind::kList) &&
          states_.fields[*state].type == ValueType::kList) {
        decode_elements(member.value, ActionKind::kUpdate, *state, names, step);
        continue;
      }
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

  // Those of a list state.
  void decode_elements(const Json& json, ActionKind kind, uint32_t state, const ExprScope& names,
                       ProcessStep& step) {
    ProcessAction made{kind, state, {}};
    for (const Json& item : json.items) {
      if (const auto e = decode_expression(item, names, d_)) made.values.push_back(*e);
    }
    if (made.values.size() == json.items.size()) step.actions.push_back(std::move(made));
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

  void decode_row(const Json& json, ActionKind kind, uint32_t target, Schema& schema,
                  const ExprScope& names, ProcessStep& step) {
    if (auto cells = decode_row_of(json, names, schema, d_))
      step.actions.push_back({kind, target, std::move(*cells)});
  }

  const Json& json_;
  std::vector<const Schema*> inputs_;
  StreamNode& out_;
  Diagnostics& d_;
  Fields fields_;
  Schema states_;  // as expressions see them
  std::vector<std::optional<ValueType>> takes_;
  ProcessProgram program_;
};

}  // namespace

bool decode_process(const Json& json, const Schema& input, StreamNode& out, Diagnostics& d) {
  return ProcessDecoder(json, {&input}, out, d).decode();
}
bool decode_process_of_two(const Json& json, const Schema& left, const Schema& right,
                           StreamNode& out, Diagnostics& d) {
  return ProcessDecoder(json, {&left, &right}, out, d).decode();
}

}  // namespace leat
