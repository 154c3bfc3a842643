// Where records come from: generators, and files in three forms.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/graph/table_data.h"
#include "sim/explore/run_once.h"
#include "sim/scenario/decode.h"
#include "sim/scenario/generate.h"

namespace leat {
namespace {

std::vector<Row> read(const SplitData& data, uint32_t split, uint64_t first, uint32_t count) {
  RowBatch batch(3);
  data.read(split, first, count, batch);
  std::vector<Row> rows;
  for (uint32_t i = 0; i < batch.size(); ++i)
    rows.emplace_back(batch.row(i).begin(), batch.row(i).end());
  return rows;
}
std::vector<Row> all(const SplitData& data, uint32_t split) {
  return read(data, split, 0, static_cast<uint32_t>(data.size(split)));
}

GenerateSpec spec_of(uint64_t count) {
  GenerateSpec spec;
  spec.seed = 5;
  spec.count = count;
  spec.partitions = 3;
  return spec;
}

TEST(Generate, RoundedTimesAreMultiplesAtMostSoMuchEarlier) {
  GenerateSpec spec = spec_of(300);
  spec.start = -1000;
  spec.disorder = 400;
  const auto plain = generate_splits(spec);
  spec.round = 20;
  const auto rounded = generate_splits(spec);
  for (uint32_t split = 0; split < plain->splits(); ++split) {
    RowBatch a(3);
    RowBatch b(3);
    const auto rows = static_cast<uint32_t>(plain->size(split));
    plain->read(split, 0, rows, a);
    rounded->read(split, 0, rows, b);
    for (uint32_t i = 0; i < rows; ++i) {
      const int64_t earlier = a.row(i)[0].as_int() - b.row(i)[0].as_int();
      EXPECT_TRUE(earlier >= 0 && earlier < 20) << earlier;
      EXPECT_EQ(b.row(i)[0].as_int() % 20, 0);
      EXPECT_EQ(a.row(i)[2], b.row(i)[2]);
    }
  }
}

TEST(Generated, IsAFunctionOfSeedSplitAndOffset) {
  GenerateSpec spec = spec_of(301);
  spec.disorder = 100;
  spec.duplicates_permille = 100;
  const auto data = generate_splits(spec);
  EXPECT_EQ(data->size(0) + data->size(1) + data->size(2), 301u);
  EXPECT_EQ(data->size(0), 101u);
  const std::vector<Row> whole = all(*data, 1);
  for (uint64_t from = 0; from < whole.size(); from += 7) {
    EXPECT_EQ(read(*data, 1, from, 1)[0], whole[from]);
  }
  EXPECT_EQ(all(*generate_splits(spec), 1), whole);
  spec.seed = 6;
  EXPECT_NE(all(*generate_splits(spec), 1), whole);
  EXPECT_NE(all(*data, 0), whole);
}

TEST(Generated, DisorderStaysBelowItsBoundAndLateRowsBeyondIt) {
  GenerateSpec spec = spec_of(3000);
  spec.disorder = 100;
  spec.late_permille = 50;
  spec.late_by = 900;
  const auto data = generate_splits(spec);
  int late = 0;
  int64_t most = 0;
  for (uint64_t i = 0; i < data->size(0); ++i) {
    const int64_t behind = data->arrival(0, i).ms - read(*data, 0, i, 1)[0][0].as_int();
    EXPECT_GE(behind, 0);
    EXPECT_LE(behind, 100 + 100 + 900);
    if (behind > 100) ++late;
    if (behind <= 100) most = std::max(most, behind);
  }
  EXPECT_GT(most, 90);  // the bound is used
  EXPECT_GT(late, 20);  // 5 % of 1,000
  EXPECT_LT(late, 90);
}

TEST(Generated, ASilentSplitBringsItsRowsAfterwardsAndInOrder) {
  GenerateSpec spec = spec_of(300);
  spec.silence = {{1, 500, 1000}};
  const auto data = generate_splits(spec);
  for (uint32_t split = 0; split < 3; ++split) {
    int inside = 0;
    for (uint64_t i = 0; i < data->size(split); ++i) {
      const int64_t at = data->arrival(split, i).ms;
      EXPECT_GE(at, i == 0 ? 0 : data->arrival(split, i - 1).ms);
      if (at >= 500 && at < 1500) ++inside;
    }
    EXPECT_EQ(inside == 0, split == 1);
  }
}

TEST(Generated, KeysAndValuesHaveTheirDistribution) {
  GenerateSpec spec = spec_of(3000);
  spec.keys = 20;
  spec.value_min = -3;
  spec.value_max = 3;
  const auto count_first = [](const SplitData& data) {
    int first = 0;
    for (const Row& row : all(data, 0)) {
      EXPECT_GE(row[2].as_int(), -3);
      EXPECT_LE(row[2].as_int(), 3);
      if (row[1] == Value::text("k0")) ++first;
    }
    return first;
  };
  EXPECT_LT(count_first(*generate_splits(spec)), 100);  // 50 of 1,000 if all keys are alike
  spec.zipf = 1.2;
  EXPECT_GT(count_first(*generate_splits(spec)), 200);
}

TEST(Table, HandsOutValuesThatShareNoBlockWithItsOwn) {
  const std::string text = "a text of more than fifteen bytes";
  const Value list = Value::list({Value::text(text)});
  EXPECT_EQ(unshared(list), list);
  EXPECT_NE(unshared(list).as_list().data(), list.as_list().data());
  EXPECT_NE(unshared(list).as_list()[0].as_text().data(), list.as_list()[0].as_text().data());
}

class Files : public testing::Test {
 protected:
  Files() : folder_(std::filesystem::path(testing::TempDir()) / "leat_records") {
    std::filesystem::create_directories(folder_);
  }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }
  Decoded decode(const std::string& source) {
    return decode_scenario(R"({"sources": {"s": {"fields": ["t:time", "k:string", "x:double"], )" +
                               source + R"(}}, "sinks": {"out": "s"}})",
                           (folder_ / "s.json").string());
  }
  // Split by split: name, then arrival and fields of each row.
  std::string contents(const std::string& source) {
    const Decoded decoded = decode(source);
    if (!decoded.scenario) return decoded.diagnostics.all().front().what;
    const SplitData& data =
        *std::get<SourceSpec>(decoded.scenario->program->graph.nodes[0].spec).data;
    std::string out;
    for (uint32_t split = 0; split < data.splits(); ++split) {
      out += data.split_name(split) + ":";
      for (uint64_t i = 0; i < data.size(split); ++i) {
        out += " " + std::to_string(data.arrival(split, i).ms) + "(" +
               to_text(read(data, split, i, 1)[0]) + ")";
      }
      out += "\n";
    }
    return out;
  }
  std::filesystem::path folder_;
};

TEST_F(Files, CsvJsonAndJsonLinesSayTheSame) {
  write("a.csv",
        "k,seen,t,x,more\nann,1500,7,0.5,y\nbob,1000,9,1,\"a, \"\"b\"\"\"\nann,1200,8,-2.25,\n");
  write("a.json", R"({"features": [
      {"k": "ann", "p": {"seen": 1500, "t": 7}, "x": 0.5},
      {"k": "bob", "p": {"seen": 1000, "t": 9}, "x": 1},
      {"k": "ann", "p": {"seen": 1200, "t": 8}, "x": -2.25}]})");
  write("a.jsonl",
        "{\"k\":\"ann\",\"seen\":1500,\"t\":7,\"x\":0.5}\n\n{\"k\":\"bob\",\"seen\":1000,\"t\":9,"
        "\"x\":1}\n"
        "{\"k\":\"ann\",\"seen\":1200,\"t\":8,\"x\":-2.25}\n");
  const std::string expected = "bob: 0(9, bob, 1)\nann: 200(8, ann, -2.25) 500(7, ann, 0.5)\n";
  EXPECT_EQ(contents(R"("file": {"path": "a.csv", "at": "seen", "partition": "k"})"), expected);
  EXPECT_EQ(
      contents(
          R"("file": {"path": "a.json", "records": "/features", "at": "p.seen", "partition": "k",
                                 "columns": {"t": "p.t"}})"),
      expected);
  EXPECT_EQ(contents(R"("file": {"path": "a.jsonl", "at": "seen", "partition": "k"})"), expected);
  EXPECT_EQ(
      contents(R"("file": {"path": "a.csv", "at": "seen", "speed": 100}, "where": "k = 'ann'")"),
      "0: 0(8, ann, -2.25) 3(7, ann, 0.5)\n");
  EXPECT_EQ(contents(R"("table": "a.csv", "partition_by": "k", "every": 10)"),
            "ann: 0(7, ann, 0.5) 20(8, ann, -2.25)\nbob: 10(9, bob, 1)\n");
}

