// Where rows go: a key lives in the subtask of its key group, in both inputs of a node; a custom
// partitioning says of each row where; `global` goes to the first subtask; `rebalance` and
// `rescale` go round, so that no channel of a sender gets more than one row more than another.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ordered_map.h"
#include "core/trace/task_facts.h"
#include "sim/oracle/plan.h"

namespace leat {

class Routing {
 public:
  explicit Routing(const Plan& plan);

  struct Astray {
    uint32_t instance = kNowhere;
    std::string subject;
    std::string expected;
    std::string got;
    std::string rule;
  };
  // The first row that went somewhere else.
  std::optional<Astray> on_input(uint32_t instance, uint32_t input, const RowBatch& rows);
  void on_sent(uint32_t subtask, uint32_t channel, uint64_t rows);
  // These rows come from a checkpoint: an earlier attempt has dealt them out.
  void on_dealt_before(uint32_t subtask, uint32_t channel, uint64_t rows);
  // A new attempt of the subtask goes round from anywhere.
  void rewind(uint32_t subtask);
  // At the end: who got more than the others.
  std::vector<Astray> uneven() const;

 private:
  struct Input {
    bool by_key = false;
    bool to_first = false;
    std::vector<uint32_t> key_fields;
    std::shared_ptr<const PartitionFunction> custom;
  };
  struct KeyTraits {
    static uint64_t hash(const Value& key) { return key.hash(); }
    static bool equal(const Value& a, const Value& b) { return a == b; }
  };
  using KeyLives = OrderedMap<Value, uint32_t, KeyTraits>;  // the subtask in which a key was seen

  Input input_of(const StreamNode& node, NodeId id, uint32_t input) const;
  static bool has_one_input(const StreamNode& node);
  std::optional<uint32_t> place_of(NodeId node, const Input& input, RowView row, uint32_t index);

  const Plan& plan_;
  std::vector<std::vector<Input>> inputs_;  // by node and input
  std::vector<KeyLives> key_lives_;         // by node
  std::vector<std::vector<int64_t>> sent_;  // by subtask and channel
};

}  // namespace leat
