// Keyed state, as a user's function sees it: declared by descriptors, handed out for the key that
// is being worked on. (Flink: StateDescriptor and org.apache.flink.api.common.state.)
//
// Values that are set are never null where Flink takes none; where it fails on one, JobError.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/data/value.h"

namespace leat {

class ReduceFunction;
class AggregateFunction;

// How long what was written stays. What was written at w (or read at w, where reading renews) is
// expired once the processing clock has reached w + time_to_live. (Flink: StateTtlConfig; its
// update type Disabled is a descriptor without one.)
struct StateTtl {
  enum class Update : uint8_t { kOnCreateAndWrite, kOnReadAndWrite };
  enum class Visibility : uint8_t { kNeverReturnExpired, kReturnExpiredIfNotCleanedUp };
  enum class Cleanup : uint8_t {
    kNone,          // only what is met by a read is removed
    kIncremental,   // each access looks at `cleanup_size` keys
    kFullSnapshot,  // snapshots leave out what is expired
  };
  Duration time_to_live;  // above 0
  Update update = Update::kOnCreateAndWrite;
  Visibility visibility = Visibility::kNeverReturnExpired;
  Cleanup cleanup = Cleanup::kIncremental;
  uint32_t cleanup_size = 5;
};

struct StateDescriptor {
  enum class Kind : uint8_t { kValue, kList, kMap, kReducing, kAggregating };
  std::string name;
  Kind kind = Kind::kValue;
  // What an unset value state reads as; without a time to live only, as in Flink.
  Value default_value = {};
  std::shared_ptr<const ReduceFunction> reduce = nullptr;        // kReducing: of rows of one cell
  std::shared_ptr<const AggregateFunction> aggregate = nullptr;  // kAggregating: the same
  std::optional<StateTtl> ttl = std::nullopt;
};

class ValueState {
 public:
  virtual ~ValueState() = default;
  virtual Value get() = 0;               // null where unset
  virtual void update(Value value) = 0;  // null clears
  virtual void clear() = 0;
};

class ListState {
 public:
  virtual ~ListState() = default;
  virtual std::vector<Value> get() = 0;  // in the order of adding
  virtual void add(Value value) = 0;
  virtual void add_all(std::vector<Value> values) = 0;  // none changes nothing
  virtual void update(std::vector<Value> values) = 0;   // none clears
  virtual void clear() = 0;
};

// Values may be null: `get` then says null, and `contains` true.
class MapState {
 public:
  // One entry while it is visited.
  class Entry {
   public:
    virtual ~Entry() = default;
    virtual const Value& key() const = 0;
    virtual const Value& value() const = 0;
    // With a time to live this is lost, as in Flink: there the entry is a copy.
    virtual void set_value(Value value) = 0;
    // Throws JobError where the entry was removed already, as one is that is expired and still
    // seen.
    virtual void remove() = 0;
  };

  virtual ~MapState() = default;
  virtual Value get(const Value& key) = 0;
  virtual bool contains(const Value& key) = 0;
  virtual void put(const Value& key, Value value) = 0;
  virtual void remove(const Value& key) = 0;
  virtual bool is_empty() const = 0;
  // Visits all entries, in the order of insertion. Meanwhile the state is changed through `entry`
  // only.
  virtual void for_each(const std::function<void(Entry& entry)>& visit) = 0;
  virtual void clear() = 0;

  std::vector<Value::MapEntry> entries();
};

// What is added is folded into one value.
class ReducingState {
 public:
  virtual ~ReducingState() = default;
  virtual Value get() = 0;            // null where nothing was added
  virtual void add(Value value) = 0;  // null clears, as on Flink's heap
  virtual void clear() = 0;
};

// The same over an accumulator; `get` gives the aggregate's result.
class AggregatingState {
 public:
  virtual ~AggregatingState() = default;
  virtual Value get() = 0;
  virtual void add(const Value& value) = 0;  // null clears, as on Flink's heap
  virtual void clear() = 0;
};

// The states of the present key, by their index among the descriptors. Throws JobError for one that
// was not declared, or was declared as another kind.
class StateAccess {
 public:
  virtual ~StateAccess() = default;
  virtual ValueState& value(uint32_t descriptor) = 0;
  virtual ListState& list(uint32_t descriptor) = 0;
  virtual MapState& map(uint32_t descriptor) = 0;
  virtual ReducingState& reducing(uint32_t descriptor) = 0;
  virtual AggregatingState& aggregating(uint32_t descriptor) = 0;
};

}  // namespace leat
