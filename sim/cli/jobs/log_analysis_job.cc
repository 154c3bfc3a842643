#include "sim/cli/jobs/log_analysis_job.h"

#include <algorithm>

#include "core/api/data_stream.h"
#include "sim/cli/jobs/log_event.h"

namespace leat {

namespace {

constexpr int64_t kDay = 86'400;  // s
constexpr int64_t kMinute = 60;
constexpr int64_t kFailuresOfAnAlert = 5;
constexpr Duration kOutOfOrder = seconds(10);

struct LogLine {
  std::string line;
};
LEAT_ROW(LogLine, line)

struct Alert {
  std::string user_id;
  std::string message;
  int64_t timestamp = 0;
};
LEAT_ROW(Alert, user_id, message, timestamp)

struct UserMetrics {
  std::string user_id;
  int64_t timestamp = 0;
  int64_t session_duration = 0;  // s
  std::map<std::string, int64_t> action_counts;
};
LEAT_ROW(UserMetrics, user_id, timestamp, session_duration, action_counts)

class AnomalyDetector : public KeyedProcess<std::string, LogEvent, Alert> {
 public:
  void process(const LogEvent& event, Context& ctx) const {
    auto failures = ctx.state(failures_);
    if (event.action == "login_failed") {
      const int64_t count = failures.get().value_or(0) + 1;
      failures.update(count);
      if (count < kFailuresOfAnAlert) return;
      ctx.emit({event.user_id, "Multiple failed login attempts: " + std::to_string(count),
                event.timestamp});
      failures.clear();
    } else if (event.action == "login_success") {
      failures.clear();
      ctx.state(last_login_).update(event.timestamp);
    } else if (event.action == "view" || event.action == "purchase" || event.action == "download") {
      const auto login = ctx.state(last_login_).get();
      if (login && event.timestamp - *login > kDay)
        ctx.emit(
            {event.user_id, "Activity after long inactivity: " + event.action, event.timestamp});
    }
  }

 private:
  State<int64_t> failures_ = value_state<int64_t>("failed_logins");
  State<int64_t> last_login_ = value_state<int64_t>("last_login");
};

class UserMetricsCalculator : public KeyedProcess<std::string, LogEvent, UserMetrics> {
 public:
  void process(const LogEvent& event, Context& ctx) const {
    auto counts = ctx.state(counts_);
    counts.put(event.action, counts.get(event.action).value_or(0) + 1);
    auto duration = ctx.state(duration_);
    if (const auto last = ctx.state(last_).get())
      duration.update(duration.get().value_or(0) + event.timestamp - *last);
    ctx.state(last_).update(event.timestamp);
    if (event.timestamp % kMinute != 0) return;
    ctx.emit({event.user_id, event.timestamp, duration.get().value_or(0), counts.entries()});
  }

 private:
  Map<std::string, int64_t> counts_ = map_state<std::string, int64_t>("action_counts");
  State<int64_t> duration_ = value_state<int64_t>("session_duration");
  State<int64_t> last_ = value_state<int64_t>("last_action_time");
};

// Keeps a user's events until the watermark has passed them, and hands them on in their order.
class InOrder : public KeyedProcess<std::string, LogEvent, LogEvent> {
 public:
  Side<LogEvent> late = side_output<LogEvent>("late");

  void process(const LogEvent& event, Context& ctx) const {
    const EventTime time = *ctx.timestamp();
    if (time <= ctx.watermark()) return ctx.emit_side(late, event);
    ctx.state(waiting_).add(event);
    ctx.register_timer(time);
  }
  void on_timer(EventTime time, Context& ctx) const {
    std::vector<LogEvent> due;
    std::vector<LogEvent> later;
    for (LogEvent& event : ctx.state(waiting_).get())
      (event.timestamp * 1000 <= time.ms ? due : later).push_back(std::move(event));
    std::sort(due.begin(), due.end(), happened_before);
    for (const LogEvent& event : due) ctx.emit(event);
    ctx.state(waiting_).update(later);
  }

