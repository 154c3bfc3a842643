// Runs the program `dot` of Graphviz: text in, picture out. Its library is not linked, because it
// keeps global state and is not safe to use from several threads.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"

namespace leat {

// `arguments` follow the program's name: {"-Tsvg"}. The error says whether the program is missing.
Result<std::string> run_dot(const std::vector<std::string>& arguments, const std::string& dot_text);

}  // namespace leat
