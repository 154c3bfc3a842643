#include "sim/scenario/decode.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "sim/scenario/fields.h"

namespace leat {
namespace {

std::string all_errors(std::string_view text) { return decode_scenario(text, "x.json").report; }

// The headlines of all mistakes, one a line.
std::string headlines(std::string_view text) {
  std::string out;
  const Decoded decoded = decode_scenario(text, "x.json");
  for (const Diagnostic& d : decoded.diagnostics.all()) {
    out += d.code + " " +
           std::string(text.substr(d.span.begin, std::min<size_t>(d.span.end - d.span.begin, 20))) +
           ": " + d.what + "\n";
  }
  return out;
}

const std::string kSmall = R"({
  "leat": 1, "scenario": "small", "seed": 7, "parallelism": 2,
  "sources": {"s": {"fields": ["ts:time", "k:string", "v:int"], "ts": "ts", "partitions": 2,
                    "watermark": {"bounded": "2s", "idle_after": "5s"},
                    "rows": [["0s", 0, "00:00:01", "ann", 10], ["1s", 1, 4000, "bob", 5]]}},
  // A comment.
  "nodes": {"big": {"inputs": ["s"], "filter": "v > 1"},
            "w": {"inputs": ["big"], "key_by": "k",
                  "window": {"tumbling": "10s", "allowed_lateness": "4s", "late_to": "late"},
                  "aggregate": ["sum(v) as total", "count() as n"]}},
  "sinks": {"out": "w", "late": {"from": "w.late", "kind": "at_least_once"}},
  "checkpoint": {"every": "2s", "keep": 2},
  "faults": [{"kill": "worker-1", "at": "4500ms"},
             {"kill": "worker-2", "when": "BarrierAligned(2) at w[1]", "for": "3s"},
             {"reset": ["worker-1", "worker-2"], "after": "3 CheckpointCompleted"},
             {"kill_silently": "worker-2", "at": "9s", "for": "ever"}],
  "random_faults": {"max": 2, "kinds": ["kill", "pause"]},
  "expect": {"rows": {"out": {"rows": [["ann", 0, "10s", 10, 1]], "match": "final"}},
             "sometimes": ["LateRecord >= 2"], "delivery": {"out": "exactly_once"}}
})";

TEST(Scenario, AllPartsAreRead) {
  const Decoded decoded = decode_scenario(kSmall, "dir/small.json");
  ASSERT_TRUE(decoded.scenario) << decoded.report;
  const Scenario& s = *decoded.scenario;
  EXPECT_EQ(s.name, "small");
  EXPECT_EQ(s.seed, 7u);
  EXPECT_EQ(s.text, kSmall);
  const StreamGraph& graph = s.program->graph;
  ASSERT_EQ(graph.nodes.size(), 5u);
  const SourceSpec& source = std::get<SourceSpec>(graph.nodes[0].spec);
  EXPECT_EQ(source.data->splits(), 2u);
  EXPECT_EQ(source.data->arrival(1, 0).ms, 1000);
  EXPECT_EQ(source.watermark.kind, WatermarkSpec::Kind::kBounded);
  EXPECT_EQ(source.watermark.idle_after, Duration{5000});
  EXPECT_EQ(source.event_time->field(), 0);
  const StreamNode& window = graph.node(*graph.find("w"));
  EXPECT_EQ(window.inputs[0].partitioning, Partitioning::kHash);
  EXPECT_EQ(window.output.fields.back().name, "n");
  EXPECT_EQ(std::get<WindowSpec>(window.spec).allowed_lateness, Duration{4000});
  EXPECT_EQ(s.topics.sinks.size(), 2u);
  EXPECT_EQ(graph.config.checkpoint.retained, 2u);
  EXPECT_EQ(graph.config.restart.kind, RestartConfig::Kind::kFixedDelay);
  ASSERT_EQ(s.faults.size(), 4u);
  EXPECT_EQ(s.faults[3].lasts, kForever);
  EXPECT_EQ(s.faults[0].process, s.cluster.task_managers[0]);
  const AtMoment moment = std::get<AtMoment>(s.faults[1].when);
  EXPECT_EQ(moment.kind, kind_of<BarrierAligned>());
  EXPECT_EQ(moment.checkpoint, CheckpointId{2});
  EXPECT_EQ(moment.subtask->index, 1u);
  EXPECT_EQ(s.faults[1].lasts, Duration{3000});
  EXPECT_EQ(std::get<AfterFact>(s.faults[2].when).nth, 3u);
  EXPECT_EQ(s.expect.rows.at("out").rows[0][2], Value::time(10000));
  EXPECT_EQ(s.expect.situations[0].at_least, 2u);
  EXPECT_EQ(s.cluster.slots_per_task_manager, 1u);
}

