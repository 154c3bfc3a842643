// State that belongs to a key. One table a descriptor; the backend knows the key that is being
// worked on, and hands out accessors of that key. (Flink: HeapKeyedStateBackend.)
//
// Tables keep their keys in the order of insertion, so that whatever walks over them does not
// depend on hashes. A cleared entry is gone, so that memory is bounded by what is set.
#pragma once

#include <memory>
#include <vector>

#include "core/base/ordered_map.h"
#include "core/graph/functions.h"
#include "core/state/keyed_bytes.h"

namespace leat {

struct KeyTraits {
  static uint64_t hash(const Value& key) { return key.hash(); }
  static bool equal(const Value& a, const Value& b) { return a == b; }
};

// What all kinds of state have in common.
class StateTable {
 public:
  virtual ~StateTable() = default;
  virtual size_t keys() const = 0;
  // Writes every entry as (tag, key, contents) into its section.
  virtual void snapshot(uint32_t tag, KeyedBytesWriter& out) const = 0;
  // Reads the contents of one entry.
  virtual void restore(Value key, ByteReader& in) = 0;
};

class KeyedState {
 public:
  explicit KeyedState(const std::vector<StateDescriptor>& descriptors);
  ~KeyedState();
  KeyedState(const KeyedState&) = delete;
  KeyedState& operator=(const KeyedState&) = delete;

  void set_current_key(Value key);
  const Value& current_key() const;
  // REQUIRES: the descriptor's kind is kValue.
  ValueState& value(uint32_t descriptor);

  // Entries over all tables: what is held.
  size_t entries() const;
  uint32_t tables() const { return static_cast<uint32_t>(tables_.size()); }
  void snapshot(KeyedBytesWriter& out) const;
  void restore_entry(uint32_t table, ByteReader& in);

 private:
  std::unique_ptr<Value> current_key_;  // the tables point to it
  std::vector<std::unique_ptr<StateTable>> tables_;
};

}  // namespace leat
