// Windows of C++ jobs, as the graph has them.
#include "core/api/windows.h"

#include <gtest/gtest.h>

#include "core/api/data_stream.h"

namespace leat {
namespace {

struct Click {
  EventTime ts;
  std::string user;
  int64_t page = 0;
};
LEAT_ROW(Click, ts, user, page)

struct Visit {
  std::string user;
  EventTime start;
  EventTime end;
  int64_t clicks = 0;
};
LEAT_ROW(Visit, user, start, end, clicks)

struct Count {
  std::string user;
  int64_t clicks = 0;
};
LEAT_ROW(Count, user, clicks)

TEST(Windows, BuildWhatTheyAreNamedFor) {
  const auto text = [](const WindowSpec& spec) { return describe(NodeSpec{spec}); };
  EXPECT_EQ(text(SlidingEventTimeWindows::of(seconds(10), seconds(5))), "sliding 10 s by 5 s");
  EXPECT_EQ(text(SlidingProcessingTimeWindows::of(seconds(10), seconds(5))),
            "sliding 10 s by 5 s of processing time");
  EXPECT_EQ(text(EventTimeSessionWindows::with_gap(seconds(5))), "session 5 s");
  EXPECT_EQ(text(GlobalWindows::create_with_end_of_stream_trigger()),
            "global, trigger end of stream");
  WindowSpec window = TumblingEventTimeWindows::of(minutes(1));
  window.trigger = PurgingTrigger::of(ContinuousEventTimeTrigger::of(seconds(10)));
  window.evictor = TimeEvictor::of(seconds(30), EvictorSpec::When::kAfter);
  EXPECT_EQ(text(window),
            "tumbling 1 min, trigger purging(every 10 s of event time), keep 30 s after");
  window.trigger = ProcessingTimeoutTrigger::of(CountTrigger::of(3), seconds(2));
  window.evictor = {};
  EXPECT_EQ(text(window), "tumbling 1 min, trigger count 3 or after 2 s");
}

TEST(Windows, AGapAndADeltaAreComputedFromTheRow) {
  const WindowSpec gap = EventTimeSessionWindows::with_dynamic_gap<Click>(
      [](const Click& click) { return seconds(click.page); });
  const TriggerSpec delta =
      DeltaTrigger::of<Click>(2, [](const Click& click) { return click.page * 2; });
  Row row(RowCodec<Click>::kWidth);
  RowCodec<Click>::encode({EventTime{1}, "ann", 7}, row);
  EXPECT_EQ(gap.gap_of->eval(row, std::nullopt), Value::integer(7000));
  EXPECT_EQ(delta.of->eval(row, std::nullopt), Value::number(14));
}

TEST(Windows, WhatCannotBeIsToldByFinish) {
  const auto error = [](const auto& change) {
    StreamExecutionEnvironment env;
    change(
        env,
        env.from_collection<Click>("clicks", {{EventTime{1}, "ann", 1}}, 1).key_by(&Click::user));
    return env.finish().error();
  };
  const auto windowed = [&](const WindowSpec& spec) {
    return error([&](auto&, const auto& keyed) {
      keyed.window(spec).template aggregate<Visit>(count()).print();
    });
  };
  EXPECT_EQ(windowed(TumblingEventTimeWindows::of(seconds(0))),
            "a window lasts longer than nothing");
  EXPECT_EQ(windowed(SlidingEventTimeWindows::of(seconds(1), seconds(0))),
            "sliding windows slide by more than nothing");
  EXPECT_EQ(windowed(EventTimeSessionWindows::with_gap(seconds(0))),
            "the gap between two sessions is longer than nothing");
  EXPECT_EQ(error([](auto& env, const auto&) { env.enable_checkpointing(milliseconds(0)); }),
            "the interval between two checkpoints is longer than nothing");
  EXPECT_EQ(error([](auto& env, const auto&) {
              env.get_checkpoint_config().set_min_pause_between_checkpoints(milliseconds(-1));
            }),
            "the pause between two checkpoints is not negative");
}

TEST(Windows, GlobalOnesHaveNoStartAndEnd) {
  StreamExecutionEnvironment env;
  const auto clicks = env.from_collection<Click>("clicks", {{EventTime{1}, "ann", 1}}, 1);
  clicks.key_by(&Click::user)
      .window(EventTimeSessionWindows::with_gap(seconds(2)))
      .trigger(CountTrigger::of(2))
      .aggregate<Visit>(count())
      .sink_to(Sink::transactional("visits"));
  clicks.key_by(&Click::user)
      .count_window(3, 1)
      .aggregate<Count>(count())
      .sink_to(Sink::transactional("counts"));
  const Result<StreamGraph> graph = env.finish();
  ASSERT_TRUE(graph.ok()) << graph.error();
  EXPECT_EQ(describe(graph.value().nodes[1].spec), "session 2 s, trigger count 2");
  EXPECT_EQ(graph.value().nodes[1].output.width(), 4u);
}

}  // namespace
}  // namespace leat
