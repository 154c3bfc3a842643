#include "sim/conform/window_calls.h"

#include <algorithm>

#include "core/window/window_assigner.h"
#include "sim/conform/window_node.h"

namespace leat {

namespace {

class At final : public AssignerContext {
 public:
  explicit At(int64_t now) : now_{now} {}
  ProcTime now() const override { return now_; }
  int64_t any_below(int64_t) override { return 0; }

 private:
  ProcTime now_;
};

Value to_value(const TimeWindow& window) {
  if (window.is_global()) return Value::text("global");
  return Value::list({Value::integer(window.start), Value::integer(window.end)});
}

}  // namespace

Value call_window_start(const Value& args) {
  return Value::integer(window_start(number_of(member(args, "ts")),
                                     number_of(member(args, "offset")),
                                     number_of(member(args, "size"))));
}

Value call_assign_windows(const Value& args) {
  const Schema no_fields;
  const auto assigner = make_assigner(window_of_case(member(args, "window"), no_fields));
  At at(number_of(member(args, "now")));
  std::vector<TimeWindow> windows;
  assigner->assign({}, EventTime{number_of(member(args, "ts"))}, at, windows);
  std::vector<Value> result;
  for (const TimeWindow& window : windows) result.push_back(to_value(window));
  return Value::list(std::move(result));
}

Value call_merge_windows(const Value& args) {
  std::vector<TimeWindow> windows;
  const Value given = member(args, "windows");
  for (const Value& window : given.as_list()) {
    windows.push_back({number_of(window.as_list()[0]), number_of(window.as_list()[1])});
  }
  std::vector<Value> merges;
  for (WindowMerge& merge : merge_windows(std::move(windows))) {
    std::sort(merge.of.begin(), merge.of.end());
    std::vector<Value> of;
    for (const TimeWindow& window : merge.of) of.push_back(to_value(window));
    merges.push_back(Value::map({{Value::text("into"), to_value(merge.into)},
                                 {Value::text("of"), Value::list(std::move(of))}}));
  }
  return Value::list(std::move(merges));
}

Value call_stagger_offset(const Value& args) {
  const std::string name = text_of(member(args, "stagger"));
  WindowSpec::Stagger stagger = WindowSpec::Stagger::kAligned;
  if (name == "natural") {
    stagger = WindowSpec::Stagger::kNatural;
  } else if (name != "aligned") {
    throw UnknownRequest("the stagger \"" + name + "\" is not known");
  }
  At at(number_of(member(args, "now")));
  return Value::integer(stagger_offset(stagger, number_of(member(args, "size")), at));
}

}  // namespace leat
