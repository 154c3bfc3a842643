// Functions of the cases, answered by the engine's own. Each takes the case's "args"; they throw
// what the engine throws.
#pragma once

#include "sim/conform/recorded.h"

namespace leat {

// A key of the type that the case names: an int may stand for a double, and so may "NaN". Java's
// 32-bit "int" stays an int here; see call_function.
Value typed_key(const Value& key, const std::string& type);

Value redistributed(const Value& args);
// `start`: the case's "start" where it stands beside "args", else null.
Value selected_channels(const Value& args, const Value& start);
Value wired(const Value& args);

}  // namespace leat
