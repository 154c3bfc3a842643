#include <algorithm>

#include "sim/cli/jobs/mistake_rows.h"
#include "sim/cli/jobs/mistakes.h"

namespace leat {

namespace {

// ---- the clock in event time ----

// Drops what is older than a second, by the clock of the machine. In time nothing is; when the log
// is read later, or more slowly, all is.
class DropsOld : public KeyedProcess<std::string, SensorReading, std::string> {
 public:
  void process(const SensorReading& r, Context& ctx) const {
    if (ctx.now().ms - r.ts.ms <= 1000) ctx.emit(told(r.sensor, r.value));
  }
};
Result<StreamGraph> clock(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  return finished(env, sensor_readings(env).key_by(&SensorReading::sensor).process(DropsOld()));
}
// What is too old is what the watermark has passed: windows drop it.
struct PerSensor {
  std::string sensor;
  EventTime start;
  EventTime end;
  std::vector<int64_t> values;
};
LEAT_ROW(PerSensor, sensor, start, end, values)
Result<StreamGraph> clock_mended(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  return finished(env, sensor_readings(env)
                           .key_by(&SensorReading::sensor)
                           .window(TumblingEventTimeWindows::of(seconds(1)))
                           .aggregate<PerSensor>(collect(&SensorReading::value))
                           .flat_map<std::string>([](const PerSensor& p, const auto& emit) {
                             for (const int64_t value : p.values) emit(told(p.sensor, value));
                           }));
}

// ---- rows as they come ----

class Numbers : public KeyedProcess<std::string, SensorReading, std::string> {
 public:
  void process(const SensorReading& r, Context& ctx) const { number(r.value, ctx); }

 protected:
  void number(int64_t value, Context& ctx) const {
    const int64_t n = ctx.state(count_).get().value_or(0) + 1;
    ctx.state(count_).update(n);
    ctx.emit(told(ctx.key() + " no. " + std::to_string(n), value));
  }

 private:
  State<int64_t> count_ = value_state<int64_t>("count");
};
// Keeps rows until the watermark has passed them, and takes them in the order of their times.
class NumbersInOrder : public Numbers {
 public:
  void process(const SensorReading& r, Context& ctx) const {
    ctx.state(waiting_).add(r);
    ctx.register_timer(r.ts);
  }
  void on_timer(EventTime at, Context& ctx) const {
    std::vector<SensorReading> due;
    std::vector<SensorReading> later;
    for (const SensorReading& r : ctx.state(waiting_).get())
      (r.ts <= at ? due : later).push_back(r);
    ctx.state(waiting_).update(later);
    std::sort(due.begin(), due.end(), [](const SensorReading& a, const SensorReading& b) {
      return std::pair(a.ts, a.value) < std::pair(b.ts, b.value);
    });
    for (const SensorReading& r : due) number(r.value, ctx);
  }

 private:
  List<SensorReading> waiting_ = list_state<SensorReading>("waiting");
};
template <class F>
Result<StreamGraph> numbers(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  return finished(env, sensor_readings(env).key_by(&SensorReading::sensor).process(F()));
}

// ---- rules that come too late ----

struct Limit {
  EventTime ts;
  std::string sensor;
  int64_t most = 0;
};
LEAT_ROW(Limit, ts, sensor, most)

// A reading is compared with the limit that has come before it, whatever their times.
class Alarms : public KeyedCoProcess<std::string, SensorReading, Limit, std::string> {
 public:
  void process_first(const SensorReading& r, Context& ctx) const {
    const auto most = ctx.state(most_).get();
    if (most && r.value > *most) ctx.emit(told(r.sensor, r.value));
  }
  void process_second(const Limit& limit, Context& ctx) const {
    ctx.state(most_).update(limit.most);
  }

 private:
  State<int64_t> most_ = value_state<int64_t>("most");
};
// With the limit that was in force at the reading's time, once the watermark says that it is known.
class AlarmsInTime : public KeyedCoProcess<std::string, SensorReading, Limit, std::string> {
 public:
  void process_first(const SensorReading& r, Context& ctx) const {
    ctx.state(waiting_).put(r.ts.ms * 1000 + r.value, r);
    ctx.register_timer(r.ts);
  }
  void process_second(const Limit& limit, Context& ctx) const {
    ctx.state(limits_).put(limit.ts.ms, limit.most);
  }
  void on_timer(EventTime at, Context& ctx) const {
    for (const auto& [id, r] : ctx.state(waiting_).entries()) {
      if (r.ts > at) continue;
      ctx.state(waiting_).remove(id);
      if (const auto most = in_force(r.ts, ctx); most && r.value > *most)
        ctx.emit(told(r.sensor, r.value));
    }
  }

 private:
  std::optional<int64_t> in_force(EventTime at, Context& ctx) const {
    std::optional<int64_t> most;
    int64_t newest = 0;
    for (const auto& [since, limit] : ctx.state(limits_).entries()) {
      if (since > at.ms || since < newest) continue;
      newest = since;
      most = limit;
    }
    return most;
  }
  Map<int64_t, SensorReading> waiting_ = map_state<int64_t, SensorReading>("waiting");
  Map<int64_t, int64_t> limits_ = map_state<int64_t, int64_t>("limits");
};
template <class F>
Result<StreamGraph> alarms(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  const auto limits =
      env.generate("limits", 12, milliseconds(200),
                   [](int64_t i) {
                     return Limit{EventTime{4'000 + i * 250}, "sensor-" + std::to_string(i % 3),
                                  (i * 7) % 40};
                   })
          .set_parallelism(1)
          .assign_timestamps_and_watermarks(
              WatermarkStrategy<Limit>::for_monotonous_timestamps().with_timestamp_assigner(
                  &Limit::ts))
          .set_parallelism(1);
  return finished(env, sensor_readings(env)
                           .key_by(&SensorReading::sensor)
                           .connect(limits.key_by(&Limit::sensor))
                           .process(F()));
}

}  // namespace

void add_order_mistakes(JobRegistry& jobs) {
  jobs["mistake_clock"] = clock;
  jobs["mistake_clock_mended"] = clock_mended;
  jobs["mistake_arrival"] = numbers<Numbers>;
  jobs["mistake_arrival_mended"] = numbers<NumbersInOrder>;
  jobs["mistake_late_rules"] = alarms<Alarms>;
  jobs["mistake_late_rules_mended"] = alarms<AlarmsInTime>;
}

}  // namespace leat
