#include "sim/cli/jobs/earthquakes_job.h"

#include "core/api/data_stream.h"

namespace leat {

namespace {

struct Quake {
  std::string net;
  EventTime time;
  double mag = 0;
};
LEAT_ROW(Quake, net, time, mag)

struct PerNetwork {
  std::string net;
  EventTime start;
  EventTime end;
  int64_t quakes = 0;
  double strongest = 0;
};
LEAT_ROW(PerNetwork, net, start, end, quakes, strongest)

}  // namespace

Result<StreamGraph> earthquakes_job(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  const OutputTag<Quake> late{"late"};
  const DataStream<PerNetwork> per_network = env.source<Quake>("quakes")
                                                 .key_by(&Quake::net)
                                                 .window(TumblingEventTimeWindows::of(hours(12)))
                                                 .allowed_lateness(hours(12))
                                                 .side_output_late_data(late)
                                                 .aggregate<PerNetwork>(count(), max(&Quake::mag))
                                                 .name("per_network");
  per_network.sink_to(Sink::transactional("out"));
  per_network.side_output(late).sink_to(Sink::transactional("late"));
  return env.finish();
}

}  // namespace leat
