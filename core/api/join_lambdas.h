// Lambdas of joins as the engine's user functions.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "core/api/typed_functions.h"
#include "core/graph/join_functions.h"

namespace leat {

// f(left, right) makes a row of each pair.
template <RowType L, RowType R, RowType Out, class F>
class JoinLambda final : public JoinFunction {
 public:
  explicit JoinLambda(F f) : f_(std::move(f)) {}
  void join(RowView left, RowView right, Collector& out) const override {
    EmitTo<Out> emit(out);
    emit(f_(RowCodec<L>::decode(left), RowCodec<R>::decode(right)));
  }
  std::unique_ptr<JoinFunction> clone() const override { return std::make_unique<JoinLambda>(f_); }

 private:
  const F f_;
};

// The same by timestamps that are near.
template <RowType L, RowType R, RowType Out, class F>
class IntervalJoinLambda final : public ProcessJoinFunction {
 public:
  explicit IntervalJoinLambda(F f) : f_(std::move(f)) {}
  void process(RowView left, RowView right, JoinContext& ctx) const override {
    ctx.emit(row_of<Out>(f_(RowCodec<L>::decode(left), RowCodec<R>::decode(right))));
  }
  std::unique_ptr<ProcessJoinFunction> clone() const override {
    return std::make_unique<IntervalJoinLambda>(f_);
  }

 private:
  const F f_;
};

// f(lefts, rights, emit); either may be empty, not both.
template <RowType L, RowType R, RowType Out, class F>
class CoGroupLambda final : public CoGroupFunction {
 public:
  explicit CoGroupLambda(F f) : f_(std::move(f)) {}
  void co_group(const std::vector<RowView>& left, const std::vector<RowView>& right,
                Collector& out) const override {
    f_(decoded<L>(left), decoded<R>(right), EmitTo<Out>(out));
  }
  std::unique_ptr<CoGroupFunction> clone() const override {
    return std::make_unique<CoGroupLambda>(f_);
  }

 private:
  template <RowType T>
  static std::vector<T> decoded(const std::vector<RowView>& rows) {
    std::vector<T> values;
    values.reserve(rows.size());
    for (const RowView row : rows) values.push_back(RowCodec<T>::decode(row));
    return values;
  }
  const F f_;
};

}  // namespace leat
