#include "sim/explore/generate_parts.h"

#include <fmt/format.h>

#include <algorithm>

namespace leat {

namespace {

Json inputs(const DrawnStream& stream) { return json_strings({stream.name}); }

}  // namespace

void set_drawn_parallelism(const Draw& draw, Json& node) {
  if (draw.chance("own parallelism", 30))
    set_member(node, "parallelism", json_integer(draw.between("subtasks", 1, 3)));
  if (node.find("inputs") == nullptr) return;  // a source, or a sink
  if (draw.chance("own groups", 4))
    set_member(node, "max_parallelism", json_integer(draw.between("key groups", 3, 9)));
  if (draw.chance("apart", 2)) set_member(node, "slot_sharing_group", json_text("apart"));
}

namespace {

Json draw_alignment(const Draw& draw) {
  return json_of(
      {{"group", json_text("all")},
       {"max_drift", json_integer(draw.one_of<int64_t>("drift", {200, 50, 1000, 0}))},
       {"update_interval", json_integer(draw.one_of<int64_t>("update", {50, 10, 200, 1000}))}});
}

Json draw_watermark(const Draw& draw, int64_t disorder, bool silent, bool aligned) {
  Json watermark = json_object();
  switch (draw.upto("watermark", 5)) {
    case 3:
      set_member(watermark, "ascending", json_boolean(true));
      break;
    case 4:
      set_member(watermark, "punctuated", json_integer(disorder));
      break;
    default: {
      int64_t bound = draw.chance("too strict", 30) ? disorder / 2 : disorder;
      // Watermarks are a millisecond below the times, and so meet none of a grid; these do.
      if (bound > 0 && draw.chance("to the millisecond", 25)) --bound;
      set_member(watermark, "bounded", json_integer(bound));
    }
  }
  if (silent || draw.chance("idle", 20)) {
    set_member(watermark, "idle_after",
               json_integer(draw.one_of<int64_t>("idle after", {100, 20, 50, 1000})));
  }
  if (aligned || draw.chance("aligned", 12)) set_member(watermark, "align", draw_alignment(draw));
  return watermark;
}

}  // namespace

Json draw_source(const Draw& draw, const std::string& name, bool aligned) {
  const int64_t disorder = draw.one_of<int64_t>("disorder", {100, 0, 20, 400, 900});
  Json generate = json_object();
  const uint32_t partitions = 1 + draw.upto("partitions", 3);
  set_member(generate, "count", json_integer(draw.one_of<int64_t>("count", {100, 20, 50, 160, 6})));
  set_member(generate, "every", json_integer(draw.one_of<int64_t>("every", {10, 2, 25, 0, 60})));
  if (draw.chance("few keys have most", 15)) {
    set_member(generate, "keys", json_text("zipf(12, 1.2)"));
  } else {
    set_member(generate, "keys", json_integer(draw.one_of<int64_t>("keys", {4, 1, 2, 8, 20})));
  }
  if (draw.chance("no ASCII", 8)) {
    set_member(generate, "key_prefix",
               json_text(draw.one_of<const char*>("prefix", {"é", "日本", "😀", "a\u0301😀"})));
  }
  if (draw.chance("below zero", 30))
    set_member(generate, "values", json_list({json_integer(-60), json_integer(39)}));
  if (disorder > 0) set_member(generate, "disorder", json_integer(disorder));
  // Times on a grid meet the bounds of windows, joins and evictors exactly.
  if (draw.chance("on a grid", 45))
    set_member(generate, "round", json_integer(draw.one_of<int64_t>("round", {10, 20, 100})));
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
  if (draw.chance("by the clock", 5))
    set_member(source, "ingestion_time", json_boolean(true));
  else
    set_member(source, "ts", json_text("ts"));
  if (draw.chance("from the log", 40)) set_member(source, "topic", json_text("in-" + name));
  Json watermark = draw_watermark(draw, disorder, silent, aligned);
  if (!draw.chance("no watermarks", 4)) set_member(source, "watermark", std::move(watermark));
  set_drawn_parallelism(draw, source);
  return source;
}

namespace {

// A system outside that answers in time, or else the function answers in its place.
Json draw_async(const Draw& draw, const DrawnStream& input) {
  std::vector<std::string> select;
  for (const std::string& field : input.fields) {
    select.push_back(field == input.number ? fmt::format("{0} * 2 as {0}", field) : field);
  }
  const int64_t most = draw.one_of<int64_t>("latency", {30, 0, 5, 300});
  Json async = json_of({{"select", json_strings(select)}, {"most_latency", json_integer(most)}});
  if (draw.chance("unordered", 50)) set_member(async, "mode", json_text("unordered"));
  if (draw.chance("narrow", 60))
    set_member(async, "capacity", json_integer(draw.one_of<int64_t>("capacity", {3, 1, 10})));
  if (!draw.chance("timeout", 40)) return async;
  if (!draw.chance("on_timeout", 50)) {
    set_member(async, "timeout", json_integer(most + 200));
    return async;
  }
  set_member(async, "timeout",
             json_integer(most / draw.one_of<int64_t>("patience", {2, 1, 5}) + 1));
  std::vector<std::string> late;
  for (const std::string& field : input.fields) {
    late.push_back(field == input.number ? fmt::format("{0} * 3 as {0}", field) : field);
  }
  set_member(async, "on_timeout", json_strings(late));
  return async;
}

// A key made of a number, and its type.
std::string draw_key(const Draw& draw, const std::string& number, std::string& type) {
  type = draw.one_of<const char*>("type of the key", {"int", "int", "double", "bool"});
  const char* text = type == "int"      ? "floor_mod({}, 7) as k"
                     : type == "double" ? "floor_mod({}, 9) * 0.5 as k"
                                        : "{} % 3 = 0 as k";
  return fmt::format(fmt::runtime(text), number);
}

// Rows as they are, some again with the number turned round, some aside.
Json draw_unkeyed_process(const Draw& draw, const DrawnStream& input, const std::string& name,
                          Json& sinks) {
  const std::string& v = input.number;
  const auto when = [&](const char* condition) { return json_text(v + condition); };
  std::vector<std::string> turned = input.fields;
  std::replace(turned.begin(), turned.end(), v, "-" + v);
  Json steps = json_list();
  if (draw.chance("aside", 40)) {
    steps.items.push_back(json_of({{"when", when(" % 7 = 3")},
                                   {"side", json_of({{"aside", json_strings({"k", v})}})},
                                   {"stop", json_boolean(draw.chance("only aside", 60))}}));
    set_member(sinks, name + "_aside", json_text(name + ".aside"));
  }
  steps.items.push_back(json_of({{"emit", json_strings(input.fields)}}));
  steps.items.push_back(json_of({{"when", when(" % 3 = 0")}, {"emit", json_strings(turned)}}));
  return json_of({{"on_row", std::move(steps)}});
}

}  // namespace

DrawnStream draw_stateless(const Draw& draw, const DrawnStream& input, const std::string& name,
                           Json& nodes, Json& sinks) {
  DrawnStream out = input;
  out.name = name;
  Json node = json_of({{"inputs", inputs(input)}});
  switch (draw.upto("kind", 12)) {
    case 0:
      set_member(node, "filter", json_text(fmt::format("{} % 5 <> 0", input.number)));
      break;
    case 1: {
      std::vector<std::string> list;
      const bool other_key = draw.chance("other key", 25);
      for (const std::string& field : input.fields) {
        if (field == "k" && other_key) {
          list.push_back(draw_key(draw, input.number, out.key));
          continue;
        }
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
          "way", {"rebalance", "rescale", "shuffle", "global", "broadcast", "custom"});
      set_member(node, "partition", json_text(way));
      if (std::string_view(way) == "custom")
        set_member(node, "channel",
                   json_text(fmt::format("floor_mod({}, channels)", input.number)));
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
      if (draw.chance("turned", 60)) std::reverse(out.fields.begin(), out.fields.end());
      set_member(node, "project", json_strings(out.fields));
      break;
    case 7:
    case 8:
      set_member(node, "async", draw_async(draw.below("async"), input));
      break;
    case 9:
      set_member(node, "subtask", json_text(name + "_of"));
      out.fields.push_back(name + "_of");
      break;
    case 10:
      set_member(node, "process", draw_unkeyed_process(draw, input, name, sinks));
      break;
    default:
      set_member(node, "stamp", json_text(name + "_at"));
      out.fields.push_back(name + "_at");
  }
  set_drawn_parallelism(draw, node);
  if (draw.chance("apart", 20))
    set_member(node, "chaining", json_text(draw.one_of<const char*>("how", {"never", "head"})));
  set_member(nodes, name, std::move(node));
  return out;
}

DrawnStream GeneratedGraph::draw_inputs() {
  const uint32_t count = 1 + draw_.upto("sources", 3) % 2 + (draw_.chance("third", 10) ? 1 : 0);
  std::vector<std::string> names;
  const bool aligned = draw_.chance("all aligned", 6);
  for (uint32_t i = 0; i < count; ++i) {
    const std::string name(1, static_cast<char>('a' + i));
    set_member(sources, name, draw_source(draw_.below("source", i), name, aligned));
    names.push_back(name);
  }
  DrawnStream stream{names.front(), {"ts", "k", "v"}, "v", true};
  if (count == 1) return stream;
  if (draw_.chance("two inputs", 50)) {
    DrawnStream right = stream;
    right.name = names.back();
    names.pop_back();
    if (draw_.chance("turned", 40)) {
      // The fields of the two do not stand in the same places.
      std::reverse(right.fields.begin(), right.fields.end());
      set_member(nodes, "turned",
                 json_of({{"inputs", json_strings({right.name})},
                          {"project", json_strings(right.fields)}}));
      right.name = "turned";
    }
    if (names.size() > 1) stream = unite(stream, names, "left");
    return draw_two_inputs(draw_.below("two"), stream, right, Pairs::kAny, "both", nodes, sinks);
  }
  return unite(stream, names, "both");
}

DrawnStream GeneratedGraph::unite(DrawnStream stream, const std::vector<std::string>& names,
                                  const std::string& name) {
  stream.name = name;
  set_member(nodes, name,
             json_of({{"inputs", json_strings(names)}, {"union", json_boolean(true)}}));
  return stream;
}

DrawnStream GeneratedGraph::draw_stateful(const Draw& draw, const DrawnStream& input,
                                          const std::string& name) {
  const uint32_t kind = draw.upto("kind", 8);
  if (kind < 4) return draw_window(draw.below("window"), input, name, nodes, sinks);
  if (kind < 7) return draw_process(draw.below("process"), input, name, nodes, sinks);
  return draw_running(draw.below("running"), input, name, nodes);
}

void GeneratedGraph::add_sink(const Draw& draw, const std::string& from) {
  Json sink = json_of({{"from", json_text(from)}});
  if (draw.chance("plain", 15)) {
    set_member(sink, "kind", json_text(draw.chance("shown", 20) ? "print" : "at_least_once"));
  }
  set_drawn_parallelism(draw, sink);
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
    if (stream.key == input.key && draw_.chance("beside its input", 10)) {
      stream =
          draw_two_inputs(draw_.below("beside"), stream, input, Pairs::kFew, "j", nodes, sinks);
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
