// Each attempt of a subtask calls a copy of its own of the pristine function. So what a function
// remembers where no checkpoint does is lost with the attempt, as in Flink.
#include <gtest/gtest.h>

#include "alone.h"

namespace leat {
namespace {

using Told = std::vector<std::string>;

struct CountingMap final : MapFunction {
  void map(RowView, Timestamp, std::span<Value> out) const override {
    out[0] = Value::integer(++calls);
  }
  std::unique_ptr<MapFunction> clone() const override {
    return std::make_unique<CountingMap>(*this);
  }
  mutable int64_t calls = 0;
};

struct EverySecond final : FilterFunction {
  bool keep(RowView) const override { return ++calls % 2 == 0; }
  std::unique_ptr<FilterFunction> clone() const override {
    return std::make_unique<EverySecond>(*this);
  }
  mutable int64_t calls = 0;
};

struct CountingFlatMap final : FlatMapFunction {
  void flat_map(RowView, Timestamp, Collector& out) const override {
    const Row row = {Value::integer(++calls)};
    out.collect(row);
  }
  std::unique_ptr<FlatMapFunction> clone() const override {
    return std::make_unique<CountingFlatMap>(*this);
  }
  mutable int64_t calls = 0;
};

struct CountingProcess final : KeyedProcessFunction {
  std::vector<StateDescriptor> states() const override { return {}; }
  void process(RowView, ProcessContext& ctx) const override {
    const Row row = {Value::integer(++calls)};
    ctx.emit(row);
  }
  std::unique_ptr<KeyedProcessFunction> clone() const override {
    return std::make_unique<CountingProcess>(*this);
  }
  mutable int64_t calls = 0;
};

StreamNode node_of(NodeSpec spec) {
  StreamNode node;
  node.name = "f";
  node.keyed = std::holds_alternative<KeyedProcessSpec>(spec);
  if (node.keyed) node.key_fields = {0};
  node.output.fields = {{"n", ValueType::kInt}};
  node.spec = std::move(spec);
  return node;
}

void expect_copies(const StreamNode& node, const Told& first, const Told& second) {
  const auto two_rows = [](Alone& attempt) {
    Told told = attempt.row({Value::integer(7)}, EventTime{1});
    for (std::string& line : attempt.row({Value::integer(7)}, EventTime{1}))
      told.push_back(std::move(line));
    return told;
  };
  Alone attempt(node);
  Alone beside(node);
  attempt.open();
  beside.open();
  EXPECT_EQ(two_rows(attempt), first);
  EXPECT_EQ(two_rows(beside), first) << "subtasks of one process share a function";
  EXPECT_NE(two_rows(attempt), second) << "the function does not remember: it tests nothing";
  attempt.restart(attempt.snapshot());
  EXPECT_EQ(two_rows(attempt), first) << "an attempt has what an earlier one remembered";
}

TEST(FreshFunctions, EachAttemptHasItsOwn) {
  const Told counted = {"1 @1", "2 @1"};
  expect_copies(node_of(MapSpec{std::make_shared<CountingMap>(), "f"}), counted, counted);
  expect_copies(node_of(FlatMapSpec{std::make_shared<CountingFlatMap>(), "f"}), counted, counted);
  expect_copies(node_of(KeyedProcessSpec{std::make_shared<CountingProcess>(), "f"}), counted,
                counted);
  Alone attempt(node_of(FilterSpec{std::make_shared<EverySecond>(), "f"}));
  EXPECT_EQ(attempt.row({Value::integer(7)}, EventTime{1}), Told{});
  attempt.restart(attempt.snapshot());
  EXPECT_EQ(attempt.row({Value::integer(7)}, EventTime{1}), Told{});
  EXPECT_EQ(attempt.row({Value::integer(7)}, EventTime{1}), Told{"7 @1"});
}

}  // namespace
}  // namespace leat
