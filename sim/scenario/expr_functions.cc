#include "sim/scenario/expr_functions.h"

#include <algorithm>
#include <iterator>

namespace leat {

namespace {

class MapByExpressions final : public MapFunction {
 public:
  explicit MapByExpressions(std::vector<Expression> outputs) : outputs_(std::move(outputs)) {}
  void map(RowView in, Timestamp, std::span<Value> out) const override {
    for (size_t i = 0; i < outputs_.size(); ++i) out[i] = outputs_[i].eval(in);
  }
  std::unique_ptr<MapFunction> clone() const override {
    return std::make_unique<MapByExpressions>(*this);
  }

 private:
  std::vector<Expression> outputs_;
};

class FilterByExpression final : public FilterFunction {
 public:
  explicit FilterByExpression(Expression condition) : condition_(std::move(condition)) {}
  bool keep(RowView in) const override { return condition_.holds(in); }
  std::unique_ptr<FilterFunction> clone() const override {
    return std::make_unique<FilterByExpression>(*this);
  }

 private:
  Expression condition_;
};

class ScalarByExpression final : public ScalarFunction {
 public:
  explicit ScalarByExpression(Expression expression) : expression_(std::move(expression)) {}
  Value eval(RowView in, Timestamp) const override { return expression_.eval(in); }
  int field() const override { return expression_.field(); }
  std::unique_ptr<ScalarFunction> clone() const override {
    return std::make_unique<ScalarByExpression>(*this);
  }

 private:
  Expression expression_;
};

class PartitionByExpression final : public PartitionFunction {
 public:
  explicit PartitionByExpression(Expression channel) : channel_(std::move(channel)) {}
  int64_t channel(RowView row, uint32_t channels) const override {
    const Value count = Value::integer(channels);
    int64_t picked = 0;
    if (!channel_.node()->integer({row.data(), &count}, picked))
      throw JobError("the channel of a row is null");
    return picked;
  }
  std::unique_ptr<PartitionFunction> clone() const override {
    return std::make_unique<PartitionByExpression>(*this);
  }

 private:
  Expression channel_;
};

class ReduceByExpressions final : public ReduceFunction {
 public:
  explicit ReduceByExpressions(std::vector<std::optional<Expression>> outputs)
      : outputs_(std::move(outputs)) {}
  void reduce(RowView a, RowView b, std::span<Value> out) const override {
    const ExprFrame frame{b.data(), a.data()};
    for (size_t i = 0; i < outputs_.size(); ++i) {
      out[i] = outputs_[i] ? outputs_[i]->eval(frame) : a[i];
    }
  }
  std::unique_ptr<ReduceFunction> clone() const override {
    return std::make_unique<ReduceByExpressions>(*this);
  }

 private:
  std::vector<std::optional<Expression>> outputs_;
};

Row with_last(RowView in) {
  Row row(in.begin(), in.end());
  row.emplace_back();
  return row;
}

class Repeat final : public FlatMapFunction {
 public:
  explicit Repeat(Expression times) : times_(std::move(times)) {}
  void flat_map(RowView in, Timestamp, Collector& out) const override {
    int64_t times = 0;
    if (!times_.node()->integer({in.data(), nullptr}, times) || times <= 0) return;
    if (times > kMost) {
      throw JobError("repeat " + std::to_string(times) + " times: at most " +
                     std::to_string(kMost) + " are offered");
    }
    Row row = with_last(in);
    for (int64_t i = 0; i < times; ++i) {
      row.back() = Value::integer(i);
      out.collect(row);
    }
  }
  std::unique_ptr<FlatMapFunction> clone() const override {
    return std::make_unique<Repeat>(*this);
  }

 private:
  static constexpr int64_t kMost = 100'000;
  Expression times_;
};

class SplitWords final : public FlatMapFunction {
 public:
  explicit SplitWords(Expression text) : text_(std::move(text)) {}
  void flat_map(RowView in, Timestamp, Collector& out) const override {
    const Value value = text_.eval(in);
    if (value.is_null()) return;
    const std::string_view text = value.as_text();
    Row row = with_last(in);
    size_t begin = 0;
    while (begin <= text.size()) {
      const size_t end = std::min(text.find(' ', begin), text.size());
      if (end > begin) {
        row.back() = Value::text(text.substr(begin, end - begin));
        out.collect(row);
      }
      begin = end + 1;
    }
  }
  std::unique_ptr<FlatMapFunction> clone() const override {
    return std::make_unique<SplitWords>(*this);
  }