TEST_F(Files, MistakesInFilesHaveTheirLine) {
  write("short.csv", "k,t,x\nann,1,2\nbob,1\n");
  write("typed.csv", "k,t,x\nann,1,two\n");
  write("broken.jsonl", "{\"k\":\"a\",\"t\":1,\"x\":1}\n{\"k\":\n");
  const std::string at = folder_.string();
  EXPECT_EQ(contents(R"("table": "none.csv")"), at + "/none.csv cannot be read");
  EXPECT_EQ(contents(R"("table": "short.csv")"),
            at + "/short.csv:3: the line has 2 cells, the head line 3");
  EXPECT_EQ(contents(R"("table": "typed.csv")"),
            at + "/typed.csv:2: \"two\" is no double (field x)");
  EXPECT_EQ(contents(R"("table": "short.csv", "partition_by": "key")"),
            at + "/short.csv has no column \"key\"");
  EXPECT_EQ(contents(R"("file": {"path": "broken.jsonl"})").substr(0, at.size() + 16),
            at + "/broken.jsonl:2:");
}

// State, a deleted timer, timers that set timers, and a side output, in the form of a scenario
// file.
TEST(ProcessFunction, DoesWhatItsActionsSay) {
  const Decoded decoded = decode_scenario(R"({
    "sources": {"s": {"fields": ["ts:time", "k:string", "v:int"], "ts": "ts", "watermark": {"punctuated": 0},
      "rows": [[1000, "ann", 1], [1500, "ann", 2], [1700, "bob", 5], [4000, "bob", 0], [9000, "bob", 1]]}},
    "nodes": {"p": {"inputs": ["s"], "key_by": "k", "process": {
      "state": {"sum": "int", "left": "int", "due": "time"},
      "on_row": [
        {"when": "v = 0", "side": {"zero": ["k", "timestamp as at", "watermark as wm"]}, "stop": true},
        {"set": {"sum": "coalesce(sum, 0) + v"}},
        {"when": "due is not null", "delete_timer": "due"},
        {"set": {"due": "ts + 1000", "left": "2"}, "timer": "due"}],
      "on_event_timer": [
        {"emit": ["k", "sum", "time as at"]},
        {"set": {"left": "left - 1"}},
        {"when": "left > 0", "timer": "time + 500"},
        {"when": "left = 0", "clear": ["sum", "due"]}]}}},
    "sinks": {"out": "p", "zero": "p.zero"},
    "checkpoint": {"every": 20, "tolerable_failures": 99}, "restart": {"attempts": 20, "delay": 10},
    "cluster": {"heartbeat_interval": 200, "heartbeat_timeout": 1000}, "random_faults": {"max": 2},
    "expect": {"rows": {
      "out": [["ann", 3, 2500], ["ann", 3, 3000], ["bob", 5, 2700], ["bob", 5, 3200], ["bob", 1, 10000], ["bob", 1, 10500]],
      "zero": [["bob", 4000, 1699]]}}})",
                                          "p.json");
  ASSERT_TRUE(decoded.scenario) << decoded.report;
  const Plan plan(*decoded.scenario->program);
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    RunRequest request;
    request.seed = seed;
    const RunOutcome outcome = run_once(*decoded.scenario, plan, request);
    for (const Violation& v : outcome.verdict.violations) {
      // A restored source begins its watermark anew, so what the function saw of it may be lower.
      if (v.where == "zero" && outcome.restored) continue;
      ADD_FAILURE() << "seed " << seed << " " << v.name << " " << v.where << " " << v.expected
                    << " / " << v.got;
    }
  }
}

}  // namespace
}  // namespace leat
