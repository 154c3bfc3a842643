// The class of each sink, from the graph alone (design rule 8): it says against what the output can
// be judged, because recovery may lawfully change late decisions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/oracle/plan.h"

namespace leat {

enum class SinkClass : uint8_t {
  kConfluent,       // no late drop possible, no processing time, no order-dependent function
  kLateSensitive,   // what the operators observed decides
  kProcessingTime,  // what the clock said decides
};
const char* name_of(SinkClass c);  // "confluent", "late-sensitive", "processing-time"

// By node: the class of what flows out of it.
std::vector<SinkClass> classify(const Plan& plan);
// By node: whether a row that flows out of it may stand behind a watermark that overtook it.
std::vector<bool> may_be_late(const Plan& plan);
std::map<std::string, std::string> sink_classes(const Plan& plan);

}  // namespace leat
