// What all oracles know of a job before it runs: its subtasks, instances and channels, derived from
// the graph alone.
//
// Values are counted without atomics: one thread uses a plan.
//
// An *instance* is one node in one subtask. Subtasks and instances are numbered from 0 through the
// whole job, so that an oracle can keep its state in a vector.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/graph/job_graph.h"

namespace leat {

inline constexpr uint32_t kNowhere = 0xffffffff;

class Reference;

// The class of a sink (design rule 8): it says against what the output can be judged, because
// recovery may lawfully change late decisions.
enum class SinkClass : uint8_t {
  kConfluent,       // no late drop possible, no processing time, no order-dependent function
  kLateSensitive,   // what the operators observed decides
  kProcessingTime,  // what the clock said decides
  kAtLeastOnce,     // a restore may count rows twice: checkpoints are not aligned
};
struct OutFlow {
  SinkClass c = SinkClass::kConfluent;
  bool may_be_late = false;  // a row may stand behind a watermark that overtook it
  // A row may stand right behind a watermark, the next millisecond its own: it is not late, and yet
  // a session that ends where it begins may have been closed before it.
  bool may_meet = false;
};

class Plan {
 public:
  // What a node reads, with unions resolved.
  struct Feed {
    NodeId from;
    uint32_t output = kMainOutput;
    Partitioning partitioning = Partitioning::kForward;  // also of a link inside a chain
    bool chained = false;
  };
  // The other end of a channel.
  struct End {
    uint32_t subtask = kNowhere;
    uint32_t channel = 0;
    uint32_t edge = 0;
  };

  // REQUIRES: the program outlives the plan.
  explicit Plan(const JobProgram& program);
  ~Plan();
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  const StreamGraph& graph() const { return program_.graph; }
  const JobGraph& job() const { return program_.job; }
  const StreamNode& node(NodeId id) const { return program_.graph.node(id); }

  uint32_t subtasks() const { return subtasks_; }
  uint32_t instances() const { return static_cast<uint32_t>(instance_node_.size()); }
  // kNowhere for what is not of this job.
  uint32_t subtask(SubtaskId id) const {
    const bool known =
        id.vertex.value < vertices_.size() && id.index < vertices_[id.vertex.value].parallelism;
    return known ? vertices_[id.vertex.value].first + id.index : kNowhere;
  }
  SubtaskId subtask_id(uint32_t subtask) const { return ids_[subtask]; }
  uint32_t instance(NodeId node, uint32_t index) const {  // kNowhere for a union
    const bool known = node.value < first_instance_.size() && index < node_parallelism_[node.value];
    return known ? first_instance_[node.value] + index : kNowhere;
  }
  NodeId node_of(uint32_t instance) const { return instance_node_[instance]; }
  uint32_t index_of(uint32_t instance) const {
    return instance - first_instance_[node_of(instance).value];
  }
  uint32_t subtask_of(uint32_t instance) const { return instance_subtask_[instance]; }
  const std::vector<uint32_t>& instances_of(uint32_t subtask) const {
    return instances_of_[subtask];
  }
  uint32_t parallelism(NodeId node) const { return node_parallelism_[node.value]; }

  const std::vector<Feed>& feeds(NodeId node) const { return feeds_[node.value]; }
  // The instances whose output can reach this one.
  const std::vector<uint32_t>& upstream(uint32_t instance) const { return upstream_[instance]; }
  const std::vector<End>& ins(uint32_t subtask) const { return ins_[subtask]; }
  const std::vector<End>& outs(uint32_t subtask) const { return outs_[subtask]; }

  // What flows out of a node, and the batch reference: made once, for all runs of the job.
  const OutFlow& flow(NodeId node) const { return flows_[node.value]; }
  const Reference& reference() const { return *reference_; }

  // Whether a checkpoint may wait for itself until it expires. Where barriers overtake rows on some
  // edges only, one may come round them to an aligned input, and hold it up before the barrier of
  // the other, which stands behind rows that must go through it. Only the timeout ends that, in
  // Flink as here.
  bool may_wait_for_itself() const;

  std::string name(NodeId node) const { return program_.graph.node(node).name; }
  std::string where(uint32_t instance) const;  // "per_day[1]"
  std::string where_subtask(uint32_t subtask) const;

 private:
  void number_instances();
  void wire_channels();
  void find_feeds();

  const JobProgram& program_;
  uint32_t subtasks_ = 0;
  struct Vertex {
    uint32_t first = 0;  // subtask
    uint32_t parallelism = 0;
  };
  std::vector<Vertex> vertices_;
  std::vector<SubtaskId> ids_;
  std::vector<uint32_t> first_instance_;  // by node
  std::vector<uint32_t> node_parallelism_;
  std::vector<NodeId> instance_node_;
  std::vector<uint32_t> instance_subtask_;
  std::vector<std::vector<uint32_t>> instances_of_;
  std::vector<std::vector<Feed>> feeds_;
  std::vector<std::vector<uint32_t>> upstream_;
  std::vector<std::vector<End>> ins_;
  std::vector<std::vector<End>> outs_;
  std::vector<OutFlow> flows_;  // by node
  std::unique_ptr<const Reference> reference_;
};

// The key of a row: its one key field, or a list of them; null where there is none.
Value key_of(RowView row, const std::vector<uint32_t>& fields);
std::string key_text(const Value& key);

}  // namespace leat
