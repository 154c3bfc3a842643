#include <gtest/gtest.h>

#include "alone.h"
#include "core/operators/keyed_process_operator.h"

namespace leat {
namespace {

using Told = std::vector<std::string>;

// Rows [k, command, t]. Emits [k, what, t].
class Script final : public KeyedProcessFunction {
 public:
  std::vector<StateDescriptor> states() const override { return {{"count"}}; }
  void process(RowView in, ProcessContext& ctx) const override {
    const std::string_view command = in[1].as_text();
    const int64_t time = in[2].as_int();
    if (command == "et") ctx.register_timer(EventTime{time});
    if (command == "del_et") ctx.delete_timer(EventTime{time});
    if (command == "pt") ctx.register_timer(ProcTime{time});
    if (command == "side") ctx.emit_side(0, in);
    if (command == "count") {
      const Value count = ctx.value(0).get();
      ctx.value(0).update(Value::integer(count.is_null() ? 1 : count.as_int() + 1));
      ctx.emit(Row{ctx.key()[0], in[1], ctx.value(0).get()});
    }
  }
  void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx) const override {
    ctx.emit(Row{ctx.key()[0], Value::text(domain == TimeDomain::kEvent ? "et" : "pt"),
                 Value::integer(time)});
    if (time == 10) ctx.register_timer(EventTime{15});
  }
  std::unique_ptr<KeyedProcessFunction> clone() const override {
    return std::make_unique<Script>();
  }
};

StreamNode node() {
  StreamNode node;
  node.name = "p";
  node.keyed = true;
  node.key_fields = {0};
  node.output.fields.resize(3);
  node.sides = {{"side", node.output}};
  KeyedProcessSpec spec;
  spec.function = std::make_shared<Script>();
  node.spec = std::move(spec);
  return node;
}

Row command(const char* key, const char* what, int64_t time) {
  return {Value::text(key), Value::text(what), Value::integer(time)};
}

TEST(KeyedProcess, ATimerThatATimerSetsFiresInTheSamePassBeforeTheWatermark) {
  Alone p(node());
  p.open();
  p.row(command("a", "et", 10), EventTime{1});
  EXPECT_EQ(p.watermark(20), (Told{"a et 10 @10", "a et 15 @15", "W 20"}));
}

TEST(KeyedProcess, ATimerSetBehindTheWatermarkWaitsForTheNext) {
  Alone p(node());
  p.open();
  p.watermark(20);
  EXPECT_EQ(p.row(command("a", "et", 12), EventTime{1}), Told{});
  EXPECT_EQ(p.watermark(21), (Told{"a et 12 @12", "W 21"}));
}

TEST(KeyedProcess, ADeletedTimerDoesNotFire) {
  Alone p(node());
  p.open();
  for (int i = 0; i < 3; ++i) p.row(command("a", "et", 5), EventTime{1});
  p.row(command("a", "del_et", 5), EventTime{1});
  EXPECT_EQ(p.watermark(9), Told{"W 9"});
}

TEST(KeyedProcess, AProcessingTimerFiresAfterItsTimeAndWithoutATimestamp) {
  Alone p(node());
  p.open();
  p.row(command("a", "pt", 100), EventTime{1});
  EXPECT_EQ(p.clock(100), Told{});
  EXPECT_EQ(p.clock(101), Told{"a pt 100 @-"});
  EXPECT_EQ(p.row(command("b", "pt", 50), EventTime{1}), Told{"b pt 50 @-"});
}

TEST(KeyedProcess, ARowWithoutATimestampHasMinOnASideOutput) {
  Alone p(node());
  p.open();
  EXPECT_EQ(p.row(command("a", "side", 1), std::nullopt),
            Told{"side: a side 1 @-9223372036854775808"});
}

TEST(KeyedProcess, StateAndTimersOfBothDomainsSurviveARestore) {
  Alone p(node());
  p.open();
  p.row(command("a", "count", 0), EventTime{1});
  p.row(command("a", "et", 7), EventTime{1});
  p.row(command("b", "pt", 30), EventTime{1});
  p.clock(31);  // b's timer has fired
  p.row(command("b", "pt", 60), EventTime{1});
  const Bytes bytes = p.snapshot();
  p.restart(bytes);
  EXPECT_EQ(p.snapshot(), bytes);
  EXPECT_EQ(p.open(), Told{});
  EXPECT_EQ(p.row(command("a", "count", 0), EventTime{2}), Told{"a count 2 @2"});
  EXPECT_EQ(p.watermark(7), (Told{"a et 7 @7", "W 7"}));
  EXPECT_EQ(p.clock(61), Told{"b pt 60 @-"});
  EXPECT_EQ(dynamic_cast<KeyedProcessOperator&>(p.op()).held(), 1u);
}

TEST(KeyedProcess, AnOverdueProcessingTimerFiresWhenItIsRestored) {
  Alone p(node());
  p.open();
  p.row(command("a", "pt", 30), EventTime{1});
  const Bytes bytes = p.snapshot();
  p.clock(200);
  p.restart(bytes);
  EXPECT_EQ(p.open(), Told{"a pt 30 @-"});
}

TEST(KeyedProcess, ASideOutputThatIsNotThereFailsTheJob) {
  StreamNode without = node();
  without.sides.clear();
  Alone p(without);
  p.open();
  EXPECT_THROW(p.row(command("a", "side", 1), EventTime{1}), JobError);
}

}  // namespace
}  // namespace leat