TEST(Scenario, OnlyWhoIsKilledIsGoneForEverAndOnlyWorkersAre) {
  for (const char* fault : {R"({"pause": "worker-1", "at": 1, "for": "ever"})",
                            R"({"kill": "jobmanager", "at": 1, "for": "ever"})"}) {
    std::string text = kSmall;
    const std::string whole = R"({"kill_silently": "worker-2", "at": "9s", "for": "ever"})";
    text.replace(text.find(whole), whole.size(), fault);
    EXPECT_NE(all_errors(text).find("error[SC118]: only a worker that is killed is gone for ever"),
              std::string::npos)
        << fault;
  }
}

TEST(Scenario, AMistakeIsShownWithItsLineAndACaret) {
  std::string text = kSmall;
  text.replace(text.find("[\"big\"]"), 7, "[\"bgi\"]");
  EXPECT_EQ(all_errors(text),
            "error[SC112]: unknown node \"bgi\"\n"
            "  --> x.json:8:30\n"
            "  |\n"
            "8 |             \"w\": {\"inputs\": [\"bgi\"], \"key_by\": \"k\",\n"
            "  |                              ^^^^^\n"
            "  = known here: s, big\n"
            "  = help: did you mean \"big\"?\n\n");
}

TEST(Scenario, AllMistakesAreToldAtOnce) {
  EXPECT_EQ(headlines(R"({"leat": 2, "sede": 1, "seed": "x",
    "sources": {"s": {"fields": ["k:strng"], "rows": []}, "t": {"fields": ["v:int"], "rows": [[1], ["a"], [1, 2, 3]]}},
    "nodes": {"f": {"inputs": ["t"], "filter": "v + 1 > 'a'"}, "g": {"inputs": ["f", "s"], "map": []}, "h": {"inputs": ["i"], "filter": "true"}, "i": {"inputs": ["h"], "filter": "true"}},
    "sinks": {"out": "f", "two": "g", "three": "x"}, "checkpoint": {"every": "2 parsecs"}, "parallelism": 1000000000})"),
            "SC101 \"sede\": unknown key \"sede\"\n"
            "SC100 2: version 2 of the format is not known\n"
            "SC102 \"x\": here must stand an integer\n"
            "SC103 1000000000: \"parallelism\" must be between 1 and 1024\n"
            "SC102 \"2 parsecs\": here must stand a length of time\n"
            "SC104 \"k:strng\": unknown type \"strng\"\n"
            "SC102 \"a\": here must stand a value of type int\n"
            "SC107 [1, 2, 3]: a row here is a list of 1 values\n"
            "SC113 \"i\": \"i\" stands further down\n"
            "SC112 \"x\": unknown node \"x\"\n");
}

TEST(Scenario, AnExpressionsMistakeHasItsCaretInsideTheString) {
  std::string text = kSmall;
  text.replace(text.find("v > 1"), 5, "v > k");
  EXPECT_EQ(headlines(text), "SC120 k: this is a string, and what it meets is a int\n");
}

// What is answered when time is out is a row like any other, and needs a time.
TEST(Scenario, AnAnswerAtATimeoutHasTheFieldsOfTheOthers) {
  const auto asked = [](const std::string& rest) {
    return headlines(R"({"sources": {"s": {"fields": ["k:string", "v:int"], "rows": [["a", 1]]}}, )"
                     R"("nodes": {"a": {"inputs": ["s"], "async": {"select": ["k", "v as n"], )" +
                     rest + R"(}}}, "sinks": {"out": "a"}})");
  };
  EXPECT_EQ(asked(R"("timeout": 5, "on_timeout": ["k", "0 as n"])"), "");
  EXPECT_EQ(asked(R"("on_timeout": ["k", "0 as n"])"),
            "SC108 [\"k\", \"0 as n\"]: \"on_timeout\" needs a \"timeout\"\n");
  const std::string refused = ": \"on_timeout\" does not have the names and types of \"select\"\n";
  EXPECT_EQ(asked(R"("timeout": 5, "on_timeout": ["k"])"), "SC121 [\"k\"]" + refused);
  EXPECT_EQ(asked(R"("timeout": 5, "on_timeout": ["k", "k as n"])"),
            "SC121 [\"k\", \"k as n\"]" + refused);
}

