// Functions behind a window's aggregate or reduction, what a window keeps of its rows, and
// functions of two inputs without keys: each job commits what its definition says, under faults
// too.
#include <gtest/gtest.h>

#include "core/api/data_stream.h"
#include "tests/core/api/run_job.h"

namespace leat {
namespace {

struct Sale {
  EventTime ts;
  std::string item;
  int64_t pieces = 0;
};
LEAT_ROW(Sale, ts, item, pieces)

struct Limit {
  std::string item;
  int64_t most = 0;
};
LEAT_ROW(Limit, item, most)

using Rows = std::vector<std::string>;

std::string told(const Sale& sale) {
  return sale.item + " " + std::to_string(sale.pieces) + "@" + std::to_string(sale.ts.ms);
}

// Two windows of ten seconds.
struct Sales {
  StreamExecutionEnvironment env{durable()};
  DataStream<Sale> sales =
      env.from_collection<Sale>("sales",
                                {{EventTime{100}, "pen", 2},
                                 {EventTime{900}, "ink", 1},
                                 {EventTime{1200}, "pen", 5},
                                 {EventTime{2500}, "pen", 3},
                                 {EventTime{3000}, "ink", 1},
                                 {EventTime{12000}, "pen", 4}},
                                1)
          .assign_timestamps_and_watermarks(
              WatermarkStrategy<Sale>::punctuated(Duration{0}).with_timestamp_assigner(&Sale::ts))
          .set_parallelism(1);
  WindowedStream<Sale> by_item() const {
    return sales.key_by(&Sale::item).window(TumblingEventTimeWindows::of(seconds(10)));
  }
  Rows out(const DataStream<std::string>& stream) {
    stream.sink_to(Sink::transactional("out"));
    return committed(env.finish(), "out");
  }
  Rows out(const DataStream<Sale>& stream) { return out(stream.map(told)); }
};

// ---- behind what a window keeps ----

class Labelled : public ProcessWindow<std::string, int64_t, std::string> {
 public:
  void process(const std::vector<int64_t>& results, Context& ctx) const {
    ctx.emit(ctx.key() + " " + std::to_string(results.front()) + " from " +
             std::to_string(ctx.window().start) + ", of " + std::to_string(results.size()));
  }
};

TEST(WindowResults, AFunctionBehindAnAggregateSeesTheOneResult) {
  Sales s;
  EXPECT_EQ(s.out(s.by_item().aggregate(sum(&Sale::pieces), Labelled())),
            (Rows{"ink 2 from 0, of 1", "pen 10 from 0, of 1", "pen 4 from 10000, of 1"}));
}

struct Product {
  int64_t create_accumulator() const { return 1; }
  int64_t add(const Sale& sale, int64_t so_far) const { return so_far * sale.pieces; }
  int64_t merge(int64_t a, int64_t b) const { return a * b; }
  int64_t get_result(int64_t product) const { return product; }
};

TEST(WindowResults, SoItDoesBehindAnAggregateOfOnesOwn) {
  Sales s;
  EXPECT_EQ(s.out(s.by_item().aggregate(Product(), Labelled())),
            (Rows{"ink 1 from 0, of 1", "pen 30 from 0, of 1", "pen 4 from 10000, of 1"}));
}

TEST(WindowResults, AFunctionOfAnotherTypeThanTheResultIsAMistake) {
  Sales s;
  s.by_item().aggregate(collect(&Sale::pieces), Labelled()).print();
  EXPECT_EQ(s.env.finish().error(),
            "the function behind a window's aggregate takes another type than its result");
}

// With a side output, as any window function.
class Largest : public ProcessWindow<std::string, Sale, std::string> {
 public:
  Side<std::string> windows = side_output<std::string>("windows");
  void process(const std::vector<Sale>& kept, Context& ctx) const {
    ctx.emit(told(kept.front()) + " of " + std::to_string(kept.size()));
    ctx.emit_side(windows, std::to_string(ctx.window().end));
  }
};

TEST(WindowResults, AFunctionBehindAReductionSeesTheOneRow) {
  const auto larger = [](const Sale& a, const Sale& b) { return b.pieces > a.pieces ? b : a; };
  Sales s;
  const auto answers = s.by_item().reduce(larger, Largest());
  answers.side_output(OutputTag<std::string>{"windows"}).print();
  EXPECT_EQ(s.out(answers), (Rows{"ink 1@900 of 1", "pen 4@12000 of 1", "pen 5@1200 of 1"}));
}

// ---- rows that a window keeps ----

TEST(WindowResults, TheLeastAndTheLargestOfAMember) {
  Sales least;
  EXPECT_EQ(least.out(least.by_item().min(&Sale::pieces)),
            (Rows{"ink 1@900", "pen 2@100", "pen 4@12000"}));
  Sales largest;
  EXPECT_EQ(largest.out(largest.by_item().max(&Sale::pieces)),
            (Rows{"ink 1@900", "pen 4@12000", "pen 5@100"}));
}

TEST(WindowResults, TheWholeRowOfTheLeastAndTheLargest) {
  Sales least;
  EXPECT_EQ(least.out(least.by_item().min_by(&Sale::pieces)),
            (Rows{"ink 1@900", "pen 2@100", "pen 4@12000"}));
  Sales largest;
  EXPECT_EQ(largest.out(largest.by_item().max_by(&Sale::pieces)),
            (Rows{"ink 1@900", "pen 4@12000", "pen 5@1200"}));
  Sales last;
  EXPECT_EQ(last.out(last.by_item().max_by(&Sale::pieces, RunningAggregateSpec::Ties::kLast)),
            (Rows{"ink 1@3000", "pen 4@12000", "pen 5@1200"}));
}

TEST(WindowResults, AFullWindowAnswersAtTheEndOfTheInput) {
  Sales s;
  EXPECT_EQ(s.out(s.sales.key_by(&Sale::item).full_window_partition().sum(&Sale::pieces)),
            (Rows{"ink 2@900", "pen 14@100"}));
}

// ---- two inputs without keys ----

class Told : public UnkeyedCoProcess<Sale, Limit, std::string> {
 public:
  void process_first(const Sale& sale, Context& ctx) const { ctx.emit(told(sale)); }
  void process_second(const Limit& limit, Context& ctx) const {
    ctx.emit(limit.item + " at most " + std::to_string(limit.most));
  }
};

TEST(TwoUnkeyedInputs, AFunctionSeesTheRowsOfBoth) {
  Sales s;
  const auto limits = s.env.from_collection<Limit>("limits", {{"pen", 4}});
  EXPECT_EQ(s.out(s.sales.connect(limits).process(Told())),
            (Rows{"ink 1@3000", "ink 1@900", "pen 2@100", "pen 3@2500", "pen 4@12000", "pen 5@1200",
                  "pen at most 4"}));
}

// Each of the two subtasks is told of each rule, and holds it.
class Limited : public UnkeyedBroadcastProcess<Sale, Limit, std::string> {
 public:
  void process(const Sale& sale, Context& ctx) const {
    ctx.emit(ctx.rules(limits_).get("no such").has_value() ? "?" : sale.item);
  }
  void process_broadcast(const Limit& limit, BroadcastSide& side) const {
    side.rules(limits_).put(limit.item, limit.most);
    side.emit(limit.item + " at most " +
              std::to_string(side.rules(limits_).get(limit.item).value_or(-1)));
  }

