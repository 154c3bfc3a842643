// The engine on the real clock: the week of earthquakes in about a second, on threads and files,
// with a TaskManager that dies in the middle, commits what the simulation commits.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "core/cluster/cluster.h"
#include "core/env/real_env.h"
#include "core/env/real_env_blobs.h"
#include "sim/scenario/decode.h"
#include "sim/world/seeded_choices.h"
#include "sim/world/simulation.h"

namespace leat {
namespace {

using Table = std::multiset<std::string>;
using Tables = std::map<std::string, Table>;  // by topic of a sink

// The shipped scenario with other words in a few places.
class Earthquakes {
 public:
  using Edit = std::pair<std::string, std::string>;
  enum class From : uint8_t { kFile, kLog };
  explicit Earthquakes(const std::vector<Edit>& edits, From from = From::kFile) : from_(from) {
    std::ifstream in(kPath);
    std::stringstream text;
    text << in.rdbuf();
    text_ = text.str();
    for (const auto& [from, to] : edits) {
      const size_t at = text_.find(from);
      check(at != std::string::npos, "the scenario does not say what is to be replaced");
      text_.replace(at, from.size(), to);
    }
  }

  Scenario scenario() const {
    Decoded decoded = decode_scenario(text_, kPath);
    if (!decoded.scenario) throw std::runtime_error(decoded.report);
    decoded.scenario->random_faults.max = 0;
    if (from_ == From::kLog) put_into_log(*decoded.scenario);
    return std::move(*decoded.scenario);
  }

 private:
  // The records stand in a topic of the log and are fetched from there.
  static void put_into_log(Scenario& scenario) {
    auto program = std::make_shared<JobProgram>(*scenario.program);
    for (StreamNode& node : program->graph.nodes) {
      auto* source = std::get_if<SourceSpec>(&node.spec);
      if (source == nullptr) continue;
      source->kind = SourceSpec::Kind::kLog;
      source->topic = node.name;
      source->group = "readers";
      scenario.topics.topics[node.name] = source->data;
    }
    scenario.program = program;
  }

  static inline const std::string kPath = LEAT_SOURCE_DIR "/scenarios/earthquakes.json";
  const From from_;
  std::string text_;
};

// The same records, arriving much faster.
class Paced final : public SplitData {
 public:
  explicit Paced(std::shared_ptr<const SplitData> data) : data_(std::move(data)) {}
  uint32_t splits() const override { return data_->splits(); }
  std::string split_name(uint32_t split) const override { return data_->split_name(split); }
  uint64_t size(uint32_t split) const override { return data_->size(split); }
  Duration arrival(uint32_t split, uint64_t offset) const override {
    return {data_->arrival(split, offset).ms / 600'000};
  }
  void read(uint32_t split, uint64_t first, uint32_t count, RowBatch& out) const override {
    data_->read(split, first, count, out);
  }

 private:
  const std::shared_ptr<const SplitData> data_;
};

// The job for a clock that runs as we do. Every process makes its own: programs hold Values.
std::shared_ptr<const JobProgram> hurried(const Scenario& scenario) {
  auto program = std::make_shared<JobProgram>(*scenario.program);
  for (StreamNode& node : program->graph.nodes) {
    if (auto* source = std::get_if<SourceSpec>(&node.spec)) {
      source->data = std::make_shared<Paced>(source->data);
    }
  }
  JobConfig& config = program->graph.config;
  config.auto_watermark_interval = Duration{5};
  config.checkpoint.interval = Duration{50};
  config.checkpoint.timeout = Duration{60000};
  config.restart.delay = Duration{10};
  return program;
}

ClusterConfig unhurried(ClusterConfig cluster) {
  const ClusterConfig defaults;
  cluster.heartbeat_interval = defaults.heartbeat_interval;
  cluster.heartbeat_timeout = defaults.heartbeat_timeout;
  return cluster;
}

class Committed final : public RecordTap {
 public:
  explicit Committed(const LogTopics& topics) {
    for (const auto& [topic, sink] : topics.sinks) names_[sink] = topic;
  }
  void on_committed_rows(NodeId sink, uint64_t, const RowBatch& rows) override {
    for (uint32_t i = 0; i < rows.size(); ++i) tables[names_.at(sink)].insert(to_text(rows.row(i)));
  }

  Tables tables;

