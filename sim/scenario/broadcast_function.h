// Rules in broadcast state, made of expressions ("connect": "broadcast").
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/graph/two_input_functions.h"
#include "sim/scenario/expr.h"

namespace leat {

// A row of the broadcast side lays down the rule `value` under the name `name`, in place of the one
// before; where `drop` holds it takes the rule away instead, and on a keyed node all counts begin
// anew. Each row of the data side looks up the rule `on` and becomes a row of `select`, which also
// sees `rule` (null where there is none) and, on a keyed node, `seen`: how many rows of the key
// there were so far.
struct BroadcastRules {
  Expression name;
  Expression value;
  std::optional<Expression> drop;
  Expression on;
  std::vector<Expression> select;
  bool keyed = false;
};
// In the frame of `select`: the extra values.
enum BroadcastExtra : uint32_t { kRuleExtra = 0, kSeenExtra = 1 };

std::unique_ptr<BroadcastProcessFunction> broadcast_rules(BroadcastRules rules);

}  // namespace leat
