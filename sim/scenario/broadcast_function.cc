#include "sim/scenario/broadcast_function.h"

#include <utility>

namespace leat {

namespace {

constexpr uint32_t kRules = 0;
constexpr uint32_t kSeen = 0;

class RulesOfBroadcast final : public BroadcastProcessFunction {
 public:
  explicit RulesOfBroadcast(BroadcastRules rules) : rules_(std::move(rules)) {}

  std::vector<StateDescriptor> states() const override {
    if (!rules_.keyed) return {};
    return {{"seen"}};
  }
  std::vector<std::string> broadcast_states() const override { return {"rules"}; }

  void process(RowView in, ProcessContext& ctx, const BroadcastStates& states) const override {
    Value extra[2];
    if (const Value* rule = states.at(kRules).find(rules_.on.eval(in))) extra[kRuleExtra] = *rule;
    if (rules_.keyed) {
      const Value before = ctx.value(kSeen).get();
      extra[kSeenExtra] = Value::integer(before.is_null() ? 1 : before.as_int() + 1);
      ctx.value(kSeen).update(extra[kSeenExtra]);
    }
    Row row;
    row.reserve(rules_.select.size());
    const ExprFrame frame{in.data(), extra};
    for (const Expression& output : rules_.select) row.push_back(output.eval(frame));
    ctx.emit(row);
  }

  void process_broadcast(RowView in, BroadcastContext& ctx,
                         BroadcastStates& states) const override {
    const Value name = rules_.name.eval(in);
    if (!rules_.drop || !rules_.drop->holds(in)) {
      return states.at(kRules).put(name, rules_.value.eval(in));
    }
    states.at(kRules).remove(name);
    if (!rules_.keyed) return;
    ctx.for_each_key(kSeen, [](const Value&, ValueState& seen) { seen.clear(); });
  }

  std::unique_ptr<BroadcastProcessFunction> clone() const override {
    return std::make_unique<RulesOfBroadcast>(*this);
  }

 private:
  BroadcastRules rules_;
};

}  // namespace

std::unique_ptr<BroadcastProcessFunction> broadcast_rules(BroadcastRules rules) {
  return std::make_unique<RulesOfBroadcast>(std::move(rules));
}

}  // namespace leat
