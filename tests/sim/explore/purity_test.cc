// Design rule 10: user functions are pure, and that is checked.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <random>
#include <set>
#include <thread>

#include "core/api/data_stream.h"
#include "sim/explore/campaign.h"
#include "sim/explore/job_scenario.h"

namespace leat {
namespace {

std::vector<int64_t> numbers() {
  std::vector<int64_t> list;
  for (int64_t i = 0; i < 40; ++i) list.push_back(i % 7);
  return list;
}

template <class F>
Result<StreamGraph> mapped(F f) {
  StreamExecutionEnvironment env;
  env.set_parallelism(2).enable_checkpointing(milliseconds(300));
  env.restart_config() = {RestartConfig::Kind::kFixedDelay, 20, {100}};
  env.from_collection("numbers", numbers(), 2).map(f).sink_to(Sink::transactional("out"));
  return env.execute("mapped");
}

// The first violation of a campaign of 50 seeds; empty where there is none.
std::string found_within_50_seeds(const Result<StreamGraph>& graph) {
  Result<Scenario> scenario = scenario_of_job(graph);
  check(scenario.ok(), "the job could not be planned");
  scenario.value().random_faults.max = 2;
  scenario.value().random_faults.kinds = {FaultKind::kKill};
  CampaignRequest request;
  request.runs = 50;
  const CampaignResult result = explore({scenario.value()}, request);
  const auto& failures = result.scenarios[0].failures;
  return failures.empty() ? "" : failures[0].outcome.violation();
}

TEST(Purity, ACapturedCounterIsFound) {
  auto counter = std::make_shared<int64_t>(0);
  EXPECT_EQ(found_within_50_seeds(mapped([counter](int64_t n) { return n + ++*counter; })),
            "user_function_impure");
}

struct CountsInItself {
  mutable int64_t calls = 0;
  int64_t operator()(int64_t n) const { return n + ++calls; }
};
TEST(Purity, ACounterInTheFunctionItselfIsFound) {
  EXPECT_EQ(found_within_50_seeds(mapped(CountsInItself{})), "user_function_impure");
}

TEST(Purity, AStaticCounterIsFound) {
  EXPECT_EQ(found_within_50_seeds(mapped([](int64_t n) {
              static int64_t calls = 0;
              return n * 1000 + ++calls;
            })),
            "user_function_impure");
}

TEST(Purity, AClockReadIsFound) {
  using std::chrono::duration_cast;
  EXPECT_EQ(found_within_50_seeds(mapped([](int64_t n) {
              const auto now = std::chrono::system_clock::now().time_since_epoch();
              return n + duration_cast<std::chrono::milliseconds>(now).count();
            })),
            "user_function_impure");
  EXPECT_EQ(found_within_50_seeds(mapped([](int64_t n) {
              const auto now = std::chrono::steady_clock::now().time_since_epoch();
              return n + duration_cast<std::chrono::hours>(now).count();
            })),
            "user_function_impure");
  EXPECT_EQ(found_within_50_seeds(mapped([](int64_t n) { return n + time(nullptr) / 60; })),
            "user_function_impure");
}

TEST(Purity, AThreadsIdIsFound) {
  EXPECT_EQ(found_within_50_seeds(mapped([](int64_t n) {
              return n + static_cast<int64_t>(
                             std::hash<std::thread::id>()(std::this_thread::get_id()) % 1000);
            })),
            "user_function_impure");
}

TEST(Purity, ARandomCallIsFound) {
  EXPECT_EQ(found_within_50_seeds(mapped([](int64_t n) { return n + std::rand() % 2; })),
            "user_function_impure");
}

// The state of one function leaks into another through what both captured: it is another row's by
// the time that it is read.
TEST(Purity, AVariableThatTwoFunctionsShareIsFound) {
  auto last = std::make_shared<int64_t>(0);
  StreamExecutionEnvironment env;
  env.from_collection("numbers", numbers())
      .filter([last](int64_t n) {
        *last = n;
        return true;
      })
      .map([last](int64_t n) { return n + *last; })
      .sink_to(Sink::transactional("out"));
  EXPECT_EQ(found_within_50_seeds(env.execute("shared")), "record_mutated");
}

// ---- wherever a user's function stands ----

struct Reading {
  std::string sensor;
  int64_t value = 0;
};
LEAT_ROW(Reading, sensor, value)

DataStream<Reading> readings(StreamExecutionEnvironment& env, const std::string& name) {
  env.set_parallelism(2).enable_checkpointing(milliseconds(300));
  std::vector<Reading> list;
  for (int64_t i = 0; i < 40; ++i) list.push_back({i % 2 == 0 ? "a" : "b", i % 7});
  return env.from_collection(name, list, 2);
}

// A counter that all copies of a function share.
class Shared {
 public:
  int64_t next() const { return ++*count_; }

