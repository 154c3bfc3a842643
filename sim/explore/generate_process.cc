// Keyed functions of generated jobs: process functions, running aggregates.
#include <fmt/format.h>

#include <algorithm>

#include "sim/explore/generate_parts.h"

namespace leat {

namespace {

Json actions_json(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : ", ") + line;
  return std::get<Json>(parse_json("[" + text + "]"));
}

// What a drawn function remembers of a key, and how its steps speak of it.
class DrawnProcess {
 public:
  // States are named after their node: a name of the input may not be used again.
  DrawnProcess(const Draw& draw, bool stamped, const std::string& name)
      : draw_(draw),
        stamped_(stamped),
        total_("sum_" + name),
        count_("n_" + name),
        list_("seen_" + name),
        map_("by_" + name),
        reducing_("most_" + name),
        aggregating_("mean_" + name),
        lists_(draw.chance("list", 25)),
        maps_(draw.chance("map", 25)),
        reduces_(draw.chance("reducing", 20)),
        aggregates_(draw.chance("aggregating", 20)),
        clock_(draw.chance("clock timer", 50)),
        side_(draw.chance("side", 20)) {}

  Json of_one(const DrawnStream& input) const {
    Json process = remembered();
    set_member(process, "on_row", actions_json(on_row(draw_, input, 0)));
    return with_timers(std::move(process));
  }
  Json of_two(const DrawnStream& left, const DrawnStream& right) const {
    Json process = remembered();
    set_member(process, "on_left", actions_json(on_row(draw_.below("left"), left, 0)));
    set_member(process, "on_right", actions_json(on_row(draw_.below("right"), right, 3)));
    return with_timers(std::move(process));
  }

  // What comes of the node that has this function.
  DrawnStream stream(const std::string& name, const std::string& key, Json node, Json& nodes,
                     Json& sinks) const {
    set_drawn_parallelism(draw_, node);
    set_member(nodes, name, std::move(node));
    if (side_) set_member(sinks, name + "_odd", json_text(name + ".odd"));
    // What a processing timer emits has no timestamp.
    return {name, {"k", "total", "why"}, "total", stamped_ && !clock_, key};
  }