 private:
  Expression text_;
};

class Stamp final : public MapFunction {
 public:
  void map(RowView in, Timestamp time, std::span<Value> out) const override {
    for (size_t i = 0; i < in.size(); ++i) out[i] = in[i];
    out[in.size()] = Value::integer(time.value_or(EventTime::min()).ms);
  }
  std::unique_ptr<MapFunction> clone() const override { return std::make_unique<Stamp>(*this); }
};

class AggregateByExpressions final : public AggregateFunction {
 public:
  explicit AggregateByExpressions(AggregateExpressions expressions)
      : expressions_(std::move(expressions)) {}
  Value create() const override {
    std::vector<Value> cells;
    for (const Expression& field : expressions_.start) cells.push_back(field.eval(ExprFrame{}));
    return Value::list(std::move(cells));
  }
  Value add(Value accumulator, RowView row) const override {
    const auto held = accumulator.as_list();
    const ExprFrame frame{held.data(), row.data()};
    std::vector<Value> cells;
    for (size_t i = 0; i < held.size(); ++i) {
      const std::optional<Expression>& next = expressions_.add[i];
      cells.push_back(next ? next->eval(frame) : held[i]);
    }
    return Value::list(std::move(cells));
  }
  Value merge(Value, Value) const override {
    throw JobError("an aggregate of a scenario file does not say how two become one");
  }
  Value result(const Value& accumulator) const override {
    return expressions_.result.eval(accumulator.as_list());
  }
  std::unique_ptr<AggregateFunction> clone() const override {
    return std::make_unique<AggregateByExpressions>(*this);
  }

 private:
  AggregateExpressions expressions_;
};

class SortedCollect final : public AggregateFunction {
 public:
  explicit SortedCollect(std::shared_ptr<const ScalarFunction> argument)
      : argument_(std::move(argument)) {}
  Value create() const override { return Value::list({}); }
  Value add(Value accumulator, RowView row) const override {
    const auto held = accumulator.as_list();
    std::vector<Value> items(held.begin(), held.end());
    Value item = argument_->eval(row, std::nullopt);
    items.insert(std::upper_bound(items.begin(), items.end(), item), std::move(item));
    return Value::list(std::move(items));
  }
  Value merge(Value a, Value b) const override {
    std::vector<Value> items;
    std::merge(a.as_list().begin(), a.as_list().end(), b.as_list().begin(), b.as_list().end(),
               std::back_inserter(items));
    return Value::list(std::move(items));
  }
  Value result(const Value& accumulator) const override { return accumulator; }
  std::unique_ptr<AggregateFunction> clone() const override {
    return std::make_unique<SortedCollect>(argument_->clone());
  }

 private:
  std::shared_ptr<const ScalarFunction> argument_;
};

}  // namespace

std::unique_ptr<PartitionFunction> partition_function(Expression channel) {
  return std::make_unique<PartitionByExpression>(std::move(channel));
}
std::unique_ptr<ReduceFunction> reduce_function(std::vector<std::optional<Expression>> outputs) {
  return std::make_unique<ReduceByExpressions>(std::move(outputs));
}
std::unique_ptr<AggregateFunction> aggregate_function(AggregateExpressions expressions) {
  return std::make_unique<AggregateByExpressions>(std::move(expressions));
}
std::unique_ptr<AggregateFunction> sorted_collect(std::shared_ptr<const ScalarFunction> argument) {
  return std::make_unique<SortedCollect>(std::move(argument));
}
std::unique_ptr<MapFunction> map_function(std::vector<Expression> outputs) {
  return std::make_unique<MapByExpressions>(std::move(outputs));
}
std::unique_ptr<FilterFunction> filter_function(Expression condition) {
  return std::make_unique<FilterByExpression>(std::move(condition));
}
std::unique_ptr<ScalarFunction> scalar_function(Expression expression) {
  return std::make_unique<ScalarByExpression>(std::move(expression));
}
std::unique_ptr<FlatMapFunction> repeat_function(Expression times) {
  return std::make_unique<Repeat>(std::move(times));
}
std::unique_ptr<FlatMapFunction> split_function(Expression text) {
  return std::make_unique<SplitWords>(std::move(text));
}
std::unique_ptr<MapFunction> stamp_function() { return std::make_unique<Stamp>(); }

}  // namespace leat
