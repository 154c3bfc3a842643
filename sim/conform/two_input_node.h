// The nodes of twoinput.md: two inputs, and process functions with side outputs.
#pragma once

#include "sim/conform/operator_node.h"

namespace leat {

// Fills in the node if it is one of these; its key is set already. Throws UnknownRequest for what
// is not known.
bool make_two_input_node(const Value& spec, const Schema& schema, CaseNode& made);

}  // namespace leat
