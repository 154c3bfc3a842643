// Words of the command line that several verbs understand alike. What is wrong is told on stderr.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/explore/strategy.h"
#include "sim/oracle/oracles.h"

namespace leat {

// All where none is named; nothing where a name is wrong.
std::optional<std::vector<OracleKind>> oracles_named(const std::vector<std::string>& names);

// Nothing inside where none is named; nothing at all where the name is wrong.
std::optional<std::optional<Strategy>> strategy_option(const std::string& name);

}  // namespace leat
