#include "sim/rapidcheck/job_case.h"

#include <algorithm>

#include "sim/explore/pin.h"
#include "sim/scenario/json_text.h"
#include "sim/world/simulation.h"

namespace leat {

namespace {

// Room for whatever is drawn: a job that gives up under so many faults is no finding.
constexpr int64_t kAttempts = 100;
constexpr int64_t kRestartDelay = 100;
constexpr int64_t kHeartbeatInterval = 500;
constexpr int64_t kHeartbeatTimeout = 2500;

Json source_json(const CaseStream& stream) {
  Json source = json_object();
  Json fields = json_list();
  for (const Field& field : stream.schema.fields)
    fields.items.push_back(json_text(field.name + ":" + name_of(field.type)));
  set_member(source, "fields", std::move(fields));
  if (stream.partitions > 1) set_member(source, "partitions", json_integer(stream.partitions));
  if (!stream.event_time.empty()) {
    set_member(source, "ts", json_text(stream.event_time));
    Json watermark = json_object();
    set_member(watermark, "bounded", json_integer(stream.bound.ms));
    set_member(source, "watermark", std::move(watermark));
  }
  Json rows = json_list();
  for (const CaseRow& row : stream.rows) {
    Json line = json_list({json_integer(row.arrival.ms)});
    if (stream.partitions > 1) line.items.push_back(json_integer(row.partition));
    for (const Value& value : row.row) line.items.push_back(value_json(value));
    rows.items.push_back(std::move(line));
  }
  set_member(source, "rows", std::move(rows));
  return source;
}

Json cluster_json(const ClusterShape& shape) {
  Json cluster = json_object();
  set_member(cluster, "workers", json_integer(shape.workers));
  set_member(cluster, "buffers", json_integer(shape.buffers));
  set_member(cluster, "batch_rows", json_integer(shape.batch_rows));
  set_member(cluster, "heartbeat_interval", json_integer(kHeartbeatInterval));
  set_member(cluster, "heartbeat_timeout", json_integer(kHeartbeatTimeout));
  return cluster;
}

void set_pace(const ClusterShape& shape, Json& document) {
  Json checkpoint = json_object();
  set_member(checkpoint, "every", json_integer(shape.checkpoint_every.ms));
  set_member(checkpoint, "tolerable_failures", json_integer(kAttempts));
  set_member(document, "checkpoint", std::move(checkpoint));
  Json restart = json_object();
  set_member(restart, "attempts", json_integer(kAttempts));
  set_member(restart, "delay", json_integer(kRestartDelay));
  set_member(document, "restart", std::move(restart));
  Json world = json_object();
  set_member(world, "latency", json_list({json_integer(1), json_integer(shape.latency_max.ms)}));
  set_member(document, "world", std::move(world));
}

}  // namespace

const CaseStream& JobCase::stream(const std::string& name) const {
  const auto found = std::find_if(streams.begin(), streams.end(),
                                  [&](const CaseStream& s) { return s.name == name; });
  check(found != streams.end(), "a case has the stream that is asked for");
  return *found;
}

std::string to_scenario_text(const JobCase& job_case) {
  Json document = json_object();
  set_member(document, "leat", json_integer(1));
  set_member(document, "scenario", json_text(job_case.job));
  set_member(document, "seed", json_integer(static_cast<int64_t>(job_case.seed & INT64_MAX)));
  set_member(document, "parallelism", json_integer(job_case.cluster.parallelism));
  if (!job_case.streams.empty()) {
    Json sources = json_object();
    for (const CaseStream& stream : job_case.streams)
      set_member(sources, stream.name, source_json(stream));
    set_member(document, "sources", std::move(sources));
  }
  Json job = json_object();
  set_member(job, "cpp", json_text(job_case.job));
  set_member(document, "job", std::move(job));
  set_member(document, "cluster", cluster_json(job_case.cluster));
  set_pace(job_case.cluster, document);
  if (!job_case.faults.empty()) {
    Scenario names;  // of processes alone
    names.cluster = cluster_of(job_case.cluster.workers, 1);
    Json faults = json_list();
    for (const Fault& fault : job_case.faults) faults.items.push_back(fault_json(fault, names));
    set_member(document, "faults", std::move(faults));
  }
  if (!job_case.may_depend_on.empty()) {
    Json causes = json_list();
    for (const std::string& cause : job_case.may_depend_on)
      causes.items.push_back(json_text(cause));
    Json expect = json_object();
    set_member(expect, "may_depend_on", std::move(causes));
    set_member(document, "expect", std::move(expect));
  }
  return to_text(document);
}

std::ostream& operator<<(std::ostream& out, const JobCase& job_case) {
  out << job_case.job << " on " << job_case.cluster.workers << " workers, parallelism "
      << job_case.cluster.parallelism << ", seed " << job_case.seed << ", strategy "
      << name_of(job_case.strategy) << ", " << job_case.faults.size() << " faults";
  for (const CaseStream& stream : job_case.streams)
    out << ", " << stream.rows.size() << " rows of " << stream.name;
  return out;
}

}  // namespace leat
