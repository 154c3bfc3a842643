// Windows of generated jobs.
#include <fmt/format.h>

#include <algorithm>

#include "sim/explore/generate_parts.h"

namespace leat {

namespace {

bool merges(const Json& window) {
  return window.find("session") != nullptr || window.find("session_by") != nullptr;
}

// Of two streams windows see no number.
void set_assigner(const Draw& draw, const std::string& number, Json& window) {
  const int64_t size = !number.empty() ? draw.one_of<int64_t>("size", {500, 100, 1000, 37, 3000})
                                       : draw.one_of<int64_t>("size", {200, 100, 500, 37});
  const uint32_t kind = draw.upto("assigner", !number.empty() ? 10 : 9);
  if (kind == 7 || kind == 8) {
    set_member(window, "session", json_integer(draw.one_of<int64_t>("gap", {50, 10, 200, 600})));
  } else if (kind == 9) {
    set_member(window, "session_by",
               json_text(fmt::format("20 + abs(coalesce({}, 0)) % 5 * 60", number)));
  } else if (kind == 5 || kind == 6) {
    const int64_t slide = std::max<int64_t>(1, size / draw.one_of<int64_t>("slide", {2, 3, 1}));
    set_member(window, "sliding", json_list({json_integer(size), json_integer(slide)}));
  } else {
    set_member(window, "tumbling", json_integer(size));
    if (draw.chance("offset", 25)) {
      set_member(window, "offset",
                 json_integer(draw.one_of<int64_t>("by", {size / 3, size - 1, -size / 3, 1})));
    } else if (draw.chance("stagger", 4)) {
      set_member(window, "stagger",
                 json_text(draw.chance("by the first row", 50) ? "natural" : "random"));
    }
  }
}

// Windows without an end: every so many rows of a key, or by what a row differs from the last.
void set_global(const Draw& draw, const std::string& number, Json& window) {
  const int64_t n = draw.between("n", 1, 5);
  switch (draw.upto("global", 4)) {
    case 0:
      set_member(window, "count", json_integer(n));
      break;
    case 1:
      set_member(window, "count", json_list({json_integer(n), json_integer(1 + n / 2)}));
      break;
    default: {
      set_member(window, "global", json_boolean(true));
      Json trigger = json_of({{"count", json_integer(n)}});
      if (!number.empty() && draw.chance("delta", 30)) {
        trigger = json_of(
            {{"delta", json_of({{"threshold", json_integer(draw.between("difference", 5, 60))},
                                {"field", json_text(number)}})}});
      }
      if (draw.chance("at the end", 25)) trigger = json_of({{"end_of_stream", json_object()}});
      if (draw.chance("never", 5)) trigger = json_of({{"never", json_object()}});
      if (draw.chance("purging", 50)) trigger = json_of({{"purging", std::move(trigger)}});
      set_member(window, "trigger", std::move(trigger));
    }
  }
}

struct DrawnWindow {
  bool event_time = true;
  bool merges = false;
  std::string number;  // what deltas compare; none where no fields are seen
};

Json draw_trigger(const Draw& draw, const DrawnWindow& window, uint32_t depth) {
  // A window of event time may well answer by the clock meanwhile.
  const bool event_time = window.event_time && !draw.chance("by the clock", 15);
  switch (draw.upto("trigger", depth > 0 ? 4 : window.merges ? 6 : 8)) {
    case 1:
    case 2: {
      // Seldom where the watermark ends the window: until it comes, answers must not pile up.
      const bool meanwhile = window.event_time && !event_time;
      return json_of(
          {{event_time ? "continuous_event_time" : "continuous_processing_time",
            json_integer(meanwhile ? draw.one_of<int64_t>("seldom", {3000, 10000})
                                   : draw.one_of<int64_t>("interval", {100, 30, 400}))}});
    }
    case 3:
      return json_of({{"count", json_integer(draw.between("n", 1, 4))}});
    case 4:
    case 5:
      return json_of({{"purging", draw_trigger(draw.below("inner"), window, 1)}});
    case 6: {
      Json timeout =
          json_of({{"trigger", draw_trigger(draw.below("inner"), window, 1)},
                   {"timeout", json_integer(draw.one_of<int64_t>("after", {100, 20, 500}))}});
      if (draw.chance("reset", 50)) set_member(timeout, "reset_on_element", json_boolean(true));
      if (draw.chance("keep", 40)) set_member(timeout, "clear_on_timeout", json_boolean(false));
      return json_of({{"processing_timeout", std::move(timeout)}});
    }
    case 7:
      if (!window.number.empty()) {
        return json_of(
            {{"delta", json_of({{"threshold", json_integer(draw.between("delta", 5, 60))},
                                {"field", json_text(window.number)}})}});
      }
      return json_of({{"count", json_integer(2)}});
    default:
      return json_text(event_time ? "event_time" : "processing_time");
  }
}

// An evictor by time is for rows that all have a timestamp.
Json draw_evictor(const Draw& draw, bool stamped, const std::string& number) {
  Json evictor = json_object();
  const bool none = draw.chance("leaves nothing", 12);
  if (!number.empty() && draw.chance("by delta", 25)) {
    set_member(evictor, "delta",
               json_of({{"threshold", json_integer(none ? 0 : draw.between("delta", 10, 60))},
                        {"field", json_text(number)}}));
  } else if (stamped && draw.chance("by time", 50)) {
    set_member(evictor, "time",
               json_integer(none ? 0 : draw.one_of<int64_t>("age", {100, 20, 400})));
  } else {
    set_member(evictor, "count", json_integer(none ? 0 : draw.between("kept", 1, 4)));
  }
  // Before the answer it would be one of no rows, and its sums null.
  if (none || draw.chance("after", 30)) set_member(evictor, "after", json_boolean(true));
  return evictor;
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
  if (draw.chance("double", 10)) add(fmt::format("sum({} * 0.5)", v), "half");
  if (draw.chance("collect", 15)) list.push_back(fmt::format("collect({}) as all", v));
  return json_strings(list);
}

}  // namespace

bool draw_window_of_two(const Draw& draw, bool stamped, Json& window) {
  const bool event_time = stamped && !draw.chance("processing time", 10);
  const bool global = draw.chance("global", 8);
  window = json_object();
  if (global) {
    set_global(draw, "", window);
    return false;
  }
  set_assigner(draw, "", window);
  if (!event_time) set_member(window, "time", json_text("processing"));
  if (event_time && draw.chance("lateness", 45)) {
    set_member(window, "allowed_lateness",
               json_integer(draw.one_of<int64_t>("how late", {300, 50, 1, 2000})));
  }
  if (draw.chance("own trigger", 20))
    set_member(window, "trigger",
               draw_trigger(draw.below("trigger"), {event_time, merges(window), ""}, 0));
  if (draw.chance("evictor", 8))
    set_member(window, "evictor", draw_evictor(draw.below("evictor"), stamped, ""));
  return true;
}

DrawnStream draw_window(const Draw& draw, const DrawnStream& input, const std::string& name,
                        Json& nodes, Json& sinks) {
  const bool event_time = input.stamped && !draw.chance("processing time", 15);
  const bool global = draw.chance("global", 10);
  Json window = json_object();
  if (global) {
    set_global(draw, input.number, window);
  } else {
    set_assigner(draw, input.number, window);
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
      set_member(
          window, "trigger",
          draw_trigger(draw.below("trigger"), {event_time, merges(window), input.number}, 0));
  }
  // What slides over the last rows of a key has an evictor of its own.
  if (window.find("count") == nullptr && draw.chance("evictor", 12))
    set_member(window, "evictor", draw_evictor(draw.below("evictor"), input.stamped, input.number));

  // A window without an end answers with the latest of all times: no window of time can follow.
  DrawnStream out{name, {}, "s", !global, input.key};
  Json node = json_of({{"inputs", json_strings({input.name})}});
  // The row that a pick or a reduce leaves has the fields of its input.
  const bool folds = draw.chance("folds", 15);
  const bool all = !folds && draw.chance("one key", 12);
  if (folds) {
    set_member(node, "key_by", json_text("k"));
    set_member(node, "window", std::move(window));
    draw_fold(draw, input, "pick", node);
    set_drawn_parallelism(draw, node);
    set_member(nodes, name, std::move(node));
    return {name, input.fields, input.number, !global, input.key};
  }
  if (all) {
    set_member(node, "key_by", Json{});
  } else {
    set_member(node, "key_by", json_text("k"));
    out.fields.push_back("k");
  }
  if (!global) out.fields.insert(out.fields.end(), {"start", "end"});
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
  out.key = "string";
  return out;
}

}  // namespace leat
