#include "core/operators/stateless_operators.h"

#include <utility>

#include "core/operators/emitter.h"

namespace leat {

namespace {

class MapOperator final : public Operator {
 public:
  explicit MapOperator(const MapSpec& spec) : function_(spec.function->clone()) {}
  void on_rows(uint32_t, RowBatch& rows, OperatorContext& ctx) override {
    RowBatch& out = ctx.out();
    for (uint32_t i = 0; i < rows.size(); ++i) {
      const Timestamp time = rows.timestamp(i);
      function_->map(std::as_const(rows).row(i), time, out.append(time));
    }
  }

 private:
  std::unique_ptr<const MapFunction> function_;
};

class FilterOperator final : public Operator {
 public:
  explicit FilterOperator(const FilterSpec& spec) : function_(spec.function->clone()) {}
  void on_rows(uint32_t, RowBatch& rows, OperatorContext& ctx) override {
    RowBatch& out = ctx.out();
    for (uint32_t i = 0; i < rows.size(); ++i) {
      if (function_->keep(std::as_const(rows).row(i))) out.append_row_of(rows, i);
    }
  }

 private:
  std::unique_ptr<const FilterFunction> function_;
};

class SplitOperator final : public Operator {
 public:
  explicit SplitOperator(const SplitSpec& spec) : when_(spec.when->clone()) {}
  void on_rows(uint32_t, RowBatch& rows, OperatorContext& ctx) override {
    RowBatch& out = ctx.out();
    RowBatch& side = ctx.side(0);
    for (uint32_t i = 0; i < rows.size(); ++i) {
      (when_->keep(std::as_const(rows).row(i)) ? side : out).append_row_of(rows, i);
    }
  }

 private:
  std::unique_ptr<const FilterFunction> when_;
};

class FlatMapOperator final : public Operator {
 public:
  explicit FlatMapOperator(const FlatMapSpec& spec) : function_(spec.function->clone()) {}
  void on_rows(uint32_t, RowBatch& rows, OperatorContext& ctx) override {
    for (uint32_t i = 0; i < rows.size(); ++i) {
      Emitter emitter(ctx, rows.timestamp(i));
      function_->flat_map(std::as_const(rows).row(i), rows.timestamp(i), emitter);
    }
  }

 private:
  std::unique_ptr<const FlatMapFunction> function_;
};

class SubtaskIndexOperator final : public Operator {
 public:
  void on_rows(uint32_t, RowBatch& rows, OperatorContext& ctx) override {
    RowBatch& out = ctx.out();
    for (uint32_t i = 0; i < rows.size(); ++i) {
      const RowView row = std::as_const(rows).row(i);
      const std::span<Value> cells = out.append(rows.timestamp(i));
      for (size_t cell = 0; cell < row.size(); ++cell) cells[cell] = row[cell];
      cells[row.size()] = Value::integer(ctx.subtask());
    }
  }
};

}  // namespace

std::unique_ptr<Operator> make_map(const MapSpec& spec) {
  return std::make_unique<MapOperator>(spec);
}
std::unique_ptr<Operator> make_filter(const FilterSpec& spec) {
  return std::make_unique<FilterOperator>(spec);
}
std::unique_ptr<Operator> make_flat_map(const FlatMapSpec& spec) {
  return std::make_unique<FlatMapOperator>(spec);
}
std::unique_ptr<Operator> make_split(const SplitSpec& spec) {
  return std::make_unique<SplitOperator>(spec);
}
std::unique_ptr<Operator> make_subtask_index() { return std::make_unique<SubtaskIndexOperator>(); }

}  // namespace leat
