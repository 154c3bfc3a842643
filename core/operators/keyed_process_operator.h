// A user's function over the rows and timers of one key at a time, with one input or two.
// (Flink: KeyedProcessOperator, KeyedCoProcessOperator.)
#pragma once

#include "core/operators/keyed_operator.h"

namespace leat {

class KeyedProcessOperator final : public KeyedOperator {
 public:
  explicit KeyedProcessOperator(const StreamNode& node)
      : KeyedProcessOperator(node, std::get<KeyedProcessSpec>(node.spec).function->clone()) {}

 private:
  KeyedProcessOperator(const StreamNode& node, std::unique_ptr<const KeyedProcessFunction> function)
      : KeyedOperator(node, function->states()), function_(std::move(function)) {}
  void process(uint32_t, RowView row, ProcessContext& ctx) override {
    function_->process(row, ctx);
  }
  void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx) override {
    function_->on_timer(domain, time, ctx);
  }

  std::unique_ptr<const KeyedProcessFunction> function_;
};

class KeyedCoProcessOperator final : public KeyedOperator {
 public:
  explicit KeyedCoProcessOperator(const StreamNode& node)
      : KeyedCoProcessOperator(node, std::get<CoProcessSpec>(node.spec).function->clone()) {}

 private:
  KeyedCoProcessOperator(const StreamNode& node, std::unique_ptr<const CoProcessFunction> function)
      : KeyedOperator(node, function->states()), function_(std::move(function)) {}
  void process(uint32_t input, RowView row, ProcessContext& ctx) override {
    function_->process(input, row, ctx);
  }
  void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx) override {
    function_->on_timer(domain, time, ctx);
  }

  std::unique_ptr<const CoProcessFunction> function_;
};

}  // namespace leat
