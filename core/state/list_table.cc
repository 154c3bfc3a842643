// (Flink: HeapListState, TtlListState.)
#include <algorithm>
#include <utility>

#include "core/state/state_tables.h"

namespace leat {

namespace {

struct List {
  std::vector<Stamped> items;

  void write(const TimeToLive& ttl, ByteWriter& out) const {
    out.varint(items.size());
    for (const Stamped& item : items) ttl.write(item, out);
  }
  void read(const TimeToLive& ttl, ByteReader& in) {
    for (uint64_t left = in.varint(); left > 0; --left) items.push_back(ttl.read_from(in));
  }
  bool drop_expired(const TimeToLive& ttl, ProcTime now) {
    std::erase_if(items, [&](const Stamped& item) { return ttl.expired(item, now); });
    return items.empty();
  }
};

void refuse_nulls(const std::vector<Value>& values) {
  const auto is_null = [](const Value& value) { return value.is_null(); };
  if (std::any_of(values.begin(), values.end(), is_null))
    throw JobError("a list state takes no null");
}

class ListTable final : public KeyedTable<List>, public ListState {
 public:
  ListTable(const StateDescriptor& descriptor, const StateMoment& moment)
      : KeyedTable(descriptor, moment) {}

  ListState* as_list() override { return this; }

  // Each element has its own time. What is expired stays beside what is alive, until a read that
  // renews, or until nothing is alive.
  std::vector<Value> get() override {
    std::vector<Value> seen;
    List* list = find();
    if (list == nullptr) return seen;
    bool any_alive = false;
    for (const Stamped& item : list->items) {
      const bool alive = !ttl().expired(item, now());
      any_alive |= alive;
      if (alive || ttl().shows_expired()) seen.push_back(item.value);
    }
    if (!any_alive) {
      erase();
    } else if (ttl().renews_on_read()) {
      list->drop_expired(ttl(), now());
      for (Stamped& item : list->items) item.touched = now();
    }
    return seen;
  }

  void add(Value value) override {
    std::vector<Value> one;
    one.push_back(std::move(value));
    add_all(std::move(one));
  }
  void add_all(std::vector<Value> values) override {
    refuse_nulls(values);
    if (values.empty()) return;
    List& list = insert();
    for (Value& value : values) list.items.push_back(stamped(std::move(value)));
  }
  void update(std::vector<Value> values) override {
    refuse_nulls(values);
    clear();
    add_all(std::move(values));
  }
  void clear() override { erase(); }
};

}  // namespace

std::unique_ptr<StateTable> make_list_table(const StateDescriptor& descriptor,
                                            const StateMoment& moment) {
  return std::make_unique<ListTable>(descriptor, moment);
}

}  // namespace leat
