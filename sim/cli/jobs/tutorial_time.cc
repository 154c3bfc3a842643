#include "core/api/data_stream.h"
#include "sim/cli/jobs/tutorial_jobs.h"

namespace leat {

namespace {

struct TimestampedEvent {
  std::string value;
  int64_t timestamp = 0;  // s since 1970
};
LEAT_ROW(TimestampedEvent, value, timestamp)

struct EventCount {
  std::string value;
  EventTime start;
  EventTime end;
  int64_t events = 0;
};
LEAT_ROW(EventCount, value, start, end, events)

constexpr int64_t kNewYear2022 = 1'640'995'200;

EventTime time_of(const TimestampedEvent& event) { return EventTime{event.timestamp * 1000}; }

// Two kinds of event, one a second; every third is seven seconds old when it comes.
TimestampedEvent out_of_order(int64_t i) {
  return {i % 2 == 0 ? "even" : "odd", kNewYear2022 + i - (i % 3 == 2 ? 7 : 0)};
}
TimestampedEvent in_order(int64_t i) { return {i % 2 == 0 ? "even" : "odd", kNewYear2022 + i}; }

void count_per_ten_seconds(const DataStream<TimestampedEvent>& events, WindowSpec windows) {
  events.key_by(&TimestampedEvent::value)
      .window(std::move(windows))
      .aggregate<EventCount>(count())
      .print();
}

// The time that the events carry; watermarks say how far it is.
Result<StreamGraph> event_time(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  const auto events = env.from_collection<TimestampedEvent>(
      {{"event", kNewYear2022}, {"event", kNewYear2022 + 60}, {"event", kNewYear2022 + 120}});
  count_per_ten_seconds(
      events.assign_timestamps_and_watermarks(
          WatermarkStrategy<TimestampedEvent>::for_monotonous_timestamps().with_timestamp_assigner(
              time_of)),
      TumblingEventTimeWindows::of(seconds(10)));
  return env.execute("Event time");
}

// The time of the machine's clock when an event is looked at.
Result<StreamGraph> processing_time(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  count_per_ten_seconds(env.generate("events", 40, seconds(1), in_order),
                        TumblingProcessingTimeWindows::of(seconds(10)));
  return env.execute("Processing time");
}

// Eight events of one user, a second apart, then of the next: a session ends when its user has said
// nothing for five seconds of the machine's clock.
Result<StreamGraph> processing_session(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  env.generate("visits", 40, seconds(1),
               [](int64_t i) {
                 return TimestampedEvent{"user-" + std::to_string(i / 8), kNewYear2022 + i};
               })
      .key_by(&TimestampedEvent::value)
      .window(ProcessingTimeSessionWindows::with_gap(seconds(5)))
      .aggregate<EventCount>(count())
      .print();
  return env.execute("Sessions of processing time");
}

// The time when an event came into the job: it stays with the event, and watermarks follow it.
Result<StreamGraph> ingestion_time(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  count_per_ten_seconds(env.generate("events", 40, seconds(1), in_order)
                            .assign_timestamps_and_watermarks(
                                WatermarkStrategy<TimestampedEvent>::for_monotonous_timestamps()
                                    .with_timestamp_assigner(IngestionTimeAssigner{})),
                        TumblingEventTimeWindows::of(seconds(10)));
  return env.execute("Ingestion time");
}

Result<StreamGraph> ascending(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  count_per_ten_seconds(env.generate("events", 40, milliseconds(100), in_order)
                            .assign_timestamps_and_watermarks(
                                WatermarkStrategy<TimestampedEvent>::for_monotonous_timestamps()
                                    .with_timestamp_assigner(time_of)),
                        TumblingEventTimeWindows::of(seconds(10)));
  return env.execute("Ascending timestamps");
}

Result<StreamGraph> bounded(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  count_per_ten_seconds(
      env.generate("events", 40, milliseconds(100), out_of_order)
          .assign_timestamps_and_watermarks(
              WatermarkStrategy<TimestampedEvent>::for_bounded_out_of_orderness(seconds(10))
                  .with_timestamp_assigner(time_of)),
      TumblingEventTimeWindows::of(seconds(10)));
  return env.execute("Bounded out-of-orderness");
}

}  // namespace

void add_time(JobRegistry& jobs) {
  jobs["tutorial_event_time"] = event_time;
  jobs["tutorial_processing_time"] = processing_time;
  jobs["tutorial_processing_session"] = processing_session;
  jobs["tutorial_ingestion_time"] = ingestion_time;
  jobs["tutorial_ascending"] = ascending;
  jobs["tutorial_bounded"] = bounded;
}

}  // namespace leat
