#include "sim/oracle/reference.h"

#include <algorithm>
#include <exception>
#include <map>

#include "sim/oracle/pane.h"
#include "sim/oracle/two_input_reference.h"

namespace leat {
namespace {

class Appender final : public Collector {
 public:
  Appender(RowBatch& out, Timestamp time) : out_(out), time_(time) {}
  void collect(RowView row) override {
    if (out_.size() >= kRowsCompared) throw JobError("more rows than anybody wants to compare");
    out_.append(row, time_);
  }

 private:
  RowBatch& out_;
  Timestamp time_;
};

void read_all(const SourceSpec& spec, RowBatch& out) {
  for (uint32_t split = 0; split < spec.data->splits(); ++split) {
    const uint64_t size = spec.data->size(split);
    for (uint64_t first = 0; first < size; first += 256) {
      spec.data->read(split, first, static_cast<uint32_t>(std::min<uint64_t>(256, size - first)),
                      out);
    }
  }
  for (uint32_t i = 0; i < out.size(); ++i) {
    out.set_timestamp(
        i, spec.event_time ? EventTime{spec.event_time->eval(out.row(i), out.timestamp(i)).as_int()}
                           : EventTime::min());
  }
}

// The rows of each key, by their numbers.
std::map<Value, std::vector<uint32_t>> by_key(const StreamNode& node, const RowBatch& in) {
  std::map<Value, std::vector<uint32_t>> keys;
  for (uint32_t i = 0; i < in.size(); ++i) keys[key_of(in.row(i), node.key_fields)].push_back(i);
  return keys;
}

using Groups = std::map<TimeWindow, std::vector<uint32_t>>;

// Sorted by time, a row that starts after the session's end so far begins the next one.
Groups sessions_of(const WindowSpec& spec, const RowBatch& in, std::vector<uint32_t> rows) {
  std::vector<std::pair<TimeWindow, uint32_t>> alone;
  for (const uint32_t i : rows) {
    alone.emplace_back(windows_of(spec, in.row(i), in.timestamp(i), {})[0], i);
  }
  std::sort(alone.begin(), alone.end());
  Groups groups;
  TimeWindow session;
  std::vector<uint32_t> members;
  for (const auto& [window, i] : alone) {
    if (!members.empty() && window.start > session.end) {
      groups[session] = std::move(members);
      members = {};
    }
    session =
        members.empty() ? window : TimeWindow{session.start, std::max(session.end, window.end)};
    members.push_back(i);
  }
  if (!members.empty()) groups[session] = std::move(members);
  return groups;
}

bool any_sessions_meet(const WindowSpec& spec, const StreamNode& node, const RowBatch& in) {
  if (!merges(spec)) return false;
  for (const auto& entry : by_key(node, in)) {
    std::vector<TimeWindow> windows;
    for (const uint32_t i : entry.second)
      windows.push_back(windows_of(spec, in.row(i), in.timestamp(i), {})[0]);
    if (sessions_meet(std::move(windows))) return true;
  }
  return false;
}

// Sort the rows by key and window, then fold each group.
void all_windows(const WindowSpec& spec, const StreamNode& node, const RowBatch& in,
                 RowBatch& out) {
  using Kind = TriggerSpec::Kind;
  const TriggerSpec* trigger = &spec.trigger;
  while (trigger->kind == Kind::kPurging) trigger = trigger->nested.get();
  if (trigger->kind == Kind::kNever) return;
  if (trigger->kind == Kind::kDefault && spec.is_global()) return;  // never
  for (const auto& [key, numbers] : by_key(node, in)) {
    Groups groups;
    if (merges(spec)) {
      groups = sessions_of(spec, in, numbers);
    } else {
      for (const uint32_t i : numbers) {
        for (const TimeWindow& window : windows_of(spec, in.row(i), in.timestamp(i), {})) {
          groups[window].push_back(i);
        }
      }
    }
    for (const auto& [window, members] : groups) {
      RowBatch rows(in.width());
      for (const uint32_t i : members) rows.append_row_of(in, i);
      Row cells;
      for (const uint32_t field : node.key_fields) cells.push_back(rows.row(0)[field]);
      append_answer(node, cells, window, rows, out);
    }
  }
}

}  // namespace

void apply_stateless(const StreamNode& node, const RowBatch& in, RowBatch& main, RowBatch* side) {
  for (uint32_t i = 0; i < in.size(); ++i) {
    const RowView row = in.row(i);
    const Timestamp time = in.timestamp(i);
    if (const auto* map = std::get_if<MapSpec>(&node.spec)) {
      map->function->map(row, time, main.append(time));
    } else if (const auto* filter = std::get_if<FilterSpec>(&node.spec)) {
      if (filter->function->keep(row)) main.append(row, time);
    } else if (const auto* flat = std::get_if<FlatMapSpec>(&node.spec)) {
      Appender out(main, time);
      flat->function->flat_map(row, time, out);
    } else if (const auto* split = std::get_if<SplitSpec>(&node.spec)) {
      (side != nullptr && split->when->keep(row) ? *side : main).append(row, time);
    } else if (const auto* assign = std::get_if<AssignSpec>(&node.spec)) {
      main.append(
          row, assign->event_time ? EventTime{assign->event_time->eval(row, time).as_int()} : time);
    }
  }
}

Reference::Reference(const Plan& plan) : plan_(plan), outputs_(plan.graph().nodes.size()) {
  const StreamGraph& graph = plan.graph();
  // Only what leads to a confluent sink is worth the work.
  std::vector<bool> needed(graph.nodes.size(), false);
  for (size_t n = graph.nodes.size(); n-- > 0;) {
    if (std::holds_alternative<SinkSpec>(graph.nodes[n].spec)) {
      needed[n] = plan.flow(NodeId{static_cast<uint32_t>(n)}).c == SinkClass::kConfluent;
    }
    if (!needed[n]) continue;
    for (const StreamEdge& edge : graph.nodes[n].inputs) needed[edge.from.value] = true;
  }
  for (uint32_t n = 0; n < graph.nodes.size(); ++n) {
    if (needed[n]) evaluate(NodeId{n});
  }
}

// The rows of one edge, or of all.
void Reference::gather(const StreamNode& node, std::span<const StreamEdge> edges,
                       RowBatch& in) const {
  for (const StreamEdge& edge : edges) {
    const Outputs& from = outputs_[edge.from.value];
    const RowBatch& rows = edge.output == kMainOutput ? from.main : from.sides[edge.output];
    // A broadcast edge brings every row to every subtask.
    const uint32_t copies = edge.partitioning == Partitioning::kBroadcast ? node.parallelism : 1;
    for (uint32_t copy = 0; copy < copies; ++copy) {
      for (uint32_t i = 0; i < rows.size(); ++i) in.append_row_of(rows, i);
    }
  }
}

void Reference::evaluate(NodeId id) {
  const StreamNode& node = plan_.node(id);
  Outputs& out = outputs_[id.value];
  bool may_meet = false;
  for (const StreamEdge& edge : node.inputs) {
    const Outputs& from = outputs_[edge.from.value];
    out.by_order = out.by_order || from.by_order;
    if (!from.known) return;
    may_meet = may_meet || plan_.flow(edge.from).may_meet;
  }
  out.main = RowBatch(node.output.width());
  for (const SideOutput& side : node.sides) out.sides.emplace_back(side.schema.width());
  try {
    if (const auto* source = std::get_if<SourceSpec>(&node.spec)) {
      read_all(*source, out.main);
    } else {
      RowBatch in(node.inputs.empty() ? 0 : plan_.graph().schema_of(node.inputs[0]).width());
      if (is_defined_by_pairs(node)) {
        const std::span<const StreamEdge> edges(node.inputs);
        RowBatch right(plan_.graph().schema_of(edges[1]).width());
        gather(node, edges.first(1), in);
        gather(node, edges.subspan(1), right);
        out.by_order = may_meet && sessions_meet(node, in, right);
        if (out.by_order) return;
        apply_two_input(node, in, right, out.main);
        out.known = true;
        return;
      }
      gather(node, node.inputs, in);
      if (const auto* async = std::get_if<AsyncSpec>(&node.spec)) {
        apply_async(*async, in, out.main);
      } else if (const auto* window = std::get_if<WindowSpec>(&node.spec)) {
        out.by_order = may_meet && any_sessions_meet(*window, node, in);
        if (out.by_order) return;
        all_windows(*window, node, in, out.main);
      } else if (std::holds_alternative<UnionSpec>(node.spec) ||
                 std::holds_alternative<SinkSpec>(node.spec)) {
        out.main = std::move(in);
      } else {
        apply_stateless(node, in, out.main, out.sides.empty() ? nullptr : &out.sides[0]);
      }
    }
    out.known = true;
  } catch (const InvariantViolation&) {
    throw;
  } catch (const std::exception&) {
    // The job is to fail on this record too; what is right is then not a matter of rows.
    out.known = false;
  }
}

const RowBatch* Reference::at_sink(NodeId sink) const {
  const Outputs& out = outputs_[sink.value];
  return out.known ? &out.main : nullptr;
}

}  // namespace leat
