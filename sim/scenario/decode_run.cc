#include <fmt/format.h>

#include "sim/scenario/decode_parts.h"

namespace leat {

namespace {

const Json& no_object() {
  static const Json kEmpty = [] {
    Json json;
    json.kind = Json::Kind::kObject;
    return json;
  }();
  return kEmpty;
}

// [least, most]
void decode_range(const Fields& fields, std::string_view key, Duration& least, Duration& most) {
  const Json* range = fields.get(key);
  if (range == nullptr) return;
  std::optional<int64_t> a;
  std::optional<int64_t> b;
  if (range->is(Json::Kind::kList) && range->items.size() == 2) {
    a = parse_time(range->items[0]);
    b = parse_time(range->items[1]);
  }
  constexpr int64_t kMost = 86'400'000;
  if (!a || !b || *a < 0 || *b < *a || *b > kMost) {
    fields.diagnostics().error("SC103", range->span,
                               fmt::format("\"{}\" is [least, most], both from 0 to a day", key),
                               "for example [\"1ms\", \"20ms\"]");
    return;
  }
  least = {*a};
  most = {*b};
}

void decode_unaligned(const Fields& fields, CheckpointConfig& config) {
  Diagnostics& d = fields.diagnostics();
  const Json* json = fields.get("unaligned");
  using Unaligned = CheckpointConfig::Unaligned;
  if (json != nullptr && json->is(Json::Kind::kText)) {
    if (json->text != "forced")
      report_unknown(d, "SC110", json->span, "way to overtake", json->text, {"forced"});
    config.unaligned = Unaligned::kForced;
  } else {
    config.unaligned = fields.boolean("unaligned", false) ? Unaligned::kEnabled : Unaligned::kNo;
  }
  config.alignment_timeout = fields.duration("alignment_timeout", config.alignment_timeout);
  if (!config.is_unaligned()) {
    if (fields.has("alignment_timeout"))
      d.error("SC106", fields.key_span("alignment_timeout"),
              "barriers that never overtake wait as long as it takes", "add \"unaligned\": true");
    return;
  }
  if (config.max_concurrent > 1)
    d.error("SC106", fields.key_span("max_concurrent"),
            "of unaligned checkpoints only one is under way at a time");
  if (config.mode == CheckpointingMode::kAtLeastOnce)
    d.error("SC106", json->span, "checkpoints that are at least once wait for no barrier",
            "leave out \"unaligned\" or \"mode\"");
}

CheckpointConfig decode_checkpoint(const Fields& scenario) {
  CheckpointConfig config;
  const Json* json = scenario.get("checkpoint");
  if (json == nullptr) return config;
  Diagnostics& d = scenario.diagnostics();
  const Fields fields(*json, "checkpoint", d);
  config.interval = fields.maybe_duration("every", {1});
  if (!fields.has("every")) d.error("SC108", json->span, "checkpoint needs \"every\"");
  const std::string mode = fields.text("mode", "exactly_once");
  config.mode =
      mode == "at_least_once" ? CheckpointingMode::kAtLeastOnce : CheckpointingMode::kExactlyOnce;
  if (mode != "exactly_once" && mode != "aligned" && mode != "at_least_once") {
    report_unknown(d, "SC110", fields.get("mode")->span, "checkpoint mode", mode,
                   {"exactly_once", "aligned", "at_least_once"});
  }
  config.timeout = fields.duration("timeout", config.timeout, {1});
  config.min_pause = fields.duration("min_pause", config.min_pause);
  config.max_concurrent =
      static_cast<uint32_t>(fields.integer("max_concurrent", config.max_concurrent, 1, 100));
  decode_unaligned(fields, config);
  config.tolerable_failures = static_cast<uint32_t>(
      fields.integer("tolerable_failures", config.tolerable_failures, 0, 1'000'000'000));
  config.retained = static_cast<uint32_t>(fields.integer("keep", config.retained, 1, 1000));
  config.directory = fields.text("directory", config.directory);
  return config;
}

bool growing(const RestartConfig& config) {
  return config.kind == RestartConfig::Kind::kExponentialDelay;
}

RestartConfig decode_restart(const Fields& scenario) {
  RestartConfig config;
  const Json* json = scenario.get("restart");
  // Without checkpoints a failure ends the job; with them it goes on from the last one.
  if (scenario.has("checkpoint")) config = RestartConfig::with_checkpoints();
  if (json == nullptr) return config;
  config.attempts = RestartConfig::with_checkpoints().attempts;
  const Fields fields(*json, "restart", scenario.diagnostics());
  static constexpr std::pair<const char*, RestartConfig::Kind> kKinds[] = {
      {"fixed_delay", RestartConfig::Kind::kFixedDelay},
      {"failure_rate", RestartConfig::Kind::kFailureRate},
      {"exponential_delay", RestartConfig::Kind::kExponentialDelay},
      {"none", RestartConfig::Kind::kNone}};
  const std::string strategy = fields.text("strategy", "fixed_delay");
  std::vector<std::string> known;
  bool found = false;
  for (const auto& [name, kind] : kKinds) {
    known.emplace_back(name);
    if (strategy != name) continue;
    config.kind = kind;
    found = true;
  }
  if (!found) {
    report_unknown(scenario.diagnostics(), "SC110", fields.get("strategy")->span,
                   "restart strategy", strategy, known);
  }
  config.attempts =
      static_cast<uint32_t>(fields.integer("attempts", config.attempts, 0, 1'000'000));
  config.delay = fields.duration("delay", config.delay, {growing(config) ? 1 : 0});
  config.max_failures =
      static_cast<uint32_t>(fields.integer("max_failures", config.max_failures, 1, 1'000'000));
  config.interval = fields.duration("interval", config.interval, {1});
  config.max_delay = fields.duration("max_delay", config.max_delay, config.delay);
  config.multiplier = fields.number("multiplier", config.multiplier, 1.000001, 1000);
  config.reset_threshold = fields.duration("reset_after", config.reset_threshold, {1});
  config.jitter = fields.number("jitter", config.jitter, 0, 1);
  return config;
}

ExecutionMode decode_mode(const Fields& scenario) {
  const std::string mode = scenario.text("mode", "streaming");
  // All sources are bounded, so that "automatic" means batch.
  if (mode == "batch" || mode == "automatic") return ExecutionMode::kBatch;
  if (mode != "streaming") {
    report_unknown(scenario.diagnostics(), "SC110", scenario.get("mode")->span, "mode", mode,
                   {"streaming", "batch", "automatic"});
  }
  return ExecutionMode::kStreaming;
}

}  // namespace

JobConfig decode_job_config(const Fields& scenario, const std::string& name) {
  JobConfig config;
  config.name = name;
  config.mode = decode_mode(scenario);
  config.parallelism = static_cast<uint32_t>(
      scenario.integer("parallelism", config.parallelism, 1, kMaxParallelism));
  config.max_parallelism =
      static_cast<uint32_t>(scenario.integer("max_parallelism", config.max_parallelism, 1, 32768));
  config.auto_watermark_interval =
      scenario.duration("auto_watermark_interval", config.auto_watermark_interval);
  config.chaining = scenario.boolean("chaining", config.chaining);
  config.flink_defects = scenario.boolean("flink_defects", config.flink_defects);
  config.chain_different_max_parallelism =
      scenario.boolean("chain_different_max_parallelism", config.chain_different_max_parallelism);
  config.checkpoint = decode_checkpoint(scenario);
  config.restart = decode_restart(scenario);
  if (config.parallelism > config.max_parallelism) {
    scenario.diagnostics().error("SC103", scenario.key_span("parallelism"),
                                 "parallelism is larger than max_parallelism");
  }
  return config;
}

ClusterConfig decode_cluster(const Json* json, Diagnostics& d) {
  ClusterConfig config;
  const Fields fields(json == nullptr ? no_object() : *json, "cluster", d);
  const auto workers = static_cast<uint32_t>(fields.integer("workers", 2, 1, kMaxWorkers));
  // Numbers are dense: the JobManager, the workers, the log.
  config.job_manager = ProcessId{0};
  for (uint32_t i = 1; i <= workers; ++i) config.task_managers.push_back(ProcessId{i});
  config.log = ProcessId{workers + 1};
  config.slots_per_task_manager = static_cast<uint32_t>(fields.integer("slots", 0, 1, 1024));
  config.heartbeat_interval = fields.duration("heartbeat_interval", config.heartbeat_interval, {1});
  config.heartbeat_timeout = fields.duration("heartbeat_timeout", config.heartbeat_timeout, {1});
  config.slot_request_timeout =
      fields.duration("slot_request_timeout", config.slot_request_timeout, {1});
  config.credits_per_channel =
      static_cast<uint32_t>(fields.integer("buffers", config.credits_per_channel, 1, 4096));
  config.batch_rows_max =
      static_cast<uint32_t>(fields.integer("batch_rows", config.batch_rows_max, 1, 65536));
  config.buffer_timeout = fields.duration("buffer_timeout", config.buffer_timeout);
  if (config.heartbeat_timeout <= config.heartbeat_interval) {
    d.error("SC103", fields.span(), "heartbeat_timeout must be longer than heartbeat_interval");
  }
  return config;
}

Duration decode_transaction_timeout(const Json* cluster, Diagnostics& d) {
  Diagnostics said_already;
  const Fields fields(cluster == nullptr ? no_object() : *cluster, "cluster", said_already);
  const Json* timeout = fields.get("transaction_timeout");
  const LogTopics defaults;
  if (timeout == nullptr) return defaults.transaction_timeout;
  const Duration given = fields.duration("transaction_timeout", defaults.transaction_timeout, {1});
  if (said_already.errors() > 0) {
    d.error("SC102", timeout->span, "here must stand a length of time of at least 1 ms");
  }
  return given;
}

WorldConfig decode_world(const Json* json, Diagnostics& d) {
  WorldConfig config;
  const Fields fields(json == nullptr ? no_object() : *json, "world", d);
  decode_range(fields, "latency", config.latency_min, config.latency_max);
  decode_range(fields, "storage", config.storage_min, config.storage_max);
  config.step_cost_max = fields.duration("step_cost_max", config.step_cost_max);
  if (config.step_cost_max.ms > 86'400'000)
    d.error("SC103", fields.key_span("step_cost_max"), "a step takes at most a day");
  config.disorder = fields.boolean("disorder", config.disorder);
  return config;
}

Limits decode_limits(const Json* json, ClusterConfig& cluster, Diagnostics& d) {
  Limits limits;
  const Fields fields(json == nullptr ? no_object() : *json, "limits", d);
  limits.virtual_time = fields.duration("virtual_time", limits.virtual_time, {1});
  limits.steps = static_cast<uint64_t>(
      fields.integer("steps", static_cast<int64_t>(limits.steps), 1, 100'000'000'000));
  limits.steps_per_instant = static_cast<uint64_t>(fields.integer(
      "steps_per_instant", static_cast<int64_t>(limits.steps_per_instant), 1, 1'000'000'000));
  // The tasks themselves count it.
  cluster.work_per_step =
      static_cast<uint64_t>(fields.integer("work_per_step", 2'000'000, 1, 1'000'000'000));
  return limits;
}

RandomFaults decode_random_faults(const Json* json, Diagnostics& d) {
  RandomFaults config;
  if (json == nullptr) return config;
  const Fields fields(*json, "random_faults", d);
  config.max = static_cast<uint32_t>(fields.integer("max", 1, 0, 100));
  config.span = fields.duration("span", config.span);
  static constexpr std::pair<const char*, FaultKind> kKinds[] = {
      {"kill", FaultKind::kKill},           {"kill_silently", FaultKind::kKillSilently},
      {"pause", FaultKind::kPause},         {"reset", FaultKind::kReset},
      {"partition", FaultKind::kPartition}, {"delay", FaultKind::kDelay},
      {"fail", FaultKind::kStorageFail},    {"slow", FaultKind::kStorageSlow}};
  for (const Json* name : fields.texts("kinds")) {
    std::vector<std::string> known;
    bool found = false;
    for (const auto& [text, kind] : kKinds) {
      known.emplace_back(text);
      if (name->text != text) continue;
      config.kinds.push_back(kind);
      found = true;
    }
    if (!found) report_unknown(d, "SC110", name->span, "kind of fault", name->text, known);
  }
  return config;
}

}  // namespace leat
