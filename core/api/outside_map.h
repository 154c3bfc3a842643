// A map that calls systems outside, in C++.
//
//   map_outside(readings, client, [](const Reading& r, Outside& outside) {
//     outside.put("meters", r.id, r.value);
//     return r;
//   })
//
// `client` is what is called on the real clock; null where there is none.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "core/api/data_stream.h"
#include "core/graph/outside.h"

namespace leat {

class NobodyOutside final : public Outside {
 public:
  void call(const std::string&, const std::string&) override {}
  void put(const std::string&, const std::string&, const std::string&) override {}
};

template <RowType In, RowType Out, class F>
class OutsideLambda final : public OutsideMapFunction {
 public:
  OutsideLambda(std::shared_ptr<Outside> client, F f)
      : OutsideMapFunction(std::move(client)), f_(std::move(f)) {}
  using OutsideMapFunction::map;
  void map(RowView in, Timestamp, std::span<Value> out, Outside& outside) const override {
    RowCodec<Out>::encode(f_(RowCodec<In>::decode(in), outside), out);
  }
  std::unique_ptr<MapFunction> clone() const override {
    return std::make_unique<OutsideLambda>(client_, f_);
  }

 private:
  const F f_;
};

template <RowType T, class F>
  requires PureCallable<F, const T&, Outside&>
auto map_outside(const DataStream<T>& stream, std::shared_ptr<Outside> client, F f) {
  using Out = std::remove_cvref_t<std::invoke_result_t<const F&, const T&, Outside&>>;
  if (client == nullptr) client = std::make_shared<NobodyOutside>();
  return stream.template transform<Out>(
      "map",
      MapSpec{std::make_shared<OutsideLambda<T, Out, F>>(std::move(client), std::move(f)), ""});
}

}  // namespace leat
