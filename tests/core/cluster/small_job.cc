#include "tests/core/cluster/small_job.h"

namespace leat::testing {

namespace {

class Doubled final : public MapFunction {
 public:
  void map(RowView in, Timestamp, std::span<Value> out) const override {
    out[0] = Value::integer(in[0].as_int() * 2);
  }
  std::unique_ptr<MapFunction> clone() const override { return std::make_unique<Doubled>(*this); }
};

StreamNode node(std::string name, NodeSpec spec, std::vector<StreamEdge> inputs) {
  StreamNode node;
  node.name = std::move(name);
  node.spec = std::move(spec);
  node.inputs = std::move(inputs);
  node.parallelism = 2;
  node.output = Schema({{"v", ValueType::kInt}});
  return node;
}

}  // namespace

SmallJob::SmallJob() {
  config.parallelism = 2;
  config.checkpoint.interval = Duration{100};
  config.checkpoint.timeout = {1000};
  config.restart = {RestartConfig::Kind::kFixedDelay, 3, {50}};
  cluster.job_manager = kJobManager;
  cluster.task_managers = {kWorker1, kWorker2};
  cluster.log = kLog;
  cluster.slots_per_task_manager = 1;
  cluster.heartbeat_interval = {200};
  cluster.heartbeat_timeout = {1000};
}

std::shared_ptr<const JobProgram> SmallJob::program() const {
  std::vector<TableSplit> splits;
  for (int64_t s = 0; s < 2; ++s) {
    TableSplit split;
    split.name = "split " + std::to_string(s);
    for (uint32_t i = 0; i < records - (s == 0 ? missing_in_first : 0); ++i) {
      split.rows.push_back({Value::integer(int64_t{i} * 2 + s)});
      split.arrivals.push_back(int64_t{i} * 10);
    }
    splits.push_back(std::move(split));
  }
  SourceSpec source;
  source.data = std::make_shared<TableData>(1, std::move(splits));
  SinkSpec sink;
  sink.topic = "out";
  auto program = std::make_shared<JobProgram>();
  program->graph.config = config;
  auto& nodes = program->graph.nodes;
  nodes.push_back(node("numbers", source, {}));
  nodes.push_back(node("double", MapSpec{std::make_shared<Doubled>(), "v * 2"},
                       {{{0}, kMainOutput, Partitioning::kRebalance}}));
  nodes.push_back(node("out", sink, {{{1}}}));
  program->job = make_job_graph(program->graph).value();
  return program;
}

SmallCluster::SmallCluster(const SmallJob& job) : job_(job) {
  const auto program = job.program();
  world.trace().tap(*this);
  LogTopics topics;
  topics.sinks["out"] = {2};
  world.add(kLog, [topics](Env& env) { return make_log_broker(env, topics, false); });
  const ClusterConfig cluster = job.cluster;
  world.add(kJobManager, [=](Env& env) { return make_job_manager(env, cluster, program); });
  for (const ProcessId worker : cluster.task_managers) {
    world.add(worker, [=](Env& env) { return make_task_manager(env, cluster, program); });
  }
}

void SmallCluster::on_committed_rows(NodeId, uint64_t, const RowBatch& rows) {
  for (uint32_t i = 0; i < rows.size(); ++i) committed_.insert(rows.row(i)[0].as_int());
}

std::multiset<int64_t> SmallCluster::everything() const {
  std::multiset<int64_t> all;
  const int64_t first = job_.records - job_.missing_in_first;
  for (int64_t i = 0; i < job_.records; ++i) {
    if (i < first) all.insert(2 * (2 * i));
    all.insert(2 * (2 * i + 1));
  }
  return all;
}

JobStatus SmallCluster::status() const {
  const auto changes = world.all<JobStatusChanged>();
  return changes.empty() ? JobStatus::kCreated : changes.back().status;
}

std::vector<uint64_t> SmallCluster::completed() const {
  std::vector<uint64_t> ids;
  for (const auto& fact : world.all<CheckpointCompleted>()) ids.push_back(fact.checkpoint.value);
  return ids;
}

}  // namespace leat::testing