 private:
  List<LogEvent> waiting_ = list_state<LogEvent>("waiting");
};

// How many there were so far, with each one.
class Counter : public KeyedProcess<int64_t, LogLine, int64_t> {
 public:
  void process(const LogLine&, Context& ctx) const {
    const int64_t count = ctx.state(count_).get().value_or(0) + 1;
    ctx.state(count_).update(count);
    ctx.emit(count);
  }

 private:
  State<int64_t> count_ = value_state<int64_t>("count");
};

// The events of the log, with their times; what is none goes aside and is counted, and the job goes
// on.
DataStream<LogEvent> parsed_log(StreamExecutionEnvironment& env) {
  const OutputTag<LogLine> unparsable{"unparsable"};
  const auto lines =
      env.source<LogLine>("logs")
          .split([](const LogLine& log) { return !parse_log_event(log.line); }, unparsable)
          .name("readable");
  const auto broken = lines.side_output(unparsable);
  broken.sink_to(Sink::transactional("unparsable"));
  broken.key_by([](const LogLine&) { return int64_t{0}; })
      .process(Counter())
      .name("count_unparsable")
      .sink_to(Sink::transactional("unparsable_count"));
  return lines.map([](const LogLine& log) { return *parse_log_event(log.line); })
      .name("parse")
      .assign_timestamps_and_watermarks(
          WatermarkStrategy<LogEvent>::for_bounded_out_of_orderness(kOutOfOrder)
              .with_timestamp_assigner(
                  [](const LogEvent& e) { return EventTime{e.timestamp * 1000}; }))
      .name("event_times");
}

void analyse(const DataStream<LogEvent>& events) {
  const auto by_user = events.key_by(&LogEvent::user_id);
  by_user.process(AnomalyDetector()).name("anomalies").print("Security Alerts");
  by_user.process(UserMetricsCalculator()).name("metrics").print("User Metrics");
}

// The checkpoints that the job wants, where the scenario does not say otherwise.
void configure(StreamExecutionEnvironment& env) {
  CheckpointConfig& checkpoints = env.checkpoint_config();
  if (checkpoints.interval) return;
  checkpoints.interval = seconds(1);
  checkpoints.max_concurrent = 1;
  checkpoints.min_pause = milliseconds(500);
  checkpoints.directory = "log-analysis-checkpoints";
}

}  // namespace

Result<StreamGraph> log_analysis_job(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  configure(env);
  analyse(parsed_log(env));
  return env.execute("Real-time log analysis");
}

Result<StreamGraph> log_analysis_ordered_job(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  configure(env);
  const InOrder in_order;
  const auto ordered =
      parsed_log(env).key_by(&LogEvent::user_id).process(in_order).name("in_order");
  ordered.side_output(OutputTag<LogEvent>{"late"}).sink_to(Sink::transactional("late"));
  analyse(ordered);
  return env.execute("Real-time log analysis, in order");
}

namespace {

struct UserAction {
  std::string user_id;
  std::string action;
  int64_t count = 0;
};
LEAT_ROW(UserAction, user_id, action, count)

struct ActionCount {
  std::string user_id;
  std::string action;
  EventTime start;
  EventTime end;
  int64_t events = 0;
};
LEAT_ROW(ActionCount, user_id, action, start, end, events)

}  // namespace

Result<StreamGraph> log_counts_job(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  configure(env);
  parsed_log(env)
      .map([](const LogEvent& e) { return UserAction{e.user_id, e.action, 1}; })
      .key_by(&UserAction::user_id, &UserAction::action)
      .window(TumblingProcessingTimeWindows::of(seconds(5)))
      .aggregate<ActionCount>(sum(&UserAction::count))
      .name("counts")
      .print("User Actions");
  return env.execute("Log counts");
}

}  // namespace leat
