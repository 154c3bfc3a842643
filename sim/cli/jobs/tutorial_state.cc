#include "core/api/data_stream.h"
#include "sim/cli/jobs/tutorial_jobs.h"

namespace leat {

namespace {

struct LogEntry {
  std::string user_id;
  std::string action;
};
LEAT_ROW(LogEntry, user_id, action)

LogEntry entry(int64_t i) {
  static constexpr const char* kActions[] = {"login", "view", "view", "purchase", "logout"};
  return {"user" + std::to_string(1 + i % 3), kActions[i % 5]};
}

KeyedStream<LogEntry> log_by_user(StreamExecutionEnvironment& env) {
  return env.generate("log", 30, milliseconds(100), entry).key_by(&LogEntry::user_id);
}

struct Count {
  std::string key;
  int64_t count = 0;
};
LEAT_ROW(Count, key, count)

class CountsRows : public KeyedProcess<std::string, LogEntry, Count> {
 public:
  void process(const LogEntry&, Context& ctx) const {
    const int64_t count = ctx.state(count_).get().value_or(0) + 1;
    ctx.state(count_).update(count);
    ctx.emit({ctx.key(), count});
  }

 private:
  State<int64_t> count_ = value_state<int64_t>("count");
};

Result<StreamGraph> counter(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  log_by_user(env).process(CountsRows()).print();
  return env.execute("Counter on value state");
}

struct Collected {
  std::string key;
  std::vector<std::string> items;
};
LEAT_ROW(Collected, key, items)

class CollectsActions : public KeyedProcess<std::string, LogEntry, Collected> {
 public:
  void process(const LogEntry& entry, Context& ctx) const {
    ctx.state(items_).add(entry.action);
    ctx.emit({ctx.key(), ctx.state(items_).get()});
  }

 private:
  List<std::string> items_ = list_state<std::string>("items");
};

Result<StreamGraph> collector(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  log_by_user(env).process(CollectsActions()).print();
  return env.execute("Collector on list state");
}

class CountsByAction : public KeyedProcess<std::string, LogEntry, Count> {
 public:
  void process(const LogEntry& entry, Context& ctx) const {
    const int64_t count = ctx.state(counts_).get(entry.action).value_or(0) + 1;
    ctx.state(counts_).put(entry.action, count);
    ctx.emit({entry.action, count});
  }

 private:
  Map<std::string, int64_t> counts_ = map_state<std::string, int64_t>("counts");
};

Result<StreamGraph> aggregator(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  log_by_user(env).process(CountsByAction()).print();
  return env.execute("Aggregator on map state");
}

// Every option by its name; what each does is shown in tests/core/api/checkpoint_options_test.cc.
Result<StreamGraph> checkpoints(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  env.enable_checkpointing(seconds(1));
  env.get_checkpoint_config()
      .set_checkpointing_mode(CheckpointingMode::kExactlyOnce)
      .set_checkpoint_storage_dir("file:///tmp/flink-checkpoints")
      .set_max_concurrent_checkpoints(1)
      .set_min_pause_between_checkpoints(milliseconds(500));
  log_by_user(env).process(CountsRows()).sink_to(Sink::transactional("counts"));
  return env.execute("Checkpoints");
}

}  // namespace

void add_state(JobRegistry& jobs) {
  jobs["tutorial_counter"] = counter;
  jobs["tutorial_collector"] = collector;
  jobs["tutorial_aggregator"] = aggregator;
  jobs["tutorial_checkpoints"] = checkpoints;
}

}  // namespace leat
