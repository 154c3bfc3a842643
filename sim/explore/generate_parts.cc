#include "sim/explore/generate_parts.h"

#include <fmt/format.h>

#include <algorithm>

namespace leat {

namespace {

void set_parallelism(const Draw& draw, Json& node) {
  if (draw.chance("own parallelism", 30))
    set_member(node, "parallelism", json_integer(draw.between("subtasks", 1, 3)));
}

Json inputs(const DrawnStream& stream) { return json_strings({stream.name}); }

}  // namespace

void add_barrier_mode(const Draw& draw, Json& checkpoint) {
  if (!format_has("checkpoint", "alignment_timeout") && !format_has("checkpoint", "unaligned"))
    return;
  set_member(checkpoint, "mode", json_text("unaligned"));
  if (format_has("checkpoint", "alignment_timeout") && draw.chance("timeout", 50)) {
    set_member(checkpoint, "alignment_timeout",
               json_integer(draw.one_of<int64_t>("how long", {10, 1, 100})));
  }
}

Json draw_source(const Draw& draw, const std::string& name) {
  const int64_t disorder = draw.one_of<int64_t>("disorder", {100, 0, 20, 400, 900});
  Json generate = json_object();
  const uint32_t partitions = 1 + draw.upto("partitions", 3);
  set_member(generate, "count", json_integer(draw.one_of<int64_t>("count", {100, 20, 50, 160, 6})));
  set_member(generate, "every", json_integer(draw.one_of<int64_t>("every", {10, 2, 25, 0})));
  set_member(generate, "keys", json_integer(draw.one_of<int64_t>("keys", {4, 1, 2, 8, 20})));
  if (disorder > 0) set_member(generate, "disorder", json_integer(disorder));
  if (draw.chance("late", 35)) {
    set_member(generate, "late", json_number(0.08));
    set_member(generate, "late_by",
               json_integer(draw.one_of<int64_t>("late by", {600, 100, 3000})));
  }
  if (draw.chance("duplicates", 20)) set_member(generate, "duplicates", json_number(0.1));
  if (draw.chance("elsewhere in time", 30)) {
    set_member(generate, "start",
               json_integer(draw.one_of<int64_t>("start", {-700, -100'000, 1'600'000'000'000})));
  }
  const bool silent = draw.chance("silence", 40);
  if (silent) {
    // Splits that fall silent and come back behind the others, some of them several times.
    Json spans = json_list();
    for (uint32_t i = 0, n = 1 + draw.upto("silences", 4); i < n; ++i) {
      const Draw span = draw.below("silence", i);
      spans.items.push_back(
          json_of({{"partition", json_integer(span.upto("silent one", partitions))},
                   {"from", json_integer(span.between("from", 0, 900))},
                   {"for", json_integer(span.one_of<int64_t>("for", {300, 100, 1000, 4000}))}}));
    }
    set_member(generate, "silence", std::move(spans));
  }
  Json source = json_object();
  set_member(source, "fields", json_strings({"ts:time", "k:string", "v:int"}));
  set_member(source, "partitions", json_integer(partitions));
  set_member(source, "generate", std::move(generate));
  set_member(source, "ts", json_text("ts"));
  if (draw.chance("from the log", 40)) set_member(source, "topic", json_text("in-" + name));
  Json watermark = json_object();
  switch (draw.upto("watermark", 5)) {
    case 3:
      set_member(watermark, "ascending", json_boolean(true));
      break;
    case 4:
      set_member(watermark, "punctuated", json_integer(disorder));
      break;
    default:
      set_member(watermark, "bounded",
                 json_integer(draw.chance("too strict", 30) ? disorder / 2 : disorder));
  }
  if (silent || draw.chance("idle", 20)) {
    set_member(watermark, "idle_after",
               json_integer(draw.one_of<int64_t>("idle after", {100, 20, 50, 1000})));
  }
  set_member(source, "watermark", std::move(watermark));
  return source;
}

DrawnStream draw_stateless(const Draw& draw, const DrawnStream& input, const std::string& name,
                           Json& nodes, Json& sinks) {
  DrawnStream out = input;
  out.name = name;
  Json node = json_of({{"inputs", inputs(input)}});
  switch (draw.upto("kind", 8)) {
    case 0:
      set_member(node, "filter", json_text(fmt::format("{} % 5 <> 0", input.number)));
      break;
    case 1: {
      std::vector<std::string> list;
      for (const std::string& field : input.fields) {
        list.push_back(field == input.number ? fmt::format("{0} + 1 as {0}", field) : field);
      }
      set_member(node, "map", json_strings(list));
      break;
    }
    case 2:
      set_member(node, "flat_map",
                 json_of({{"repeat", json_text(fmt::format("abs({}) % 3", input.number))},
                          {"as", json_text(name + "_i")}}));
      out.fields.push_back(name + "_i");
      break;
    case 3:
      set_member(node, "split",
                 json_of({{"when", json_text(fmt::format("{} % 4 = 1", input.number))},
                          {"to", json_text("aside")}}));
      if (draw.chance("both", 60)) {
        set_member(sinks, name + "_aside", json_text(name + ".aside"));
      } else if (draw.chance("the side", 50)) {
        set_member(sinks, name + "_main", json_text(name));
        out.name = name + ".aside";
      }
      break;
    case 4: {
      const auto* way = draw.one_of<const char*>(
          "way", {"rebalance", "rescale", "shuffle", "global", "broadcast"});
      set_member(node, "partition", json_text(way));
      set_member(nodes, name, std::move(node));
      return out;
    }
    case 5: {
      std::string ts = draw.chance("shifted", 40) ? "ts - 37" : "ts";
      if (std::find(input.fields.begin(), input.fields.end(), "ts") == input.fields.end()) {
        set_member(node, "filter", json_text("true"));
        break;
      }
      Json watermark =
          json_of({{"bounded", json_integer(draw.one_of<int64_t>("bound", {500, 100, 1500}))}});
      if (draw.chance("idle", 30)) set_member(watermark, "idle_after", json_integer(300));
      set_member(node, "assign",
                 json_of({{"ts", json_text(std::move(ts))}, {"watermark", watermark}}));
      break;
    }
    case 6:
      set_member(node, "project", json_strings(input.fields));
      break;
    default:
      set_member(node, "stamp", json_text(name + "_at"));
      out.fields.push_back(name + "_at");
  }
  set_parallelism(draw, node);
  if (draw.chance("apart", 20))
    set_member(node, "chaining", json_text(draw.one_of<const char*>("how", {"never", "head"})));
  set_member(nodes, name, std::move(node));
  return out;
}

namespace {

Json actions_json(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : ", ") + line;
  return std::get<Json>(parse_json("[" + text + "]"));
}

// {"emit": ["k", ..., "1 as why"]}
std::string emit(const std::string& total, int why) {
  return fmt::format(R"({{"emit": ["k", "coalesce({}, 0) as total", "{} as why"]}})", total, why);
}

std::vector<std::string> draw_on_row(const Draw& draw, const DrawnStream& input,
                                     const std::string& total, const std::string& count,
                                     bool clock) {
  const std::string& v = input.number;
  std::vector<std::string> lines = {
      fmt::format(R"({{"set": {{"{0}": "coalesce({0}, 0) + {1}"}}}})", total, v)};
  if (draw.chance("count", 50))
    lines.push_back(fmt::format(R"({{"set": {{"{0}": "coalesce({0}, 0) + 1"}}}})", count));
  if (input.stamped && draw.chance("event timer", 70)) {
    lines.push_back(
        fmt::format(R"({{"timer": "{}"}})",
                    draw.one_of<const char*>(
                        "when", {"timestamp + 300", "timestamp + 1", "timestamp - 50",
                                 "floor_div(timestamp, 500) * 500 + 499", "watermark + 5"})));
  }
  if (clock) {
    lines.push_back(
        fmt::format(R"({{"processing_timer": "{}"}})",
                    draw.one_of<const char*>("at", {"now + 100", "now + 1", "now - 10", "now + 900",
                                                    "floor_div(now, 250) * 250 + 250"})));
  }
  if (input.stamped && draw.chance("delete", 30)) {
    lines.push_back(fmt::format(
        R"({{"when": "{} % 3 = 0", "delete_timer": "floor_div(timestamp, 500) * 500 + 499"}})", v));
  }
  if (draw.chance("clear", 25))
    lines.push_back(fmt::format(R"({{"when": "{} % 7 = 0", "clear": ["{}"]}})", v, total));
  if (draw.chance("emit rows", 60)) lines.push_back(emit(total, 0));
  return lines;
}

}  // namespace

DrawnStream draw_process(const Draw& draw, const DrawnStream& input, const std::string& name,
                         Json& nodes, Json&) {
  // States are named after their node: a name of the input may not be used again.
  const std::string total = "sum_" + name;
  const std::string count = "n_" + name;
  const bool clock = draw.chance("clock timer", 50);
  std::vector<std::string> on_event = {emit(total, 1)};
  if (draw.chance("again", 30))
    on_event.emplace_back(R"({"when": "time < 2000 and time > 0", "timer": "time + 400"})");
  if (draw.chance("reset", 30)) on_event.push_back(fmt::format(R"({{"clear": ["{}"]}})", total));
  std::vector<std::string> on_clock = {emit(total, 2)};
  if (draw.chance("forget", 30))
    on_clock.push_back(fmt::format(R"({{"set": {{"{}": "0"}}}})", total));

  Json process = json_object();
  Json state = json_object();
  for (const std::string& state_name : {total, count})
    set_member(state, state_name, json_text("int"));
  set_member(process, "state", std::move(state));
  set_member(process, "on_row", actions_json(draw_on_row(draw, input, total, count, clock)));
  set_member(process, "on_event_timer", actions_json(on_event));
  set_member(process, "on_processing_timer", actions_json(on_clock));
  Json node = json_of({{"inputs", inputs(input)}, {"key_by", json_text("k")}});
  set_member(node, "process", std::move(process));
  set_parallelism(draw, node);
  set_member(nodes, name, std::move(node));
  // What a processing timer emits has no timestamp.
  return {name, {"k", "total", "why"}, "total", input.stamped && !clock};
}

DrawnStream GeneratedGraph::draw_inputs() {
  const uint32_t count = 1 + draw_.upto("sources", 3) % 2 + (draw_.chance("third", 10) ? 1 : 0);
  std::vector<std::string> names;
  for (uint32_t i = 0; i < count; ++i) {
    const std::string name(1, static_cast<char>('a' + i));
    set_member(sources, name, draw_source(draw_.below("source", i), name));
    names.push_back(name);
  }
  DrawnStream stream{names.front(), {"ts", "k", "v"}, "v", true};
  if (count > 1) {
    stream.name = "both";
    set_member(nodes, "both",
               json_of({{"inputs", json_strings(names)}, {"union", json_boolean(true)}}));
  }
  return stream;
}

DrawnStream GeneratedGraph::draw_stateful(const Draw& draw, const DrawnStream& input,
                                          const std::string& name) {
  return draw.upto("kind", 3) < 2 ? draw_window(draw.below("window"), input, name, nodes, sinks)
                                  : draw_process(draw.below("process"), input, name, nodes, sinks);
}

void GeneratedGraph::add_sink(const Draw& draw, const std::string& from) {
  Json sink = json_of({{"from", json_text(from)}});
  if (draw.chance("plain", 15)) set_member(sink, "kind", json_text("at_least_once"));
  set_parallelism(draw, sink);
  set_member(sinks, "out", std::move(sink));
}

void GeneratedGraph::draw() {
  DrawnStream stream = draw_inputs();
  for (uint32_t i = 0, n = draw_.upto("before", 4); i < n; ++i)
    stream = draw_stateless(draw_.below("before", i), stream, fmt::format("p{}", i), nodes, sinks);
  if (!draw_.chance("stateless only", 8)) {
    const DrawnStream input = stream;
    stream = draw_stateful(draw_.below("first"), input, "w");
    if (draw_.chance("a branch", 20)) {
      const DrawnStream branch = draw_stateful(draw_.below("branch"), input, "x");
      set_member(sinks, "branch", json_text(branch.name));
    }
    if (draw_.chance("after", 40))
      stream = draw_stateless(draw_.below("after"), stream, "q", nodes, sinks);
    if (draw_.chance("second stage", 35)) {
      if (draw_.chance("seen too", 40)) set_member(sinks, "middle", json_text(stream.name));
      stream = draw_stateful(draw_.below("second"), stream, "y");
    }
  }
  add_sink(draw_.below("sink"), stream.name);
}

}  // namespace leat