TEST(Scenario, DuplicateKeysAndDepthAreRefused) {
  EXPECT_EQ(headlines(R"({"leat": 1, "leat": 1})"),
            "SC003 \"leat\": the key \"leat\" stands here twice\n");
  EXPECT_EQ(headlines(std::string(10000, '[')),
            "SC004 [: values are nested deeper than 64 levels\n");
}

TEST(Scenario, AbsurdSizesAreRefused) {
  const auto generated = [](std::string inner) {
    return headlines("{\"sources\": {\"g\": {\"generate\": {" + inner +
                     "}}}, \"sinks\": {\"out\": \"g\"}}");
  };
  EXPECT_EQ(generated("\"count\": 10"), "");
  EXPECT_EQ(generated("\"count\": 1000000000000"),
            "SC103 1000000000000: \"count\" must be between 0 and 1000000000\n");
  EXPECT_EQ(generated("\"count\": 1e400"), "SC001 0: this is not JSON: the number is too large\n");
  EXPECT_EQ(generated("\"count\": 10, \"keys\": 99999999999"),
            "SC103 99999999999: \"keys\" must be between 1 and 1000000\n");
}

std::string read_file(const std::string& name) {
  std::ifstream file(std::filesystem::path(LEAT_SOURCE_DIR) / "scenarios" / name);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// With LEAT_UPDATE set, the files that are made of the key table are written anew.
void update(const std::string& name, const std::string& text) {
  if (std::getenv("LEAT_UPDATE") == nullptr) return;
  std::ofstream(std::filesystem::path(LEAT_SOURCE_DIR) / "scenarios" / name) << text;
}

TEST(Scenario, TheSchemaForEditorsIsMadeOfTheKeyTable) {
  update("leat.schema.json", json_schema());
  EXPECT_TRUE(read_file("leat.schema.json") == json_schema()) << "run this test with LEAT_UPDATE=1";
}

TEST(Scenario, ThePageDocumentsEveryKey) {
  const std::string mark = "<!-- The tables below are made of the key table. -->\n";
  std::string page = read_file("README.md");
  ASSERT_NE(page.find(mark), std::string::npos);
  page.resize(page.find(mark) + mark.size());
  update("README.md", page + key_reference());
  EXPECT_TRUE(read_file("README.md") == page + key_reference())
      << "run this test with LEAT_UPDATE=1";
}

// The other way round: a key in the table that no decoder reads would be accepted and do nothing.
TEST(Scenario, EveryKeyOfTheTableIsRead) {
  std::string code;
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(LEAT_SOURCE_DIR) / "sim" / "scenario")) {
    const std::string name = entry.path().filename().string();
    if (name == "keys.cc" || name == "schema_text.cc" || entry.path().extension() != ".cc")
      continue;
    std::ifstream file(entry.path());
    code.append(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  // These say something to people and editors only.
  const std::vector<std::string_view> kForPeople = {"$schema", "flink", "late_dropped", "invariant",
                                                    "streaming"};
  for (const KeyRow& row : key_table()) {
    const bool read = code.find("\"" + std::string(row.key) + "\"") != std::string::npos;
    const bool for_people =
        std::find(kForPeople.begin(), kForPeople.end(), row.key) != kForPeople.end();
    EXPECT_TRUE(read || for_people) << row.object << "." << row.key;
  }
}

TEST(Scenario, TheReportsThatItMayAskForAreThoseThatThereAre) {
  std::vector<std::string> keys;
  for (const KeyRow& row : key_table()) {
    if (row.object == "reports") keys.emplace_back(row.key);
  }
  EXPECT_EQ(keys, report_kinds());
}

// ---- what a value may be ----

// All members in a tree that hold a list or an object.
void collect(const Json& json, std::vector<const JsonMember*>& out) {
  for (const Json& item : json.items) collect(item, out);
  for (const JsonMember& member : json.members) {
    if (member.value.is(Json::Kind::kList) || member.value.is(Json::Kind::kObject))
      out.push_back(&member);
    collect(member.value, out);
  }
}

bool may_be_a_number(const std::string& key) {
  return std::any_of(key_table().begin(), key_table().end(), [&](const KeyRow& row) {
    const bool number = row.type.find("integer") != std::string_view::npos ||
                        row.type.find("number") != std::string_view::npos ||
                        row.type.find("duration") != std::string_view::npos;
    return row.key == key && number;
  });
}

const std::string kWide = R"({"leat": 1,
  "sources": {"s": {"fields": {"ts": "time", "k": "string", "v": "int"}, "ts": "ts", "partitions": 2,
                    "generate": {"count": 9, "silence": [{"partition": 1, "from": 5, "for": 9}]},
                    "watermark": {"bounded": 5}}},
  "nodes": {"big": {"inputs": ["s"], "filter": "v > 1"}},
  "sinks": {"out": {"from": "big", "kind": "transactional"}},
  "checkpoint": {"every": 100}, "reports": {"json": "x.json"},
  "expect": {"rows": {"out": {"rows": [[1, "a", 2]]}}, "delivery": {"out": "exactly_once"},
             "sometimes": ["LateRecord"]}})";

