// The keys of chance: how often something was asked of an entity, counted within its checkpoint
// epoch, so that one record more before a checkpoint moves no answer after it.
//
// An entity begins in epoch 0. Entering another epoch starts its counts anew. Entering one that it
// has been in before (work replayed after a restore) gives the next replay ordinal, so that
// replayed work has keys of its own. Everybody who keys answers counts with this class, and so they
// agree.
#pragma once

#include <cstdint>
#include <vector>

#include "core/env/choices.h"
#include "sim/scenario/epoch_word.h"

namespace leat {

class Occurrences {
 public:
  struct Place {
    uint64_t pair = 0;  // hash of (site, entity)
    EpochWord epoch;
    uint64_t occurrence = 0;  // from 0
  };

  Occurrences();

  // The place of the next question of this kind, which is counted.
  Place next(uint64_t site, Entity who);
  void enter_epoch(Entity who, uint64_t epoch);

 private:
  struct Counter {
    uint64_t pair = 0;
    uint32_t entity = 0;  // index into entities_
    uint32_t turn = 0;    // of the entity when `count` was last used
    uint64_t count = 0;
  };
  struct EntityEpoch {
    EpochWord now;
    uint32_t turn = 1;   // counts the epochs entered; a counter of an older turn starts anew
    bool named = false;  // an epoch was entered
  };
  // Open addressing over hashes; 0 marks a free cell. The keys are avalanche hashes of 64 bits, so
  // that two different ones are taken for the same once in 2^64.
  struct Cell {
    uint64_t key = 0;
    uint32_t index = 0;
  };
  class Index {
   public:
    explicit Index(size_t cells) : cells_(cells) {}
    uint32_t* find_or_insert(uint64_t key, bool& inserted);

   private:
    void grow();
    std::vector<Cell> cells_;
    size_t used_ = 0;
  };

  uint32_t entity_index(Entity who);
  Counter& counter_of(uint64_t pair, Entity who);
  void grow_counters();

  std::vector<Counter> counters_;  // open addressing by `pair`
  size_t counters_used_ = 0;
  Index entity_ids_;
  std::vector<EntityEpoch> entities_;
  Index visit_ids_;  // (entity, epoch) -> how often entered
  std::vector<uint32_t> visits_;
};

}  // namespace leat
