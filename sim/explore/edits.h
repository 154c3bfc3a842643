// What may be taken out of a scenario's file, or made plainer in it. Edits know the shape of JSON
// and a few names, not the semantics: whether something that was edited is still a scenario is for
// the decoder to say, and whether it still fails in the same way, for a run.
//
// Never touched: limits, restarts, timeouts and the length of outages, because a correct engine may
// fail outside what they allow.
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "sim/scenario/json_tree.h"

namespace leat {

using JsonPath = std::vector<std::variant<std::string, size_t>>;
Json* at_path(Json& document, const JsonPath& path);

// How large a case is, as people count.
struct CaseSize {
  uint64_t rows = 0;
  uint64_t faults = 0;
  uint64_t choices = 0;
  uint64_t nodes = 0;  // with sources and sinks
};
// `rows` counts those that stand in the file.
CaseSize size_of(const Json& document);

// Lists from which many elements at once may be taken: choices, faults, rows.
std::vector<JsonPath> long_lists(const Json& document);

struct Edit {
  std::string what;                  // "rows of pay: element 3"
  std::function<void(Json&)> apply;  // REQUIRES: the document that it was made for
};
// Every single thing that can be taken out: elements of the long lists, nodes (what they read goes
// to who read them), sources, sinks, members and elements of their objects.
std::vector<Edit> removals(const Json& document);
// The same without the elements of the long lists.
std::vector<Edit> structural_removals(const Json& document);
// Smaller numbers, rounder times, milder faults. Each makes the file plainer, so that repeating
// them comes to an end.
std::vector<Edit> simplifications(const Json& document);

}  // namespace leat
