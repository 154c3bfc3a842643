#include "sim/cli/options.h"

#include <iostream>

namespace leat {

std::optional<std::vector<OracleKind>> oracles_named(const std::vector<std::string>& names) {
  if (names.empty()) return all_oracles();
  std::vector<OracleKind> chosen;
  for (const std::string& name : names) {
    const size_t before = chosen.size();
    for (const OracleKind kind : all_oracles()) {
      if (name == name_of(kind)) chosen.push_back(kind);
    }
    if (chosen.size() != before) continue;
    std::cerr << "error: no oracle is called \"" << name << "\"\n  = help: ";
    for (const OracleKind kind : all_oracles()) std::cerr << name_of(kind) << " ";
    std::cerr << "\n";
    return std::nullopt;
  }
  return chosen;
}

std::optional<std::optional<Strategy>> strategy_option(const std::string& name) {
  const std::optional<Strategy> strategy = strategy_named(name);
  if (strategy || name.empty()) return std::optional(strategy);
  std::cerr << "error: no strategy is called \"" << name << "\"\n";
  return std::nullopt;
}

}  // namespace leat
