// Generated records: a pure function of (seed, split, offset), with no counter behind it, so that
// reading a split again after a restore gives the same records.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/graph/specs.h"

namespace leat {

struct GenerateSpec {
  struct Silence {
    uint32_t partition = 0;
    int64_t from = 0;
    int64_t length = 0;
  };
  uint64_t seed = 1;
  uint64_t count = 0;  // in all partitions together
  uint32_t partitions = 1;
  int64_t every_us = 10000;  // between rows of all partitions together, in microseconds
  uint32_t keys = 10;
  double zipf = 0;  // exponent; 0: all keys are equally likely
  std::string key_prefix = "k";
  int64_t value_min = 0;
  int64_t value_max = 99;
  int64_t disorder = 0;  // ms
  uint32_t late_permille = 0;
  int64_t late_by = 0;
  uint32_t duplicates_permille = 0;
  std::vector<Silence> silence;
  int64_t start = 0;  // event time of the first row
  int64_t round = 1;  // ms: event times are multiples of it
};

// Rows [ts:time, key:string, value:int].
std::shared_ptr<const SplitData> generate_splits(GenerateSpec spec);

}  // namespace leat
