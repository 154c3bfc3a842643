// What no oracle can judge from a definition yet. A verdict names it: silence would look like a
// pass.
#pragma once

#include <map>
#include <string>

#include "sim/oracle/plan.h"

namespace leat {

// Why the node's answers are not judged by themselves; empty where they are. (What they lead to,
// the ledger, checkpoints and the rest are judged all the same.)
std::string not_judged(const StreamNode& node);
// The same by name, of all nodes that are not judged.
std::map<std::string, std::string> not_judged(const StreamGraph& graph);

}  // namespace leat
