// The batch reference and SQLite agree on what windows, joins and aggregates are. Both are given
// the rows; neither knows of watermarks, state or the engine.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "sim/oracle/reference.h"
#include "sim/scenario/decode.h"
#include "tests/sim/oracle/sqlite/database.h"

namespace leat {
namespace {

using Rows = std::vector<SqlRow>;

// Few keys, times that meet, negative ones among them.
Rows rows() {
  const auto row = rc::gen::build<SqlRow>(
      rc::gen::set(&SqlRow::k, rc::gen::element<std::string>("a", "b", "c")),
      rc::gen::set(&SqlRow::ts, rc::gen::resize(rc::kNominalSize, rc::gen::inRange(-60, 61))),
      rc::gen::set(&SqlRow::v, rc::gen::inRange(-9, 10)),
      rc::gen::set(&SqlRow::s, rc::gen::element<std::string>("", "x", "xy", "Z", "b")),
      rc::gen::set(&SqlRow::gap, rc::gen::inRange(1, 16)));
  return *rc::gen::container<Rows>(row);
}

int64_t number(int64_t least, int64_t most) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(least, most + 1));
}

std::string source(const Rows& rows) {
  std::string text =
      R"({"fields": ["k:string", "ts:int", "v:int", "s:string", "gap:int"], "ts": "ts", "rows": [)";
  for (size_t i = 0; i < rows.size(); ++i) {
    const SqlRow& row = rows[i];
    text += (i == 0 ? "[\"" : ", [\"") + row.k + "\", " + std::to_string(row.ts) + ", " +
            std::to_string(row.v) + ", \"" + row.s + "\", " + std::to_string(row.gap) + "]";
  }
  return text + "]}";
}

// What the reference says of one node over these inputs, sorted.
std::vector<std::string> reference(const std::string& node, const Rows& left,
                                   const Rows* right = nullptr) {
  std::string text = R"({"leat": 1, "sources": {"l": )" + source(left);
  if (right != nullptr) text += ", \"r\": " + source(*right);
  text += R"(}, "nodes": {"node": )" + node + R"(}, "sinks": {"out": {"from": "node"}}})";
  const Decoded decoded = decode_scenario(text, "sqlite.json");
  if (!decoded.scenario) throw std::runtime_error(decoded.report + text);
  const Plan plan(*decoded.scenario->program);
  const std::optional<NodeId> sink = plan.graph().find("out");
  const RowBatch* batch = plan.reference().at_sink(*sink);
  if (batch == nullptr) throw std::runtime_error("the reference has no answer");
  std::vector<std::string> lines;
  for (uint32_t i = 0; i < batch->size(); ++i) lines.push_back(to_text(batch->row(i)));
  std::sort(lines.begin(), lines.end());
  return lines;
}

const std::string kAggregates =
    R"("aggregate": ["sum(v) as sum", "count() as n", "min(v) as least", "max(s) as last"])";
const std::string kSqlAggregates = "sum(v), count(*), min(v), max(s)";

std::string windowed(const std::string& window) {
  return R"({"inputs": ["l"], "key_by": ["k"], "window": )" + window + ", " + kAggregates + "}";
}

// A planted error: one text of the query replaced by another.
struct Edit {
  std::string from;
  std::string to;

  std::vector<std::string> query(Database& database, std::string sql) const {
    const size_t at = from.empty() ? std::string::npos : sql.find(from);
    if (at != std::string::npos) sql.replace(at, from.size(), to);
    return database.query(sql);
  }
};

void expect_same(const std::vector<std::string>& reference, const std::vector<std::string>& sql) {
  RC_CLASSIFY(sql.empty(), "no answers");
  if (reference != sql) {
    std::string text;
    for (const std::string& line : reference) text += "\n  reference  " + line;
    for (const std::string& line : sql) text += "\n  SQLite     " + line;
    RC_FAIL(text);
  }
}

// A window of fixed size; tumbling ones slide by their size.
struct Fixed {
  int64_t size = 1;
  int64_t slide = 1;
  int64_t offset = 0;
};
Fixed tumbling() {
  const int64_t size = number(1, 30);
  return {size, size, number(0, size - 1)};
}
Fixed sliding() {
  const int64_t slide = number(1, 20);
  return {number(1, 40), slide, number(0, slide - 1)};
}
std::string json(const Fixed& w) {
  const std::string offset = R"(, "offset": )" + std::to_string(w.offset) + "}";
  if (w.size == w.slide) return R"({"tumbling": )" + std::to_string(w.size) + offset;
  return R"({"sliding": [)" + std::to_string(w.size) + ", " + std::to_string(w.slide) + "]" +
         offset;
}
// The rows of a table, each once for every window that holds it: begins, and the row's columns.
std::string in_windows(const Fixed& w, const std::string& table) {
  const std::string start =
      last_start("ts", w.slide, w.offset) + " - i * " + std::to_string(w.slide);
  return "(with recursive series(i) as (select 0 union all select i + 1 from series where i < 40) "
         "select " +
         start + " as begins, t.* from " + table + " t, series where " + start + " + " +
         std::to_string(w.size) + " > ts)";
}

