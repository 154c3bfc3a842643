#include "sim/explore/states_again.h"

#include <type_traits>
#include <utility>

namespace leat {

namespace {

using What = TapeEntry::What;

enum Operation : uint64_t {
  kGet,
  kContains,
  kIsEmpty,
  kEntries,
  kAdd,
  kAddAll,
  kUpdate,
  kPut,
  kRemove,
  kClear,
  kEntrySet,
  kEntryRemove,
  kOperations
};

// One state of a call, on either side of the tape. A read is an entry with its answer first and
// then what it was asked with; a write is what was written.
class Recorder {
 public:
  Recorder(uint32_t descriptor, CallTape& tape) : descriptor_(descriptor), tape_(tape) {}
  Value read(Operation operation, Value answer, Row asked = {}) {
    asked.insert(asked.begin(), answer);
    tape_.add({What::kRead, which(operation), std::move(asked)});
    return answer;
  }
  void write(Operation operation, Row written = {}) {
    tape_.add({What::kWrite, which(operation), std::move(written)});
  }

 private:
  uint64_t which(Operation operation) const {
    return uint64_t{descriptor_} * kOperations + operation;
  }
  uint32_t descriptor_;
  CallTape& tape_;
};

class Player {
 public:
  Player(uint32_t descriptor, TapePlayer& tape) : descriptor_(descriptor), tape_(tape) {}
  Value read(Operation operation, Row asked = {}) {
    return tape_.answer(which(operation), std::move(asked));
  }
  void write(Operation operation, Row written = {}) {
    tape_.expect({What::kWrite, which(operation), std::move(written)});
  }

 private:
  uint64_t which(Operation operation) const {
    return uint64_t{descriptor_} * kOperations + operation;
  }
  uint32_t descriptor_;
  TapePlayer& tape_;
};

// Once a call no longer follows its tape its answers are null; they read as false and as none.
bool truth(const Value& value) { return !value.is_null() && value.as_bool(); }
std::vector<Value> items(const Value& value) {
  if (value.is_null()) return {};
  return {value.as_list().begin(), value.as_list().end()};
}

class RecordedValue final : public ValueState {
 public:
  RecordedValue(ValueState& state, Recorder at) : state_(state), at_(at) {}
  Value get() override { return at_.read(kGet, state_.get()); }
  void update(Value value) override {
    at_.write(kUpdate, {value});
    state_.update(std::move(value));
  }
  void clear() override {
    at_.write(kClear);
    state_.clear();
  }

 private:
  ValueState& state_;
  Recorder at_;
};

class PlayedValue final : public ValueState {
 public:
  explicit PlayedValue(Player at) : at_(at) {}
  Value get() override { return at_.read(kGet); }
  void update(Value value) override { at_.write(kUpdate, {std::move(value)}); }
  void clear() override { at_.write(kClear); }

 private:
  Player at_;
};

// Reducing and aggregating states are alike but for how they take what is added.
template <class State>
class RecordedFold final : public State {
 public:
  RecordedFold(State& state, Recorder at) : state_(state), at_(at) {}
  Value get() override { return at_.read(kGet, state_.get()); }
  void add(std::conditional_t<std::is_same_v<State, ReducingState>, Value, const Value&> value)
      override {
    at_.write(kAdd, {value});
    state_.add(value);
  }
  void clear() override {
    at_.write(kClear);
    state_.clear();
  }

 private:
  State& state_;
  Recorder at_;
};

template <class State>
class PlayedFold final : public State {
 public:
  explicit PlayedFold(Player at) : at_(at) {}
  Value get() override { return at_.read(kGet); }
  void add(std::conditional_t<std::is_same_v<State, ReducingState>, Value, const Value&> value)
      override {
    at_.write(kAdd, {value});
  }
  void clear() override { at_.write(kClear); }

 private:
  Player at_;
};

class RecordedList final : public ListState {
 public:
  RecordedList(ListState& state, Recorder at) : state_(state), at_(at) {}
  std::vector<Value> get() override { return items(at_.read(kGet, Value::list(state_.get()))); }
  void add(Value value) override {
    at_.write(kAdd, {value});
    state_.add(std::move(value));
  }
  void add_all(std::vector<Value> values) override {
    at_.write(kAddAll, values);
    state_.add_all(std::move(values));
  }
  void update(std::vector<Value> values) override {
    at_.write(kUpdate, values);
    state_.update(std::move(values));
  }
  void clear() override {
    at_.write(kClear);
    state_.clear();
  }

 private:
  ListState& state_;
  Recorder at_;
};

class PlayedList final : public ListState {
 public:
  explicit PlayedList(Player at) : at_(at) {}
  std::vector<Value> get() override { return items(at_.read(kGet)); }
  void add(Value value) override { at_.write(kAdd, {std::move(value)}); }
  void add_all(std::vector<Value> values) override { at_.write(kAddAll, std::move(values)); }
  void update(std::vector<Value> values) override { at_.write(kUpdate, std::move(values)); }
  void clear() override { at_.write(kClear); }

 private:
  Player at_;
};

class RecordedEntry final : public MapState::Entry {
 public:
  RecordedEntry(MapState::Entry& entry, Recorder at) : entry_(entry), at_(at) {}
  const Value& key() const override { return entry_.key(); }
  const Value& value() const override { return entry_.value(); }
  void set_value(Value value) override {
    at_.write(kEntrySet, {entry_.key(), value});
    entry_.set_value(std::move(value));
  }
  void remove() override {
    at_.write(kEntryRemove, {entry_.key()});
    entry_.remove();
  }