// Nothing that is meant as several things can be written as a number.
TEST(Scenario, ANumberInPlaceOfAListOrAnObjectIsRefusedWhereverItStands) {
  ASSERT_EQ(all_errors(kWide), "");
  size_t tried = 0;
  for (const std::string& whole : {kSmall, kWide}) {
    const auto parsed = parse_json(whole);
    std::vector<const JsonMember*> members;
    collect(std::get<Json>(parsed), members);
    for (const JsonMember* member : members) {
      if (may_be_a_number(member->key)) continue;
      std::string text = whole;
      const Span span = member->value.span;
      text.replace(span.begin, span.end - span.begin, "5");
      EXPECT_NE(all_errors(text), "") << text;
      ++tried;
    }
  }
  EXPECT_GE(tried, 30U);
}

TEST(Scenario, EveryShippedOneIsValidAndSaysWhy) {
  int count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(LEAT_SOURCE_DIR) / "scenarios")) {
    if (entry.path().extension() != ".json" || entry.path().filename() == "leat.schema.json")
      continue;
    const Decoded decoded = load_scenario(entry.path().string());
    // A job in C++ is registered by the program.
    if (decoded.report.find("unknown C++ job") != std::string::npos) continue;
    EXPECT_EQ(decoded.report, "") << entry.path();
    EXPECT_TRUE(!decoded.scenario || !decoded.scenario->why.empty()) << entry.path();
    ++count;
  }
  EXPECT_GE(count, 8);
}

// Says what becomes of the small scenario's filter and of a node of two inputs beside it.
std::string with_nodes(const std::string& filter, const std::string& both) {
  return R"({"leat": 1, "scenario": "x",
    "sources": {"s": {"fields": ["ts:time", "k:string", "v:int"], "ts": "ts",
                      "watermark": {"bounded": "2s"}, "rows": [["0s", 1000, "ann", 10]]}},
    "nodes": {"a": {"inputs": ["s"], "filter": "v > 1")" +
         filter + R"(},
              "b": {"inputs": ["a", "s"], "connect": "map", "left": ["k"], "right": ["k"])" +
         both + R"(}},
    "sinks": {"out": "b"}})";
}

TEST(Nodes, AKeyOfAnotherKindIsAMistake) {
  EXPECT_EQ(headlines(with_nodes("", "")), "");
  EXPECT_EQ(headlines(with_nodes(R"(, "aggregate": 5, "channel": "nonsense(")", "")),
            "SC106 \"aggregate\": \"aggregate\" says nothing to this kind of node\n"
            "SC106 \"channel\": \"channel\" says nothing to this kind of node\n");
  EXPECT_EQ(headlines(with_nodes("", R"(, "key_by": ["k", "k"])")),
            "SC106 \"key_by\": \"key_by\" says nothing to this kind of node\n");
}

TEST(Nodes, OfTwoInputsSayWhereTheyRunLikeAllOthers) {
  const Decoded decoded = decode_scenario(
      with_nodes("", R"(, "chaining": "never", "uid": "both", "slot_sharing_group": "g",
                        "max_parallelism": 64)"),
      "x.json");
  ASSERT_TRUE(decoded.scenario) << decoded.report;
  const StreamGraph& graph = decoded.scenario->program->graph;
  const StreamNode& both = graph.node(*graph.find("b"));
  EXPECT_EQ(both.chaining, ChainingStrategy::kNever);
  EXPECT_EQ(both.uid, "both");
  EXPECT_EQ(both.slot_sharing_group, "g");
  EXPECT_EQ(both.max_parallelism, 64u);
  EXPECT_NE(headlines(with_nodes("", R"(, "chaining": "bogus")")).find("unknown chaining"),
            std::string::npos);
}

}  // namespace
}  // namespace leat
