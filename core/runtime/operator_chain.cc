#include "core/runtime/operator_chain.h"

namespace leat {

OperatorChain::OperatorChain(ChainServices& services, Outputs& outputs,
                             const OperatorFactory& factory) {
  const JobProgram& program = services.host().program();
  const JobVertex& vertex = program.job.vertex(services.execution().subtask.vertex);
  for (uint32_t i = 0; i < vertex.nodes.size(); ++i) {
    nodes_.push_back(std::make_unique<ChainNode>(
        services, vertex.nodes[i], i, factory.make(program.graph.node(vertex.nodes[i]))));
  }
  link(vertex);
  add_writers(services, outputs, vertex);
}

void OperatorChain::link(const JobVertex& vertex) {
  for (const ChainLink& link : vertex.links) find(link.from)->link(link.output, *find(link.to));
}

void OperatorChain::add_writers(ChainServices& services, Outputs& outputs,
                                const JobVertex& vertex) {
  const JobProgram& program = services.host().program();
  uint32_t first = 0;
  for (const uint32_t index : vertex.out_edges) {
    const JobEdge& edge = program.job.edges[index];
    uint32_t count = 0;
    while (first + count < outputs.size() && outputs.channel(first + count).edge == index) ++count;
    ChainNode& from = *find(edge.from);
    writers_.push_back(std::make_unique<RecordWriter>(
        outputs, edge, program.graph.config.max_parallelism, first, count, from.choices(),
        entity(from.entity(), hash_name(program.graph.node(edge.to).name))));
    from.link(edge.output, *writers_.back());
    first += count;
  }
  check(first == outputs.size(), "an out-channel belongs to no edge of its vertex");
}

ChainNode* OperatorChain::find(NodeId node) {
  for (const std::unique_ptr<ChainNode>& candidate : nodes_) {
    if (candidate->node_id() == node) return candidate.get();
  }
  return nullptr;
}

void OperatorChain::open(std::string_view snapshot) {
  ByteReader in(snapshot);
  if (!snapshot.empty()) check(in.varint() == nodes_.size(), "a snapshot of another chain");
  from_tail([&](ChainNode& node) {
    if (!snapshot.empty()) {
      check(in.node() == node.node_id(), "a snapshot of another operator");
      ByteReader state(in.text());
      node.op().restore(state, node);
      check(state.at_end(), "an operator did not read all of its state");
    }
    node.op().open(node);
    node.flush();
  });
  check(in.at_end(), "a snapshot has bytes that nobody reads");
}

void OperatorChain::prepare_snapshot_pre_barrier(CheckpointId id) {
  for (const std::unique_ptr<ChainNode>& node : nodes_) {
    node->op().prepare_snapshot_pre_barrier(id, *node);
    node->flush();
  }
}

Bytes OperatorChain::snapshot(CheckpointId id) {
  ByteWriter out;
  out.varint(nodes_.size());
  bool any_state = false;
  from_tail([&](ChainNode& node) {
    ByteWriter state;
    node.op().snapshot(id, state, node);
    any_state |= state.size() > 0;
    out.reserve(state.size() + 20);  // once, and not in steps that each leave a hole
    out.id(node.node_id());
    out.text(state.bytes());
  });
  return any_state ? out.take() : Bytes();
}

void OperatorChain::notify_complete(CheckpointId id) {
  from_tail([&](ChainNode& node) {
    node.op().on_checkpoint_complete(id, node);
    node.flush();
  });
}

void OperatorChain::notify_aborted(CheckpointId id) {
  from_tail([&](ChainNode& node) {
    node.op().on_checkpoint_aborted(id, node);
    node.flush();
  });
}

void OperatorChain::finish() {
  for (const std::unique_ptr<ChainNode>& node : nodes_) node->finish();
}

void OperatorChain::notify_log_disconnected() {
  from_tail([](ChainNode& node) {
    if (!node.is_connector()) return;
    node.connector().on_log_disconnected(node);
    node.flush();
  });
}

bool OperatorChain::ready_to_close() {
  for (const std::unique_ptr<ChainNode>& node : nodes_) {
    if (node->is_connector() && !node->connector().ready_to_close()) return false;
  }
  return true;
}

}  // namespace leat
