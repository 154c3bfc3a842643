// Calls to a system outside, many at a time:
//
//   AsyncDataStream::unordered_wait<Priced>(orders, [](const Order& order, AsyncResult<Priced>&
//   answer)
//   {
//     answer.complete_later({{order.id, price_of(order)}});
//   }, {.timeout = seconds(1)});
//
// How long the system takes to answer is a choice of the world, between two latencies. A function
// object may have a second function, called when time is out in place of a failure of the task:
//
//   struct Prices {
//     void operator()(const Order& order, AsyncResult<Priced>& answer) const;
//     void timeout(const Order& order, AsyncResult<Priced>& answer) const;  // may leave it open
//   };
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/api/data_stream.h"

namespace leat {

// One call, as the function sees it; only the first completion counts. (Flink: ResultFuture.)
template <RowType Out>
class AsyncResult {
 public:
  AsyncResult(ResultFuture& result, uint32_t attempt) : result_(result), attempt_(attempt) {}
  // Counts from 1; more where the call is repeated.
  uint32_t attempt() const { return attempt_; }
  void complete(const std::vector<Out>& values) { result_.complete(rows(values)); }
  void complete_later(const std::vector<Out>& values) { result_.complete_later(rows(values)); }
  void fail(const std::string& cause) { result_.fail(cause); }
  void fail_later(const std::string& cause) { result_.fail_later(cause); }

 private:
  static std::vector<Row> rows(const std::vector<Out>& values) {
    std::vector<Row> rows;
    for (const Out& value : values)
      RowCodec<Out>::encode(value, rows.emplace_back(RowCodec<Out>::kWidth));
    return rows;
  }
  ResultFuture& result_;
  const uint32_t attempt_;
};

struct AsyncOptions {
  // Of a call with all its repetitions; then the function's timeout() answers, or the task fails.
  std::optional<Duration> timeout = std::nullopt;
  int64_t capacity = 100;
  Duration least_latency{0};
  Duration most_latency{10};
  std::optional<AsyncRetrySpec> retry = std::nullopt;
};

template <RowType T, RowType Out, class F>
class AsyncLambda final : public AsyncFunction {
 public:
  explicit AsyncLambda(F f) : f_(std::move(f)) {}
  void invoke(RowView in, uint32_t attempt, ResultFuture& result) const override {
    AsyncResult<Out> answer(result, attempt);
    f_(RowCodec<T>::decode(in), answer);
  }
  void timeout(RowView in, ResultFuture& result) const override {
    if constexpr (requires(const T& row, AsyncResult<Out>& answer) { f_.timeout(row, answer); }) {
      AsyncResult<Out> answer(result, 1);
      f_.timeout(RowCodec<T>::decode(in), answer);
    } else {
      AsyncFunction::timeout(in, result);
    }
  }
  std::unique_ptr<AsyncFunction> clone() const override {
    return std::make_unique<AsyncLambda>(f_);
  }

 private:
  const F f_;
};

class AsyncDataStream {
 public:
  // Results in the order of the rows.
  template <RowType Out, RowType T, class F>
    requires PureCallable<F, const T&, AsyncResult<Out>&>
  static DataStream<Out> ordered_wait(const DataStream<T>& stream, F f, AsyncOptions options = {}) {
    return wait<Out>(stream, std::move(f), std::move(options), AsyncSpec::Mode::kOrdered);
  }
  // Results as they come, but none over a watermark.
  template <RowType Out, RowType T, class F>
    requires PureCallable<F, const T&, AsyncResult<Out>&>
  static DataStream<Out> unordered_wait(const DataStream<T>& stream, F f,
                                        AsyncOptions options = {}) {
    return wait<Out>(stream, std::move(f), std::move(options), AsyncSpec::Mode::kUnordered);
  }

 private:
  template <RowType Out, RowType T, class F>
  static DataStream<Out> wait(const DataStream<T>& stream, F f, AsyncOptions options,
                              AsyncSpec::Mode mode) {
    AsyncSpec spec;
    spec.mode = mode;
    spec.capacity = options.capacity;
    spec.timeout = options.timeout;
    spec.retry = std::move(options.retry);
    spec.least_latency = options.least_latency;
    spec.most_latency = options.most_latency;
    spec.function = std::make_shared<AsyncLambda<T, Out, F>>(std::move(f));
    spec.label = mode == AsyncSpec::Mode::kOrdered ? "ordered" : "unordered";
    return stream.template transform<Out>("async", std::move(spec));
  }
};

}  // namespace leat
