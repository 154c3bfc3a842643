// Each option of checkpoints has an effect that can be seen, and each test fails without it.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/api/data_stream.h"
#include "sim/explore/job_scenario.h"
#include "sim/explore/run_once.h"
#include "sim/world/seeded_choices.h"
#include "sim/world/simulation.h"

namespace leat {
namespace {

// When each checkpoint began and ended, and where in the storage things were put.
class Checkpoints final : public FactObserver {
 public:
  void on_fact(ProcTime at, const Fact& fact) override {
    if (const auto* begun = std::get_if<CheckpointTriggered>(&fact)) {
      // With the pause that has passed since the last end, where there is one.
      if (ended_) least_pause = std::min(least_pause, at.ms - ended_->ms);
      if (begun_) least_interval = std::min(least_interval, at.ms - begun_->ms);
      begun_ = at;
      pending_.insert(begun->checkpoint);
      most_pending = std::max(most_pending, pending_.size());
    } else if (const auto* done = std::get_if<CheckpointCompleted>(&fact)) {
      ended_ = at;
      pending_.erase(done->checkpoint);
      ++completed;
    } else if (const auto* aborted = std::get_if<CheckpointAborted>(&fact)) {
      pending_.erase(aborted->checkpoint);
      ++aborts;
    } else if (const auto* job = std::get_if<JobStatusChanged>(&fact)) {
      restarts += job->status == JobStatus::kRestarting ? 1 : 0;
    } else if (const auto* blob = std::get_if<BlobWritten>(&fact)) {
      blobs.insert(blob->name);
    }
  }
  std::set<std::string> blobs;  // their names
  size_t most_pending = 0;
  int64_t least_pause = INT64_MAX;
  int64_t least_interval = INT64_MAX;
  int completed = 0;
  int aborts = 0;
  int restarts = 0;

