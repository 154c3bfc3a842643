#include "sim/scenario/node_script.h"

#include <algorithm>

namespace leat {

const NodeScript* find_script(const NodeScripts* scripts, const Json& node) {
  if (scripts == nullptr) return nullptr;
  for (const JsonMember& member : node.members) {
    if (!member.value.is(Json::Kind::kText)) continue;
    const auto found = scripts->find({member.key, member.value.text});
    if (found != scripts->end()) return &found->second;
  }
  return nullptr;
}

Json without_script(const NodeScript& script, const Json& node) {
  Json rest = node;
  std::erase_if(rest.members, [&](const JsonMember& member) {
    return std::find(script.keys.begin(), script.keys.end(), member.key) != script.keys.end();
  });
  return rest;
}

}  // namespace leat
