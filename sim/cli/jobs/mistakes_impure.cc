#include <cstdlib>
#include <map>

#include "core/api/outside_map.h"
#include "sim/cli/jobs/mistake_rows.h"
#include "sim/cli/jobs/mistakes.h"

namespace leat {

namespace {

// An id for each row. After a restore a row gets another than the one that was told before.
Result<StreamGraph> random_id(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  return finished(env, sensor_readings(env).map([](const SensorReading& r) {
    return told(r.sensor, std::rand() % 1'000'000);
  }));
}
Result<StreamGraph> random_id_mended(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  return finished(env, sensor_readings(env).map([](const SensorReading& r) {
    return told(r.sensor, r.ts.ms * 100 + r.value);
  }));
}

// How often a sensor was seen, in a variable of the process: no checkpoint has it, and all subtasks
// of a process share it.
Result<StreamGraph> static_count(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  return finished(env, sensor_readings(env).map([](const SensorReading& r) {
    static thread_local std::map<std::string, int64_t> seen;
    return told(r.sensor, ++seen[r.sensor]);
  }));
}
class Counts : public KeyedProcess<std::string, SensorReading, std::string> {
 public:
  void process(const SensorReading& r, Context& ctx) const {
    const int64_t seen = ctx.state(seen_).get().value_or(0) + 1;
    ctx.state(seen_).update(seen);
    ctx.emit(told(r.sensor, seen));
  }

 private:
  State<int64_t> seen_ = value_state<int64_t>("seen");
};
Result<StreamGraph> static_count_mended(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  return finished(env, sensor_readings(env).key_by(&SensorReading::sensor).process(Counts()));
}

// A warning is sent while the row is on its way: after a restore it is sent once more.
Result<StreamGraph> side_effect(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  return finished(
      env, map_outside(sensor_readings(env), nullptr, [](const SensorReading& r, Outside& outside) {
        outside.call("warnings", told(r.sensor, r.value));
        return told(r.sensor, r.value);
      }));
}
// It is put under the reading's own number, so that twice is as good as once.
Result<StreamGraph> side_effect_mended(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  return finished(
      env, map_outside(sensor_readings(env), nullptr, [](const SensorReading& r, Outside& outside) {
        outside.put("warnings", std::to_string(r.value), r.sensor);
        return told(r.sensor, r.value);
      }));
}

// One object for all readings, filled anew for each: who reads it later finds another reading.
SensorReading& reused_object() {
  static thread_local SensorReading reused;
  return reused;
}
Result<StreamGraph> reused_object_job(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  return finished(
      env, sensor_readings(env)
               .map([](const SensorReading& r) {
                 reused_object() = r;
                 return r.sensor;
               })
               .map([](const std::string& sensor) { return told(sensor, reused_object().value); }));
}
// What is handed over is the whole reading.
Result<StreamGraph> reused_object_mended(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  return finished(env, sensor_readings(env)
                           .map([](const SensorReading& r) { return r; })
                           .map([](const SensorReading& r) { return told(r.sensor, r.value); }));
}

struct PerKey {
  std::string key;
  EventTime start;
  EventTime end;
  int64_t n = 0;
};
LEAT_ROW(PerKey, key, start, end, n)

std::string told_pane(const PerKey& p) {
  return told(p.key + "@" + std::to_string(p.start.ms), p.n);
}

// A row is dealt by one key and found under another.
Result<StreamGraph> unstable_key(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  return finished(env, sensor_readings(env)
                           .key_by([](const SensorReading& r) {
                             static thread_local int64_t calls = 0;
                             return told(r.sensor, ++calls % 2);
                           })
                           .window(TumblingEventTimeWindows::of(seconds(1)))
                           .aggregate<PerKey>(count())
                           .map(told_pane));
}
Result<StreamGraph> unstable_key_mended(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  return finished(env,
                  sensor_readings(env)
                      .key_by([](const SensorReading& r) { return told(r.sensor, r.value % 2); })
                      .window(TumblingEventTimeWindows::of(seconds(1)))
                      .aggregate<PerKey>(count())
                      .map(told_pane));
}

}  // namespace

void add_impure_mistakes(JobRegistry& jobs) {
  jobs["mistake_random_id"] = random_id;
  jobs["mistake_random_id_mended"] = random_id_mended;
  jobs["mistake_static_count"] = static_count;
  jobs["mistake_static_count_mended"] = static_count_mended;
  jobs["mistake_reused_object"] = reused_object_job;
  jobs["mistake_reused_object_mended"] = reused_object_mended;
  jobs["mistake_side_effect"] = side_effect;
  jobs["mistake_side_effect_mended"] = side_effect_mended;
  jobs["mistake_unstable_key"] = unstable_key;
  jobs["mistake_unstable_key_mended"] = unstable_key_mended;
}

}  // namespace leat
