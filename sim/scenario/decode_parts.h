// The pieces of the decoder, and what they share while one file is read. Internal to this folder.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/graph/stream_graph.h"
#include "sim/scenario/expr.h"
#include "sim/scenario/fields.h"
#include "sim/scenario/node_script.h"
#include "sim/scenario/scenario.h"

namespace leat {

// Explicit limits: what is above is refused with a sentence, never tried.
inline constexpr uint32_t kMaxParallelism = 1024;
inline constexpr uint32_t kMaxPartitions = 4096;
inline constexpr uint32_t kMaxWorkers = 256;
inline constexpr uint64_t kMaxGenerated = 1'000'000'000;
inline constexpr size_t kMaxNodes = 1000;

// Something that a node may name as its input.
struct NamedOutput {
  std::string name;     // "sum", "sum.late"
  bool broken = false;  // it has an error of its own: whoever reads it need not complain again
  StreamEdge edge;
  Schema schema;
};

struct GraphInProgress {
  Diagnostics& diagnostics;
  std::string directory;  // of the scenario
  uint64_t seed = 1;
  StreamGraph graph;
  std::vector<NamedOutput> outputs;
  std::vector<std::string> later;  // names that stand further down
  const NodeScripts* scripts = nullptr;

  const NamedOutput* find(std::string_view name) const;
  // Makes the node's outputs known: itself and its sides.
  void announce(const StreamNode& node);
  void announce_broken(const std::string& name);
  bool is_taken(std::string_view name) const;
};

// ---- values ----
// The value as the type says, or nothing (reported).
std::optional<Value> decode_value(const Json& json, ValueType type, Diagnostics& d);
// By what stands there: for expected rows of unknown type.
Value value_as_it_stands(const Json& json);
std::optional<Schema> decode_schema(const Json& json, Diagnostics& d);

// ---- expressions, whose errors point into the JSON string ----
std::optional<Expression> decode_expression(const Json& json, const ExprScope& scope,
                                            Diagnostics& d);
std::optional<NamedExpression> decode_named(const Json& json, const ExprScope& scope,
                                            Diagnostics& d);
// One row of an output that several are written for. The first, whose fields `output` takes, says
// the names; later ones need no names and must have the same types. Nothing, where there is an
// error (told).
std::optional<std::vector<Expression>> decode_row_of(const Json& json, const ExprScope& scope,
                                                     Schema& output, Diagnostics& d);
std::optional<Expression> decode_condition(const Json& json, const ExprScope& scope,
                                           Diagnostics& d);
void report(const TextError& error, const Json& json, Diagnostics& d);

// ---- sources ----
// How many rows a generator is to make: its "count", which it needs. `key` is what says it, `json`.
uint64_t decode_count(const Fields& generator, const Json& json, const std::string& key);

// What "generate_logs" says.  REQUIRES: the source has it.
std::shared_ptr<const SplitData> decode_generate_logs(const Fields& source, const Schema& schema,
                                                      uint32_t partitions, uint64_t seed);
enum class WatermarksOf : uint8_t { kSource, kAssigner };
WatermarkSpec decode_watermark(const Json* json, Diagnostics& d,
                               WatermarksOf whose = WatermarksOf::kSource);
// "ingestion_time" of a source or an assigner, which rules out "ts".
bool decode_ingestion_time(const Fields& fields);
// Adds the node; announces it.
void decode_source(const std::string& name, const Json& json, GraphInProgress& progress);
// The rows of a table or file.
struct FileRequest {
  std::string path;
  std::string format;   // csv, json, jsonl
  std::string records;  // JSON pointer
  Schema schema;
  std::vector<std::string> columns;  // for each field
  std::string at;                    // column of the arrival; empty: in the order of the file
  std::string partition;             // column; empty: one partition
  std::optional<Expression> where;
  int64_t every = 0;
  int64_t speed = 1;
};
struct FileProblem {
  std::string what;
  std::string help;
};
std::variant<std::shared_ptr<const SplitData>, FileProblem> read_table(const FileRequest& request);

// ---- nodes and sinks ----
void decode_node(const std::string& name, Span name_span, const Json& json,
                 GraphInProgress& progress);
void decode_sink(const std::string& name, Span name_span, const Json& json,
                 GraphInProgress& progress);
// The input that a name means; nothing (reported, if it is not broken already).
const NamedOutput* resolve_input(const Json& json, GraphInProgress& progress);
// "chaining", "slot_sharing_group", "uid", "max_parallelism": where any node runs.
void decode_placing(const Fields& node, StreamNode& out);
// Fills spec, output schema and side outputs.
bool decode_window(const Fields& node, const Schema& input, StreamNode& out);
// Nodes that keep one row a key.
bool decode_running(const Fields& node, const Schema& input, StreamNode& out);
// A window that answers with one row of its input's form: `reduce` or `pick`.
bool decode_window_row(const Fields& node, const Schema& input, WindowSpec& spec);
// All rows of a key reduced to one, at the end of the input.
bool decode_full_window(const Fields& node, const Schema& input, StreamNode& out);
bool decode_running_reduce(const Fields& node, const Schema& input, StreamNode& out);
// {"v": "a.v + b.v"}: fields that are not named come from a. Null where it is wrong (reported).
std::shared_ptr<const ReduceFunction> decode_reduce(const Json& json, const Schema& input,
                                                    Diagnostics& d);
// A state of a process function.
struct DecodedState {
  StateDescriptor descriptor;
  ValueType reads = ValueType::kNull;  // what an expression sees
  std::optional<ValueType> takes;      // what a state that folds is given
};
// The owner's "ttl", a duration or an object; nothing where there is none.
std::optional<StateTtl> decode_ttl(const Fields& owner);
// Those that are right, in the order in which they are written.
std::vector<DecodedState> decode_states(const Json& json, Diagnostics& d);
// The expression as a value of this type; nothing where it is of another.
std::optional<Expression> fitted(const Expression& e, ValueType wanted);
// REQUIRES: the node's key is set.
bool decode_process(const Json& json, const Schema& input, StreamNode& out, Diagnostics& d);
bool decode_process_of_two(const Json& json, const Schema& left, const Schema& right,
                           StreamNode& out, Diagnostics& d);

// ---- expectations ----
ExpectedRows decode_expected_rows(const Json& json, const StreamNode& sink,
                                  const StreamGraph& graph, Diagnostics& d);

// ---- what stands around the job ----
JobConfig decode_job_config(const Fields& scenario, const std::string& name);
ClusterConfig decode_cluster(const Json* json, Diagnostics& d);
Duration decode_transaction_timeout(const Json* cluster, Diagnostics& d);
WorldConfig decode_world(const Json* json, Diagnostics& d);
Limits decode_limits(const Json* json, ClusterConfig& cluster, Diagnostics& d);
RandomFaults decode_random_faults(const Json* json, Diagnostics& d);
std::vector<Fault> decode_faults(const Json* json, const Scenario& scenario, Diagnostics& d);
Expectations decode_expect(const Json* json, const StreamGraph& graph, Diagnostics& d);
void decode_result(const Json& json, const StreamGraph& graph, Expectations& expect,
                   Diagnostics& d);

}  // namespace leat
