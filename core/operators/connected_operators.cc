#include "core/operators/connected_operators.h"

#include <utility>

#include "core/operators/emitter.h"
#include "core/operators/unkeyed_context.h"

namespace leat {

namespace {

class CoMapOperator final : public Operator {
 public:
  explicit CoMapOperator(const CoMapSpec& spec) : function_(spec.function->clone()) {}
  void on_rows(uint32_t input, RowBatch& rows, OperatorContext& ctx) override {
    RowBatch& out = ctx.out();
    for (uint32_t i = 0; i < rows.size(); ++i) {
      const Timestamp time = rows.timestamp(i);
      function_->map(input, std::as_const(rows).row(i), time, out.append(time));
    }
  }

 private:
  std::unique_ptr<const CoMapFunction> function_;
};

class CoFlatMapOperator final : public Operator {
 public:
  explicit CoFlatMapOperator(const CoFlatMapSpec& spec) : function_(spec.function->clone()) {}
  void on_rows(uint32_t input, RowBatch& rows, OperatorContext& ctx) override {
    for (uint32_t i = 0; i < rows.size(); ++i) {
      Emitter emitter(ctx, rows.timestamp(i));
      function_->flat_map(input, std::as_const(rows).row(i), rows.timestamp(i), emitter);
    }
  }

 private:
  std::unique_ptr<const CoFlatMapFunction> function_;
};

// The context shows the watermark, so it is kept.
class UnkeyedOperator : public Operator {
 public:
  void on_rows(uint32_t input, RowBatch& rows, OperatorContext& ctx) final {
    UnkeyedContext context(ctx, watermark_);
    for (uint32_t i = 0; i < rows.size(); ++i) {
      context.on_row(rows.timestamp(i));
      process(input, std::as_const(rows).row(i), context);
    }
  }
  void on_watermark(EventTime time, OperatorContext& ctx) final {
    watermark_ = time;
    ctx.emit(Watermark{time});
  }

 private:
  virtual void process(uint32_t input, RowView row, ProcessContext& ctx) const = 0;

  EventTime watermark_ = EventTime::min();
};

class ProcessOperator final : public UnkeyedOperator {
 public:
  explicit ProcessOperator(const ProcessSpec& spec) : function_(spec.function->clone()) {}

 private:
  void process(uint32_t, RowView row, ProcessContext& ctx) const override {
    function_->process(row, ctx);
  }
  std::unique_ptr<const ProcessFunction> function_;
};

class CoProcessOperator final : public UnkeyedOperator {
 public:
  explicit CoProcessOperator(const CoProcessSpec& spec) : function_(spec.function->clone()) {}

 private:
  void process(uint32_t input, RowView row, ProcessContext& ctx) const override {
    function_->process(input, row, ctx);
  }
  std::unique_ptr<const CoProcessFunction> function_;
};

}  // namespace

std::unique_ptr<Operator> make_process(const ProcessSpec& spec) {
  return std::make_unique<ProcessOperator>(spec);
}
std::unique_ptr<Operator> make_co_map(const CoMapSpec& spec) {
  return std::make_unique<CoMapOperator>(spec);
}
std::unique_ptr<Operator> make_co_flat_map(const CoFlatMapSpec& spec) {
  return std::make_unique<CoFlatMapOperator>(spec);
}
std::unique_ptr<Operator> make_co_process(const CoProcessSpec& spec) {
  return std::make_unique<CoProcessOperator>(spec);
}

}  // namespace leat
