#include "sim/oracle/state_model.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/graph/functions.h"

namespace leat {

using One = StateModel::One;

bool One::expired(const TimedValue& kept) const {
  if (!descriptor.ttl) return false;
  const int64_t life = descriptor.ttl->time_to_live.ms;
  const bool for_ever = kept.time > 0 && life > std::numeric_limits<int64_t>::max() - kept.time;
  return !for_ever ? kept.time + life <= now : now == std::numeric_limits<int64_t>::max();
}

bool One::shows_expired() const {
  return descriptor.ttl &&
         descriptor.ttl->visibility == StateTtl::Visibility::kReturnExpiredIfNotCleanedUp;
}

bool One::renews() const {
  return descriptor.ttl && descriptor.ttl->update == StateTtl::Update::kOnReadAndWrite;
}

std::optional<Value> One::read(size_t index) {
  const TimedValue kept = contents[index];
  if (!expired(kept)) {
    if (renews()) contents[index].time = now;
    return kept.value;
  }
  contents.erase(contents.begin() + static_cast<std::ptrdiff_t>(index));
  return shows_expired() ? std::optional(kept.value) : std::nullopt;
}

std::optional<Value> One::read_single() { return contents.empty() ? std::nullopt : read(0); }

void One::set_single(Value value) { contents.assign(1, {Value(), std::move(value), now}); }

std::optional<Value> One::before_adding() const {
  if (contents.empty() || (expired(contents[0]) && !shows_expired())) return std::nullopt;
  return contents[0].value;
}

namespace {

class ValueModel final : public ValueState {
 public:
  explicit ValueModel(One one) : one_(one) {}
  Value get() override {
    const Value unset = one_.descriptor.ttl ? Value() : one_.descriptor.default_value;
    return one_.read_single().value_or(unset);
  }
  void update(Value value) override {
    if (value.is_null()) return clear();
    one_.set_single(std::move(value));
  }
  void clear() override { one_.contents.clear(); }

 private:
  One one_;
};

class ListModel final : public ListState {
 public:
  explicit ListModel(One one) : one_(one) {}
  std::vector<Value> get() override {
    std::vector<Value> seen;
    StateContents alive;
    for (const TimedValue& item : one_.contents) {
      const bool expired = one_.expired(item);
      if (!expired || one_.shows_expired()) seen.push_back(item.value);
      if (!expired) alive.push_back({Value(), item.value, one_.renews() ? one_.now : item.time});
    }
    if (alive.empty() || one_.renews()) one_.contents = std::move(alive);
    return seen;
  }
  void add(Value value) override { add_all({std::move(value)}); }
  void add_all(std::vector<Value> values) override {
    for (const Value& value : values) {
      if (value.is_null()) throw JobError("a list state takes no null");
    }
    for (Value& value : values) one_.contents.push_back({Value(), std::move(value), one_.now});
  }
  void update(std::vector<Value> values) override {
    clear();
    add_all(std::move(values));
  }
  void clear() override { one_.contents.clear(); }

 private:
  One one_;
};

class MapModel final : public MapState {
 public:
  explicit MapModel(One one) : one_(one) {}
  Value get(const Value& key) override { return read(key).value_or(Value()); }
  bool contains(const Value& key) override { return read(key).has_value(); }
  void put(const Value& key, Value value) override {
    const size_t at = find(key);
    if (at == one_.contents.size()) one_.contents.push_back({key, {}, 0});
    one_.contents[at].value = std::move(value);
    one_.contents[at].time = one_.now;
  }
  void remove(const Value& key) override {
    std::erase_if(one_.contents, [&](const TimedValue& entry) { return entry.key == key; });
  }
  bool is_empty() const override { return one_.contents.empty(); }
  void for_each(const std::function<void(Entry& entry)>& visit) override {
    const StateContents all = one_.contents;
    for (const TimedValue& entry : all) {
      const std::optional<Value> seen = read(entry.key);
      if (!seen) continue;
      Visited visited(*this, entry.key, *seen);
      visit(visited);
    }
  }
  void clear() override { one_.contents.clear(); }

