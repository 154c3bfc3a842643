#include "sim/cli/bench_jobs.h"

#include <fmt/format.h>

#include "core/api/data_stream.h"
#include "sim/cli/bench_loop.h"
#include "sim/scenario/decode.h"

namespace leat {

namespace {

class BenchData final : public SplitData {
 public:
  explicit BenchData(uint64_t events) : events_(events) {}
  uint32_t splits() const override { return 1; }
  std::string split_name(uint32_t) const override { return "events"; }
  uint64_t size(uint32_t) const override { return events_; }
  Duration arrival(uint32_t, uint64_t offset) const override {
    // In bursts of ten milliseconds, as a network brings them; so batches are full.
    constexpr uint64_t kBurst = 10 * kBenchEventsPerMs;
    return {static_cast<int64_t>(offset / kBurst * 10)};
  }
  void read(uint32_t, uint64_t first, uint32_t count, RowBatch& out) const override {
    Value* cell = out.append_unstamped(count).data();
    for (uint64_t i = first; i < first + count; ++i, cell += 3) {
      const BenchEvent event = bench_event(i);
      cell[0] = Value::time(event.ts);
      cell[1] = Value::integer(event.key);
      cell[2] = Value::integer(event.value);
    }
  }

 private:
  const uint64_t events_;
};

struct BenchRow {
  EventTime ts;
  int64_t k = 0;
  int64_t v = 0;
};
LEAT_ROW(BenchRow, ts, k, v)

struct Sum {
  int64_t k = 0;
  EventTime start;
  EventTime end;
  int64_t s = 0;
};
LEAT_ROW(Sum, k, start, end, s)

Result<StreamGraph> typed_sum(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  env.source<BenchRow>("events")
      .key_by(&BenchRow::k)
      .window(TumblingEventTimeWindows::of(Duration{kBenchWindow}))
      .aggregate<Sum>(sum(&BenchRow::v))
      .name("sums")
      .sink_to(Sink::transactional("out"));
  return env.finish();
}

constexpr const char* kJsonNodes = R"(
  "nodes": {"sums": {"inputs": ["events"], "key_by": "k", "window": {"tumbling": WINDOW},
                     "aggregate": ["sum(v) as s"]}},
  "sinks": {"out": "sums"})";
constexpr const char* kTypedNodes = R"("job": {"cpp": "sums"})";

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), with);
  }
  return text;
}

Scenario decoded(const std::string& text, const JobRegistry& jobs) {
  DecodeOptions options;
  options.jobs = &jobs;
  Decoded decoded = decode_scenario(text, "bench", options);
  check(decoded.scenario.has_value(), "the benchmark's scenario is not valid");
  return std::move(*decoded.scenario);
}

}  // namespace

Scenario sum_scenario(BenchFace face, uint64_t events, uint32_t batch_rows) {
  std::string text = R"({"leat": 1, "scenario": "bench", "parallelism": 1,
  "sources": {"events": {"fields": ["ts:time", "k:int", "v:int"], "ts": "ts", "rows": [],
                         "watermark": {"bounded": DISORDER}}},
  NODES,
  "cluster": {"workers": 1, "slots": 1, "batch_rows": BATCH},
  "checkpoint": {"every": "10s"}, "world": {"disorder": false}})";
  text = replaced(text, "NODES", face == BenchFace::kJson ? kJsonNodes : kTypedNodes);
  text = replaced(text, "DISORDER", std::to_string(kBenchDisorder));
  text = replaced(text, "WINDOW", std::to_string(kBenchWindow));
  text = replaced(text, "BATCH", std::to_string(batch_rows));
  Scenario scenario = decoded(text, {{"sums", typed_sum}});
  JobProgram program = *scenario.program;
  for (StreamNode& node : program.graph.nodes) {
    if (auto* source = std::get_if<SourceSpec>(&node.spec)) {
      source->data = std::make_shared<BenchData>(events);
    }
  }
  scenario.program = std::make_shared<const JobProgram>(std::move(program));
  scenario.limits.steps = 10 * events + 1'000'000;
  return scenario;
}

Scenario faulty_scenario() {
  return decoded(R"({"leat": 1, "scenario": "one crash", "parallelism": 2,
  "sources": {"s": {"fields": ["ts:time", "k:string", "v:int"], "ts": "ts", "partitions": 2,
                    "watermark": {"bounded": "500ms"},
                    "generate": {"count": 200, "every": "5ms", "keys": 5, "disorder": "400ms"}}},
  "nodes": {"sums": {"inputs": ["s"], "key_by": "k", "window": {"tumbling": "1s"},
                     "aggregate": ["sum(v) as s"]}},
  "sinks": {"out": "sums"},
  "cluster": {"workers": 2, "slots": 1},
  "checkpoint": {"every": "300ms"},
  "restart": {"strategy": "fixed_delay", "attempts": 10, "delay": "100ms"},
  "faults": [{"kill": "worker-1", "after": "2 CheckpointCompleted", "for": "200ms"}]})",
                 {});
}

}  // namespace leat
