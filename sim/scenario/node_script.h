// Nodes that a host of the decoder adds to the language: the scripted functions of the recorded
// cases are C++ functions, and no part of scenario files.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/graph/stream_graph.h"
#include "sim/scenario/diagnostics.h"
#include "sim/scenario/json_tree.h"

namespace leat {

struct ScriptedNode {
  const Json& json;
  std::vector<Schema> inputs;
  StreamNode& out;  // name, inputs, key and parallelism are there; the script adds the rest
  Diagnostics& diagnostics;
};

struct NodeScript {
  std::vector<std::string> keys;  // that such a node has besides those of any node
  std::function<void(const ScriptedNode&)> complete;
};

// By a key of the node and the text that stands there: {"process", "sort"}.
using NodeScripts = std::map<std::pair<std::string, std::string>, NodeScript>;

// Null where the node is none of them.
const NodeScript* find_script(const NodeScripts* scripts, const Json& node);
// The node without the script's own keys.
Json without_script(const NodeScript& script, const Json& node);

}  // namespace leat