// Sessions of rows with a gap: a row belongs to the one before it unless it comes after that one's
// end. `gap` is a number or a column.
std::string in_sessions(const std::string& gap, const std::string& table) {
  const std::string ends = "max(ts + " + gap +
                           ") over (partition by k order by ts, n rows between "
                           "unbounded preceding and 1 preceding)";
  return "(select *, sum(fresh) over (partition by k order by ts, n) as session from "
         "(select *, case when ts <= " +
         ends + " then 0 else 1 end as fresh from " + table + "))";
}

void fixed_windows(const Fixed& w, const Edit& edit) {
  const Rows input = rows();
  Database database;
  database.add_table("l", input);
  expect_same(reference(windowed(json(w)), input),
              edit.query(database, "select k, begins, begins + " + std::to_string(w.size) + ", " +
                                       kSqlAggregates + " from " + in_windows(w, "l") +
                                       " group by k, begins"));
}

void tumbling_windows(const Edit& edit) { fixed_windows(tumbling(), edit); }
void sliding_windows(const Edit& edit) { fixed_windows(sliding(), edit); }

void sessions(const Edit& edit) {
  const Rows input = rows();
  const bool by_row = *rc::gen::arbitrary<bool>();
  const std::string gap = by_row ? "gap" : std::to_string(number(1, 15));
  const std::string window = by_row ? R"({"session_by": "gap"})" : R"({"session": )" + gap + "}";
  Database database;
  database.add_table("l", input);
  expect_same(reference(windowed(window), input),
              edit.query(database, "select k, min(ts), max(ts + " + gap + "), " + kSqlAggregates +
                                       " from " + in_sessions(gap, "l") + " group by k, session"));
}

void global_windows(const Edit& edit) {
  const Rows input = rows();
  Database database;
  database.add_table("l", input);
  expect_same(reference(windowed(R"({"global": true, "trigger": {"end_of_stream": {}}})"), input),
              edit.query(database, "select k, " + kSqlAggregates + " from l group by k"));
}

void filters_and_maps(const Edit& edit) {
  const Rows input = rows();
  Database database;
  database.add_table("l", input);
  expect_same(
      reference(R"({"inputs": ["l"], "filter": "v * 2 >= ts % 7 or s = 'x'"})", input),
      edit.query(database, "select k, ts, v, s, gap from l where v * 2 >= ts % 7 or s = 'x'"));
  expect_same(
      reference(R"({"inputs": ["l"], "map": ["k || s as w", "abs(v) - ts / 3 as n",
                    "case when v < 0 then 'minus' else 'plus' end as sign"]})",
                input),
      edit.query(database,
                 "select k || s, abs(v) - ts / 3, case when v < 0 then 'minus' else 'plus' end "
                 "from l"));
}

void interval_joins(const Edit& edit) {
  const Rows left = rows();
  const Rows right = rows();
  const int64_t lower = number(-20, 20);
  const int64_t upper = lower + number(0, 20);
  const bool open_below = upper > lower + 1 && *rc::gen::arbitrary<bool>();
  const bool open_above = upper > lower + 1 && *rc::gen::arbitrary<bool>();
  const auto flag = [](const char* key, bool set) {
    return std::string(", \"") + key + "\": " + (set ? "true" : "false");
  };
  const std::string node =
      R"({"inputs": ["l", "r"], "key_by": ["k", "k"], "select": ["left.k", "left.v", "right.s", "right.ts as t"],
          "interval_join": {"lower": )" +
      std::to_string(lower) + ", \"upper\": " + std::to_string(upper) +
      flag("lower_exclusive", open_below) + flag("upper_exclusive", open_above) + "}}";
  Database database;
  database.add_table("l", left);
  database.add_table("r", right);
  expect_same(
      reference(node, left, &right),
      edit.query(database, "select l.k, l.v, r.s, r.ts from l join r on l.k = r.k and r.ts " +
                               std::string(open_below ? ">" : ">=") + " l.ts + " +
                               std::to_string(lower) + " and r.ts " + (open_above ? "<" : "<=") +
                               " l.ts + " + std::to_string(upper)));
}

