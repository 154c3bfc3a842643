// Nodes of generated jobs that read two streams.
#include <fmt/format.h>

#include "sim/explore/generate_parts.h"

namespace leat {

namespace {

// A row of a pair: the key, both numbers, and one that changes with either.
Json draw_select(const DrawnStream& left, const DrawnStream& right) {
  return json_strings({"left.k as k", fmt::format("left.{} as l", left.number),
                       fmt::format("right.{} as r", right.number),
                       fmt::format("left.{} * 3 + right.{} as v", left.number, right.number)});
}

void draw_interval(const Draw& draw, const std::string& name, Json& node, Json& sinks) {
  const int64_t lower = draw.one_of<int64_t>("lower", {-100, 0, -30, 20, -300});
  Json interval =
      json_of({{"lower", json_integer(lower)},
               {"upper", json_integer(lower + draw.one_of<int64_t>("width", {150, 0, 40, 400}))}});
  // Both at a bound of no width leave nothing, and that is well.
  if (draw.chance("above", 30)) set_member(interval, "lower_exclusive", json_boolean(true));
  if (draw.chance("below", 30)) set_member(interval, "upper_exclusive", json_boolean(true));
  for (const char* side : {"left", "right"}) {
    if (!draw.chance(side, 40)) continue;
    const std::string tag = fmt::format("late_{}", side);
    set_member(interval, tag + "_to", json_text(tag));
    set_member(sinks, name + "_" + tag, json_text(name + "." + tag));
  }
  set_member(node, "interval_join", std::move(interval));
}

Json draw_group(const DrawnStream& left, const DrawnStream& right) {
  return json_strings({fmt::format("sum(left.{}) as v", left.number), "count(right) as r",
                       fmt::format("max(right.{}) as most", right.number), "count(left) as l"});
}

// One function over the rows of either, by none of their keys.
DrawnStream draw_connected(const Draw& draw, const DrawnStream& left, const DrawnStream& right,
                           const std::string& name, Json& nodes, Json& sinks) {
  Json of_left = json_strings({"k", left.number + " as v", "0 as side"});
  Json of_right = json_strings({"k", right.number + " + 1000 as v", "1 as side"});
  Json node = json_of({{"inputs", json_strings({left.name, right.name})}});
  const uint32_t kind = draw.upto("kind of function", 3);
  if (kind == 2) {
    Json odd = json_of({{"when", json_text(right.number + " % 2 <> 0")},
                        {"side", json_of({{"odd", json_strings({"k", right.number})}})},
                        {"stop", json_boolean(true)}});
    set_member(node, "connect", json_text("process"));
    set_member(node, "process",
               json_of({{"on_left", json_list({json_of({{"emit", std::move(of_left)}})})},
                        {"on_right",
                         json_list({std::move(odd), json_of({{"emit", std::move(of_right)}})})}}));
    set_member(sinks, name + "_odd", json_text(name + ".odd"));
  } else {
    if (kind == 1) {
      Json again = json_strings({"k", "-" + left.number, "2"});
      of_left = json_list({std::move(of_left), std::move(again)});
      of_right = draw.chance("of one side", 25) ? json_list() : json_list({std::move(of_right)});
    }
    set_member(node, "connect", json_text(kind == 0 ? "map" : "flat_map"));
    set_member(node, "left", std::move(of_left));
    set_member(node, "right", std::move(of_right));
  }
  set_drawn_parallelism(draw, node);
  set_member(nodes, name, std::move(node));
  return {name, {"k", "v", "side"}, "v", left.stamped && right.stamped, left.key};
}

// The rows of the right lay down rules, those of the left look them up, by key or not.
DrawnStream draw_broadcast(const Draw& draw, const DrawnStream& left, const DrawnStream& right,
                           const std::string& name, Json& nodes) {
  const auto rules = draw.between("rules", 1, 6);
  const bool keyed = draw.chance("keyed", 65);
  DrawnStream out{name, {"k", "v", "rule"}, "v", left.stamped, left.key};
  Json node = json_of(
      {{"inputs", json_strings({left.name, right.name})}, {"connect", json_text("broadcast")}});
  if (keyed) set_member(node, "key_by", json_text("k"));
  set_member(node, "rule",
             json_strings({fmt::format("floor_mod({}, {}) as name", right.number, rules),
                           fmt::format("{} * 2 as value", right.number)}));
  if (draw.chance("dropped", 40))
    set_member(node, "drop",
               json_text(fmt::format("{} % {} = 0", right.number, draw.between("one in", 2, 9))));
  set_member(node, "on", json_text(fmt::format("floor_mod({}, {})", left.number, rules)));
  std::vector<std::string> select = {"k", left.number + " as v", "coalesce(rule, -1) as rule"};
  if (keyed) {
    select.push_back("seen");
    out.fields.push_back("seen");
  }
  set_member(node, "select", json_strings(select));
  set_drawn_parallelism(draw, node);
  set_member(nodes, name, std::move(node));
  return out;
}

// All pairs so far, again at every few rows or milliseconds, are too many, and more so for the
// lists behind them: a join that answers more than once forgets what it has told.
void forget_pairs(Json& window) {
  const JsonMember* trigger = window.find("trigger");
  if (trigger == nullptr || !trigger->value.is(Json::Kind::kObject)) return;
  if (trigger->value.find("purging") != nullptr) return;
  Json purging = json_of({{"purging", trigger->value}});
  set_member(window, "trigger", std::move(purging));
}

}  // namespace

DrawnStream draw_two_inputs(const Draw& draw, const DrawnStream& left, const DrawnStream& right,
                            Pairs pairs, const std::string& name, Json& nodes, Json& sinks) {
  const bool stamped = left.stamped && right.stamped;
  const uint32_t kind = draw.upto("two inputs", 10);
  if (kind == 5) return draw_connected(draw, left, right, name, nodes, sinks);
  if (kind > 7) return draw_co_process(draw.below("process"), left, right, name, nodes, sinks);
  if (kind > 5) return draw_broadcast(draw.below("broadcast"), left, right, name, nodes);
  DrawnStream out{name, {"k", "l", "r", "v"}, "v", true, left.key};
  Json node = json_of(
      {{"inputs", json_strings({left.name, right.name})}, {"key_by", json_strings({"k", "k"})}});
  if (kind < 2 && stamped) {
    draw_interval(draw, name, node, sinks);
    set_member(node, "select", draw_select(left, right));
  } else {
    Json window;
    out.stamped = draw_window_of_two(draw, stamped, window);
    const bool group = pairs == Pairs::kFew || kind == 4;
    if (!group) forget_pairs(window);
    set_member(node, group ? "cogroup" : "join", std::move(window));
    if (group) out.fields = {"k", "v", "r", "l"};
    set_member(node, group ? "aggregate" : "select",
               group ? draw_group(left, right) : draw_select(left, right));
  }
  set_drawn_parallelism(draw, node);
  set_member(nodes, name, std::move(node));
  return out;
}

}  // namespace leat