 private:
  std::map<NodeId, std::string> names_;
};

Tables simulated(const Earthquakes& earthquakes) {
  const Scenario scenario = earthquakes.scenario();
  SeededChoices choices(scenario.seed);
  Simulation simulation(scenario, choices);
  Committed committed(scenario.topics);
  simulation.trace().tap(committed);
  EXPECT_EQ(simulation.run().end, RunEnd::kFinished);
  return committed.tables;
}

bool is_completion(const Fact& fact) { return std::holds_alternative<CheckpointCompleted>(fact); }
bool is_end(const Fact& fact) {
  const auto* changed = std::get_if<JobStatusChanged>(&fact);
  return changed != nullptr &&
         (changed->status == JobStatus::kFinished || changed->status == JobStatus::kFailed);
}

struct RealRun {
  Tables tables;
  uint64_t restores = 0;
  bool finished = false;
};

enum class Crash : uint8_t { kNone, kOneTaskManager };

RealRun run_really(const Earthquakes& earthquakes, const std::string& name, Crash crash) {
  constexpr Duration kPatience{30000};
  const auto path = std::filesystem::path(testing::TempDir()) / ("leat_real_job_" + name);
  std::filesystem::remove_all(path);
  RealCluster cluster({path.string(), 1, std::nullopt});
  const Scenario scenario = earthquakes.scenario();
  cluster.add(scenario.cluster.job_manager, [&](Env& env) {
    const Scenario own = earthquakes.scenario();
    return make_job_manager(env, unhurried(own.cluster), hurried(own));
  });
  for (const ProcessId worker : scenario.cluster.task_managers) {
    cluster.add(worker, [&](Env& env) {
      const Scenario own = earthquakes.scenario();
      return make_task_manager(env, unhurried(own.cluster), hurried(own));
    });
  }
  cluster.add(scenario.cluster.log, [&](Env& env) {
    LogTopics topics = earthquakes.scenario().topics;
    for (auto& [topic, data] : topics.topics) data = std::make_shared<Paced>(data);
    return make_log_broker(env, std::move(topics), /*persist=*/true);
  });
  RealRun run;
  if (crash == Crash::kOneTaskManager) {
    uint32_t completed = 0;
    EXPECT_TRUE(
        cluster.run_until([&](ProcessId, ProcTime,
                              const Fact& fact) { return is_completion(fact) && ++completed == 4; },
                          kPatience));
    cluster.kill(scenario.cluster.task_managers.front());
  }
  run.finished = cluster.run_until(
      [&](ProcessId, ProcTime, const Fact& fact) { return is_end(fact); }, kPatience);
  cluster.stop();
  run.restores = cluster.trace(scenario.cluster.job_manager).count<JobRestored>();
  for (const auto& [topic, sink] : scenario.topics.sinks) {
    for (const auto& [blob, bytes] : read_blobs(path.string(), committed_prefix(topic))) {
      const RowBatch rows = decode_committed(bytes);
      for (uint32_t i = 0; i < rows.size(); ++i) run.tables[topic].insert(to_text(rows.row(i)));
    }
  }
  return run;
}

constexpr const char* kWatermark = R"x({ "bounded": "1d", "idle_after": "8h" })x";
constexpr const char* kNetworks = R"x("net in ('ak', 'ci', 'nc', 'nn', 'us')")x";
constexpr const char* kKill = R"x({ "kill": "worker-1", "at": "3d 11h", "for": "30min" })x";

// Nothing is late with a bound above the data's disorder, so the result does not depend on when the
// watermark passes. A TaskManager dies after the fourth checkpoint.
TEST(RealJob, EarthquakesWithACrashCommitTheSimulatedMultiset) {
  const Earthquakes earthquakes(
      {{kWatermark, R"x({ "bounded": "5d" })x"}, {kNetworks, R"x("net in ('ak', 'ci', 'nn')")x"}});
  const Tables expected = simulated(earthquakes);
  const RealRun real = run_really(earthquakes, "crash", Crash::kOneTaskManager);
  ASSERT_TRUE(real.finished);
  EXPECT_GE(real.restores, 1u);
  EXPECT_GE(expected.at("out").size(), 30u);
  EXPECT_EQ(real.tables, expected);
}

TEST(RealJob, EarthquakesFromTheLogAreTheSame) {
  const std::vector<Earthquakes::Edit> edits = {{kWatermark, R"x({ "bounded": "5d" })x"},
                                                {kNetworks, R"x("net in ('ak', 'ci', 'nn')")x"}};
  const Tables expected = simulated(Earthquakes(edits));
  const Earthquakes from_log(edits, Earthquakes::From::kLog);
  EXPECT_EQ(simulated(from_log), expected);
  const RealRun real = run_really(from_log, "log", Crash::kOneTaskManager);
  ASSERT_TRUE(real.finished);
  EXPECT_GE(real.restores, 1u);
  EXPECT_EQ(real.tables, expected);
}

// With one partition and a watermark after each record, what is late is a function of the data.
TEST(RealJob, LateEarthquakesAreTheSameOnes) {
  const Earthquakes earthquakes(
      {{kWatermark, R"x({ "punctuated": "2h" })x"}, {kNetworks, R"x("net = 'ak'")x"}, {kKill, ""}});
  const Tables expected = simulated(earthquakes);
  const RealRun real = run_really(earthquakes, "late", Crash::kNone);
  ASSERT_TRUE(real.finished);
  EXPECT_GE(expected.at("late").size(), 10u);
  EXPECT_EQ(real.tables, expected);
}

}  // namespace
}  // namespace leat
