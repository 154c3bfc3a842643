// A failure as one file: the scenario's text, the seed it came from, the choices that differ from
// the plain ones, and what the run was. Replaying it is bit-identical, or says where it is not.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "sim/explore/fact_marks.h"
#include "sim/scenario/choice_map.h"

namespace leat {

struct Capsule {
  std::string scenario_path;  // where the scenario's own files are looked for
  std::string scenario_text;
  uint64_t seed = 0;
  std::string violation;
  std::string digest;
  std::string build;  // version and compiler; a replay in another build may drift
  ChoiceMap choices;
  std::string oracle{};  // that named the violation; "": not told
  FactMarks marks{};     // of the run; empty: not told
};

std::string to_text(const Capsule& capsule);
Result<Capsule> parse_capsule(std::string_view text);
// This build, as capsules name it.
std::string build_id();

}  // namespace leat
