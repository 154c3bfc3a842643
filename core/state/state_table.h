// One keyed state: what is kept for each key, in the order in which the keys came, so that whatever
// walks over it does not depend on hashes. (Flink: StateTable, CopyOnWriteStateTable.)
#pragma once

#include "core/base/ordered_map.h"
#include "core/state/keyed_bytes.h"
#include "core/state/time_to_live.h"

namespace leat {

struct KeyTraits {
  static uint64_t hash(const Value& key) { return key.hash(); }
  static bool equal(const Value& a, const Value& b) { return a == b; }
};

// Whose state is worked on, and what time it is for times to live.
struct StateMoment {
  Value key;
  ProcTime now;
};

// What all kinds of state have in common.
class StateTable {
 public:
  virtual ~StateTable() = default;
  virtual size_t keys() const = 0;
  virtual std::vector<Value> held_keys() const = 0;  // in the order of insertion
  // Writes every entry as (tag, key, contents) into its section.
  virtual void snapshot(uint32_t tag, KeyedBytesWriter& out) const = 0;
  // Reads the contents of one entry.
  virtual void restore(Value key, ByteReader& in) = 0;

  // The state of the present key; null where it is of another kind.
  virtual ValueState* as_value() { return nullptr; }
  virtual ListState* as_list() { return nullptr; }
  virtual MapState* as_map() { return nullptr; }
  virtual ReducingState* as_reducing() { return nullptr; }
  virtual AggregatingState* as_aggregating() { return nullptr; }
};

// The table of a descriptor.  REQUIRES: the moment outlives it.
std::unique_ptr<StateTable> make_state_table(const StateDescriptor& descriptor,
                                             const StateMoment& moment);

// Contents: what is kept for one key. Has write(TimeToLive, ByteWriter), read(TimeToLive,
// ByteReader), and drop_expired(TimeToLive, now), which says whether nothing is left.
template <class Contents>
class KeyedTable : public StateTable {
 public:
  size_t keys() const override { return table_.size(); }
  std::vector<Value> held_keys() const override {
    std::vector<Value> keys;
    table_.for_each([&](const Value& key, const Contents&) { keys.push_back(key); });
    return keys;
  }

  void snapshot(uint32_t tag, KeyedBytesWriter& out) const override {
    table_.for_each([&](const Value& key, const Contents& kept) {
      if (!ttl_.cleans_snapshots()) return write(tag, key, kept, out);
      Contents cleaned = kept;
      if (!cleaned.drop_expired(ttl_, moment_.now)) write(tag, key, cleaned, out);
    });
  }
  void restore(Value key, ByteReader& in) override { table_.insert(key).first->read(ttl_, in); }

 protected:
  KeyedTable(const StateDescriptor& descriptor, const StateMoment& moment)
      : ttl_(descriptor), moment_(moment) {}

  const TimeToLive& ttl() const { return ttl_; }
  ProcTime now() const { return moment_.now; }
  Stamped stamped(Value value) const { return {std::move(value), moment_.now}; }

  // What is kept for the present key: null where nothing is; inserted where nothing is; gone.
  // Pointers are good until the next of these calls.
  Contents* find() {
    clean_up();
    return table_.find(moment_.key);
  }
  Contents& insert() {
    clean_up();
    return *table_.insert(moment_.key).first;
  }
  void erase() { table_.erase(moment_.key); }
  bool is_absent() const { return table_.find(moment_.key) == nullptr; }

 private:
  void write(uint32_t tag, const Value& key, const Contents& kept, KeyedBytesWriter& out) const {
    ByteWriter& section = out.section_of(key);
    section.varint(tag);
    key.encode(section);
    kept.write(ttl_, section);
  }

  // Looks at the next keys in turn. (Flink: TtlIncrementalCleanup.)
  void clean_up() {
    for (uint32_t i = 0; i < ttl_.cleanup_size(); ++i) {
      auto* entry = table_.entry_from(cursor_);
      if (entry == nullptr) {
        cursor_ = 0;
        return;
      }
      ++cursor_;
      const Value key = entry->key;
      if (entry->value.drop_expired(ttl_, moment_.now)) table_.erase(key);
    }
  }

  TimeToLive ttl_;
  const StateMoment& moment_;
  OrderedMap<Value, Contents, KeyTraits> table_;
  size_t cursor_ = 0;  // where the clean-up goes on
};

}  // namespace leat
