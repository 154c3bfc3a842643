// Windows of generated jobs.
#include <fmt/format.h>

#include <algorithm>

#include "sim/explore/generate_parts.h"

namespace leat {

namespace {

void set_assigner(const Draw& draw, Json& window) {
  const int64_t size = draw.one_of<int64_t>("size", {500, 100, 1000, 37, 3000});
  const bool sliding = format_has("window", "sliding") && draw.chance("sliding", 25);
  const bool session = format_has("window", "session") && draw.chance("session", 35);
  if (session) {
    set_member(window, "session", json_integer(draw.one_of<int64_t>("gap", {50, 10, 200, 600})));
  } else if (sliding) {
    set_member(window, "sliding", json_integer(size));
    set_member(window, "slide",
               json_integer(std::max<int64_t>(1, size / draw.one_of<int64_t>("slide", {2, 3, 1}))));
  } else {
    set_member(window, "tumbling", json_integer(size));
    if (draw.chance("offset", 25)) {
      set_member(window, "offset",
                 json_integer(draw.one_of<int64_t>("by", {size / 3, size - 1, -size / 3})));
    }
  }
}

Json draw_trigger(const Draw& draw, bool event_time, uint32_t depth) {
  const uint32_t kind = draw.upto("trigger", depth == 0 ? 4 : 3);
  if (kind == 3) return json_of({{"purging", draw_trigger(draw.below("inner"), event_time, 1)}});
  if (kind == 2) return json_of({{"count", json_integer(draw.between("n", 1, 4))}});
  if (kind == 1 && format_has("trigger", "continuous_event_time") && event_time) {
    return json_of({{"continuous_event_time",
                     json_integer(draw.one_of<int64_t>("interval", {100, 30, 400}))}});
  }
  return json_text(event_time ? "event_time" : "processing_time");
}

Json draw_aggregates(const Draw& draw, const DrawnStream& input, std::vector<std::string>& names) {
  const std::string& v = input.number;
  std::vector<std::string> list;
  const auto add = [&](const std::string& text, const std::string& name) {
    list.push_back(fmt::format("{} as {}", text, name));
    names.push_back(name);
  };
  add(fmt::format("sum({})", v), "s");
  if (draw.chance("count", 50)) add("count()", "n");
  if (draw.chance("min", 30)) add(fmt::format("min({})", v), "lo");
  if (draw.chance("max", 30)) add(fmt::format("max({})", v), "hi");
  if (draw.chance("collect", 15)) list.push_back(fmt::format("collect({}) as all", v));
  return json_strings(list);
}

}  // namespace

DrawnStream draw_window(const Draw& draw, const DrawnStream& input, const std::string& name,
                        Json& nodes, Json& sinks) {
  const bool event_time = input.stamped && !draw.chance("processing time", 15);
  Json window = json_object();
  set_assigner(draw, window);
  if (!event_time) set_member(window, "time", json_text("processing"));
  if (event_time && draw.chance("lateness", 45)) {
    set_member(window, "allowed_lateness",
               json_integer(draw.one_of<int64_t>("how late", {300, 50, 1, 2000})));
  }
  if (event_time && draw.chance("late side", 40)) {
    set_member(window, "late_to", json_text("late"));
    set_member(sinks, name + "_late", json_text(name + ".late"));
  }
  if (draw.chance("own trigger", 35))
    set_member(window, "trigger", draw_trigger(draw.below("trigger"), event_time, 0));

  DrawnStream out{name, {}, "s", true};
  Json node = json_of({{"inputs", json_strings({input.name})}});
  const bool all = draw.chance("one key", 12);
  if (all) {
    set_member(node, "key_by", Json{});
  } else {
    set_member(node, "key_by", json_text("k"));
    out.fields.push_back("k");
  }
  out.fields.insert(out.fields.end(), {"start", "end"});
  set_member(node, "window", std::move(window));
  set_member(node, "aggregate", draw_aggregates(draw.below("aggregate"), input, out.fields));
  if (!all && draw.chance("own parallelism", 30))
    set_member(node, "parallelism", json_integer(draw.between("subtasks", 1, 3)));
  set_member(nodes, name, std::move(node));
  if (!all) return out;
  // What follows is keyed by k.
  const std::string keyed = name + "_k";
  std::vector<std::string> list = {"'all' as k"};
  list.insert(list.end(), out.fields.begin(), out.fields.end());
  set_member(nodes, keyed,
             json_of({{"inputs", json_strings({name})}, {"map", json_strings(list)}}));
  out.fields.insert(out.fields.begin(), "k");
  out.name = keyed;
  return out;
}

}  // namespace leat
