#include "sim/conform/two_input_node.h"

#include <algorithm>

#include "sim/conform/scripts.h"
#include "sim/conform/window_node.h"

namespace leat {

namespace {

// Scripted rows are of several widths: one list each.
void emits_lists(const Value& spec, CaseNode& made) {
  made.form = RowForm::kOneList;
  made.node.output.fields = {{"row", ValueType::kList}};
  if (has_member(spec, "side")) {
    made.node.sides.push_back({text_of(member(spec, "side")), made.node.output});
  }
  if (!has_member(spec, "sides")) return;
  const Value sides = member(spec, "sides");
  for (const Value& side : sides.as_list()) {
    made.node.sides.push_back({text_of(side), made.node.output});
  }
}

void make_process(const Value& spec, CaseNode& made) {
  const std::string name = text_of(member(spec, "process"));
  if (name == "timers") {
    made.node.spec = KeyedProcessSpec{scripted_timers(), name};
  } else if (name == "state") {
    made.node.spec = KeyedProcessSpec{scripted_states(spec), name};
  } else if (name != "script") {
    throw UnknownRequest("the process function \"" + name + "\" is not known");
  } else if (made.node.keyed) {
    made.node.spec = KeyedProcessSpec{scripted_process(), name};
  } else {
    made.node.spec = ProcessSpec{scripted_unkeyed_process(), name};
  }
  emits_lists(spec, made);
}

void make_connect(const Value& spec, CaseNode& made) {
  const std::string name = text_of(member(spec, "connect"));
  if (name == "map" || name == "flat_map") {
    made.node.output.fields.resize(3);
    if (name == "map") {
      made.node.spec = CoMapSpec{scripted_co_map(), name};
    } else {
      made.node.spec = CoFlatMapSpec{scripted_co_flat_map(), name};
    }
    return;
  }
  if (name == "script" && made.node.keyed) {
    made.node.spec = CoProcessSpec{scripted_connect(), name};
  } else if (name == "process" && !made.node.keyed) {
    made.node.spec = CoProcessSpec{scripted_unkeyed_connect(), name};
  } else {
    throw UnknownRequest("the connect function \"" + name + "\" is not known");
  }
  emits_lists(spec, made);
}

void make_broadcast(const Value& spec, CaseNode& made) {
  const std::string name = text_of(member(spec, "broadcast"));
  if (name != "script")
    throw UnknownRequest("the broadcast function \"" + name + "\" is not known");
  made.node.spec = BroadcastProcessSpec{scripted_broadcast(made.node.keyed), name};
  emits_lists(spec, made);
}

// Emits [k, n of left, n of right].
class PairScript final : public ProcessJoinFunction {
 public:
  void process(RowView left, RowView right, JoinContext& ctx) const override {
    ctx.emit(Row{left[0], left[2], right[2]});
  }
  std::unique_ptr<ProcessJoinFunction> clone() const override {
    return std::make_unique<PairScript>();
  }
};

// Late rows go out as they came.
std::optional<uint32_t> late_side(const Value& join, const char* name, StreamNode& node) {
  if (!has_member(join, name)) return std::nullopt;
  Schema schema;
  schema.fields.resize(3);
  node.sides.push_back({text_of(member(join, name)), schema});
  return static_cast<uint32_t>(node.sides.size() - 1);
}

void make_interval_join(const Value& spec, StreamNode& node) {
  const Value json = member(spec, "interval_join");
  const auto bound = [&](const char* name) {
    return has_member(json, name) && member(json, name).as_bool()
               ? IntervalJoinSpec::Bound::kExclusive
               : IntervalJoinSpec::Bound::kInclusive;
  };
  IntervalJoinSpec join;
  join.lower = {number_of(member(json, "lower"))};
  join.upper = {number_of(member(json, "upper"))};
  join.lower_bound = bound("lower_exclusive");
  join.upper_bound = bound("upper_exclusive");
  join.late_left = late_side(json, "late_left_to", node);
  join.late_right = late_side(json, "late_right_to", node);
  join.function = std::make_shared<PairScript>();
  node.output.fields.resize(3);
  node.spec = std::move(join);
}

class WindowPairScript final : public JoinFunction {
 public:
  void join(RowView left, RowView right, Collector& out) const override {
    out.collect(Row{left[0], left[2], right[2]});
  }
  std::unique_ptr<JoinFunction> clone() const override {
    return std::make_unique<WindowPairScript>();
  }
};

// Emits [k, [n of left], [n of right]]; the recorded lists of sessions are sorted.
class GroupScript final : public CoGroupFunction {
 public:
  explicit GroupScript(bool sorted) : sorted_(sorted) {}
  void co_group(const std::vector<RowView>& left, const std::vector<RowView>& right,
                Collector& out) const override {
    const Value key = left.empty() ? (right.empty() ? Value::null() : right[0][0]) : left[0][0];
    out.collect(Row{key, numbers(left), numbers(right)});
  }
  std::unique_ptr<CoGroupFunction> clone() const override {
    return std::make_unique<GroupScript>(sorted_);
  }

 private:
  Value numbers(const std::vector<RowView>& rows) const {
    std::vector<Value> all;
    for (const RowView row : rows) all.push_back(row[2]);
    if (sorted_) std::sort(all.begin(), all.end());
    return Value::list(std::move(all));
  }
  bool sorted_;
};

void make_window_join(const Value& spec, const Schema& schema, StreamNode& node) {
  WindowSpec window = window_of_case(member(spec, "window"), schema);
  const std::string apply = text_of(member(spec, "apply"));
  node.output.fields.resize(3);
  if (apply == "join") {
    node.spec = WindowJoinSpec{std::move(window), std::make_shared<WindowPairScript>(), apply};
  } else if (apply == "cogroup") {
    const bool sorted = window.assigner == WindowSpec::Assigner::kSession;
    node.spec = CoGroupSpec{std::move(window), std::make_shared<GroupScript>(sorted), apply};
  } else {
    throw UnknownRequest("to apply \"" + apply + "\" is not known");
  }
}

}  // namespace

bool make_two_input_node(const Value& spec, const Schema& schema, CaseNode& made) {
  if (has_member(spec, "process")) {
    make_process(spec, made);
  } else if (has_member(spec, "connect")) {
    make_connect(spec, made);
  } else if (has_member(spec, "broadcast")) {
    make_broadcast(spec, made);
  } else if (has_member(spec, "interval_join")) {
    make_interval_join(spec, made.node);
  } else if (has_member(spec, "window")) {
    make_window_join(spec, schema, made.node);
  } else {
    return false;
  }
  return true;
}

}  // namespace leat
