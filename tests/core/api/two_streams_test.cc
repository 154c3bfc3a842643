// Two streams in C++, running aggregates, calls outside and one's own partitioning: each job
// commits what its definition says, under faults too.
#include <gtest/gtest.h>

#include "core/api/async_data_stream.h"
#include "tests/core/api/run_job.h"

namespace leat {
namespace {

struct Order {
  EventTime ts;
  std::string item;
  int64_t pieces = 0;
};
LEAT_ROW(Order, ts, item, pieces)

struct Price {
  EventTime ts;
  std::string item;
  int64_t cents = 0;
};
LEAT_ROW(Price, ts, item, cents)

const std::vector<Order> kOrders = {{EventTime{100}, "pen", 2},
                                    {EventTime{900}, "ink", 1},
                                    {EventTime{1200}, "pen", 5},
                                    {EventTime{2500}, "pen", 3}};
const std::vector<Price> kPrices = {
    {EventTime{0}, "pen", 150}, {EventTime{950}, "ink", 700}, {EventTime{1300}, "pen", 160}};

template <RowType T>
DataStream<T> timed(StreamExecutionEnvironment& env, const std::string& name,
                    const std::vector<T>& rows) {
  return env.from_collection(name, rows, 1)
      .assign_timestamps_and_watermarks(
          WatermarkStrategy<T>::for_monotonous_timestamps().with_timestamp_assigner(&T::ts))
      .set_parallelism(1);
}

struct Streams {
  StreamExecutionEnvironment env{durable()};
  DataStream<Order> orders = timed(env, "orders", kOrders);
  DataStream<Price> prices = timed(env, "prices", kPrices);