 private:
  Rules<std::string, int64_t> limits_ = broadcast_state<std::string, int64_t>("limits");
};

TEST(TwoUnkeyedInputs, RulesReachEverySubtask) {
  Sales s;
  const auto limits = s.env.from_collection<Limit>("limits", {{"pen", 4}});
  EXPECT_EQ(s.out(s.sales.connect(limits.broadcast()).process(Limited())),
            (Rows{"ink", "ink", "pen", "pen", "pen", "pen", "pen at most 4", "pen at most 4"}));
}

TEST(TwoUnkeyedInputs, RulesThatAreNotBroadcastAreAMistake) {
  Sales s;
  const auto limits = s.env.from_collection<Limit>("limits", {{"pen", 4}});
  s.sales.connect(limits).process(Limited()).print();
  EXPECT_EQ(s.env.finish().error(),
            "a broadcast function needs rules.broadcast() as its second stream");
}

TEST(Watermarks, PunctuatedOnesComeWithEachRecord) {
  const auto strategy = WatermarkStrategy<Sale>::punctuated(Duration{7});
  EXPECT_EQ(strategy.watermark().kind, WatermarkSpec::Kind::kPunctuated);
  EXPECT_EQ(strategy.watermark().bound, Duration{7});
}

}  // namespace
}  // namespace leat
