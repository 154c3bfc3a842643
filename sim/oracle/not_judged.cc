#include "sim/oracle/not_judged.h"

#include "sim/oracle/pane.h"
#include "sim/oracle/window_of_two.h"

namespace leat {
namespace {

bool has_custom(const TriggerSpec& trigger) {
  if (trigger.kind == TriggerSpec::Kind::kCustom) return true;
  return trigger.nested != nullptr && has_custom(*trigger.nested);
}

std::string not_judged(const WindowSpec& spec) {
  if (spec.assigner == WindowSpec::Assigner::kCustom) return "a custom assigner";
  if (spec.stagger != WindowSpec::Stagger::kAligned) return "staggered windows";
  if (has_custom(spec.trigger)) return "a custom trigger";
  if (spec.evictor.kind == EvictorSpec::Kind::kCustom) return "a custom evictor";
  if (spec.function != nullptr) return "a window function";
  return "";
}

}  // namespace

std::string not_judged(const StreamNode& node) {
  if (const WindowSpec* both = windows_of_two(node.spec)) {
    const auto* group = std::get_if<CoGroupSpec>(&node.spec);
    if (group != nullptr && merges(*both) && group->function->depends_on_order())
      return "a co-group over sessions, whose order is open";
    return not_judged(*both);
  }
  const auto* window = std::get_if<WindowSpec>(&node.spec);
  return window == nullptr ? "" : not_judged(*window);
}

std::map<std::string, std::string> not_judged(const StreamGraph& graph) {
  std::map<std::string, std::string> nodes;
  for (const StreamNode& node : graph.nodes) {
    if (std::string why = not_judged(node); !why.empty()) nodes[node.name] = std::move(why);
  }
  return nodes;
}

}  // namespace leat
