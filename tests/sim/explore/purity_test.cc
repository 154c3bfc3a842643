// Design rule 10: user functions are pure, and that is checked.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <random>

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

// In nanoseconds: whether one in milliseconds moves between two calls is up to the machine.
TEST(Purity, AClockReadIsFound) {
  EXPECT_EQ(found_within_50_seeds(mapped([](int64_t n) {
              const auto now = std::chrono::system_clock::now().time_since_epoch();
              return n + std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
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
