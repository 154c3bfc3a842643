// Lambdas and structs as the engine's user functions.
//
// A lambda is held as a pristine copy and called through const&: a mutable one does not compile. So
// what it captures is lost at a crash, as in Flink, and cannot survive in the wrong place.
#pragma once

#include <algorithm>
#include <memory>
#include <type_traits>
#include <utility>

#include "core/api/row_type.h"
#include "core/graph/functions.h"

namespace leat {

template <class F, class... Args>
concept PureCallable = std::is_invocable_v<const F&, Args...> && std::is_copy_constructible_v<F> &&
                       !std::is_member_pointer_v<F>;

template <RowType In, RowType Out, class F>
class MapLambda final : public MapFunction {
 public:
  explicit MapLambda(F f) : f_(std::move(f)) {}
  void map(RowView in, Timestamp, std::span<Value> out) const override {
    RowCodec<Out>::encode(f_(RowCodec<In>::decode(in)), out);
  }
  std::unique_ptr<MapFunction> clone() const override { return std::make_unique<MapLambda>(f_); }

 private:
  const F f_;
};

// The row with what the lambda makes of it appended: the key of a key selector.
template <RowType In, RowType Key, class F>
class AppendLambda final : public MapFunction {
 public:
  explicit AppendLambda(F f) : f_(std::move(f)) {}
  void map(RowView in, Timestamp, std::span<Value> out) const override {
    for (size_t i = 0; i < in.size(); ++i) out[i] = in[i];
    RowCodec<Key>::encode(f_(RowCodec<In>::decode(in)), out.subspan(in.size()));
  }
  std::unique_ptr<MapFunction> clone() const override { return std::make_unique<AppendLambda>(f_); }

 private:
  const F f_;
};

template <RowType In, class F>
class FilterLambda final : public FilterFunction {
 public:
  explicit FilterLambda(F f) : f_(std::move(f)) {}
  bool keep(RowView in) const override { return f_(RowCodec<In>::decode(in)); }
  std::unique_ptr<FilterFunction> clone() const override {
    return std::make_unique<FilterLambda>(f_);
  }

 private:
  const F f_;
};

// What a flat_map lambda emits to.
template <RowType Out>
class EmitTo {
 public:
  explicit EmitTo(Collector& out) : out_(out) {}
  void operator()(const Out& value) const { out_.collect(row_of(value)); }

 private:
  Collector& out_;
};

template <RowType In, RowType Out, class F>
class FlatMapLambda final : public FlatMapFunction {
 public:
  explicit FlatMapLambda(F f) : f_(std::move(f)) {}
  void flat_map(RowView in, Timestamp, Collector& out) const override {
    f_(RowCodec<In>::decode(in), EmitTo<Out>(out));
  }
  std::unique_ptr<FlatMapFunction> clone() const override {
    return std::make_unique<FlatMapLambda>(f_);
  }

 private:
  const F f_;
};

template <RowType In, class F>
class TimeLambda final : public ScalarFunction {
 public:
  explicit TimeLambda(F f) : f_(std::move(f)) {}
  Value eval(RowView in, Timestamp) const override {
    const EventTime time = f_(RowCodec<In>::decode(in));
    return Value::time(time.ms);
  }
  std::unique_ptr<ScalarFunction> clone() const override {
    return std::make_unique<TimeLambda>(f_);
  }

 private:
  const F f_;
};

// Folds the rows of a window; the accumulator is the row as a list.
template <RowType T, class F>
class ReduceLambda final : public AggregateFunction {
 public:
  explicit ReduceLambda(F f) : f_(std::move(f)) {}
  Value create() const override { return Value::null(); }
  Value add(Value accumulator, RowView row) const override {
    return merge(std::move(accumulator), as_list(RowCodec<T>::decode(row)));
  }
  Value merge(Value a, Value b) const override {
    if (a.is_null()) return b;
    if (b.is_null()) return a;
    return as_list(f_(RowCodec<T>::decode(a.as_list()), RowCodec<T>::decode(b.as_list())));
  }
  Value result(const Value& accumulator) const override { return accumulator; }
  std::unique_ptr<AggregateFunction> clone() const override {
    return std::make_unique<ReduceLambda>(f_);
  }

 private:
  static Value as_list(const T& value) {
    std::vector<Value> row(RowCodec<T>::kWidth);
    RowCodec<T>::encode(value, row);
    return Value::list(std::move(row));
  }
  const F f_;
};

// f(kept, new) as the row that is kept; what stands behind the fields of T (a computed key) stays.
template <RowType T, class F>
class RowReduceLambda final : public ReduceFunction {
 public:
  explicit RowReduceLambda(F f) : f_(std::move(f)) {}
  void reduce(RowView a, RowView b, std::span<Value> out) const override {
    std::copy(a.begin(), a.end(), out.begin());
    RowCodec<T>::encode(f_(RowCodec<T>::decode(a), RowCodec<T>::decode(b)), out);
  }
  std::unique_ptr<ReduceFunction> clone() const override {
    return std::make_unique<RowReduceLambda>(f_);
  }

 private:
  const F f_;
};

template <RowType T, class F>
class PartitionLambda final : public PartitionFunction {
 public:
  explicit PartitionLambda(F f) : f_(std::move(f)) {}
  int64_t channel(RowView row, uint32_t channels) const override {
    return f_(RowCodec<T>::decode(row), channels);
  }
  std::unique_ptr<PartitionFunction> clone() const override {
    return std::make_unique<PartitionLambda>(f_);
  }

 private:
  const F f_;
};

// The row that the last field holds as a list.
class UnpackLast final : public MapFunction {
 public:
  void map(RowView in, Timestamp, std::span<Value> out) const override {
    const auto items = in.back().as_list();
    std::copy(items.begin(), items.end(), out.begin());
  }
  std::unique_ptr<MapFunction> clone() const override { return std::make_unique<UnpackLast>(); }
};

struct HasOnTimer {
  int on_timer;
};
template <class F>
struct WithOnTimer : F, HasOnTimer {};
// Whether a class has a member of this name, of whatever kind: then one inherited from elsewhere is
// ambiguous beside it.
template <class F>
inline constexpr bool kNamesOnTimer = !requires { &WithOnTimer<F>::on_timer; };

// Calls f.on_timer of the domain where there is one.
template <class F, class Context>
void fire_timer(const F& f, TimeDomain domain, int64_t time, Context& ctx) {
  constexpr bool event = requires { f.on_timer(EventTime{time}, ctx); };
  constexpr bool processing = requires { f.on_timer(ProcTime{time}, ctx); };
  if constexpr (!std::is_final_v<F> && !event && !processing) {
    static_assert(!kNamesOnTimer<F>,
                  "on_timer is called as on_timer(EventTime or ProcTime, Context&) const");
  }
  if (domain == TimeDomain::kEvent) {
    if constexpr (requires { f.on_timer(EventTime{time}, ctx); }) f.on_timer(EventTime{time}, ctx);
  } else {
    if constexpr (requires { f.on_timer(ProcTime{time}, ctx); }) f.on_timer(ProcTime{time}, ctx);
  }
}

}  // namespace leat
