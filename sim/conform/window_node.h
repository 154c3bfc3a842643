// The window nodes of the recorded cases (conformance window.md).
#pragma once

#include "sim/conform/operator_node.h"

namespace leat {

// The window that {"tumbling":..} and the like mean, with its trigger and evictor. `schema` is that
// of the rows. Throws UnknownRequest for what is not known.
WindowSpec window_of_case(const Value& window, const Schema& schema);

// The node {"window":{..},"aggregate":".."} over such rows; the node's key is set already.
void make_window_node(const Value& spec, const Schema& schema, CaseNode& made);

}  // namespace leat