 private:
  std::shared_ptr<int64_t> count_ = std::make_shared<int64_t>(0);
};

TEST(Purity, ACounterInAReduceIsFound) {
  StreamExecutionEnvironment env;
  readings(env, "readings")
      .key_by(&Reading::sensor)
      .reduce([shared = Shared()](const Reading& a, const Reading& b) {
        return Reading{a.sensor, b.value + shared.next()};
      })
      .sink_to(Sink::transactional("out"));
  EXPECT_EQ(found_within_50_seeds(env.execute("reduce")), "user_function_impure");
}

TEST(Purity, ACounterInTheDeltaOfATriggerIsFound) {
  StreamExecutionEnvironment env;
  readings(env, "readings")
      .key_by(&Reading::sensor)
      .window(GlobalWindows::create())
      .trigger(DeltaTrigger::of<Reading>(3.0,
                                         [shared = Shared()](const Reading& r) {
                                           return static_cast<double>(r.value + shared.next());
                                         }))
      .sum(&Reading::value)
      .sink_to(Sink::transactional("out"));
  EXPECT_EQ(found_within_50_seeds(env.execute("delta")), "user_function_impure");
}

TEST(Purity, ACounterInAPartitionerIsFound) {
  StreamExecutionEnvironment env;
  readings(env, "readings")
      .partition_custom([shared = Shared()](const Reading&, uint32_t channels) {
        return shared.next() % channels;
      })
      .map([](const Reading& r) { return r; })
      .sink_to(Sink::transactional("out"));
  EXPECT_EQ(found_within_50_seeds(env.execute("partition")), "user_function_impure");
}

// Some functions are not called again one by one; the whole run is.
TEST(Purity, AClockReadInASourceIsFound) {
  StreamExecutionEnvironment env;
  env.set_parallelism(2).enable_checkpointing(milliseconds(300));
  env.generate("numbers", 40, milliseconds(10), [](int64_t i) { return i + time(nullptr) / 3600; })
      .sink_to(Sink::transactional("out"));
  EXPECT_EQ(found_within_50_seeds(env.execute("generate")), "user_function_impure");
}

class HourOfWindow : public ProcessWindow<std::string, Reading, int64_t> {
 public:
  void process(const std::vector<Reading>& readings, Context& ctx) const {
    ctx.emit(readings[0].value + time(nullptr) / 3600);
  }
};
TEST(Purity, AClockReadInAWindowFunctionIsFound) {
  StreamExecutionEnvironment env;
  readings(env, "readings")
      .key_by(&Reading::sensor)
      .window(GlobalWindows::create_with_end_of_stream_trigger())
      .process(HourOfWindow())
      .sink_to(Sink::transactional("out"));
  EXPECT_EQ(found_within_50_seeds(env.execute("window")), "user_function_impure");
}

// After its first run a function that only remembers says the same for ever.
TEST(Purity, ASetOfWhatHasBeenSeenIsFound) {
  StreamExecutionEnvironment env;
  const auto seen = std::make_shared<std::set<std::string>>();
  readings(env, "readings")
      .filter([seen](const Reading& r) {
        return seen->insert(r.sensor + std::to_string(r.value)).second;
      })
      .sink_to(Sink::transactional("out"));
  EXPECT_EQ(found_within_50_seeds(env.execute("dedupe")), "user_function_impure");
}

TEST(Purity, ACounterBehindTwoStreamsIsFound) {
  StreamExecutionEnvironment env;
  const Shared shared;
  const auto count = [shared](const Reading& r) {
    return Reading{r.sensor, r.value + shared.next()};
  };
  readings(env, "left")
      .connect(readings(env, "right"))
      .map(count, count)
      .sink_to(Sink::transactional("out"));
  EXPECT_EQ(found_within_50_seeds(env.execute("two")), "user_function_impure");
}

class CountsAtTimers : public KeyedProcess<int64_t, int64_t, int64_t> {
 public:
  explicit CountsAtTimers(std::shared_ptr<int64_t> fired) : fired_(std::move(fired)) {}
  void process(const int64_t&, Context& ctx) const { ctx.register_timer(EventTime{5}); }
  void on_timer(EventTime, Context& ctx) const { ctx.emit(++*fired_); }

 private:
  std::shared_ptr<int64_t> fired_;
};
TEST(Purity, ACounterInATimerIsFound) {
  StreamExecutionEnvironment env;
  env.from_collection("numbers", numbers())
      .key_by([](int64_t n) { return n; })
      .process(CountsAtTimers(std::make_shared<int64_t>(0)))
      .sink_to(Sink::transactional("out"));
  EXPECT_EQ(found_within_50_seeds(env.execute("timers")), "user_function_impure");
}

// The same on engine state: how many rows of this key came before, of which the sum is taken.
class CountsInState : public KeyedProcess<int64_t, int64_t, int64_t> {
 public:
  void process(const int64_t&, Context& ctx) const {
    const int64_t n = ctx.state(count_).get().value_or(0) + 1;
    ctx.state(count_).update(n);
    ctx.emit(n);
  }

 private:
  State<int64_t> count_ = value_state<int64_t>("count");
};
TEST(Purity, TheSameOnEngineStateIsClean) {
  StreamExecutionEnvironment env;
  env.set_parallelism(2).enable_checkpointing(milliseconds(300));
  env.restart_config() = {RestartConfig::Kind::kFixedDelay, 20, {100}};
  env.from_collection("numbers", numbers(), 2)
      .map([](int64_t n) { return n + 1; })
      .key_by([](int64_t n) { return n; })
      .process(CountsInState())
      .sink_to(Sink::transactional("out"));
  EXPECT_EQ(found_within_50_seeds(env.execute("state")), "");
}

// A cache changes nothing that anybody can see.
TEST(Purity, ACacheIsClean) {
  auto cache = std::make_shared<std::map<int64_t, int64_t>>();
  EXPECT_EQ(found_within_50_seeds(
                mapped([cache](int64_t n) { return cache->try_emplace(n, n * n).first->second; })),
            "");
}

}  // namespace
}  // namespace leat
