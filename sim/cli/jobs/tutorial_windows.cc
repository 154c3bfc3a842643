#include "core/api/data_stream.h"
#include "sim/cli/jobs/tutorial_jobs.h"

namespace leat {

namespace {

struct LogEntry {
  std::string user_id;
  std::string action;
  int64_t at = 0;  // s
};
LEAT_ROW(LogEntry, user_id, action, at)

struct ActionCount {
  std::string user_id;
  EventTime start;
  EventTime end;
  int64_t actions = 0;
};
LEAT_ROW(ActionCount, user_id, start, end, actions)

// user1 acts each second for ten seconds, and pauses for as long; user2 acts every fourth second.
LogEntry entry(int64_t i) {
  const bool other = i % 4 == 3;
  return {other ? "user2" : "user1", i % 2 == 0 ? "view" : "click", i + (i / 10) * 10};
}

DataStream<LogEntry> log(StreamExecutionEnvironment& env) {
  return env.generate("log", 40, seconds(1), entry);
}

// Rows of one user go to one subtask, in their order.
Result<StreamGraph> keyed_log(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  env.from_collection<LogEntry>(
         {{"user1", "login", 0}, {"user2", "view", 60}, {"user1", "logout", 120}})
      .key_by(&LogEntry::user_id)
      .print();
  return env.execute("Keyed log");
}

Result<StreamGraph> tumbling(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  log(env)
      .key_by(&LogEntry::user_id)
      .window(TumblingProcessingTimeWindows::of(seconds(10)))
      .aggregate<ActionCount>(count())
      .print();
  return env.execute("Tumbling windows");
}

Result<StreamGraph> sliding(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  log(env)
      .key_by(&LogEntry::user_id)
      .window(SlidingProcessingTimeWindows::of(seconds(10), seconds(5)))
      .aggregate<ActionCount>(count())
      .print();
  return env.execute("Sliding windows");
}

// By the entries' own times, so that the pauses of a user are what ends his sessions.
Result<StreamGraph> session(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  env.generate("log", 40, milliseconds(100), entry)
      .assign_timestamps_and_watermarks(
          WatermarkStrategy<LogEntry>::for_monotonous_timestamps().with_timestamp_assigner(
              [](const LogEntry& e) { return EventTime{e.at * 1000}; }))
      .key_by(&LogEntry::user_id)
      .window(EventTimeSessionWindows::with_gap(seconds(5)))
      .aggregate<ActionCount>(count())
      .print();
  return env.execute("Session windows");
}

}  // namespace

void add_windows(JobRegistry& jobs) {
  jobs["tutorial_keyed_log"] = keyed_log;
  jobs["tutorial_tumbling"] = tumbling;
  jobs["tutorial_sliding"] = sliding;
  jobs["tutorial_session"] = session;
}

}  // namespace leat
