// What DataStream's methods build: a stream graph, one node at a time. Knows no C++ types of rows.
//
// Mistakes in building (two nodes of one name, fields that do not fit) are remembered, and the
// first one is what finish() answers.
#pragma once

#include <string>
#include <string_view>

#include "core/graph/stream_graph.h"

namespace leat {

// A node over the rows of a key, still without its spec; without key fields one key for all.
StreamNode keyed_node(const StreamEdge& input, std::vector<uint32_t> key_fields, Schema output);

class GraphBuilder {
 public:
  explicit GraphBuilder(JobConfig config) { graph_.config = std::move(config); }

  JobConfig& config() { return graph_.config; }
  // The node gets a name from `kind` if it has none: "map-3".
  NodeId add(StreamNode node, std::string_view kind);
  StreamNode& node(NodeId id) { return graph_.nodes[id.value]; }
  const StreamNode& node(NodeId id) const { return graph_.nodes[id.value]; }
  const Schema& schema_of(const StreamEdge& edge) const { return graph_.schema_of(edge); }
  // What add() would call the next node.
  std::string fresh_name(std::string_view kind) const;
  // The name, or where a node has it, the name and a number.
  std::string unused_name(const std::string& name) const;
  void rename(NodeId id, std::string name);
  // The rows of a side output as `schema` says. Where they have more fields behind those (late rows
  // of a computed key), a node that drops these follows. An error, and any edge, where there is no
  // such side output.
  StreamEdge side_output(NodeId id, const std::string& tag, const Schema& schema);
  // The same rows without fields behind those of `schema`: of a computed key.
  StreamEdge first_fields(const StreamEdge& from, const Schema& schema,
                          std::vector<uint32_t> key_fields = {});
  // An error where the key of the rows has other types than a function's.
  void expect_key(const StreamEdge& edge, const std::vector<uint32_t>& key_fields,
                  const Schema& key);
  void fail(std::string what);

  // Fills in what was left to defaults.
  Result<StreamGraph> finish() const;

 private:
  StreamGraph graph_;
  std::string error_;
};

}  // namespace leat
