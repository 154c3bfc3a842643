#include "core/state/keyed_state.h"

namespace leat {

namespace {

class ValueTable final : public StateTable, public ValueState {
 public:
  explicit ValueTable(const Value& current_key) : key_(current_key) {}

  Value get() const override {
    const Value* found = values_.find(key_);
    return found != nullptr ? *found : Value::null();
  }
  void update(Value value) override {
    if (value.is_null()) return clear();  // Flink: a null value is no value
    *values_.insert(key_).first = std::move(value);
  }
  void clear() override { values_.erase(key_); }

  size_t keys() const override { return values_.size(); }
  void snapshot(uint32_t tag, KeyedBytesWriter& out) const override {
    values_.for_each([&](const Value& key, const Value& value) {
      ByteWriter& section = out.section_of(key);
      section.varint(tag);
      key.encode(section);
      value.encode(section);
    });
  }
  void restore(Value key, ByteReader& in) override {
    *values_.insert(key).first = Value::decode(in);
  }

 private:
  const Value& key_;
  OrderedMap<Value, Value, KeyTraits> values_;
};

std::unique_ptr<StateTable> make_table(const StateDescriptor& descriptor,
                                       const Value& current_key) {
  switch (descriptor.kind) {
    case StateDescriptor::Kind::kValue:
      return std::make_unique<ValueTable>(current_key);
  }
  fail_check("a state descriptor is of an unknown kind");
}

}  // namespace

KeyedState::KeyedState(const std::vector<StateDescriptor>& descriptors)
    : current_key_(std::make_unique<Value>()) {
  for (const StateDescriptor& descriptor : descriptors) {
    tables_.push_back(make_table(descriptor, *current_key_));
  }
}

KeyedState::~KeyedState() = default;

void KeyedState::set_current_key(Value key) { *current_key_ = std::move(key); }
const Value& KeyedState::current_key() const { return *current_key_; }

ValueState& KeyedState::value(uint32_t descriptor) {
  if (descriptor >= tables_.size())
    throw JobError("the function asks for a state that it did not declare");
  auto* table = dynamic_cast<ValueState*>(tables_[descriptor].get());
  check(table != nullptr, "the state is not a value state");
  return *table;
}

size_t KeyedState::entries() const {
  size_t entries = 0;
  for (const auto& table : tables_) entries += table->keys();
  return entries;
}

void KeyedState::snapshot(KeyedBytesWriter& out) const {
  for (uint32_t i = 0; i < tables(); ++i) tables_[i]->snapshot(i, out);
}

void KeyedState::restore_entry(uint32_t table, ByteReader& in) {
  check(table < tables_.size(), "a snapshot holds a state that the function does not declare");
  Value key = Value::decode(in);
  tables_[table]->restore(std::move(key), in);
}

}  // namespace leat
