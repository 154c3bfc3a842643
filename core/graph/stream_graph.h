// The logical graph: what was asked for, by a scenario file or by the DataStream API.
//
// Nodes stand after what they read, so the graph has no cycles by construction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/graph/specs.h"

namespace leat {

enum class Partitioning : uint8_t {
  kUnspecified,  // forward where parallelism is equal, else rebalance
  kForward,
  kRebalance,
  kRescale,
  kShuffle,
  kBroadcast,
  kGlobal,
  kHash,    // by the key fields of the edge
  kCustom,  // by the function of the edge
};
const char* name_of(Partitioning partitioning);

struct StreamEdge {
  NodeId from;
  uint32_t output = kMainOutput;  // or the index of a side output of `from`
  Partitioning partitioning = Partitioning::kUnspecified;
  std::shared_ptr<const PartitionFunction> custom = nullptr;  // kCustom
};

enum class ChainingStrategy : uint8_t { kAlways, kNever, kHead };

struct SideOutput {
  std::string tag;
  Schema schema;
};

struct StreamNode {
  std::string name;  // unique; also the uid that state is found by
  NodeSpec spec;
  std::vector<StreamEdge> inputs;
  std::vector<uint32_t> key_fields;         // of the input rows; keyed nodes only
  std::vector<uint32_t> second_key_fields;  // the same of the rows of a second input
  bool keyed = false;                       // keyed with no fields: one key for all (window_all)
  uint32_t parallelism = 0;                 // 0: the job's default; in a finished graph never 0
  Schema output;
  std::vector<SideOutput> sides;
  ChainingStrategy chaining = ChainingStrategy::kAlways;
  std::optional<uint32_t> max_parallelism;  // absent: the job's
  std::string slot_sharing_group;           // empty: that of all inputs, else "default"
  std::string uid;                          // empty: the name; no two nodes have the same
};

// The fields that make the key of the rows of an input; none where the input is not keyed.
const std::vector<uint32_t>& key_fields_of(const StreamNode& node, uint32_t input);
// Whether the rows of an input are dealt by key: not those of a broadcast side.
bool is_keyed(const StreamNode& node, uint32_t input);

// (Flink: org.apache.flink.core.execution.CheckpointingMode.)
enum class CheckpointingMode : uint8_t {
  kExactlyOnce,  // barriers are aligned
  // They are not: a snapshot may hold what came behind the barrier, and that comes again after a
  // restore.
  kAtLeastOnce,
};

struct CheckpointConfig {
  std::optional<Duration> interval;  // none: no checkpoints
  CheckpointingMode mode = CheckpointingMode::kExactlyOnce;
  Duration timeout{600000};
  Duration min_pause{0};
  uint32_t max_concurrent = 1;
  uint32_t tolerable_failures = 0;
  uint32_t retained = 1;  // completed checkpoints kept
  std::string directory = "checkpoints";
  // Whether barriers may overtake rows, which are then part of the checkpoint (exactly once, one at
  // a time); kForced: also rows that are dealt by a function of the user's.
  enum class Unaligned : uint8_t { kNo, kEnabled, kForced };
  Unaligned unaligned = Unaligned::kNo;
  // They wait so long before they do. (Flink: aligned-checkpoint-timeout.)
  Duration alignment_timeout{0};
  bool is_unaligned() const { return unaligned != Unaligned::kNo; }
};

struct RestartConfig {
  enum class Kind : uint8_t { kNone, kFixedDelay, kFailureRate, kExponentialDelay };
  Kind kind = Kind::kNone;
  uint32_t attempts = 0;  // restarts allowed; one failure more fails the job (not kFailureRate)
  Duration delay{1000};   // before each; of kExponentialDelay before the first
  // kFailureRate: gives up when more than `max_failures` lie within `interval`.
  uint32_t max_failures = 1;
  Duration interval{60000};
  // kExponentialDelay: each delay is the one before times `multiplier`, at most `max_delay`; after
  // `reset_threshold` without a failure it begins anew. A share of up to `jitter` is added or
  // taken.
  Duration max_delay{60000};
  double multiplier = 1.5;
  Duration reset_threshold{3600000};
  double jitter = 0;

  // What a job with checkpoints gets that says nothing of restarts.
  static RestartConfig with_checkpoints() { return {.kind = Kind::kFixedDelay, .attempts = 10}; }
};

// How a job over bounded sources is run. (Flink: RuntimeExecutionMode; semantics section 13.)
enum class ExecutionMode : uint8_t {
  kStreaming,
  // No checkpoints, no watermarks before the end; a keyed node gets its rows key by key, those of a
  // key in the order of time, and nothing is late.
  kBatch,
};

struct JobConfig {
  std::string name = "job";
  ExecutionMode mode = ExecutionMode::kStreaming;
  uint32_t parallelism = 1;
  uint32_t max_parallelism = 128;         // number of key groups; 0: derived for each vertex
  Duration auto_watermark_interval{200};  // 0: no periodic watermarks
  bool chaining = true;
  // Reproduces what is known to be a defect of Flink, where a recorded case shows it; otherwise the
  // right thing is done. What they are: tests/conformance/README.md.
  bool flink_defects = false;
  bool chain_different_max_parallelism = true;
  CheckpointConfig checkpoint;
  RestartConfig restart;
};

struct StreamGraph {
  JobConfig config;
  std::vector<StreamNode> nodes;

  const StreamNode& node(NodeId id) const { return nodes[id.value]; }
  std::optional<NodeId> find(std::string_view name) const;
  // The schema of what an edge carries.
  const Schema& schema_of(const StreamEdge& edge) const;
};

}  // namespace leat
