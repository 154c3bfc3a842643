#include "sim/world/occurrences.h"

#include <utility>

namespace leat {

namespace {
// Powers of two: a small job needs no more.
constexpr size_t kCounters = 256;
constexpr size_t kNames = 128;

// Never 0, which marks a free cell.
uint64_t key_of(uint64_t a, uint64_t b) { return mix(a, b) | 1; }
}  // namespace

uint32_t* Occurrences::Index::find_or_insert(uint64_t key, bool& inserted) {
  if ((used_ + 1) * 2 > cells_.size()) grow();
  const size_t mask = cells_.size() - 1;
  size_t at = (key >> 1) & mask;
  while (cells_[at].key != 0 && cells_[at].key != key) at = (at + 1) & mask;
  inserted = cells_[at].key == 0;
  if (inserted) {
    cells_[at].key = key;
    ++used_;
  }
  return &cells_[at].index;
}

void Occurrences::Index::grow() {
  std::vector<Cell> old = std::exchange(cells_, std::vector<Cell>(cells_.size() * 2));
  used_ = 0;
  for (const Cell& cell : old) {
    if (cell.key == 0) continue;
    bool inserted = false;
    *find_or_insert(cell.key, inserted) = cell.index;
  }
}

Occurrences::Occurrences() : counters_(kCounters), entity_ids_(kNames), visit_ids_(kNames) {}

uint32_t Occurrences::entity_index(Entity who) {
  bool inserted = false;
  uint32_t* index = entity_ids_.find_or_insert(mix(who.key) | 1, inserted);
  if (inserted) {
    *index = static_cast<uint32_t>(entities_.size());
    entities_.emplace_back();
  }
  return *index;
}

Occurrences::Counter& Occurrences::counter_of(uint64_t pair, Entity who) {
  size_t mask = counters_.size() - 1;
  size_t at = (pair >> 1) & mask;
  while (counters_[at].pair != 0) {
    if (counters_[at].pair == pair) return counters_[at];
    at = (at + 1) & mask;
  }
  if ((counters_used_ + 1) * 2 > counters_.size()) {
    grow_counters();
    mask = counters_.size() - 1;
    at = (pair >> 1) & mask;
    while (counters_[at].pair != 0) at = (at + 1) & mask;
  }
  ++counters_used_;
  counters_[at] = {.pair = pair, .entity = entity_index(who), .turn = 0, .count = 0};
  return counters_[at];
}

void Occurrences::grow_counters() {
  const std::vector<Counter> old =
      std::exchange(counters_, std::vector<Counter>(counters_.size() * 2));
  const size_t mask = counters_.size() - 1;
  for (const Counter& counter : old) {
    if (counter.pair == 0) continue;
    size_t at = (counter.pair >> 1) & mask;
    while (counters_[at].pair != 0) at = (at + 1) & mask;
    counters_[at] = counter;
  }
}

Occurrences::Place Occurrences::next(uint64_t site, Entity who) {
  // One multiplication is enough here: both words are avalanche hashes of names already.
  const uint64_t pair = mum(site ^ 0x9e3779b97f4a7c15ULL, who.key ^ 0xd6e8feb86659fd93ULL) | 1;
  Counter& counter = counter_of(pair, who);
  const EntityEpoch& entity = entities_[counter.entity];
  if (counter.turn != entity.turn) {
    counter.turn = entity.turn;
    counter.count = 0;
  }
  return {pair, entity.now, counter.count++};
}

void Occurrences::enter_epoch(Entity who, uint64_t epoch) {
  EntityEpoch& entity = entities_[entity_index(who)];
  bool first = false;
  uint32_t* index = visit_ids_.find_or_insert(key_of(who.key, epoch), first);
  if (first) {
    *index = static_cast<uint32_t>(visits_.size());
    visits_.push_back(0);
  }
  const uint32_t before = visits_[*index]++;
  // An entity is in epoch 0 from the start: to say so changes nothing.
  if (epoch == 0 && before == 0 && !entity.named) {
    entity.named = true;
    return;
  }
  // Epoch 0 was also visited where it was left without having been entered by name.
  const uint32_t unnamed = epoch == 0 && visits_[*index] == 1 ? 1 : 0;
  if (unnamed == 1) ++visits_[*index];
  entity.named = true;
  entity.now = EpochWord::of(epoch, before + unnamed);
  ++entity.turn;
}

}  // namespace leat