 private:
  MapState::Entry& entry_;
  Recorder at_;
};

class PlayedEntry final : public MapState::Entry {
 public:
  PlayedEntry(const Value& key, const Value& value, Player at)
      : key_(key), value_(value), at_(at) {}
  const Value& key() const override { return key_; }
  const Value& value() const override { return value_; }
  void set_value(Value value) override {
    at_.write(kEntrySet, {key_, value});
    value_ = std::move(value);
  }
  void remove() override { at_.write(kEntryRemove, {key_}); }

 private:
  const Value key_;
  Value value_;
  Player at_;
};

class RecordedMap final : public MapState {
 public:
  RecordedMap(MapState& state, Recorder at) : state_(state), at_(at) {}
  Value get(const Value& key) override { return at_.read(kGet, state_.get(key), {key}); }
  bool contains(const Value& key) override {
    return truth(at_.read(kContains, Value::boolean(state_.contains(key)), {key}));
  }
  void put(const Value& key, Value value) override {
    at_.write(kPut, {key, value});
    state_.put(key, std::move(value));
  }
  void remove(const Value& key) override {
    at_.write(kRemove, {key});
    state_.remove(key);
  }
  bool is_empty() const override {
    return truth(at_.read(kIsEmpty, Value::boolean(state_.is_empty())));
  }
  // The entries are read as one list, key and value by turns, before the first is visited.
  void for_each(const std::function<void(Entry& entry)>& visit) override {
    std::vector<Value> all;
    state_.for_each([&all](Entry& entry) {
      all.push_back(entry.key());
      all.push_back(entry.value());
    });
    at_.read(kEntries, Value::list(std::move(all)));
    state_.for_each([&](Entry& entry) {
      RecordedEntry recorded(entry, at_);
      visit(recorded);
    });
  }
  void clear() override {
    at_.write(kClear);
    state_.clear();
  }

 private:
  MapState& state_;
  mutable Recorder at_;
};

class PlayedMap final : public MapState {
 public:
  explicit PlayedMap(Player at) : at_(at) {}
  Value get(const Value& key) override { return at_.read(kGet, {key}); }
  bool contains(const Value& key) override { return truth(at_.read(kContains, {key})); }
  void put(const Value& key, Value value) override { at_.write(kPut, {key, std::move(value)}); }
  void remove(const Value& key) override { at_.write(kRemove, {key}); }
  bool is_empty() const override { return truth(at_.read(kIsEmpty)); }
  void for_each(const std::function<void(Entry& entry)>& visit) override {
    const std::vector<Value> all = items(at_.read(kEntries));
    for (size_t i = 0; i + 1 < all.size(); i += 2) {
      PlayedEntry entry(all[i], all[i + 1], at_);
      visit(entry);
    }
  }
  void clear() override { at_.write(kClear); }

 private:
  mutable Player at_;
};

}  // namespace

ValueState& RecordedStates::value(uint32_t descriptor) {
  return kept<ValueState>(values_, std::make_unique<RecordedValue>(states_.value(descriptor),
                                                                   Recorder(descriptor, tape_)));
}
ListState& RecordedStates::list(uint32_t descriptor) {
  return kept<ListState>(lists_, std::make_unique<RecordedList>(states_.list(descriptor),
                                                                Recorder(descriptor, tape_)));
}
MapState& RecordedStates::map(uint32_t descriptor) {
  return kept<MapState>(
      maps_, std::make_unique<RecordedMap>(states_.map(descriptor), Recorder(descriptor, tape_)));
}
ReducingState& RecordedStates::reducing(uint32_t descriptor) {
  return kept<ReducingState>(
      reducing_, std::make_unique<RecordedFold<ReducingState>>(states_.reducing(descriptor),
                                                               Recorder(descriptor, tape_)));
}
AggregatingState& RecordedStates::aggregating(uint32_t descriptor) {
  return kept<AggregatingState>(aggregating_,
                                std::make_unique<RecordedFold<AggregatingState>>(
                                    states_.aggregating(descriptor), Recorder(descriptor, tape_)));
}

ValueState& PlayedStates::value(uint32_t descriptor) {
  return kept<ValueState>(values_, std::make_unique<PlayedValue>(Player(descriptor, player_)));
}
ListState& PlayedStates::list(uint32_t descriptor) {
  return kept<ListState>(lists_, std::make_unique<PlayedList>(Player(descriptor, player_)));
}
MapState& PlayedStates::map(uint32_t descriptor) {
  return kept<MapState>(maps_, std::make_unique<PlayedMap>(Player(descriptor, player_)));
}
ReducingState& PlayedStates::reducing(uint32_t descriptor) {
  return kept<ReducingState>(
      reducing_, std::make_unique<PlayedFold<ReducingState>>(Player(descriptor, player_)));
}
AggregatingState& PlayedStates::aggregating(uint32_t descriptor) {
  return kept<AggregatingState>(
      aggregating_, std::make_unique<PlayedFold<AggregatingState>>(Player(descriptor, player_)));
}

}  // namespace leat