  std::vector<std::string> out(const DataStream<std::string>& stream) {
    stream.sink_to(Sink::transactional("out"));
    return committed(env.finish(), "out");
  }
};
using Rows = std::vector<std::string>;

std::string told(const Order& order) { return order.item + " " + std::to_string(order.pieces); }

TEST(TwoStreams, ConnectedRowsBecomeOneType) {
  Streams s;
  EXPECT_EQ(
      s.out(s.orders.connect(s.prices).map(
          told,
          [](const Price& price) { return price.item + " c" + std::to_string(price.cents); })),
      (Rows{"ink 1", "ink c700", "pen 2", "pen 3", "pen 5", "pen c150", "pen c160"}));
}

TEST(TwoStreams, ConnectedRowsBecomeSeveralOrNone) {
  Streams s;
  EXPECT_EQ(s.out(s.orders.connect(s.prices).flat_map<std::string>(
                [](const Order& order, const auto& emit) {
                  for (int64_t i = 0; i < order.pieces; ++i) emit(order.item);
                },
                [](const Price&, const auto&) {})),
            (Rows{"ink", "pen", "pen", "pen", "pen", "pen", "pen", "pen", "pen", "pen", "pen"}));
}

TEST(TwoStreams, AWindowJoinPairsRowsOfOneKeyAndWindow) {
  Streams s;
  EXPECT_EQ(s.out(s.orders.join(s.prices)
                      .where(&Order::item)
                      .equal_to(&Price::item)
                      .window(TumblingEventTimeWindows::of(seconds(1)))
                      .apply([](const Order& order, const Price& price) {
                        return told(order) + " at " + std::to_string(price.cents);
                      })),
            (Rows{"ink 1 at 700", "pen 2 at 150", "pen 5 at 160"}));
}

TEST(TwoStreams, ACoGroupSeesBothSidesEvenIfOneIsEmpty) {
  Streams s;
  EXPECT_EQ(s.out(s.orders.co_group(s.prices)
                      .where(&Order::item)
                      .equal_to(&Price::item)
                      .window(TumblingEventTimeWindows::of(seconds(1)))
                      .apply<std::string>([](const std::vector<Order>& orders,
                                             const std::vector<Price>& prices, const auto& emit) {
                        emit((orders.empty() ? prices[0].item : orders[0].item) + " " +
                             std::to_string(orders.size()) + ":" + std::to_string(prices.size()));
                      })),
            (Rows{"ink 1:1", "pen 1:0", "pen 1:1", "pen 1:1"}));
}

TEST(TwoStreams, AnIntervalJoinPairsRowsThatAreNear) {
  const auto joined = [](bool exclusive) {
    Streams s;
    auto near = s.orders.key_by(&Order::item)
                    .interval_join(s.prices.key_by(&Price::item))
                    .between(milliseconds(-100), milliseconds(100));
    if (exclusive) near = std::move(near).lower_bound_exclusive().upper_bound_exclusive();
    return s.out(std::move(near).process([](const Order& order, const Price& price) {
      return told(order) + " at " + std::to_string(price.cents);
    }));
  };
  EXPECT_EQ(joined(false), (Rows{"ink 1 at 700", "pen 2 at 150", "pen 5 at 160"}));
  EXPECT_EQ(joined(true), Rows{"ink 1 at 700"});
}

// Keeps orders until their item's price is known: the answer does not depend on who comes first.
class FirstPrice : public KeyedCoProcess<std::string, Order, Price, std::string> {
 public:
  void process_first(const Order& order, Context& ctx) const {
    ctx.state(waiting_).add(order.pieces);
    ctx.register_timer(EventTime{10'000});
  }
  void process_second(const Price& price, Context& ctx) const {
    const auto least = ctx.state(least_).get();
    if (!least || price.cents < *least) ctx.state(least_).update(price.cents);
  }
  void on_timer(EventTime, Context& ctx) const {
    int64_t pieces = 0;
    for (const int64_t n : ctx.state(waiting_).get()) pieces += n;
    ctx.emit(ctx.key() + " " + std::to_string(pieces * ctx.state(least_).get().value_or(0)));
  }

 private:
  List<int64_t> waiting_ = list_state<int64_t>("waiting");
  State<int64_t> least_ = value_state<int64_t>("least");
};

TEST(TwoStreams, ACoProcessSharesStateAndTimersOfTheKey) {
  Streams s;
  EXPECT_EQ(s.out(s.orders.key_by(&Order::item)
                      .connect(s.prices.key_by(&Price::item))
                      .process(FirstPrice())),
            (Rows{"ink 700", "pen 1500"}));
}

// Counts the rules at the end: each subtask has heard of all.
class Ruled : public KeyedBroadcastProcess<std::string, Order, Price, std::string> {
 public:
  void process(const Order&, Context& ctx) const { ctx.register_timer(EventTime{10'000}); }
  void process_broadcast(const Price& price, BroadcastSide& side) const {
    auto rules = side.rules(cents_);
    if (rules.get(price.item).value_or(0) < price.cents) rules.put(price.item, price.cents);
  }
  void on_timer(EventTime, Context& ctx) const {
    std::string all;
    for (const auto& [item, cents] : ctx.rules(cents_).entries())
      all += " " + item + "=" + std::to_string(cents);
    ctx.emit(ctx.key() + (ctx.rules(cents_).contains("ink") ? ":" : "?") + all);
  }

 private:
  Rules<std::string, int64_t> cents_ = broadcast_state<std::string, int64_t>("cents");
};

TEST(TwoStreams, EverySubtaskHoldsTheRules) {
  Streams s;
  EXPECT_EQ(s.out(s.orders.key_by(&Order::item).connect(s.prices).process(Ruled())),
            (Rows{"ink: pen=160 ink=700", "pen: pen=160 ink=700"}));
}

TEST(TwoStreams, KeysOfOtherTypesAreAMistake) {
  StreamExecutionEnvironment env;
  const auto orders = timed(env, "orders", kOrders);
  const auto prices = timed(env, "prices", kPrices);
  orders.key_by(&Order::item).connect(prices.key_by(&Price::cents)).process(FirstPrice()).print();
  EXPECT_EQ(env.finish().error(), "the keys of two inputs do not have the same types");
}

TEST(Running, OneRowAKeyEmittedAsItChanges) {
  const auto run = [](auto&& fold) {
    Streams s;
    s.env.set_parallelism(1);  // the key is computed in between, where order is kept
    return s.out(fold(s.orders.key_by([](const Order& o) { return o.item; })).map(told));
  };
  EXPECT_EQ(run([](auto keyed) { return keyed.sum(&Order::pieces); }),
            (Rows{"ink 1", "pen 10", "pen 2", "pen 7"}));
  EXPECT_EQ(run([](auto keyed) { return keyed.min(&Order::pieces); }),
            (Rows{"ink 1", "pen 2", "pen 2", "pen 2"}));
  EXPECT_EQ(run([](auto keyed) { return keyed.max(&Order::pieces); }),
            (Rows{"ink 1", "pen 2", "pen 5", "pen 5"}));
  EXPECT_EQ(run([](auto keyed) {
              return keyed.reduce([](const Order& a, const Order& b) {
                return Order{b.ts, a.item, a.pieces * b.pieces};
              });
            }),
            (Rows{"ink 1", "pen 10", "pen 2", "pen 30"}));
}

TEST(Running, TheWholeRowOfTheLeastAndTheLargest) {
  const auto times = [](auto&& fold) {
    Streams s;
    return s.out(fold(s.orders.key_by(&Order::item)).map([](const Order& o) {
      return o.item + "@" + std::to_string(o.ts.ms);
    }));
  };
  EXPECT_EQ(times([](auto keyed) { return keyed.max_by(&Order::pieces); }),
            (Rows{"ink@900", "pen@100", "pen@1200", "pen@1200"}));
  EXPECT_EQ(times([](auto keyed) { return keyed.min_by(&Order::pieces); }),
            (Rows{"ink@900", "pen@100", "pen@100", "pen@100"}));
}

TEST(Async, AnswersComeInTheOrderOfTheRowsOrNot) {
  const auto call = [](const Order& order, AsyncResult<std::string>& answer) {
    answer.complete_later({told(order) + " by call " + std::to_string(answer.attempt())});
  };
  const Rows expected = {"ink 1 by call 1", "pen 2 by call 1", "pen 3 by call 1",
                         "pen 5 by call 1"};
  Streams ordered;
  EXPECT_EQ(ordered.out(AsyncDataStream::ordered_wait<std::string>(ordered.orders, call)),
            expected);
  Streams unordered;
  EXPECT_EQ(unordered.out(AsyncDataStream::unordered_wait<std::string>(
                unordered.orders, call, {.timeout = seconds(60), .capacity = 2})),
            expected);
}

// The second call of a row succeeds. (Not the third: at the end of the input what waits is called
// once more at once, and then no more.)
TEST(Async, AFailedCallIsRepeated) {
  AsyncRetrySpec retry;
  retry.attempts = 1;
  retry.delay = milliseconds(5);
  retry.on_error = true;
  Streams s;
  EXPECT_EQ(s.out(AsyncDataStream::ordered_wait<std::string>(
                s.orders,
                [](const Order& order, AsyncResult<std::string>& answer) {
                  if (answer.attempt() < 2) return answer.fail("busy");
                  answer.complete({told(order) + " #" + std::to_string(answer.attempt())});
                },
                {.timeout = seconds(60), .retry = retry})),
            (Rows{"ink 1 #2", "pen 2 #2", "pen 3 #2", "pen 5 #2"}));
}

// The system answers after 50 ms; 10 are waited for.
struct Impatient {
  bool answers = true;
  void operator()(const Order& order, AsyncResult<std::string>& answer) const {
    answer.complete_later({told(order)});
  }
  void timeout(const Order& order, AsyncResult<std::string>& answer) const {
    if (answers) answer.complete({told(order) + " too late"});
  }
};
const AsyncOptions kImpatient = {
    .timeout = milliseconds(10), .least_latency = Duration{50}, .most_latency = Duration{50}};

TEST(Async, WhenTimeIsOutTheFunctionAnswers) {
  Streams s;
  EXPECT_EQ(s.out(AsyncDataStream::ordered_wait<std::string>(s.orders, Impatient{}, kImpatient)),
            (Rows{"ink 1 too late", "pen 2 too late", "pen 3 too late", "pen 5 too late"}));
}

// Or it leaves the call open, and what the system says then still counts.
TEST(Async, WhenTimeIsOutACallMayStayOpen) {
  Streams s;
  EXPECT_EQ(s.out(AsyncDataStream::ordered_wait<std::string>(s.orders, Impatient{.answers = false},
                                                             kImpatient)),
            (Rows{"ink 1", "pen 2", "pen 3", "pen 5"}));
}

TEST(Async, RepetitionsWithoutATimeoutAreAMistake) {
  Streams s;
  AsyncDataStream::ordered_wait<std::string>(
      s.orders, [](const Order& o, AsyncResult<std::string>& answer) { answer.complete({o.item}); },
      {.retry = AsyncRetrySpec{}})
      .print();
  EXPECT_EQ(s.env.finish().error(), "repetitions of async calls need a timeout");
}

// ---- windows and processes by functions of one's own ----

// What is sold in a window, and the first window of a key to the side.
class Sold : public ProcessWindow<std::string, Order, std::string> {
 public:
  void process(const std::vector<Order>& orders, Context& ctx) const {
    int64_t pieces = 0;
    for (const Order& order : orders) pieces += order.pieces;
    const int64_t before = ctx.state(total_).get().value_or(0);
    ctx.state(total_).update(before + pieces);
    const std::string text = ctx.key() + "@" + std::to_string(ctx.window().start) + " " +
                             std::to_string(pieces) + " of " + std::to_string(before + pieces);
    if (before == 0) ctx.emit_side(first_, text);
    ctx.emit(text);
  }

 private:
  GlobalState<int64_t> total_ = global_state<int64_t>("total");
  Side<std::string> first_ = side_output<std::string>("first");
};

TEST(OwnFunctions, AWindowFunctionSeesItsRowsItsWindowAndItsKey) {
  const auto sold = [](bool side) {
    Streams s;
    const OutputTag<Order> late{"late"};
    const DataStream<std::string> all = s.orders.key_by(&Order::item)
                                            .window(TumblingEventTimeWindows::of(seconds(1)))
                                            .side_output_late_data(late)
                                            .process(Sold());
    return s.out(side ? all.side_output(OutputTag<std::string>{"first"}) : all);
  };
  EXPECT_EQ(sold(false),
            (Rows{"ink@0 1 of 1", "pen@0 2 of 2", "pen@1000 5 of 7", "pen@2000 3 of 10"}));
  EXPECT_EQ(sold(true), (Rows{"ink@0 1 of 1", "pen@0 2 of 2"}));
}

struct Sums {
  int64_t sum = 0;
  int64_t n = 0;
};
LEAT_ROW(Sums, sum, n)
struct Average {
  Sums create_accumulator() const { return {}; }
  Sums add(const Order& order, const Sums& sums) const {
    return {sums.sum + order.pieces, sums.n + 1};
  }
  Sums merge(const Sums& a, const Sums& b) const { return {a.sum + b.sum, a.n + b.n}; }
  double get_result(const Sums& sums) const {
    return static_cast<double>(sums.sum) / static_cast<double>(sums.n);
  }
};
struct PerItem {
  std::string item;
  EventTime start;
  EventTime end;
  double average = 0;
  int64_t most = 0;
};
LEAT_ROW(PerItem, item, start, end, average, most)

TEST(OwnFunctions, AnAggregateStandsBesideThoseThatThereAre) {
  Streams s;
  EXPECT_EQ(s.out(s.orders.key_by(&Order::item)
                      .window(EventTimeSessionWindows::with_gap(milliseconds(1200)))
                      .aggregate<PerItem>(Average(), max(&Order::pieces))
                      .map([](const PerItem& p) {
                        return p.item + " " + std::to_string(static_cast<int64_t>(p.average * 10)) +
                               " " + std::to_string(p.most);
                      })),
            (Rows{"ink 10 1", "pen 30 3", "pen 35 5"}));
}

class Large : public UnkeyedProcess<Order, std::string> {
 public:
  void process(const Order& order, Context& ctx) const {
    if (order.pieces > 2) return ctx.emit(order.item + "@" + std::to_string(ctx.timestamp()->ms));
    ctx.emit_side(small_, order);
  }

 private:
  Side<Order> small_ = side_output<Order>("small");
};

TEST(OwnFunctions, AProcessWithoutAKey) {
  const auto rows = [](bool side) {
    Streams s;
    const DataStream<std::string> large = s.orders.process(Large());
    return s.out(side ? large.side_output(OutputTag<Order>{"small"}).map(told) : large);
  };
  EXPECT_EQ(rows(false), (Rows{"pen@1200", "pen@2500"}));
  EXPECT_EQ(rows(true), (Rows{"ink 1", "pen 2"}));
}

TEST(Placing, NodesSayWhereTheyRun) {
  StreamExecutionEnvironment env(durable());
  timed(env, "orders", kOrders)
      .partition_custom([](const Order& o, uint32_t channels) {
        return o.pieces % static_cast<int64_t>(channels);
      })
      .map(told)
      .uid("told")
      .slot_sharing_group("g")
      .start_new_chain()
      .set_max_parallelism(64)
      .sink_to(Sink::transactional("out"));
  const Result<StreamGraph> graph = env.finish();
  ASSERT_TRUE(graph.ok());
  const StreamNode& node = graph.value().nodes[2];
  EXPECT_EQ(node.uid, "told");
  EXPECT_EQ(node.slot_sharing_group, "g");
  EXPECT_EQ(node.chaining, ChainingStrategy::kHead);
  EXPECT_EQ(node.max_parallelism, 64u);
  EXPECT_EQ(node.inputs[0].partitioning, Partitioning::kCustom);
  EXPECT_EQ(committed(graph, "out"), (Rows{"ink 1", "pen 2", "pen 3", "pen 5"}));
}

}  // namespace
}  // namespace leat
