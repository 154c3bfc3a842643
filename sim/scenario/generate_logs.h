// Generated log lines of web users: JSON objects, as a service writes them, some of them broken.
// A pure function of (seed, split, offset), as all generated records.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/graph/specs.h"

namespace leat {

struct GenerateLogsSpec {
  uint64_t seed = 1;
  uint64_t count = 0;  // in all partitions together
  uint32_t partitions = 1;
  int64_t every = 1000;  // ms between lines of all partitions together
  uint32_t users = 5;    // user i writes to partition i mod partitions, as a keyed producer does
  double zipf = 0;       // exponent of their shares; 0: all alike
  std::vector<std::pair<std::string, uint32_t>> actions;  // and how often, relative to each other
  std::vector<std::string> addresses;
  int64_t start = 0;     // s: the time of the first line, since 1970
  int64_t disorder = 0;  // s: times lie up to so much behind
  uint32_t unparsable_permille = 0;
};

// Rows [line:string].
std::shared_ptr<const SplitData> generate_logs(GenerateLogsSpec spec);

}  // namespace leat
