// Graph cases: a stream graph as the DataStream API writes it, and the job graph that the planner
// makes of it (conformance graph.md).
#include <algorithm>

#include "core/graph/job_graph.h"
#include "sim/conform/conform.h"
#include "sim/conform/graph_nodes.h"

namespace leat {

namespace {

Value text(const std::string& name) { return Value::text(name); }
Value number(uint64_t n) { return Value::integer(static_cast<int64_t>(n)); }
Value object(std::vector<Value::MapEntry> entries) { return Value::map(std::move(entries)); }

// A vertex as the cases show it.
Value shown(const JobVertex& vertex, const StreamGraph& graph) {
  std::vector<Value> nodes;
  for (const NodeId id : vertex.nodes) nodes.push_back(text(graph.node(id).name));
  return object({{text("nodes"), Value::list(std::move(nodes))},
                 {text("parallelism"), number(vertex.parallelism)},
                 {text("max_parallelism"), number(vertex.max_parallelism)},
                 {text("slot_sharing_group"), text(vertex.slot_sharing_group)}});
}

Value shown(const JobEdge& edge, const JobGraph& job, const StreamGraph& graph) {
  const auto head = [&](VertexId v) { return text(graph.node(job.vertex(v).nodes[0]).name); };
  const StreamNode& to = graph.node(edge.to);
  std::vector<Value::MapEntry> entries = {
      {text("from"), text(graph.node(edge.from).name)},
      {text("to"), text(to.name)},
      {text("vertices"), Value::list({head(edge.from_vertex), head(edge.to_vertex)})},
      {text("ship"), text(name_of(edge.partitioning))},
      {text("pattern"), text(is_pointwise(edge.partitioning) ? "pointwise" : "all_to_all")},
      {text("unaligned"), Value::boolean(edge.supports_unaligned)}};
  if (edge.output != kMainOutput)
    entries.emplace_back(text("side"), text(graph.node(edge.from).sides[edge.output].tag));
  if (to.inputs.size() == 2) entries.emplace_back(text("input"), number(edge.to_input + 1));
  return object(std::move(entries));
}

// A recorded edge with the heads of its vertices in place of their numbers.
Value with_heads(const Value& edge, const Value& vertices) {
  std::vector<Value::MapEntry> entries;
  for (const auto& [key, item] : edge.as_map()) {
    if (key.as_text() != "vertices") {
      entries.emplace_back(key, item);
      continue;
    }
    std::vector<Value> heads;
    for (const Value& index : item.as_list()) {
      const Value nodes =
          member(vertices.as_list()[static_cast<size_t>(number_of(index))], "nodes");
      heads.push_back(nodes.as_list()[0]);
    }
    entries.emplace_back(key, Value::list(std::move(heads)));
  }
  return object(std::move(entries));
}

// Vertices may stand in any topological order. Of edges only the order into one vertex counts: it
// is that of its input gates.
void sort_vertices(std::vector<Value>& vertices) { std::sort(vertices.begin(), vertices.end()); }
void sort_by_target(std::vector<Value>& edges) {
  const auto target = [](const Value& edge) { return member(edge, "vertices").as_list()[1]; };
  std::stable_sort(edges.begin(), edges.end(),
                   [&](const Value& a, const Value& b) { return target(a) < target(b); });
}

Value plan_of(const Value& body) {
  const StreamGraph graph = graph_of_case(body);
  const Result<JobGraph> planned = make_job_graph(graph);
  if (!planned.ok()) throw JobError(planned.error());
  const JobGraph& job = planned.value();
  std::vector<Value> vertices;
  std::vector<Value> edges;
  for (const JobVertex& vertex : job.vertices) vertices.push_back(shown(vertex, graph));
  for (const JobVertex& vertex : job.vertices) {
    for (const uint32_t e : vertex.in_edges) edges.push_back(shown(job.edges[e], job, graph));
  }
  sort_vertices(vertices);
  sort_by_target(edges);
  return object({{text("vertices"), Value::list(std::move(vertices))},
                 {text("edges"), Value::list(std::move(edges))}});
}

Value expected_plan(const Value& body) {
  const Value recorded = member(body, "vertices");
  std::vector<Value> vertices(recorded.as_list().begin(), recorded.as_list().end());
  std::vector<Value> edges;
  const Value recorded_edges = member(body, "edges");
  for (const Value& edge : recorded_edges.as_list()) edges.push_back(with_heads(edge, recorded));
  sort_vertices(vertices);
  sort_by_target(edges);
  return object({{text("vertices"), Value::list(std::move(vertices))},
                 {text("edges"), Value::list(std::move(edges))}});
}

}  // namespace

CaseVerdict run_graph_case(const RecordedCase& recorded) {
  const bool refused = has_member(recorded.body, "error");
  const Value expected = refused ? Value() : expected_plan(recorded.body);
  CaseVerdict verdict;
  std::string got;
  try {
    const Value plan = plan_of(recorded.body);
    verdict.passed = !refused && plan == expected;
    got = to_json(plan);
  } catch (const UnknownRequest& unknown) {
    got = unknown.what();
  } catch (const std::exception& error) {
    verdict.passed = refused;
    got = std::string("refused: ") + error.what();
  }
  verdict.transcript = "  settings  " + to_json(member(recorded.body, "settings")) +
                       "\n  nodes     " + to_json(member(recorded.body, "nodes")) +
                       "\n    expected  " + (refused ? "a refusal" : to_json(expected)) +
                       "\n    got       " + got + "\n";
  return verdict;
}

}  // namespace leat
