#include "core/api/data_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "sim/explore/run_once.h"
#include "sim/scenario/decode.h"
#include "tests/core/api/run_job.h"

namespace leat {
namespace {

struct Event {
  EventTime ts;
  std::string user;
  int32_t amount = 0;
  std::optional<double> rate;
  std::vector<std::string> tags;
  bool operator==(const Event&) const = default;
};
LEAT_ROW(Event, ts, user, amount, rate, tags)

struct Total {
  std::string user;
  EventTime start;
  EventTime end;
  int32_t total = 0;
  int64_t n = 0;
};
LEAT_ROW(Total, user, start, end, total, n)

std::vector<Event> events() {
  std::vector<Event> list;
  for (int i = 0; i < 40; ++i) {
    list.push_back({EventTime{i * 100}, i % 3 == 0 ? "ann" : "bob", i, std::nullopt, {}});
  }
  return list;
}

TEST(RowType, AStructComesBackFromItsRow) {
  const Event event{EventTime{5}, "somebody with a long name", -3, 2.5, {"a", "b"}};
  Row row(RowCodec<Event>::kWidth);
  RowCodec<Event>::encode(event, row);
  EXPECT_EQ(RowCodec<Event>::decode(row), event);
  check_round_trip(event);
  EXPECT_EQ(RowCodec<Event>::schema().fields[0], (Field{"ts", ValueType::kTime}));
  EXPECT_EQ(RowCodec<Event>::schema().fields[3], (Field{"rate", ValueType::kDouble}));
  EXPECT_EQ(RowCodec<Event>::index_of(&Event::amount), 2u);
}

TEST(RowType, AnIntegerThatDoesNotFitFailsTheTask) {
  EXPECT_THROW(FieldCodec<int32_t>::decode(Value::integer(int64_t{1} << 40)), JobError);
  EXPECT_THROW(FieldCodec<int32_t>::decode(Value::integer(-(int64_t{1} << 40))), JobError);
}

TEST(DataStream, LambdasOneAfterAnother) {
  StreamExecutionEnvironment env(durable());
  env.from_collection<int64_t>("numbers", {1, 2, 3, 4, 5, 6}, 2)
      .filter([](int64_t n) { return n % 2 == 0; })
      .map([](int64_t n) { return "n" + std::to_string(n); })
      .flat_map<std::string>([](const std::string& s, const auto& emit) {
        emit(s);
        emit(s + "!");
      })
      .sink_to(Sink::transactional("out"));
  EXPECT_EQ(committed(env.finish(), "out"),
            (std::vector<std::string>{"n2", "n2!", "n4", "n4!", "n6", "n6!"}));
}

TEST(DataStream, WindowsOfAStruct) {
  StreamExecutionEnvironment env(durable());
  env.from_collection("events", events())
      .assign_timestamps_and_watermarks(
          WatermarkStrategy<Event>::for_bounded_out_of_orderness({500}).with_timestamp_assigner(
              &Event::ts))
      .key_by(&Event::user)
      .window(TumblingEventTimeWindows::of(seconds(2)))
      .aggregate<Total>(sum(&Event::amount), count())
      .sink_to(Sink::transactional("out"));
  EXPECT_EQ(committed(env.finish(), "out"),
            (std::vector<std::string>{"ann, 0, 2000, 63, 7", "ann, 2000, 4000, 210, 7",
                                      "bob, 0, 2000, 127, 13", "bob, 2000, 4000, 380, 13"}));
}

TEST(DataStream, AComputedKeyTravelsWithTheRow) {
  StreamExecutionEnvironment env(durable());
  env.from_collection("events", events())
      .assign_timestamps_and_watermarks(
          WatermarkStrategy<Event>::for_monotonous_timestamps().with_timestamp_assigner(
              [](const Event& e) { return e.ts; }))
      .key_by([](const Event& e) { return std::string(e.amount % 2 == 0 ? "even" : "odd"); })
      .window(TumblingEventTimeWindows::of(seconds(10)))
      .aggregate<Total>(sum(&Event::amount), count())
      .sink_to(Sink::transactional("out"));
  EXPECT_EQ(committed(env.finish(), "out"),
            (std::vector<std::string>{"even, 0, 10000, 380, 20", "odd, 0, 10000, 400, 20"}));
}

TEST(DataStream, GlobalWindowsAddUp) {
  StreamExecutionEnvironment env(durable());
  env.from_collection("events", events(), 1)
      .key_by(&Event::user)
      .count_window(13)
      .sum(&Event::amount)
      .map([](const Event& e) { return e.user + " " + std::to_string(e.amount); })
      .sink_to(Sink::transactional("out"));
  // Of ann's 14 events the first 13, of bob's 26 twice 13, each in their order.
  EXPECT_EQ(committed(env.finish(), "out"),
            (std::vector<std::string>{"ann 234", "bob 127", "bob 380"}));
}

// The last row is an hour late. Its key was computed, and a reduce stands behind its window.
// (Without faults: after a restore nothing is late before the first watermark.)
TEST(DataStream, LateRowsComeAsTheyWere) {
  const auto job = [](bool reduced) {
    StreamExecutionEnvironment env(durable());
    env.set_parallelism(1);
    const OutputTag<Event> late{"late"};
    auto windows =
        env.generate("events", 12, milliseconds(500),
                     [](int64_t i) {
                       const int64_t time = i < 10 ? i * 100 : i == 10 ? 3'600'000 : 7;
                       return Event{EventTime{time}, "bob", static_cast<int32_t>(i), 1.5, {"x"}};
                     })
            .assign_timestamps_and_watermarks(
                WatermarkStrategy<Event>::for_monotonous_timestamps().with_timestamp_assigner(
                    [](const Event& e) { return e.ts; }))
            .key_by([](const Event& e) { return e.user + "!"; })
            .window(TumblingEventTimeWindows::of(seconds(10)))
            .side_output_late_data(late);
    const auto told = [](const DataStream<Event>& rows) {
      rows.map([](const Event& e) { return e.user + " " + std::to_string(e.amount); })
          .sink_to(Sink::transactional("out"));
    };
    if (reduced) {
      told(std::move(windows).sum(&Event::amount).side_output(late));
    } else {
      told(std::move(windows).aggregate<Total>(sum(&Event::amount), count()).side_output(late));
    }
    return committed(env.finish(), "out", 0);
  };
  EXPECT_EQ(job(false), std::vector<std::string>{"bob 11"});
  EXPECT_EQ(job(true), std::vector<std::string>{"bob 11"});
}

TEST(DataStream, SplitSideOutputAndUnion) {
  StreamExecutionEnvironment env(durable());
  const OutputTag<int64_t> large{"large"};
  const auto numbers = env.from_collection<int64_t>("numbers", {1, 20, 3, 40, 5});
  const auto small = numbers.split([](int64_t n) { return n >= 10; }, large);
  const auto tens = small.side_output(large).map([](int64_t n) { return n / 10; });
  small.union_with(tens).sink_to(Sink::transactional("out"));
  EXPECT_EQ(committed(env.finish(), "out"), (std::vector<std::string>{"1", "2", "3", "4", "5"}));
}

// Counts a user's events; tells the count when none came for a second of event time.
class Gone final : public KeyedProcess<std::string, Event, std::string> {
 public:
  void process(const Event& event, Context& ctx) const {
    auto count = ctx.state(count_);
    auto last = ctx.state(last_);
    count.update(count.get().value_or(0) + 1);
    if (last.get()) ctx.delete_timer(*last.get() + seconds(1));
    last.update(event.ts);
    ctx.register_timer(event.ts + seconds(1));
    ctx.emit_side(seen_, event.amount);
  }
  void on_timer(EventTime at, Context& ctx) const {
    ctx.emit(ctx.key() + ":" + std::to_string(*ctx.state(count_).get()) + "@" +
             std::to_string(at.ms));
  }