 private:
  Json remembered() const {
    Json state = json_of({{total_.c_str(), json_text("int")}, {count_.c_str(), json_text("int")}});
    if (lists_) set_member(state, list_, json_text("list"));
    if (maps_) set_member(state, map_, json_text("map"));
    if (reduces_) {
      set_member(state, reducing_,
                 json_of({{"of", json_text("int")},
                          {"reduce", json_text(draw_.one_of<const char*>(
                                         "kept", {"greatest(a, b)", "2 * a % 97 - b"}))}}));
    }
    if (aggregates_) {
      set_member(state, aggregating_, std::get<Json>(parse_json(R"({"of": "int",
          "start": {"sum": "0", "n": "0"}, "add": {"sum": "sum + value", "n": "n + 1"},
          "result": "sum * 100 / n"})")));
    }
    Json process = json_of({{"state", std::move(state)}});
    if (draw_.chance("ttl", 20)) set_member(process, "ttl", time_to_live());
    return process;
  }

  Json with_timers(Json process) const {
    set_member(process, "on_event_timer", actions_json(on_event_timer()));
    set_member(process, "on_processing_timer", actions_json(on_processing_timer()));
    return process;
  }

  Json time_to_live() const {
    Json life = json_integer(draw_.one_of<int64_t>("life", {200, 1, 50, 1000, 100'000}));
    if (draw_.chance("plain ttl", 40)) return life;
    Json ttl = json_of({{"time", std::move(life)}});
    if (draw_.chance("read renews", 50)) set_member(ttl, "update", json_text("on_read_and_write"));
    // What is seen until it is cleaned up is judged where nothing cleans up but a read.
    const bool shows = draw_.chance("shows expired", 35);
    if (shows) set_member(ttl, "visibility", json_text("return_expired_if_not_cleaned_up"));
    const char* cleanup =
        shows ? "none"
              : draw_.one_of<const char*>("cleanup", {"incremental", "full_snapshot", "none"});
    set_member(ttl, "cleanup", json_text(cleanup));
    return ttl;
  }

  // {"emit": ["k", ..., "1 as why"]}
  std::string emit(int why) const {
    std::string more;
    if (lists_) more += fmt::format(R"(, "{} as seen")", list_);
    if (maps_) more += fmt::format(R"(, "{} as by")", map_);
    if (reduces_) more += fmt::format(R"(, "{} as most")", reducing_);
    if (aggregates_) more += fmt::format(R"(, "{} as mean")", aggregating_);
    return fmt::format(R"({{"emit": ["k", "coalesce({}, 0) as total", "{} as why"{}]}})", total_,
                       why, more);
  }

  std::vector<std::string> on_row(const Draw& draw, const DrawnStream& input, int why) const {
    const std::string& v = input.number;
    std::vector<std::string> lines = {
        fmt::format(R"({{"set": {{"{0}": "coalesce({0}, 0) + {1}"}}}})", total_, v)};
    if (draw.chance("count", 50))
      lines.push_back(fmt::format(R"({{"set": {{"{0}": "coalesce({0}, 0) + 1"}}}})", count_));
    if (lists_) add_to_list(draw, v, lines);
    if (reduces_) lines.push_back(fmt::format(R"({{"add": {{"{}": "{}"}}}})", reducing_, v));
    if (aggregates_) lines.push_back(fmt::format(R"({{"add": {{"{}": "{}"}}}})", aggregating_, v));
    if (maps_) {
      lines.push_back(fmt::format(R"({{"put": {{"{}": ["{} % 3", "{}"]}}}})", map_, v, v));
      lines.push_back(
          fmt::format(R"({{"when": "{0} % 4 = 0", "remove": {{"{1}": "{0} % 3"}}}})", v, map_));
    }
    add_timers(draw, v, lines);
    if (draw.chance("clear", 25)) {
      std::string others = lists_ ? fmt::format(R"(, "{}")", list_) : "";
      if (reduces_) others += fmt::format(R"(, "{}")", reducing_);
      if (aggregates_) others += fmt::format(R"(, "{}")", aggregating_);
      lines.push_back(
          fmt::format(R"({{"when": "{} % 7 = 0", "clear": ["{}"{}]}})", v, total_, others));
    }
    if (side_) {
      lines.push_back(
          fmt::format(R"({{"when": "{0} % 5 = 2", "side": {{"odd": ["k", "{0}"]}}}})", v));
    }
    if (draw.chance("emit rows", 60)) lines.push_back(emit(why));
    return lines;
  }

  void add_to_list(const Draw& draw, const std::string& v, std::vector<std::string>& lines) const {
    lines.push_back(fmt::format(R"({{"add": {{"{}": "{}"}}}})", list_, v));
    if (draw.chance("add all", 30)) {
      lines.push_back(fmt::format(
          R"({{"when": "{0} % 3 = 0", "add": {{"{1}": ["{0}", "{0} + 1"]}}}})", v, list_));
    }
    if (draw.chance("list update", 30)) {
      lines.push_back(
          fmt::format(R"({{"when": "{0} % 6 = 1", "set": {{"{1}": [{2}]}}}})", v, list_,
                      draw.chance("of nothing", 40) ? "" : fmt::format(R"("{0}", "-{0}")", v)));
    }
  }

  void add_timers(const Draw& draw, const std::string& v, std::vector<std::string>& lines) const {
    if (stamped_ && draw.chance("event timer", 70)) {
      lines.push_back(
          fmt::format(R"({{"timer": "{}"}})",
                      draw.one_of<const char*>(
                          "when", {"timestamp + 300", "timestamp + 1", "timestamp - 50",
                                   "floor_div(timestamp, 500) * 500 + 499", "watermark + 5"})));
    }
    if (clock_) {
      lines.push_back(fmt::format(
          R"({{"processing_timer": "{}"}})",
          draw.one_of<const char*>("at", {"now + 100", "now + 1", "now - 10", "now + 900",
                                          "floor_div(now, 250) * 250 + 250"})));
      // An earlier one behind a later one.
      if (draw.chance("another", 40)) {
        lines.push_back(fmt::format(R"({{"when": "{} % 3 = 2", "processing_timer": "now + {}"}})",
                                    v, draw.one_of<int64_t>("how soon", {7, 2, 60})));
      }
      if (draw.chance("delete of the clock", 30)) {
        lines.push_back(fmt::format(
            R"({{"when": "{} % 3 = 1", "delete_processing_timer": "floor_div(now, 250) * 250 + 250"}})",
            v));
      }
    }
    if (stamped_ && draw.chance("another event timer", 30))
      lines.push_back(fmt::format(R"({{"when": "{} % 2 = 0", "timer": "timestamp + 20"}})", v));
    if (stamped_ && draw.chance("delete", 30)) {
      lines.push_back(fmt::format(
          R"({{"when": "{} % 3 = 0", "delete_timer": "floor_div(timestamp, 500) * 500 + 499"}})",
          v));
    }
  }

  std::vector<std::string> on_event_timer() const {
    std::vector<std::string> lines = {emit(1)};
    if (draw_.chance("again", 30))
      lines.emplace_back(R"({"when": "time < 2000 and time > 0", "timer": "time + 400"})");
    if (draw_.chance("reset", 30)) lines.push_back(fmt::format(R"({{"clear": ["{}"]}})", total_));
    if (side_) lines.emplace_back(R"({"side": {"odd": ["k", "0"]}})");
    return lines;
  }

  std::vector<std::string> on_processing_timer() const {
    std::vector<std::string> lines = {emit(2)};
    if (draw_.chance("forget", 30))
      lines.push_back(fmt::format(R"({{"set": {{"{}": "0"}}}})", total_));
    return lines;
  }

  const Draw& draw_;
  const bool stamped_;
  const std::string total_;
  const std::string count_;
  const std::string list_;
  const std::string map_;
  const std::string reducing_;
  const std::string aggregating_;
  const bool lists_;
  const bool maps_;
  const bool reduces_;
  const bool aggregates_;
  const bool clock_;
  const bool side_;
};

}  // namespace

DrawnStream draw_process(const Draw& draw, const DrawnStream& input, const std::string& name,
                         Json& nodes, Json& sinks) {
  const DrawnProcess process(draw, input.stamped, name);
  // What a source has made: elsewhere a number may be null, which is no key.
  const bool made = input.number == "v" &&
                    std::find(input.fields.begin(), input.fields.end(), "ts") != input.fields.end();
  const bool two_fields = made && draw.chance("key of two fields", 12);
  Json node =
      json_of({{"inputs", json_strings({input.name})},
               {"key_by", two_fields ? json_strings({"k", input.number}) : json_text("k")}});
  set_member(node, "process", process.of_one(input));
  return process.stream(name, input.key, std::move(node), nodes, sinks);
}

DrawnStream draw_co_process(const Draw& draw, const DrawnStream& left, const DrawnStream& right,
                            const std::string& name, Json& nodes, Json& sinks) {
  const DrawnProcess process(draw, left.stamped && right.stamped, name);
  Json node = json_of({{"inputs", json_strings({left.name, right.name})},
                       {"connect", json_text("process")},
                       {"key_by", json_strings({"k", "k"})}});
  set_member(node, "process", process.of_two(left, right));
  return process.stream(name, left.key, std::move(node), nodes, sinks);
}

DrawnStream draw_running(const Draw& draw, const DrawnStream& input, const std::string& name,
                         Json& nodes) {
  DrawnStream out = input;
  out.name = name;
  Json node = json_of({{"inputs", json_strings({input.name})}, {"key_by", json_text("k")}});
  draw_fold(draw, input, "running", node);
  set_drawn_parallelism(draw, node);
  set_member(nodes, name, std::move(node));
  return out;
}

void draw_fold(const Draw& draw, const DrawnStream& input, const char* key, Json& node) {
  const std::string& v = input.number;
  const uint32_t kind = draw.upto("fold", 7);
  if (kind >= 5) {
    const char* text =
        kind == 5 ? R"({{"{0}": "a.{0} + b.{0}"}})" : R"({{"{0}": "2 * a.{0} % 97 - b.{0}"}})";
    set_member(node, "reduce", std::get<Json>(parse_json(fmt::format(fmt::runtime(text), v))));
    return;
  }
  constexpr const char* kFolds[] = {"sum", "min", "max", "min_by", "max_by"};
  set_member(node, key, json_text(fmt::format("{}({})", kFolds[kind], v)));
  if (kind >= 3 && draw.chance("last of equals", 40))
    set_member(node, "first", json_boolean(false));
}

}  // namespace leat
