#include "sim/oracle/not_judged.h"

#include <algorithm>

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

std::vector<StateDescriptor> process_states(const StreamNode& node) {
  if (const auto* one = std::get_if<KeyedProcessSpec>(&node.spec)) return one->function->states();
  if (const auto* two = std::get_if<CoProcessSpec>(&node.spec)) return two->function->states();
  if (const auto* rules = std::get_if<BroadcastProcessSpec>(&node.spec))
    return rules->function->states();
  return {};
}

// What is expired is seen until it is cleaned up, and of cleaning up nothing is known.
bool shows_until_cleaned(const std::vector<StateDescriptor>& states) {
  return std::any_of(states.begin(), states.end(), [](const StateDescriptor& state) {
    return state.ttl && state.ttl->cleanup != StateTtl::Cleanup::kNone &&
           state.ttl->visibility == StateTtl::Visibility::kReturnExpiredIfNotCleanedUp;
  });
}

}  // namespace

std::string not_judged(const StreamNode& node) {
  if (shows_until_cleaned(process_states(node)))
    return "a state that shows what is expired until it is cleaned up";
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
