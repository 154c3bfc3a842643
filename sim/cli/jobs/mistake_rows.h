// What the jobs of mistakes read, and how they tell what they make of it: readings of three
// sensors, out of order by up to a second, in two partitions.
#pragma once

#include <string>

#include "core/api/data_stream.h"

namespace leat {

struct SensorReading {
  EventTime ts;
  std::string sensor;
  int64_t value = 0;
};
LEAT_ROW(SensorReading, ts, sensor, value)

inline SensorReading sensor_reading(int64_t i) {
  return {EventTime{5'000 + i * 50 - (i * 377) % 1000}, "sensor-" + std::to_string(i % 3), i};
}

inline DataStream<SensorReading> sensor_readings(StreamExecutionEnvironment& env) {
  return env.generate("readings", 60, milliseconds(50), sensor_reading, 2)
      .assign_timestamps_and_watermarks(
          WatermarkStrategy<SensorReading>::for_bounded_out_of_orderness(seconds(1))
              .with_timestamp_assigner(&SensorReading::ts));
}

// "sensor-1 7".
inline std::string told(const std::string& name, int64_t number) {
  return name + " " + std::to_string(number);
}
inline Result<StreamGraph> finished(StreamExecutionEnvironment& env,
                                    const DataStream<std::string>& out) {
  out.sink_to(Sink::transactional("out"));
  return env.execute("mistake");
}

}  // namespace leat
