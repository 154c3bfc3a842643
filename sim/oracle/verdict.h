// What the oracles say of a run.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace leat {

// One broken rule. `name` is from the closed list of design section 6.
struct Violation {
  std::string name;      // "duplicate_result"
  std::string oracle;    // "output"
  std::string where;     // "out", "per_day[1]"
  std::string subject;   // "key=ann window=[0, 10000)"
  std::string expected;  // one line each
  std::string got;
  std::string rule;  // the rule's sentence, with the numbers filled in
  int64_t at = 0;    // processing time, where known
};

struct Verdict {
  std::vector<Violation> violations;       // the first ones of each oracle, in a fixed order
  std::map<std::string, uint64_t> judged;  // by oracle: how many things it has judged
  std::map<std::string, std::string>
      classes;  // by sink: "confluent" | "late-sensitive" | "processing-time"
  // By node: what no oracle can judge from a definition, and why. Not a violation, but said.
  std::map<std::string, std::string> not_judged;
  bool ok() const { return violations.empty(); }
};

}  // namespace leat
