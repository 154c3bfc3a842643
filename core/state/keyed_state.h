// State that belongs to a key. One table a descriptor; the backend knows the key that is being
// worked on, and hands out accessors of that key. (Flink: HeapKeyedStateBackend.)
//
// Tables keep their keys in the order of insertion, so that whatever walks over them does not
// depend on hashes. A cleared entry is gone, so that memory is bounded by what is set.
#pragma once

#include <memory>
#include <vector>

#include "core/state/keyed_bytes.h"
#include "core/state/state_table.h"

namespace leat {

class KeyedState final : public StateAccess {
 public:
  explicit KeyedState(const std::vector<StateDescriptor>& descriptors);
  KeyedState(const KeyedState&) = delete;  // the tables point to the moment
  KeyedState& operator=(const KeyedState&) = delete;

  void set_current_key(Value key) { moment_.key = std::move(key); }
  const Value& current_key() const { return moment_.key; }
  // The clock of times to live. Whoever works with the state sets it first.
  void set_now(ProcTime now) { moment_.now = now; }

  ValueState& value(uint32_t descriptor) override;
  ListState& list(uint32_t descriptor) override;
  MapState& map(uint32_t descriptor) override;
  ReducingState& reducing(uint32_t descriptor) override;
  AggregatingState& aggregating(uint32_t descriptor) override;

  // The keys that hold the state, as of now. (Flink: KeyedStateBackend.getKeys.)
  std::vector<Value> keys_of(uint32_t descriptor) const;

  // Keys over all tables: what is held.
  size_t entries() const;
  uint32_t tables() const { return static_cast<uint32_t>(tables_.size()); }
  void snapshot(KeyedBytesWriter& out) const;
  void restore_entry(uint32_t table, ByteReader& in);

 private:
  StateTable& table(uint32_t descriptor) const;

  StateMoment moment_;
  std::vector<std::unique_ptr<StateTable>> tables_;
};

}  // namespace leat
