// Keyed state of C++ types, over the states of the engine: what a process function in C++ is given.
// Reads and writes are those of Flink's states; an unset value reads as nothing.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/api/row_type.h"
#include "core/graph/functions.h"

namespace leat {

template <RowType T>
class TypedValueState {
 public:
  explicit TypedValueState(ValueState& state) : state_(state) {}
  std::optional<T> get() const {
    const Value value = state_.get();
    return value.is_null() ? std::nullopt : std::optional<T>(ValueCodec<T>::decode(value));
  }
  void update(const T& value) { state_.update(ValueCodec<T>::encode(value)); }
  void clear() { state_.clear(); }

 private:
  ValueState& state_;
};

template <RowType T>
class TypedListState {
 public:
  explicit TypedListState(ListState& state) : state_(state) {}
  // In the order of adding.
  std::vector<T> get() const {
    std::vector<T> items;
    for (const Value& item : state_.get()) items.push_back(ValueCodec<T>::decode(item));
    return items;
  }
  void add(const T& item) { state_.add(ValueCodec<T>::encode(item)); }
  void add_all(const std::vector<T>& items) { state_.add_all(encoded(items)); }
  void update(const std::vector<T>& items) { state_.update(encoded(items)); }
  void clear() { state_.clear(); }

 private:
  static std::vector<Value> encoded(const std::vector<T>& items) {
    std::vector<Value> values;
    for (const T& item : items) values.push_back(ValueCodec<T>::encode(item));
    return values;
  }
  ListState& state_;
};

template <FieldType K, RowType V>
class TypedMapState {
 public:
  explicit TypedMapState(MapState& state) : state_(state) {}
  std::optional<V> get(const K& key) const {
    const Value value = state_.get(FieldCodec<K>::encode(key));
    return value.is_null() ? std::nullopt : std::optional<V>(ValueCodec<V>::decode(value));
  }
  bool contains(const K& key) const { return state_.contains(FieldCodec<K>::encode(key)); }
  void put(const K& key, const V& value) {
    state_.put(FieldCodec<K>::encode(key), ValueCodec<V>::encode(value));
  }
  void remove(const K& key) { state_.remove(FieldCodec<K>::encode(key)); }
  bool is_empty() const { return state_.is_empty(); }
  // By key.
  std::map<K, V> entries() const {
    std::map<K, V> all;
    state_.for_each([&all](MapState::Entry& entry) {
      all.emplace(FieldCodec<K>::decode(entry.key()), ValueCodec<V>::decode(entry.value()));
    });
    return all;
  }
  void clear() { state_.clear(); }

 private:
  MapState& state_;
};

template <RowType T>
class TypedReducingState {
 public:
  explicit TypedReducingState(ReducingState& state) : state_(state) {}
  std::optional<T> get() const {
    const Value value = state_.get();
    return value.is_null() ? std::nullopt : std::optional<T>(ValueCodec<T>::decode(value));
  }
  void add(const T& value) { state_.add(ValueCodec<T>::encode(value)); }
  void clear() { state_.clear(); }

 private:
  ReducingState& state_;
};

template <RowType T, RowType Out>
class TypedAggregatingState {
 public:
  explicit TypedAggregatingState(AggregatingState& state) : state_(state) {}
  // The aggregate's result; nothing where nothing was added.
  std::optional<Out> get() const {
    const Value value = state_.get();
    return value.is_null() ? std::nullopt : std::optional<Out>(ValueCodec<Out>::decode(value));
  }
  void add(const T& value) { state_.add(ValueCodec<T>::encode(value)); }
  void clear() { state_.clear(); }

 private:
  AggregatingState& state_;
};

// f(T, T) -> T over what a reducing state keeps.
template <RowType T, class F>
class ReducingLambda final : public ReduceFunction {
 public:
  explicit ReducingLambda(F f) : f_(std::move(f)) {}
  void reduce(RowView a, RowView b, std::span<Value> out) const override {
    out[0] = ValueCodec<T>::encode(f_(ValueCodec<T>::decode(a[0]), ValueCodec<T>::decode(b[0])));
  }
  std::unique_ptr<ReduceFunction> clone() const override {
    return std::make_unique<ReducingLambda>(*this);
  }

 private:
  const F f_;
};

}  // namespace leat
