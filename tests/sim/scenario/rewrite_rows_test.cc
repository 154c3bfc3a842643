// Expected rows are rewritten in place: what stays keeps its words, comments and layout.
#include "sim/scenario/rewrite_rows.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

Row pair(int64_t n, const char* text) { return {Value::integer(n), Value::text(text)}; }

// The text with the rows of its only list replaced.
std::string rewritten(const std::string& text, const std::vector<Row>& before,
                      const std::vector<Row>& after, bool ordered = false) {
  const auto parsed = parse_json(text);
  const Json& list = std::get<Json>(parsed).find("rows")->value;
  RowsToWrite rows;
  rows.list = list.span;
  for (const Json& item : list.items) rows.items.push_back(item.span);
  rows.before = before;
  rows.after = after;
  rows.ordered = ordered;
  return rewrite_rows(text, {rows});
}

TEST(RewriteRows, OneLineStaysOneLine) {
  EXPECT_EQ(rewritten(R"({"rows": [[1, "a"], [2, "b"]], "x": 1})", {pair(1, "a"), pair(2, "b")},
                      {pair(2, "b"), pair(3, "c")}),
            R"({"rows": [[2, "b"], [3, "c"]], "x": 1})");
}

TEST(RewriteRows, WhatStaysKeepsItsWordsAndComments) {
  const std::string text = R"({
  "rows": [
    // the first of all
    [1,  "a"],  // as it should be
    [2, "b"],   // wrong
    // the last
    [3, "c"]    // late
  ]
})";
  EXPECT_EQ(rewritten(text, {pair(1, "a"), pair(2, "b"), pair(3, "c")},
                      {pair(1, "a"), pair(3, "c"), pair(4, "d")}),
            R"({
  "rows": [
    // the first of all
    [1,  "a"],  // as it should be
    // the last
    [3, "c"],    // late
    [4, "d"]
  ]
})");
}

TEST(RewriteRows, ARowWithAnotherAnswerKeepsItsPlaceAndItsComments) {
  EXPECT_EQ(rewritten(R"({"rows": [
    // of the first
    [1, "a"],   // wrong
    [2, "b"]
]})",
                      {pair(1, "a"), pair(2, "b")}, {pair(1, "x"), pair(2, "b")}),
            R"({"rows": [
    // of the first
    [1, "x"],   // wrong
    [2, "b"]
]})");
}

TEST(RewriteRows, NothingChangesWhereNothingIsDifferent) {
  const std::string text = "{\"rows\": [ [1,\"a\"] ,\n [2, \"b\"] // x, y\n ]}";
  const std::vector<Row> rows = {pair(1, "a"), pair(2, "b")};
  const std::string once = rewritten(text, rows, rows);
  EXPECT_EQ(rewritten(once, rows, rows), once);
}

TEST(RewriteRows, AnEmptyListGetsALineForEach) {
  EXPECT_EQ(rewritten("{\n  \"rows\": []\n}", {}, {pair(1, "a"), pair(2, "b")}),
            "{\n  \"rows\": [\n    [1, \"a\"],\n    [2, \"b\"]\n  ]\n}");
  EXPECT_EQ(rewritten(R"({"rows": [[1, "a"]]})", {pair(1, "a")}, {}), R"({"rows": []})");
}

TEST(RewriteRows, ACommentBeforeTheCommaIsNoComma) {
  EXPECT_EQ(rewritten(R"({"rows": [[1, "a"] /* one, and */, [2, "b"]]})",
                      {pair(1, "a"), pair(2, "b")}, {pair(1, "a"), pair(3, "c")}),
            R"({"rows": [[1, "a"], /* one, and */ [3, "c"]]})");
}

TEST(RewriteRows, LinesEndAsTheyDidInTheFile) {
  EXPECT_EQ(rewritten("{\r\n  \"rows\": [\r\n    [1, \"a\"]\r\n  ]\r\n}", {pair(1, "a")},
                      {pair(1, "a"), pair(2, "b")}),
            "{\r\n  \"rows\": [\r\n    [1, \"a\"],\r\n    [2, \"b\"]\r\n  ]\r\n}");
  EXPECT_EQ(rewritten("{\r\n  \"rows\": []\r\n}", {}, {pair(1, "a")}),
            "{\r\n  \"rows\": [\r\n    [1, \"a\"]\r\n  ]\r\n}");
}

TEST(RewriteRows, AMapIsAnObject) {
  const Value counts = Value::map(
      {{Value::text("view"), Value::integer(2)}, {Value::text("logout"), Value::integer(1)}});
  EXPECT_EQ(rewritten(R"({"rows": []})", {}, {{counts}}), R"({"rows": [
  [{"logout": 1, "view": 2}]
]})");
}

TEST(RewriteRows, AnExactOrderIsTheOrderOfTheRows) {
  EXPECT_EQ(rewritten(R"({"rows": [[1, "a"], [2, "b"]]})", {pair(1, "a"), pair(2, "b")},
                      {pair(2, "b"), pair(1, "a")}, true),
            R"({"rows": [ [2, "b"],[1, "a"]]})");
}

TEST(RewriteRows, ValuesAsAScenarioWritesThem) {
  EXPECT_EQ(
      row_as_json({Value::null(), Value::boolean(true), Value::number(2.5), Value::time(INT64_MAX),
                   Value::text("a\"b\n"), Value::list({Value::integer(1)})}),
      R"([null, true, 2.5, "MAX", "a\"b\u000a", [1]])");
}

}  // namespace
}  // namespace leat
