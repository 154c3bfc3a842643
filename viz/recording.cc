#include "viz/recording.h"

#include <algorithm>

namespace leat {
namespace {

// The window node's own start for `time`, and nothing for other nodes and windows that overlap or
// merge: when those open is not drawn.
std::optional<EventTime> window_start(const StreamNode& node, EventTime time) {
  const auto* spec = std::get_if<WindowSpec>(&node.spec);
  if (spec == nullptr || spec->domain != TimeDomain::kEvent || spec->size.ms <= 0)
    return std::nullopt;
  if (spec->assigner != WindowSpec::Assigner::kTumbling) return std::nullopt;
  const int64_t since = wrapping_sub(time.ms, spec->offset.ms);
  const int64_t rest = ((since % spec->size.ms) + spec->size.ms) % spec->size.ms;
  return EventTime{wrapping_sub(time.ms, rest)};
}

}  // namespace

Recording::Recording(const JobProgram& program, RecorderLimits limits, AssignedTimes assigned)
    : program_(program), limits_(limits), assigned_(std::move(assigned)), marks_(limits.marks) {}

void Recording::add(ProcTime at, const Fact& fact) {
  now_ = at;
  ++order_;
  std::visit([this](const auto& f) { on(f); }, fact);
}

SplitView& Recording::split_of(NodeId node, uint32_t split) {
  const auto [it, fresh] = splits_.try_emplace({node, split});
  if (fresh) {
    it->second.node = node;
    it->second.split = split;
    const auto* spec = std::get_if<SourceSpec>(&program_.graph.node(node).spec);
    it->second.name = spec != nullptr && spec->data != nullptr && split < spec->data->splits()
                          ? spec->data->split_name(split)
                          : "split " + std::to_string(split);
  }
  return it->second;
}
OperatorView& Recording::operator_of(NodeId node, uint32_t subtask) {
  OperatorView& op = operators_[{node, subtask}];
  op.node = node;
  op.subtask = subtask;
  return op;
}
SubtaskView& Recording::subtask_of(SubtaskId id) {
  SubtaskView& view = subtasks_[id];
  view.subtask = id;
  return view;
}
SinkView& Recording::sink_of(NodeId sink) {
  SinkView& view = sinks_[sink];
  view.sink = sink;
  return view;
}
CheckpointView& Recording::checkpoint_of(CheckpointId id) {
  CheckpointView& view = checkpoints_[id];
  view.id = id;
  return view;
}

// Beyond the limit every second step goes; the line stays a true one, only coarser.
void Recording::add_step(std::vector<WatermarkStep>& steps,
                         std::optional<EventTime> watermark) const {
  if (!steps.empty() && steps.back().watermark == watermark) return;
  if (steps.size() >= limits_.steps) {
    size_t kept = 0;
    for (size_t i = 0; i < steps.size(); ++i) {
      if (i % 2 == 0 || !steps[i].watermark || i + 1 == steps.size()) steps[kept++] = steps[i];
    }
    steps.resize(kept);
  }
  steps.push_back({now_, watermark});
}

// ---- taps ----

void Recording::source_rows(NodeId node, uint32_t split, uint64_t first, const RowBatch& rows) {
  SplitView& view = split_of(node, split);
  const auto fact = read_fact_.find({node, split});
  if (fact != read_fact_.end() && fact->second == first) {
    read_fact_.erase(fact);
  } else {
    read_rows_[{node, split}] = first;
  }
  const auto assigned = assigned_.find({node, split});
  for (uint32_t i = 0; i < rows.size(); ++i) {
    Timestamp time = rows.timestamp(i);
    if (assigned != assigned_.end()) time = assigned->second[first + i];
    const EventTime event = time.value_or(EventTime::min());
    const auto reading = marks_.read(node, split, first + i, event, now_);
    ++(reading == RecordMarks::Reading::kFirst ? view.records : view.read_again);
  }
}

void Recording::operator_input(ExecutionId execution, NodeId node, const RowBatch& rows) {
  operator_of(node, execution.subtask.index).rows_in += rows.size();
  const auto* window = std::get_if<WindowSpec>(&program_.graph.node(node).spec);
  if (window == nullptr) return;
  note_opening(node, rows);
  InHand& hand = in_hand_[{execution, node}];
  hand.times.clear();
  for (uint32_t i = 0; i < rows.size(); ++i) {
    if (const Timestamp time = rows.timestamp(i)) hand.times.push_back(*time);
  }
}

void Recording::note_opening(NodeId node, const RowBatch& rows) {
  for (uint32_t i = 0; i < rows.size(); ++i) {
    const Timestamp time = rows.timestamp(i);
    if (!time || openings_.size() >= limits_.panes) continue;
    if (const auto start = window_start(program_.graph.node(node), *time)) {
      openings_.try_emplace({node, *start}, now_);
    }
  }
}

// Rows of a window operator come out in the order in which its panes fired.
void Recording::operator_output(ExecutionId execution, NodeId node, uint32_t output,
                                const RowBatch& rows) {
  OperatorView& op = operator_of(node, execution.subtask.index);
  if (output != kMainOutput) {
    op.side_rows[output] += rows.size();
    return;
  }
  op.rows_out += rows.size();
  const size_t keys = program_.graph.node(node).key_fields.size();
  const auto hand = in_hand_.find({execution, node});
  if (hand == in_hand_.end()) return;
  for (uint32_t i = 0; i < rows.size() && !hand->second.panes.empty(); ++i) {
    PaneView& pane = view_.panes[hand->second.panes.front()];
    hand->second.panes.pop_front();
    const RowView row = rows.row(i);
    if (row.size() < keys + 2 || row[keys].type() < ValueType::kInt) continue;
    pane.key = to_text(row.first(keys));
    pane.values.assign(row.begin() + static_cast<std::ptrdiff_t>(keys) + 2, row.end());
  }
}

void Recording::committed_rows(NodeId sink, const RowBatch& rows) {
  SinkView& view = sink_of(sink);
  for (uint32_t i = 0; i < rows.size() && view.rows.size() < limits_.sink_rows; ++i) {
    view.rows.emplace_back(rows.row(i).begin(), rows.row(i).end());
  }
}

// ---- the view ----

namespace {

// Adds to each split of a source the time in which its watermark was the least of the active ones.
void measure_holders(const std::vector<SplitView*>& splits, ProcTime end) {
  std::vector<ProcTime> moments{end};
  for (const SplitView* split : splits) {
    for (const WatermarkStep& step : split->watermark) moments.push_back(step.at);
    for (const ProcSpan& idle : split->idle) {
      moments.push_back(idle.from);
      moments.push_back(idle.to);
    }
  }
  std::sort(moments.begin(), moments.end());
  moments.erase(std::unique(moments.begin(), moments.end()), moments.end());
  for (size_t m = 0; m + 1 < moments.size(); ++m) {
    const ProcTime at = moments[m];
    SplitView* holder = nullptr;
    EventTime least = EventTime::max();
    for (SplitView* split : splits) {
      const bool idle = std::any_of(split->idle.begin(), split->idle.end(),
                                    [&](const ProcSpan& s) { return s.from <= at && at < s.to; });
      const auto mark = idle ? std::nullopt : watermark_at(split->watermark, at);
      if (!mark || *mark >= least) continue;
      least = *mark;
      holder = split;
    }
    if (holder != nullptr) holder->held_back.ms += (moments[m + 1] - at).ms;
  }
}

}  // namespace

RunView Recording::view() const {
  RunView view = view_;
  view.ended_at = now_;
  view.facts = order_;
  auto splits = splits_;
  marks_.write_to(splits, view.strays);
  std::map<NodeId, std::vector<SplitView*>> by_source;
  for (auto& [place, split] : splits) {
    const auto open = idle_since_.find(place);
    if (open != idle_since_.end()) split.idle.push_back({open->second, now_});
    by_source[place.first].push_back(&split);
  }
  for (auto& [source, members] : by_source) measure_holders(members, now_);
  for (auto& [place, split] : splits) view.splits.push_back(std::move(split));
  for (const auto& [place, op] : operators_) view.operators.push_back(op);
  for (const auto& [id, subtask] : subtasks_) view.subtasks.push_back(subtask);
  for (const auto& [node, sink] : sinks_) view.sinks.push_back(sink);
  for (const auto& [id, checkpoint] : checkpoints_) view.checkpoints.push_back(checkpoint);
  for (const auto& [window, at] : openings_)
    view.openings.push_back({window.first, window.second, at});
  return view;
}

}  // namespace leat