 private:
  class Visited final : public Entry {
   public:
    Visited(MapModel& map, const Value& key, Value value)
        : map_(map), key_(key), value_(std::move(value)) {}
    const Value& key() const override { return key_; }
    const Value& value() const override { return value_; }
    void set_value(Value value) override {
      value_ = std::move(value);
      if (!map_.one_.descriptor.ttl) map_.put(key_, value_);
    }
    void remove() override {
      if (map_.find(key_) == map_.one_.contents.size())
        throw JobError("the entry of a map state was removed already");
      map_.remove(key_);
    }

   private:
    MapModel& map_;
    const Value& key_;
    Value value_;
  };

  size_t find(const Value& key) const {
    size_t at = 0;
    while (at < one_.contents.size() && !(one_.contents[at].key == key)) ++at;
    return at;
  }
  std::optional<Value> read(const Value& key) {
    const size_t at = find(key);
    return at < one_.contents.size() ? one_.read(at) : std::nullopt;
  }

  One one_;
};

class ReducingModel final : public ReducingState {
 public:
  explicit ReducingModel(One one) : one_(one) {}
  Value get() override { return one_.read_single().value_or(Value()); }
  void add(Value value) override {
    if (value.is_null()) return clear();
    const std::optional<Value> before = one_.before_adding();
    if (!before) return one_.set_single(std::move(value));
    Value reduced;
    one_.descriptor.reduce->reduce({&*before, 1}, {&value, 1}, {&reduced, 1});
    one_.set_single(std::move(reduced));
  }
  void clear() override { one_.contents.clear(); }

 private:
  One one_;
};

class AggregatingModel final : public AggregatingState {
 public:
  explicit AggregatingModel(One one) : one_(one) {}
  Value get() override {
    const std::optional<Value> accumulator = one_.read_single();
    return accumulator ? one_.descriptor.aggregate->result(*accumulator) : Value();
  }
  void add(const Value& value) override {
    if (value.is_null()) return clear();
    const AggregateFunction& function = *one_.descriptor.aggregate;
    const std::optional<Value> before = one_.before_adding();
    one_.set_single(function.add(before ? *before : function.create(), {&value, 1}));
  }
  void clear() override { one_.contents.clear(); }

 private:
  One one_;
};

}  // namespace

StateModel::StateModel(const std::vector<StateDescriptor>& descriptors,
                       std::vector<StateContents>& contents, ProcTime now) {
  for (size_t i = 0; i < descriptors.size(); ++i) {
    const One one{descriptors[i], contents[i], now.ms};
    switch (descriptors[i].kind) {
      case StateDescriptor::Kind::kValue:
        accessors_.emplace_back(std::make_unique<ValueModel>(one));
        break;
      case StateDescriptor::Kind::kList:
        accessors_.emplace_back(std::make_unique<ListModel>(one));
        break;
      case StateDescriptor::Kind::kMap:
        accessors_.emplace_back(std::make_unique<MapModel>(one));
        break;
      case StateDescriptor::Kind::kReducing:
        accessors_.emplace_back(std::make_unique<ReducingModel>(one));
        break;
      case StateDescriptor::Kind::kAggregating:
        accessors_.emplace_back(std::make_unique<AggregatingModel>(one));
        break;
    }
  }
}

template <class State>
State& StateModel::accessor(uint32_t descriptor) {
  if (descriptor < accessors_.size()) {
    if (auto* state = std::get_if<std::unique_ptr<State>>(&accessors_[descriptor])) return **state;
  }
  throw JobError("the function asks for a state that it did not declare so");
}

ValueState& StateModel::value(uint32_t descriptor) { return accessor<ValueState>(descriptor); }
ListState& StateModel::list(uint32_t descriptor) { return accessor<ListState>(descriptor); }
MapState& StateModel::map(uint32_t descriptor) { return accessor<MapState>(descriptor); }
ReducingState& StateModel::reducing(uint32_t descriptor) {
  return accessor<ReducingState>(descriptor);
}
AggregatingState& StateModel::aggregating(uint32_t descriptor) {
  return accessor<AggregatingState>(descriptor);
}

}  // namespace leat
