#include "viz/graph_facts.h"

#include <algorithm>

#include "viz/svg.h"
#include "viz/time_scale.h"

namespace leat {
namespace {

std::string process_name(const JobGraphOptions& options, ProcessId id) {
  const auto name = options.processes.find(id);
  return name != options.processes.end() ? name->second : "process " + std::to_string(id.value);
}

// The counts of a node over the subtasks asked for.
struct Counts {
  bool seen = false;
  uint64_t in = 0;
  uint64_t out = 0;
  uint64_t late = 0;
  uint64_t panes = 0;
  bool ended = true;
  std::optional<EventTime> watermark;  // the least of the last ones
};
Counts counts_of(const RunView& run, NodeId node, std::optional<uint32_t> subtask) {
  Counts counts;
  for (const OperatorView& op : run.operators) {
    if (op.node != node || (subtask && op.subtask != *subtask)) continue;
    counts.seen = true;
    counts.in += op.rows_in;
    counts.out += op.rows_out;
    counts.late += op.late_dropped + op.late_to_side;
    counts.panes += op.panes;
    counts.ended = counts.ended && op.ended;
    if (!op.last_watermark) continue;
    counts.watermark =
        counts.watermark ? std::min(*counts.watermark, *op.last_watermark) : *op.last_watermark;
  }
  return counts;
}

std::string event_moment(EventTime t) { return moment(t.ms, 86400000, clock_for(t.ms, t.ms)); }

std::vector<const SplitView*> splits_of(const RunView& run, NodeId node,
                                        std::optional<uint32_t> subtask) {
  std::vector<const SplitView*> splits;
  for (const SplitView& split : run.splits) {
    if (split.node == node && (!subtask || split.subtask == *subtask)) splits.push_back(&split);
  }
  return splits;
}

const SplitView* longest_holder(const std::vector<const SplitView*>& splits) {
  const SplitView* holder = nullptr;
  for (const SplitView* split : splits) {
    if (split->held_back.ms > 0 && (holder == nullptr || split->held_back > holder->held_back))
      holder = split;
  }
  return holder;
}

void add_source_lines(std::vector<GraphLine>& lines, const RunView& run, NodeId node,
                      std::optional<uint32_t> subtask) {
  const auto splits = splits_of(run, node, subtask);
  if (splits.empty()) {
    lines.push_back({LineTone::kSoft, "no split read"});
    return;
  }
  uint64_t records = 0;
  uint64_t again = 0;
  std::string names;
  std::optional<EventTime> mark;
  for (size_t i = 0; i < splits.size(); ++i) {
    records += splits[i]->records;
    again += splits[i]->read_again;
    if (i < 4) names += (i > 0 ? ", " : "") + splits[i]->name;
    for (auto step = splits[i]->watermark.rbegin(); step != splits[i]->watermark.rend(); ++step) {
      if (!step->watermark || *step->watermark == EventTime::max()) continue;
      mark = mark ? std::min(*mark, *step->watermark) : *step->watermark;
      break;
    }
  }
  if (splits.size() > 4) names += " and " + std::to_string(splits.size() - 4) + " more";
  lines.push_back({LineTone::kSoft, names});
  std::string read = counted(records, "record", "records");
  if (again > 0) read += ", " + with_commas(again) + " read again";
  lines.push_back({LineTone::kSoft, read});
  if (mark) lines.push_back({LineTone::kPlain, "least watermark " + event_moment(*mark)});
  const SplitView* most = longest_holder(splits_of(run, node, std::nullopt));
  const bool here = std::find(splits.begin(), splits.end(), most) != splits.end();
  if (most != nullptr && here && splits_of(run, node, std::nullopt).size() > 1) {
    lines.push_back({LineTone::kWarning, most->name + " held the watermark back longest"});
  }
}

void add_sink_lines(std::vector<GraphLine>& lines, const RunView& run,
                    const JobGraphOptions& options, const std::string& name, NodeId node,
                    std::optional<uint32_t> subtask) {
  const SinkView* sink = run.find_sink(node);
  const auto committed = [&](uint64_t rows, uint64_t transactions) {
    lines.push_back({LineTone::kSoft, with_commas(rows) + " committed in " +
                                          counted(transactions, "transaction", "transactions")});
  };
  if (sink == nullptr) {
    lines.push_back({LineTone::kSoft, "no row visible"});
  } else if (sink->transactions == 0) {
    // Rows that become visible at once are not told apart by subtask.
    lines.push_back({LineTone::kSoft, counted(sink->rows_visible, "row", "rows") + " visible" +
                                          (subtask && *subtask > 0 ? " in all" : "")});
  } else if (subtask) {
    const auto part = sink->by_subtask.find(*subtask);
    const SinkPart counts = part == sink->by_subtask.end() ? SinkPart{} : part->second;
    committed(counts.rows, counts.transactions);
  } else {
    committed(sink->rows_visible, sink->transactions);
  }
  const auto verdict = options.verdicts.find(name);
  if (verdict == options.verdicts.end() || subtask.value_or(0) > 0) return;
  const bool good = verdict->second.as_expected;
  lines.push_back(
      {good ? LineTone::kGood : LineTone::kWarning, (good ? "✓ " : "✗ ") + verdict->second.text});
}

void add_operator_lines(std::vector<GraphLine>& lines, const RunView& run, NodeId node,
                        std::optional<uint32_t> subtask) {
  const Counts counts = counts_of(run, node, subtask);
  if (!counts.seen) {
    lines.push_back({LineTone::kSoft, "rows not measured"});
    return;
  }
  std::string text = with_commas(counts.in) + " in · " + with_commas(counts.out) + " out";
  if (counts.late > 0) text += " · " + with_commas(counts.late) + " too late";
  lines.push_back({LineTone::kSoft, text});
  if (counts.watermark) {
    lines.push_back({LineTone::kPlain, "watermark " + event_moment(*counts.watermark) +
                                           (counts.ended ? ", then the end" : "")});
  }
}

}  // namespace

namespace {

// The last attempt of a subtask, where all have had as many and come from the same checkpoint.
const SubtaskView* common_attempt(const RunView& run) {
  if (run.subtasks.empty() || run.subtasks.front().attempts < 2) return nullptr;
  const SubtaskView& first = run.subtasks.front();
  const bool same =
      std::all_of(run.subtasks.begin(), run.subtasks.end(), [&](const SubtaskView& s) {
        return s.attempts == first.attempts && s.restored_from == first.restored_from;
      });
  return same ? &first : nullptr;
}

}  // namespace

std::string bytes_text(uint64_t bytes) {
  if (bytes < 1000) return std::to_string(bytes) + " B";
  const char* units[] = {"KB", "MB", "GB", "TB"};
  size_t unit = 0;
  uint64_t tenths = (bytes + 50) / 100;
  while (tenths >= 10000 && unit < 3) {
    tenths = (tenths + 500) / 1000;
    ++unit;
  }
  std::string text = std::to_string(tenths / 10);
  if (tenths < 1000 && tenths % 10 != 0) text += "." + std::to_string(tenths % 10);
  return text + " " + units[unit];
}

NodeKind kind_of_node(const StreamGraph& graph, NodeId node) {
  const NodeSpec& spec = graph.node(node).spec;
  if (std::holds_alternative<SourceSpec>(spec)) return NodeKind::kSource;
  if (std::holds_alternative<SinkSpec>(spec)) {
    const auto& inputs = graph.node(node).inputs;
    const bool side =
        !inputs.empty() && std::all_of(inputs.begin(), inputs.end(),
                                       [](const StreamEdge& e) { return e.output != kMainOutput; });
    return side ? NodeKind::kLateSink : NodeKind::kSink;
  }
  const bool keyed = graph.node(node).keyed || std::holds_alternative<WindowSpec>(spec);
  return keyed ? NodeKind::kStateful : NodeKind::kStateless;
}

std::vector<GraphLine> node_lines(const JobProgram& program, const RunView* run,
                                  const JobGraphOptions& options, NodeId id,
                                  std::optional<uint32_t> subtask) {
  const StreamNode& node = program.graph.node(id);
  std::vector<GraphLine> lines;
  std::string name = node.name;
  if (subtask) name += "[" + std::to_string(*subtask) + "]";
  if (!subtask && node.parallelism > 1) name += "  ×" + std::to_string(node.parallelism);
  lines.push_back({LineTone::kName, name});
  if (!subtask) lines.push_back({LineTone::kSoft, describe(node.spec)});
  if (run == nullptr) return lines;
  switch (kind_of_node(program.graph, id)) {
    case NodeKind::kSource:
      add_source_lines(lines, *run, id, subtask);
      break;
    case NodeKind::kSink:
    case NodeKind::kLateSink:
      add_sink_lines(lines, *run, options, node.name, id, subtask);
      break;
    default:
      add_operator_lines(lines, *run, id, subtask);
  }
  return lines;
}

std::vector<GraphLine> vertex_lines(const JobProgram& program, const RunView* run,
                                    const JobGraphOptions& options, VertexId vertex,
                                    std::optional<uint32_t> subtask) {
  std::vector<GraphLine> lines;
  if (run == nullptr) return lines;
  std::map<CheckpointId, uint64_t> bytes;
  uint32_t attempts = 0;
  const SubtaskView* last = nullptr;
  for (uint32_t i = 0; i < program.job.vertex(vertex).parallelism; ++i) {
    if (subtask && i != *subtask) continue;
    const SubtaskView* view = run->find_subtask({vertex, i});
    if (view == nullptr) continue;
    attempts = std::max(attempts, view->attempts);
    last = view;
    for (const auto& [checkpoint, size] : view->state_bytes) bytes[checkpoint] += size;
  }
  const auto largest = std::max_element(
      bytes.begin(), bytes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (largest != bytes.end()) {
    lines.push_back({LineTone::kSoft, "state up to " + bytes_text(largest->second) +
                                          ", at checkpoint " +
                                          std::to_string(largest->first.value)});
  } else if (program.graph.config.checkpoint.interval) {
    lines.push_back({LineTone::kSoft, "state not measured"});
  }
  if (attempts > 1 && last != nullptr && !common_attempt(*run)) {
    std::string text = "attempt " + std::to_string(attempts);
    text += last->restored_from.value == 0
                ? ", started anew"
                : ", restored from checkpoint " + std::to_string(last->restored_from.value);
    if (subtask && last->process) text += " on " + process_name(options, *last->process);
    lines.push_back({LineTone::kWarning, text});
  } else if (subtask && last != nullptr && last->process) {
    lines.push_back({LineTone::kSoft, "on " + process_name(options, *last->process)});
  }
  return lines;
}

std::string partitioning_text(const JobProgram& program, const JobEdge& edge) {
  if (edge.partitioning == Partitioning::kForward) return "";
  if (edge.partitioning != Partitioning::kHash) return name_of(edge.partitioning);
  const StreamNode& from = program.graph.node(edge.from);
  const Schema& schema = edge.output == kMainOutput ? from.output : from.sides[edge.output].schema;
  std::string text = "hash(";
  for (size_t i = 0; i < edge.key_fields.size(); ++i) {
    const uint32_t field = edge.key_fields[i];
    text += (i > 0 ? ", " : "") +
            (field < schema.width() ? schema.fields[field].name : "field " + std::to_string(field));
  }
  return edge.key_fields.empty() ? "one key" : text + ")";
}

// Out channels of a subtask: edge by edge, then in the order of channel_targets().
uint64_t rows_between(const JobProgram& program, const RunView& run, uint32_t edge, uint32_t from,
                      uint32_t to) {
  const JobEdge& wanted = program.job.edges[edge];
  const JobVertex& source = program.job.vertex(wanted.from_vertex);
  const SubtaskView* view = run.find_subtask({wanted.from_vertex, from});
  if (view == nullptr) return 0;
  uint32_t channel = 0;
  for (const uint32_t out : source.out_edges) {
    const JobEdge& e = program.job.edges[out];
    for (const uint32_t target :
         channel_targets(e.partitioning, source.parallelism,
                         program.job.vertex(e.to_vertex).parallelism, from)) {
      if (out == edge && target == to) {
        const auto rows = view->rows_by_channel.find(channel);
        return rows == view->rows_by_channel.end() ? 0 : rows->second;
      }
      ++channel;
    }
  }
  return 0;
}

uint64_t rows_over(const JobProgram& program, const RunView& run, uint32_t edge) {
  const JobEdge& e = program.job.edges[edge];
  uint64_t rows = 0;
  for (uint32_t i = 0; i < program.job.vertex(e.from_vertex).parallelism; ++i) {
    for (uint32_t j = 0; j < program.job.vertex(e.to_vertex).parallelism; ++j) {
      rows += rows_between(program, run, edge, i, j);
    }
  }
  return rows;
}

std::optional<uint64_t> rows_along(const RunView& run, const ChainLink& link) {
  const Counts to = counts_of(run, link.to, std::nullopt);
  if (to.seen) return to.in;
  const Counts from = counts_of(run, link.from, std::nullopt);
  if (!from.seen) return std::nullopt;
  if (link.output == kMainOutput) return from.out;
  uint64_t rows = 0;
  for (const OperatorView& op : run.operators) {
    const auto side = op.side_rows.find(link.output);
    if (op.node == link.from && side != op.side_rows.end()) rows += side->second;
  }
  return rows;
}

std::optional<SubtaskId> holder(const JobProgram& program, const RunView& run) {
  std::vector<const SplitView*> splits;
  for (const SplitView& split : run.splits) splits.push_back(&split);
  const SplitView* most = splits.size() > 1 ? longest_holder(splits) : nullptr;
  if (most == nullptr) return std::nullopt;
  return SubtaskId{program.job.vertex_of(most->node), most->subtask};
}

std::string graph_subtitle(const JobProgram& program, const RunView* run,
                           const JobGraphOptions& options) {
  std::string text = options.level == GraphLevel::kLogical ? "logical" : "physical";
  uint32_t subtasks = 0;
  for (const JobVertex& vertex : program.job.vertices) subtasks += vertex.parallelism;
  text += " · " + counted(program.graph.nodes.size(), "node", "nodes") + " in " +
          counted(program.job.vertices.size(), "chain", "chains") + ", " +
          counted(subtasks, "subtask", "subtasks");
  if (run == nullptr) return text + " · the plan, not yet run";
  text += " · " + counted(run->records(), "record", "records") + " in";
  uint64_t rows = 0;
  for (const SinkView& sink : run->sinks) rows += sink.rows_visible;
  text += ", " + counted(rows, "row", "rows") + " out";
  if (run->restores.empty()) return text;
  text += " · " + counted(run->restores.size(), "restart", "restarts");
  if (const SubtaskView* all = common_attempt(*run)) {
    text += all->restored_from.value == 0
                ? ", all anew"
                : ", the last from checkpoint " + std::to_string(all->restored_from.value);
  }
  text += " (counts in operators and on edges include repeats)";
  return text;
}

}  // namespace leat
