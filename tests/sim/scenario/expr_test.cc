#include "sim/scenario/expr.h"

#include <gtest/gtest.h>

#include <limits>

#include "sim/scenario/expr_functions.h"

namespace leat {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

const Schema kSchema{{{"k", ValueType::kString},
                      {"v", ValueType::kInt},
                      {"ts", ValueType::kTime},
                      {"x", ValueType::kDouble},
                      {"b", ValueType::kBool},
                      {"end", ValueType::kInt}}};

Row row(int64_t v = 3, std::string_view k = "ann") {
  return {Value::text(k),     Value::integer(v),    Value::time(1000),
          Value::number(2.5), Value::boolean(true), Value::integer(9)};
}

// The text of the value, or "error: ..." with the first line of the message.
std::string eval(std::string_view text, const Row& in = row()) {
  const Result<Expression> parsed = parse_expression(text, kSchema);
  if (!parsed.ok()) return "error: " + parsed.error().substr(0, parsed.error().find('\n'));
  return parsed.value().eval(in).to_text();
}

TEST(Expression, StrongerOperatorsBindTighter) {
  EXPECT_EQ(eval("1 + 2 * 3"), "7");
  EXPECT_EQ(eval("(1 + 2) * 3"), "9");
  EXPECT_EQ(eval("10 - 2 - 3"), "5");
  EXPECT_EQ(eval("-v * 2 + 1"), "-5");
  EXPECT_EQ(eval("- -v"), "3");
  EXPECT_EQ(eval("1 + 1 || 'x' || 2 * 2"), "2x4");
  EXPECT_EQ(eval("v > 1 and v < 3 or v = 3"), "true");
  EXPECT_EQ(eval("not v > 1 or true"), "true");
  EXPECT_EQ(eval("not (v > 1 or true)"), "false");
  EXPECT_EQ(eval("v between 1 and 3 and b"), "true");
  EXPECT_EQ(eval("v in (1, 2) or k in ('ann', 'bob')"), "true");
  EXPECT_EQ(eval("v not in (1, 2)"), "true");
  EXPECT_EQ(eval("v not between 1 and 2"), "true");
}

TEST(Expression, DivisionTruncatesAndTheFloorFunctionsDoNot) {
  EXPECT_EQ(eval("v / 2", row(-7)), "-3");
  EXPECT_EQ(eval("v % 2", row(-7)), "-1");
  EXPECT_EQ(eval("floor_div(v, 2)", row(-7)), "-4");
  EXPECT_EQ(eval("floor_mod(v, 2)", row(-7)), "1");
  EXPECT_EQ(eval("floor_div(v, -1)", row(kMin)), std::to_string(kMin));
  EXPECT_EQ(eval("v / -1", row(kMin)), std::to_string(kMin));
  EXPECT_EQ(eval("v % -1", row(kMin)), "0");
  EXPECT_THROW(eval("v / 0"), JobError);
}

TEST(Expression, IntegersWrapAt64Bits) {
  EXPECT_EQ(eval("v + 1", row(kMax)), std::to_string(kMin));
  EXPECT_EQ(eval("v * 2", row(kMax)), "-2");
  EXPECT_EQ(eval("-v", row(kMin)), std::to_string(kMin));
  EXPECT_EQ(eval("abs(v)", row(kMin)), std::to_string(kMin));
  EXPECT_EQ(eval("-9223372036854775808"), std::to_string(kMin));
  EXPECT_EQ(eval("9223372036854775808"), "error: the number does not fit into 64 bits");
}

TEST(Expression, TextHasItsFunctions) {
  EXPECT_EQ(eval("length('a\xf0\x9f\x98\x80' || '\xc3\xa4')"), "4");  // a, two units, ae
  EXPECT_EQ(eval("upper(k) || lower('ABC')"), "ANNabc");
  EXPECT_EQ(eval("'it''s'"), "it's");
  EXPECT_EQ(eval("k < 'b'"), "true");
  EXPECT_EQ(
      eval("k = 'a text of more than fifteen bytes'", row(1, "a text of more than fifteen bytes")),
      "true");
}

TEST(Expression, CaseTakesTheFirstThatHolds) {
  EXPECT_EQ(eval("case when v < 0 then 'neg' when v < 5 then 'low' else 'high' end"), "low");
  EXPECT_EQ(eval("case when v < 0 then 1 end"), "null");
  EXPECT_EQ(eval("case when end > 0 then end else 0 end"), "9");  // a field may be named end
}

TEST(Expression, NullSpreadsAsInSql) {
  Row nulls = row();
  nulls[1] = Value::null();
  EXPECT_EQ(eval("v + 1", nulls), "null");
  EXPECT_EQ(eval("v > 1", nulls), "null");
  EXPECT_EQ(eval("v > 1 and false", nulls), "false");
  EXPECT_EQ(eval("v > 1 or true", nulls), "true");
  EXPECT_EQ(eval("v is null", nulls), "true");
  EXPECT_EQ(eval("v is not null", nulls), "false");
  EXPECT_EQ(eval("coalesce(v, 7) + 1", nulls), "8");
  EXPECT_EQ(eval("least(v, 1)", nulls), "null");
  EXPECT_FALSE(parse_expression("v > 1", kSchema).value().holds(nulls));
}

TEST(Expression, TypesOfResults) {
  const auto type = [](std::string_view text) {
    return std::string(name_of(parse_expression(text, kSchema).value().type()));
  };
  EXPECT_EQ(type("ts + 5"), "time");
  EXPECT_EQ(type("ts - ts"), "int");
  EXPECT_EQ(type("ts - 5"), "time");
  EXPECT_EQ(type("v * ts"), "int");
  EXPECT_EQ(type("v + x"), "double");
  EXPECT_EQ(type("least(v, x)"), "double");
  EXPECT_EQ(eval("greatest(v, x)"), "3");
  EXPECT_EQ(eval("x >= 2"), "true");
}

TEST(Expression, MistakesHaveAPlace) {
  const auto place = [](std::string_view text) {
    const auto parsed = parse_expression_at(text, scope_of(kSchema));
    const auto* error = std::get_if<TextError>(&parsed);
    if (error == nullptr) return std::string("no error");
    return std::string(text.substr(error->at, error->length)) + ": " + error->what;
  };
  EXPECT_EQ(place("v > 1 and kk = 'a'"), "kk: no field is named \"kk\" here");
  EXPECT_EQ(place("k > 1"), "1: this is a int, and what it meets is a string");
  EXPECT_EQ(place("1 < v < 3"), "<: comparisons do not chain");
  EXPECT_EQ(place("v + k"), "k: \"+\" takes numbers, and this is a string");
  EXPECT_EQ(place("v == 1"), "==: \"==\" is no operator");
  EXPECT_EQ(place("v != 1"), "!: this character has no meaning in an expression");
  EXPECT_EQ(place("v >"), ": the expression ends too early");
  EXPECT_EQ(place("(v"), ": here stands no )");
  EXPECT_EQ(place("v 1"), "1: the expression has ended before this");
  EXPECT_EQ(place("lenght(k)"), "lenght: there is no function \"lenght\"");
  EXPECT_EQ(place("v and b"), "v: a condition is needed here, and this is a int");
  EXPECT_EQ(place("'open"), "'open: the text is not closed");
}

TEST(Expression, HostileTextsAreRefused) {
  EXPECT_EQ(eval(std::string(10000, '(')), "error: the expression is nested deeper than 100");
  EXPECT_EQ(eval(std::string(10000, '-')), "error: the expression is nested deeper than 100");
  std::string chain = "v";
  for (int i = 0; i < 3000; ++i) chain += " + v";
  EXPECT_EQ(eval(chain), "error: the expression has more than 1000 parts");
  EXPECT_EQ(eval(std::string(20000, 'v')), "error: the expression is longer than 16384 characters");
}

TEST(Expression, ABareFieldIsKnownAsOne) {
  EXPECT_EQ(parse_expression(" v ", kSchema).value().field(), 1);
  EXPECT_EQ(parse_expression("v + 0", kSchema).value().field(), -1);
  EXPECT_EQ(scalar_function(parse_expression("ts", kSchema).value())->field(), 2);
}

TEST(Expression, NamesOfResults) {
  EXPECT_EQ(parse_named("v * 2 as w", kSchema).value().name, "w");
  EXPECT_EQ(parse_named("v", kSchema).value().name, "v");
  EXPECT_FALSE(parse_named("v * 2", kSchema).ok());
  EXPECT_EQ(parse_named("v * 2 as w", kSchema).value().expression.text(), "v * 2");
}

TEST(Aggregate, IsReadWithItsNameAndType) {
  const AggregateSpec sum = parse_aggregate("sum(v * 2 + 1) as s", kSchema).value();
  EXPECT_EQ(sum.name, "s");
  EXPECT_EQ(sum.label, "sum(v * 2 + 1)");
  EXPECT_EQ(sum.argument->eval(row(), std::nullopt), Value::integer(7));
  EXPECT_EQ(result_type(parse_aggregate("max(ts)", kSchema).value()), ValueType::kTime);
  EXPECT_EQ(result_type(parse_aggregate("count() as n", kSchema).value()), ValueType::kInt);
  EXPECT_EQ(result_type(parse_aggregate("collect(k)", kSchema).value()), ValueType::kList);
  EXPECT_FALSE(parse_aggregate("sum(k)", kSchema).ok());
  EXPECT_FALSE(parse_aggregate("avg(v)", kSchema).ok());
  EXPECT_FALSE(parse_aggregate("count() as", kSchema).ok());
}

class Rows final : public Collector {
 public:
  void collect(RowView row) override { text += (text.empty() ? "" : " | ") + row.back().to_text(); }
  std::string text;
};

TEST(FlatMap, WordsArePartedAtSingleSpaces) {
  const auto split = split_function(parse_expression("k", kSchema).value());
  Rows rows;
  split->flat_map(row(0, " one two  three "), std::nullopt, rows);
  EXPECT_EQ(rows.text, "one | two | three");
  Rows none;
  split->flat_map(row(0, "  "), std::nullopt, none);
  EXPECT_EQ(none.text, "");
}

TEST(FlatMap, RepeatCountsFromZero) {
  const auto repeat = repeat_function(parse_expression("v", kSchema).value());
  Rows rows;
  repeat->flat_map(row(3), std::nullopt, rows);
  repeat->flat_map(row(-3), std::nullopt, rows);
  EXPECT_EQ(rows.text, "0 | 1 | 2");
}

// What doubles with every row would soon fill all memory.
TEST(Expression, TextsAndRepetitionsHaveALimit) {
  const Row in = row(3, std::string(32'768, 'x'));
  EXPECT_EQ(eval("length(k || k)", in), "65536");
  EXPECT_THROW(eval("k || k || 'x'", in), JobError);

  class Count final : public Collector {
   public:
    void collect(RowView) override { ++rows; }
    uint64_t rows = 0;
  } count;
  repeat_function(parse_expression("100000", kSchema).value())->flat_map(in, std::nullopt, count);
  EXPECT_EQ(count.rows, 100'000u);
  const auto too_often = repeat_function(parse_expression("100001", kSchema).value());
  EXPECT_THROW(too_often->flat_map(in, std::nullopt, count), JobError);
  EXPECT_EQ(count.rows, 100'000u);
}

}  // namespace
}  // namespace leat
