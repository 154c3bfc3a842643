// Joins against their definition, and across a restore.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "alone.h"

namespace leat {
namespace {

// Rows are [key, number]; a pair is [key, left's number, right's number].
Row pair_of(RowView left, RowView right) { return {left[0], left[1], right[1]}; }

class Pairs final : public ProcessJoinFunction {
 public:
  void process(RowView left, RowView right, JoinContext& ctx) const override {
    ctx.emit(pair_of(left, right));
  }
  std::unique_ptr<ProcessJoinFunction> clone() const override { return std::make_unique<Pairs>(); }
};

class WindowPairs final : public JoinFunction {
 public:
  void join(RowView left, RowView right, Collector& out) const override {
    out.collect(pair_of(left, right));
  }
  std::unique_ptr<JoinFunction> clone() const override { return std::make_unique<WindowPairs>(); }
};

StreamNode keyed(NodeSpec spec) {
  StreamNode node;
  node.name = "join";
  node.keyed = true;
  node.key_fields = {0};
  node.second_key_fields = {0};
  node.output.fields.resize(3);
  node.spec = std::move(spec);
  return node;
}

StreamNode interval(int64_t lower, int64_t upper) {
  IntervalJoinSpec spec;
  spec.lower = {lower};
  spec.upper = {upper};
  spec.function = std::make_shared<Pairs>();
  return keyed(std::move(spec));
}

StreamNode tumbling_join(int64_t size) {
  WindowJoinSpec spec;
  spec.window.size = {size};
  spec.function = std::make_shared<WindowPairs>();
  return keyed(std::move(spec));
}

Row row(const char* key, int64_t number) { return {Value::text(key), Value::integer(number)}; }

using Lines = std::vector<std::string>;

TEST(IntervalJoin, PairsCarryTheLaterTimestamp) {
  Alone join(interval(-1, 2));
  join.open();
  EXPECT_EQ(join.row(row("a", 1), EventTime{10}), Lines{});
  EXPECT_EQ(join.row(row("a", 2), EventTime{12}, 1), Lines{"a 1 2 @12"});
  EXPECT_EQ(join.row(row("a", 3), EventTime{13}, 1), Lines{});
  EXPECT_EQ(join.row(row("b", 4), EventTime{12}, 1), Lines{});
}

TEST(IntervalJoin, ARowAtTheWatermarkIsNotLateOneBelowIs) {
  Alone join(interval(0, 5));
  join.open();
  join.row(row("a", 1), EventTime{10});
  join.watermark(12);
  EXPECT_EQ(join.row(row("a", 2), EventTime{12}, 1), Lines{"a 1 2 @12"});
  EXPECT_EQ(join.row(row("a", 3), EventTime{11}, 1), Lines{});
}

TEST(IntervalJoin, ARowWithoutATimestampFailsTheJob) {
  Alone join(interval(0, 5));
  join.open();
  EXPECT_THROW(join.row(row("a", 1), std::nullopt), JobError);
}

TEST(IntervalJoin, WaitingRowsSurviveARestore) {
  Alone join(interval(0, 5));
  join.open();
  join.row(row("a", 1), EventTime{10});
  join.restart(join.snapshot());
  join.open();
  EXPECT_EQ(join.row(row("a", 2), EventTime{15}, 1), Lines{"a 1 2 @15"});
}

struct Arrival {
  uint32_t input;
  std::string key;
  int64_t number;
  int64_t time;
};

std::vector<Arrival> arrivals() {
  std::vector<Arrival> all;
  const auto count = *rc::gen::inRange(0, 40);
  for (int i = 0; i < count; ++i) {
    const auto input = *rc::gen::inRange<uint32_t>(0, 2);
    const char* key = *rc::gen::element("a", "b");
    all.push_back({input, key, i, *rc::gen::inRange<int64_t>(-20, 20)});
  }
  return all;
}

// All lines of rows, sorted; the watermark before each row is behind it and those still to come, so
// that nothing is late, and what is over is cleaned up on the way.
Lines run(StreamNode node, const std::vector<Arrival>& all) {
  Alone join(std::move(node));
  join.open();
  Lines lines;
  const auto add = [&](Lines more) {
    for (std::string& line : more) {
      if (line.find('@') != std::string::npos) lines.push_back(std::move(line));
    }
  };
  for (size_t i = 0; i < all.size(); ++i) {
    int64_t least = all[i].time;
    for (size_t j = i; j < all.size(); ++j) least = std::min(least, all[j].time);
    add(join.watermark(least - 1));
    if (i == all.size() / 2) {
      join.restart(join.snapshot());
      add(join.open());
      add(join.watermark(least - 1));
    }
    add(join.row(row(all[i].key.c_str(), all[i].number), EventTime{all[i].time}, all[i].input));
  }
  add(join.watermark(1000));
  std::sort(lines.begin(), lines.end());
  return lines;
}

template <class Matches>
Lines defined(const std::vector<Arrival>& all, Matches&& time_of_pair) {
  Lines lines;
  for (const Arrival& left : all) {
    for (const Arrival& right : all) {
      if (left.input != 0 || right.input != 1 || left.key != right.key) continue;
      const std::optional<int64_t> time = time_of_pair(left.time, right.time);
      if (!time) continue;
      lines.push_back(left.key + " " + std::to_string(left.number) + " " +
                      std::to_string(right.number) + " @" + std::to_string(*time));
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

RC_GTEST_PROP(IntervalJoin, IsAllPairsWithinTheBounds, ()) {
  const auto lower = *rc::gen::inRange<int64_t>(-8, 8);
  const auto upper = lower + *rc::gen::inRange<int64_t>(0, 8);
  const std::vector<Arrival> all = arrivals();
  const Lines expected = defined(all, [&](int64_t left, int64_t right) -> std::optional<int64_t> {
    if (right < left + lower || right > left + upper) return std::nullopt;
    return std::max(left, right);
  });
  RC_ASSERT(run(interval(lower, upper), all) == expected);
}

RC_GTEST_PROP(WindowJoin, IsAllPairsOfOneWindow, ()) {
  const auto size = *rc::gen::inRange<int64_t>(1, 12);
  const std::vector<Arrival> all = arrivals();
  const auto window = [&](int64_t time) { return (time + 1000 * size) / size; };
  const Lines expected = defined(all, [&](int64_t left, int64_t right) -> std::optional<int64_t> {
    if (window(left) != window(right)) return std::nullopt;
    return (window(left) - 1000 + 1) * size - 1;
  });
  RC_ASSERT(run(tumbling_join(size), all) == expected);
}

}  // namespace
}  // namespace leat