std::string joined(const std::string& window) {
  return R"({"inputs": ["l", "r"], "key_by": ["k", "k"], "select": ["left.k", "left.v", "right.v as w", "right.s"],
             "join": )" +
         window + "}";
}

void window_joins(const Edit& edit) {
  const Rows left = rows();
  const Rows right = rows();
  const Fixed w = *rc::gen::arbitrary<bool>() ? tumbling() : sliding();
  Database database;
  database.add_table("l", left);
  database.add_table("r", right);
  expect_same(
      reference(joined(json(w)), left, &right),
      edit.query(database, "select a.k, a.v, b.v, b.s from " + in_windows(w, "l") + " a join " +
                               in_windows(w, "r") + " b on a.k = b.k and a.begins = b.begins"));
}

// The sessions of both inputs together.
void session_joins(const Edit& edit) {
  const Rows left = rows();
  const Rows right = rows();
  const std::string gap = std::to_string(number(1, 15));
  Database database;
  database.add_table("l", left);
  database.add_table("r", right);
  const std::string both = "(select 'l' as side, * from l union all select 'r', * from r)";
  expect_same(
      reference(joined(R"({"session": )" + gap + "}"), left, &right),
      edit.query(database,
                 "with both as " + in_sessions(gap, both) +
                     " select a.k, a.v, b.v, b.s from both a join both b on a.side = 'l' and "
                     "b.side = 'r' and a.k = b.k and a.session = b.session"));
}

// A side without rows counts none of them.
void co_groups(const Edit& edit) {
  const Rows left = rows();
  const Rows right = rows();
  const Fixed w = *rc::gen::arbitrary<bool>() ? tumbling() : sliding();
  const std::string node = R"({"inputs": ["l", "r"], "key_by": ["k", "k"], "cogroup": )" + json(w) +
                           R"(, "aggregate": ["count(left) as n", "count(right) as m"]})";
  Database database;
  database.add_table("l", left);
  database.add_table("r", right);
  expect_same(
      reference(node, left, &right),
      edit.query(database,
                 "select k, sum(side = 'l'), sum(side = 'r') from (select 'l' as side, * from " +
                     in_windows(w, "l") + " union all select 'r', * from " + in_windows(w, "r") +
                     ") group by k, begins"));
}

RC_GTEST_PROP(Sqlite, TumblingWindows, ()) { tumbling_windows({}); }
RC_GTEST_PROP(Sqlite, SlidingWindows, ()) { sliding_windows({}); }
RC_GTEST_PROP(Sqlite, Sessions, ()) { sessions({}); }
RC_GTEST_PROP(Sqlite, GlobalWindowsAtTheEnd, ()) { global_windows({}); }
RC_GTEST_PROP(Sqlite, FiltersAndMaps, ()) { filters_and_maps({}); }
RC_GTEST_PROP(Sqlite, IntervalJoins, ()) { interval_joins({}); }
RC_GTEST_PROP(Sqlite, WindowJoins, ()) { window_joins({}); }
RC_GTEST_PROP(Sqlite, SessionJoins, ()) { session_joins({}); }
RC_GTEST_PROP(Sqlite, CoGroups, ()) { co_groups({}); }

// What if one of the two had it wrong by a millisecond, a side or a key?
TEST(Sqlite, AnErrorInOneOfTheTwoIsSeen) {
  struct Planted {
    void (*property)(const Edit&);
    Edit edit;
  };
  const std::vector<Planted> all = {
      {tumbling_windows, {"> ts)", ">= ts)"}},
      {tumbling_windows, {"min(v)", "max(v)"}},
      {sliding_windows, {"i < 40", "i < 1"}},
      {sessions, {"ts <= max", "ts < max"}},
      {sessions, {"partition by k order by ts, n rows", "order by ts, n rows"}},
      {global_windows, {"max(s)", "min(s)"}},
      {filters_and_maps, {">=", ">"}},
      {interval_joins, {"r.ts >= l.ts", "r.ts > l.ts"}},
      {interval_joins, {"l.k = r.k", "1"}},
      {window_joins, {"a.begins = b.begins", "1"}},
      {session_joins, {"ts <= max", "ts < max"}},
      {co_groups, {"sum(side = 'r')", "count(*)"}},
  };
  for (const Planted& planted : all) {
    EXPECT_FALSE(
        rc::check("an error is planted: to be falsified", [&] { planted.property(planted.edit); }))
        << planted.edit.from << " -> " << planted.edit.to;
  }
}

}  // namespace
}  // namespace leat