 private:
  std::set<CheckpointId> pending_;
  std::optional<ProcTime> begun_;
  std::optional<ProcTime> ended_;
};

enum class Storage : uint8_t { kQuick, kSlow };

// The ten seconds of a job's input, with these options; a slow storage takes up to a second.
template <class Configure>
Checkpoints seen(Configure configure, Storage storage = Storage::kQuick) {
  StreamExecutionEnvironment env;
  configure(env);
  env.generate("numbers", 100, milliseconds(100), [](int64_t n) { return n; })
      .sink_to(Sink::transactional("out"));
  Result<Scenario> scenario = scenario_of_job(env.execute("job"));
  check(scenario.ok(), "the job could not be planned");
  if (storage == Storage::kSlow) {
    scenario.value().world.storage_min = {500};
    scenario.value().world.storage_max = {1000};
  }
  Checkpoints checkpoints;
  SeededChoices choices(3);
  Simulation simulation(scenario.value(), choices);
  simulation.trace().observe(checkpoints);
  // While the input runs: at its end one more is asked for at once, whatever the options say.
  EXPECT_EQ(simulation.run(ProcTime{9'800}).end, RunEnd::kStopped);
  return checkpoints;
}

TEST(CheckpointOptions, TheInterval) {
  EXPECT_EQ(seen([](auto&) {}).completed, 0);
  const Checkpoints each_second = seen([](auto& env) { env.enable_checkpointing(seconds(1)); });
  EXPECT_GE(each_second.completed, 8);
  EXPECT_LE(each_second.completed, 11);
  EXPECT_GE(seen([](auto& env) { env.enable_checkpointing(milliseconds(250)); }).completed, 30);
}

TEST(CheckpointOptions, HowManyMayBeUnderWayAtATime) {
  const auto at_most = [](uint32_t count) {
    return seen(
        [count](auto& env) {
          env.enable_checkpointing(milliseconds(100));
          env.get_checkpoint_config().set_max_concurrent_checkpoints(count);
        },
        Storage::kSlow);
  };
  EXPECT_EQ(at_most(1).most_pending, 1u);
  EXPECT_EQ(at_most(3).most_pending, 3u);
}

TEST(CheckpointOptions, ThePauseAfterEach) {
  const auto with_pause = [](Duration pause) {
    return seen(
        [pause](auto& env) {
          env.enable_checkpointing(seconds(1));
          env.get_checkpoint_config().set_min_pause_between_checkpoints(pause);
        },
        Storage::kSlow);
  };
  EXPECT_LT(with_pause(milliseconds(0)).least_pause, 500);
  EXPECT_GE(with_pause(milliseconds(500)).least_pause, 500);
  EXPECT_GE(with_pause(milliseconds(500)).completed, 3);
}

TEST(CheckpointOptions, TheTimeAfterWhichOneIsGivenUp) {
  const auto with_timeout = [](Duration timeout) {
    return seen(
        [timeout](auto& env) {
          env.enable_checkpointing(seconds(1));
          env.get_checkpoint_config()
              .set_checkpoint_timeout(timeout)
              .set_tolerable_checkpoint_failure_number(100);
        },
        Storage::kSlow);
  };
  EXPECT_EQ(with_timeout(seconds(60)).aborts, 0);
  EXPECT_GE(with_timeout(milliseconds(300)).aborts, 3);
}

// One that fails beyond them restarts the job.
TEST(CheckpointOptions, HowManyMayFailInARow) {
  const auto tolerating = [](uint32_t failures) {
    return seen(
        [failures](auto& env) {
          env.enable_checkpointing(seconds(1));
          env.get_checkpoint_config()
              .set_checkpoint_timeout(milliseconds(300))
              .set_tolerable_checkpoint_failure_number(failures);
        },
        Storage::kSlow);
  };
  EXPECT_EQ(tolerating(100).restarts, 0);
  EXPECT_GE(tolerating(1).restarts, 1);
}

TEST(CheckpointOptions, TheDirectoryOfTheStorage) {
  const auto in = [](const std::string& directory) {
    return seen([directory](auto& env) {
      env.enable_checkpointing(seconds(1));
      env.get_checkpoint_config().set_checkpoint_storage_dir(directory);
    });
  };
  const std::string here = "file:///tmp/flink-checkpoints/_latest";
  const std::string there = "elsewhere/_latest";
  const Checkpoints kept_here = in("file:///tmp/flink-checkpoints");
  EXPECT_TRUE(kept_here.blobs.contains(here));
  EXPECT_FALSE(kept_here.blobs.contains(there));
  EXPECT_TRUE(in("elsewhere").blobs.contains(there));
}

// How often a barrier has overtaken, in a job whose rows wait in front of a slow sum.
uint64_t overtaken(Duration timeout, bool unaligned) {
  StreamExecutionEnvironment env;
  env.set_parallelism(2).enable_checkpointing(milliseconds(200));
  if (unaligned)
    env.get_checkpoint_config().enable_unaligned_checkpoints().set_aligned_checkpoint_timeout(
        timeout);
  env.generate(
         "numbers", 300, milliseconds(5), [](int64_t n) { return n; }, 2)
      .key_by([](int64_t n) { return n % 7; })
      .reduce([](int64_t a, int64_t b) { return a + b; })
      .sink_to(Sink::transactional("out"));
  Result<Scenario> scenario = scenario_of_job(env.execute("job"));
  check(scenario.ok(), "the job could not be planned");
  scenario.value().world.step_cost_max = {40};
  scenario.value().cluster.batch_rows_max = 2;
  const RunOutcome outcome =
      run_once(scenario.value(), Plan(*scenario.value().program), RunRequest{});
  EXPECT_TRUE(outcome.verdict.ok()) << outcome.violation();
  return outcome.facts[kind_of<BarrierOvertook>()];
}

TEST(CheckpointOptions, WhetherBarriersOvertakeAndAfterHowLong) {
  EXPECT_EQ(overtaken({0}, false), 0U);
  EXPECT_GT(overtaken({0}, true), 20U);
  EXPECT_GT(overtaken({10}, true), 0U);
  EXPECT_EQ(overtaken({3600000}, true), 0U);
}

// Counts 200 numbers from two partitions, dealt to two subtasks by a key, while workers die.
Scenario counting(CheckpointingMode mode) {
  StreamExecutionEnvironment env;
  env.set_parallelism(2).enable_checkpointing(milliseconds(200));
  env.get_checkpoint_config().set_checkpointing_mode(mode).set_tolerable_checkpoint_failure_number(
      100);
  env.generate(
         "numbers", 200, milliseconds(10), [](int64_t) { return int64_t{1}; }, 2)
      .key_by([](int64_t) { return int64_t{0}; })
      .reduce([](int64_t a, int64_t b) { return a + b; })
      .sink_to(Sink::transactional("out"));
  Result<Scenario> scenario = scenario_of_job(env.execute("job"));
  check(scenario.ok(), "the job could not be planned");
  scenario.value().random_faults.max = 2;
  scenario.value().random_faults.kinds = {FaultKind::kKill};
  return std::move(scenario.value());
}

struct Counted {
  int64_t most = 0;  // that any run has counted
  int64_t least = INT64_MAX;
  int restored = 0;  // runs
};

Counted counted_under_100_seeds(CheckpointingMode mode) {
  class Largest final : public RecordTap {
   public:
    void on_committed_rows(NodeId, uint64_t, const RowBatch& rows) override {
      for (uint32_t i = 0; i < rows.size(); ++i) sum = std::max(sum, rows.row(i)[0].as_int());
    }
    int64_t sum = 0;
  };
  const Scenario scenario = counting(mode);
  const Plan plan(*scenario.program);
  Counted all;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    Largest largest;
    RunRequest request;
    request.seed = seed;
    request.taps.push_back(&largest);
    const RunOutcome outcome = run_once(scenario, plan, request);
    EXPECT_TRUE(outcome.verdict.ok()) << "seed " << seed << ": " << outcome.violation();
    all.most = std::max(all.most, largest.sum);
    all.least = std::min(all.least, largest.sum);
    all.restored += outcome.restored ? 1 : 0;
  }
  return all;
}

// Nobody has said that the job restarts; with checkpoints it does.
TEST(CheckpointOptions, ExactlyOnceCountsEachRowOnceOverRestarts) {
  const Counted counted = counted_under_100_seeds(CheckpointingMode::kExactlyOnce);
  EXPECT_EQ(counted.most, 200);
  EXPECT_EQ(counted.least, 200);
  EXPECT_GT(counted.restored, 20);
}

TEST(CheckpointOptions, AtLeastOnceCountsSomeTwiceAndLosesNone) {
  const Counted counted = counted_under_100_seeds(CheckpointingMode::kAtLeastOnce);
  EXPECT_GT(counted.most, 200);
  EXPECT_GE(counted.least, 200);
  EXPECT_GT(counted.restored, 20);
}

}  // namespace
}  // namespace leat
