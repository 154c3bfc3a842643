// (Flink: HeapMapState, TtlMapState.)
#include <utility>

#include "core/state/state_tables.h"

namespace leat {

namespace {

struct Map {
  OrderedMap<Value, Stamped, KeyTraits> entries;

  void write(const TimeToLive& ttl, ByteWriter& out) const {
    out.varint(entries.size());
    entries.for_each([&](const Value& key, const Stamped& kept) {
      key.encode(out);
      ttl.write(kept, out);
    });
  }
  void read(const TimeToLive& ttl, ByteReader& in) {
    for (uint64_t left = in.varint(); left > 0; --left) {
      const Value key = Value::decode(in);
      *entries.insert(key).first = ttl.read_from(in);
    }
  }
  std::vector<Value> keys() const {
    std::vector<Value> keys;
    keys.reserve(entries.size());
    entries.for_each([&](const Value& key, const Stamped&) { keys.push_back(key); });
    return keys;
  }
  bool drop_expired(const TimeToLive& ttl, ProcTime now) {
    for (const Value& key : keys()) {
      if (ttl.expired(*entries.find(key), now)) entries.erase(key);
    }
    return entries.empty();
  }
};

class MapTable final : public KeyedTable<Map>, public MapState {
 public:
  MapTable(const StateDescriptor& descriptor, const StateMoment& moment)
      : KeyedTable(descriptor, moment) {}

  MapState* as_map() override { return this; }

  Value get(const Value& key) override { return meet(key).value_or(Value::null()); }
  bool contains(const Value& key) override { return meet(key).has_value(); }
  void put(const Value& key, Value value) override {
    *insert().entries.insert(key).first = stamped(std::move(value));
  }
  void remove(const Value& key) override {
    if (Map* map = find()) remove_from(*map, key);
  }
  // Does not look at the time: an expired entry that nobody met is still there.
  bool is_empty() const override { return is_absent(); }
  void for_each(const std::function<void(Entry& entry)>& visit) override {
    const Map* map = find();
    if (map == nullptr) return;
    for (const Value& key : map->keys()) {
      const std::optional<Value> seen = meet(key);
      if (!seen) continue;
      Visited visited(*this, key, *seen);
      visit(visited);
    }
  }
  void clear() override { erase(); }

 private:
  class Visited final : public Entry {
   public:
    Visited(MapTable& table, const Value& key, Value value)
        : table_(table), key_(key), value_(std::move(value)) {}
    const Value& key() const override { return key_; }
    const Value& value() const override { return value_; }
    void set_value(Value value) override {
      value_ = std::move(value);
      if (table_.ttl().is_set()) return;
      if (Map* map = table_.find()) {
        if (Stamped* kept = map->entries.find(key_)) kept->value = value_;
      }
    }
    void remove() override {
      Map* map = table_.find();
      if (map == nullptr || map->entries.find(key_) == nullptr)
        throw JobError("the entry of a map state was removed already");
      table_.remove_from(*map, key_);
    }

   private:
    MapTable& table_;
    const Value& key_;
    Value value_;
  };

  // Meets one entry, as a read does.
  std::optional<Value> meet(const Value& key) {
    Map* map = find();
    Stamped* kept = map != nullptr ? map->entries.find(key) : nullptr;
    if (kept == nullptr) return std::nullopt;
    const TimeToLive::Read read = ttl().read(*kept, now());
    std::optional<Value> seen;
    if (read.visible) seen = kept->value;
    if (read.renews) kept->touched = now();
    if (read.removes) remove_from(*map, key);
    return seen;
  }
  void remove_from(Map& map, const Value& key) {
    map.entries.erase(key);
    if (map.entries.empty()) erase();
  }
};

}  // namespace

std::unique_ptr<StateTable> make_map_table(const StateDescriptor& descriptor,
                                           const StateMoment& moment) {
  return std::make_unique<MapTable>(descriptor, moment);
}

}  // namespace leat