 private:
  State<int64_t> count_ = value_state<int64_t>("count");
  State<EventTime> last_ = value_state<EventTime>("last");
  Side<int32_t> seen_ = side_output<int32_t>("seen");
};

TEST(DataStream, AProcessFunctionKeepsItsStateOverCrashes) {
  const auto job = [] {
    StreamExecutionEnvironment env(durable());
    const auto gone =
        env.from_collection("events", events())
            .assign_timestamps_and_watermarks(
                WatermarkStrategy<Event>::for_monotonous_timestamps().with_timestamp_assigner(
                    &Event::ts))
            .set_parallelism(1)  // one reader: a user's events stay in their order
            .key_by(&Event::user)
            .process(Gone{});
    gone.sink_to(Sink::transactional("out"));
    gone.side_output(OutputTag<int32_t>{"seen"}).sink_to(Sink::transactional("seen"));
    return env.finish();
  };
  EXPECT_EQ(committed(job(), "out"), (std::vector<std::string>{"ann:14@4900", "bob:26@4800"}));
  EXPECT_EQ(committed(job(), "seen").size(), 40u);
}

TEST(DataStream, AMutableLambdaDoesNotCompile) {
  int calls = 0;
  auto counting = [calls](int64_t n) mutable { return n + ++calls; };
  auto pure = [calls](int64_t n) { return n + calls; };
  static_assert(!PureCallable<decltype(counting), const int64_t&>);
  static_assert(PureCallable<decltype(pure), const int64_t&>);
  EXPECT_EQ(pure(1), 1);
}

TEST(DataStream, MistakesInBuildingAreTold) {
  StreamExecutionEnvironment twice;
  twice.from_collection<int64_t>("a", {1}).name("x");
  twice.from_collection<int64_t>("b", {1}).name("x");
  EXPECT_EQ(twice.finish().error(), "two nodes are named \"x\"");

  StreamExecutionEnvironment wrong;
  wrong.from_collection("events", events())
      .key_by(&Event::user)
      .window(TumblingEventTimeWindows::of(seconds(1)))
      .aggregate<Total>(count());
  EXPECT_EQ(wrong.finish().error(), "a window's result does not have the fields of its struct");

  struct ByNumber : KeyedProcess<int64_t, Event, int64_t> {
    void process(const Event&, Context& ctx) const { ctx.emit(ctx.key()); }
  };
  StreamExecutionEnvironment other_key;
  other_key.from_collection("events", events()).key_by(&Event::user).process(ByNumber());
  EXPECT_EQ(other_key.finish().error(), "the stream's key is (string), the function's is (int)");

  StreamExecutionEnvironment early;
  early.from_collection("events", events())
      .assign_timestamps_and_watermarks(
          WatermarkStrategy<Event>::for_bounded_out_of_orderness({-5}));
  EXPECT_EQ(early.finish().error(), "the bound of out-of-orderness is not negative");

  StreamExecutionEnvironment missing{JobInput{}};
  missing.source<int64_t>("s");
  EXPECT_EQ(missing.finish().error(), "the scenario describes no source \"s\"");
}

// Which of the rows of merged sessions comes first is open, as in Flink: what a sum leaves of the
// other fields is no matter of right and wrong.
TEST(DataStream, ASumOverSessionsIsNotAccused) {
  StreamExecutionEnvironment env;
  const std::vector<Event> three = {{{100'000}, "a", 1, std::nullopt, {}},
                                    {{108'000}, "a", 2, std::nullopt, {}},
                                    {{104'000}, "a", 3, std::nullopt, {}}};
  env.from_collection("events", three)
      .assign_timestamps_and_watermarks(
          WatermarkStrategy<Event>::for_bounded_out_of_orderness(seconds(70))
              .with_timestamp_assigner([](const Event& e) { return e.ts; }))
      .key_by(&Event::user)
      .window(EventTimeSessionWindows::with_gap(seconds(5)))
      .sum(&Event::amount)
      .sink_to(Sink::transactional("out"));
  const Scenario scenario = scenario_of(env.execute("sessions"));
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    RunRequest request;
    request.seed = seed;
    EXPECT_EQ(run_once(scenario, Plan(*scenario.program), request).violation(), "") << seed;
  }
}

// A user's largest amount, and the mean of those since it was last above 15.
struct MeanOfAmounts {
  struct Sums {
    int64_t sum = 0;
    int64_t n = 0;
  };
  Sums create_accumulator() const { return {}; }
  Sums add(const Event& e, const Sums& sums) const { return {sums.sum + e.amount, sums.n + 1}; }
  Sums merge(const Sums& a, const Sums& b) const { return {a.sum + b.sum, a.n + b.n}; }
  double get_result(const Sums& sums) const {
    return static_cast<double>(sums.sum) / static_cast<double>(sums.n);
  }
};
using SumsOfAmounts = MeanOfAmounts::Sums;
LEAT_ROW(SumsOfAmounts, sum, n)

class Folds final : public KeyedProcess<std::string, Event, std::string> {
 public:
  void process(const Event& event, Context& ctx) const {
    auto most = ctx.state(most_);
    auto mean = ctx.state(mean_);
    const bool first = !mean.get();
    most.add(event.amount);
    mean.add(event);
    ctx.emit(ctx.key() + " " + std::to_string(*most.get()) + " " +
             std::to_string(static_cast<int64_t>(*mean.get() * 100)) + (first ? " first" : ""));
    if (*mean.get() > 15) mean.clear();
  }

 private:
  Reducing<int32_t> most_ =
      reducing_state<int32_t>("most", [](int32_t a, int32_t b) { return std::max(a, b); });
  Aggregating<Event, double> mean_ = aggregating_state<Event>("mean", MeanOfAmounts());
};
TEST(DataStream, StatesThatFoldWhatIsAdded) {
  StreamExecutionEnvironment env(durable());
  const auto amount = [](const char* user, int32_t n) {
    return Event{EventTime{0}, user, n, std::nullopt, {}};
  };
  env.from_collection("events",
                      std::vector<Event>{amount("ann", 3), amount("bob", 20), amount("ann", 30),
                                         amount("bob", 5), amount("ann", 4), amount("ann", 5)})
      .key_by(&Event::user)
      .process(Folds())
      .sink_to(Sink::transactional("out"));
  EXPECT_EQ(committed(env.finish(), "out"),
            (std::vector<std::string>{"ann 3 300 first", "ann 30 1650", "ann 30 400 first",
                                      "ann 30 450", "bob 20 2000 first", "bob 20 500 first"}));
}

// Two own timers, and a third that nobody would call.
template <class Time>
struct Ticks : KeyedProcess<std::string, Event, int64_t> {
  void process(const Event&, Context& ctx) const { ctx.register_timer(EventTime{5}); }
  void on_timer(Time, Context& ctx) const { ctx.emit(1); }
};
TEST(DataStream, ATimerIsCalledByTheTimeOfItsDomain) {
  static_assert(kNamesOnTimer<Ticks<EventTime>> && kNamesOnTimer<Ticks<int64_t>>);
  struct NoTimers : KeyedProcess<std::string, Event, int64_t> {
    void process(const Event&, Context&) const {}
  };
  static_assert(!kNamesOnTimer<NoTimers>);
}

struct Order {
  EventTime ts;
  std::string user;
  int64_t amount = 0;
};
LEAT_ROW(Order, ts, user, amount)
struct UserTotal {
  std::string user;
  EventTime start;
  EventTime end;
  int64_t total = 0;
};
LEAT_ROW(UserTotal, user, start, end, total)

// The same job in JSON and in C++ is the same graph, so the same seed gives the same digest.
TEST(DataStream, TheScenarioOfAJobAndTheJobInCppHaveOneDigest) {
  const std::string around = R"({"parallelism": 2,
    "sources": {"orders": {"partitions": 2, "fields": ["ts:time", "user:string", "amount:int"], "ts": "ts",
      "watermark": {"bounded": 50}, "generate": {"count": 200, "keys": 9, "disorder": 50, "values": [0, 20]}}},
    "checkpoint": {"every": "400ms", "tolerable_failures": 9}, "restart": {"attempts": 20, "delay": 100},
    "cluster": {"heartbeat_interval": 500, "heartbeat_timeout": 2000}, "random_faults": {"max": 2},)";
  const JobRegistry jobs = {{"orders", [](const JobInput& input) {
                               StreamExecutionEnvironment env(input);
                               env.source<Order>("orders")
                                   .filter([](const Order& o) { return o.amount > 5; })
                                   .name("large")
                                   .key_by(&Order::user)
                                   .window(TumblingEventTimeWindows::of({500}))
                                   .aggregate<UserTotal>(sum(&Order::amount))
                                   .name("totals")
                                   .sink_to(Sink::transactional("out"));
                               return env.finish();
                             }}};
  const Decoded json = decode_scenario(around + R"("nodes": {
      "large": {"inputs": ["orders"], "filter": "amount > 5"},
      "totals": {"inputs": ["large"], "key_by": "user", "window": {"tumbling": 500}, "aggregate": ["sum(amount) as total"]}},
    "sinks": {"out": "totals"}})",
                                       "job.json");
  const Decoded cpp =
      decode_scenario(around + R"("job": {"cpp": "orders"}})", "job.json", {&jobs, ""});
  ASSERT_TRUE(json.scenario) << json.report;
  ASSERT_TRUE(cpp.scenario) << cpp.report;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    RunRequest request;
    request.seed = seed;
    const RunOutcome a = run_once(*json.scenario, Plan(*json.scenario->program), request);
    const RunOutcome b = run_once(*cpp.scenario, Plan(*cpp.scenario->program), request);
    EXPECT_EQ(a.digest, b.digest) << "seed " << seed;
  }
}

}  // namespace
}  // namespace leat
