// The expression language of scenario files (and of the recorded jobs): small, typed, total but for
// division by zero, the scalar part of SQL.
//
// From weakest to strongest: or; and; not; = <> < <= > >=, between, in, is null; ||; + -; * / %;
// unary -. Names, 'text', numbers, true, false, null, case when .. then .. else .. end, and the
// functions abs, length, upper, lower, least, greatest, floor_div, floor_mod, coalesce.
// Integers wrap at 64 bits, / and % truncate towards 0, strings compare by UTF-16 unit. Null
// spreads as in SQL. An int meets a double as a double.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/data/schema.h"
#include "core/graph/specs.h"
#include "sim/scenario/expr_lex.h"
#include "sim/scenario/expr_node.h"

namespace leat {

// The names that an expression may use, and where each stands.
struct ExprName {
  enum class Place : uint8_t { kRow, kExtra };
  std::string name;
  ValueType type = ValueType::kNull;
  Place place = Place::kRow;
  uint32_t index = 0;
};
struct ExprScope {
  std::vector<ExprName> names;

  const ExprName* find(std::string_view name) const;
  // Adds the fields as "prefix.name", or as they are where the prefix is empty.
  void add(const Schema& schema, ExprName::Place place, std::string_view prefix = {});
};
ExprScope scope_of(const Schema& schema);

// A checked expression. Cheap to copy: the compiled form is shared and immutable.
class Expression {
 public:
  Expression() = default;
  Expression(NodePtr node, std::string text) : node_(std::move(node)), text_(std::move(text)) {}

  ValueType type() const { return node_->type(); }
  const std::string& text() const { return text_; }
  int field() const { return node_->field(); }
  bool valid() const { return node_ != nullptr; }
  const NodePtr& node() const { return node_; }

  Value eval(const ExprFrame& frame) const { return node_->value(frame); }
  Value eval(RowView row) const { return node_->value({row.data(), nullptr}); }
  // Null counts as false.  REQUIRES: a bool expression.
  bool holds(const ExprFrame& frame) const { return node_->truth(frame) == Truth::kTrue; }
  bool holds(RowView row) const { return holds(ExprFrame{row.data(), nullptr}); }

 private:
  NodePtr node_;
  std::string text_;
};

struct NamedExpression {
  Expression expression;
  std::string name;
};

template <class T>
using Parsed = std::variant<T, TextError>;

// With the place of a mistake, for a caret.
Parsed<Expression> parse_expression_at(std::string_view text, const ExprScope& scope);
// "x * 2 as y"; without `as` only a bare name is allowed.
Parsed<NamedExpression> parse_named_at(std::string_view text, const ExprScope& scope);
// "sum(v) as s": sum, min, max, collect over an expression, count(). Without `as` the name is the
// text itself.
Parsed<AggregateSpec> parse_aggregate_at(std::string_view text, const ExprScope& scope);

// The same for callers without a file: the error is one sentence with the text and a caret.
Result<Expression> parse_expression(std::string_view text, const Schema& schema);
Result<NamedExpression> parse_named(std::string_view text, const Schema& schema);
Result<AggregateSpec> parse_aggregate(std::string_view text, const Schema& schema);
std::string to_text(const TextError& error, std::string_view text);

// What an aggregate's output field holds.
ValueType result_type(const AggregateSpec& aggregate);

// The name that somebody probably meant, or "".
std::string closest(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace leat
