#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "sim/cli/bench_jobs.h"
#include "sim/cli/bench_loop.h"
#include "sim/cli/verbs.h"
#include "sim/explore/campaign.h"
#include "sim/world/recorded_choices.h"

namespace leat {

namespace {

constexpr uint64_t kEvents = 10'000'000;
constexpr uint64_t kBatch1Events = 1'000'000;
constexpr uint64_t kFaultyRuns = 3000;
constexpr int kRounds = 3;

double seconds(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Rows that were committed, counted from facts: no tap, so that the run is as fast as it is.
class CommittedRows final : public FactObserver {
 public:
  void on_fact(ProcTime, const Fact& fact) override {
    if (const auto* committed = std::get_if<TransactionCommitted>(&fact)) rows += committed->rows;
  }
  uint64_t rows = 0;
};

// The engine's run of a sum job; the digest is on, as always.
void run_engine(const Scenario& scenario, uint64_t panes) {
  PlainChoices choices;
  CommittedRows committed;
  Simulation simulation(scenario, choices);
  simulation.trace().observe(committed);
  const RunStats stats = simulation.run();
  check(stats.end == RunEnd::kFinished, "the benchmark's job did not finish");
  check(committed.rows == panes, "the engine and the loop disagree about the number of panes");
}

// Hashing what the job's channels carry and adding a fact a batch, by itself.
double seconds_of_digest() {
  RowBatch batch(3);
  for (uint64_t i = 0; i < 256; ++i) {
    const BenchEvent event = bench_event(i);
    const std::span<Value> row = batch.append(EventTime{event.ts});
    row[0] = Value::time(event.ts);
    row[1] = Value::integer(event.key);
    row[2] = Value::integer(event.value);
  }
  Digest digest;
  const double taken = seconds([&] {
    for (uint64_t i = 0; i < kEvents / 256; ++i) {
      // Each batch is sent once and read from its split once.
      fold(BatchSent{{}, 0, i, 256, batch.hash()}, ProcTime{static_cast<int64_t>(i)}, digest);
      fold(SplitRead{{}, {}, 0, i, 256, batch.hash()}, ProcTime{static_cast<int64_t>(i)}, digest);
      fold(BatchProcessed{{}, 0, i, 256}, ProcTime{static_cast<int64_t>(i)}, digest);
    }
  });
  check(digest.low() != 0, "the digest of a benchmark is not nothing");
  return taken;
}

// The most memory that the process has used so far.
double peak_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss);
}

struct Measured {
  double read = 0, loop = 0, json = 0, typed = 0, batch1 = 0, digest = 0;
  double faulty_one = 0, faulty_two = 0, loop_two = 0, memory_ratio = 0;
  uint64_t faulty_steps = 0;
};

void measure_sums(Measured& m) {
  const Scenario json = sum_scenario(BenchFace::kJson, kEvents, 256);
  const Scenario typed = sum_scenario(BenchFace::kTyped, kEvents, 256);
  // First of all, before anything else has used memory: the peak only ever rises.
  const Scenario tenth = sum_scenario(BenchFace::kJson, kEvents / 10, 256);
  run_engine(tenth, run_loop(kEvents / 10).panes);
  const double peak_of_tenth = peak_memory();
  run_engine(json, run_loop(kEvents).panes);
  m.memory_ratio = peak_memory() / peak_of_tenth;
  const Scenario single = sum_scenario(BenchFace::kJson, kBatch1Events, 1);
  std::vector<double> read, loop, jobs, typed_jobs, digests;
  uint64_t sink = 0;
  const LoopResult expected = run_loop(kEvents);
  for (int round = 0; round < kRounds; ++round) {
    std::cerr << fmt::format("bench: round {} of {}\n", round + 1, kRounds);
    read.push_back(seconds([&] { sink += only_read(kEvents); }));
    loop.push_back(seconds([&] { sink += run_loop(kEvents).checksum; }));
    jobs.push_back(seconds([&] { run_engine(json, expected.panes); }));
    typed_jobs.push_back(seconds([&] { run_engine(typed, expected.panes); }));
    digests.push_back(seconds_of_digest());
  }
  check(sink != 1, "the loop's result is used");
  m.read = median(read);
  m.loop = median(loop);
  m.json = median(jobs);
  m.typed = median(typed_jobs);
  m.digest = median(digests);
  const uint64_t single_panes = run_loop(kBatch1Events).panes;
  m.batch1 = seconds([&] { run_engine(single, single_panes); });
  m.loop_two = seconds([&] {
    std::thread other([] { check(run_loop(kEvents).panes > 0, "the loop has results"); });
    sink += run_loop(kEvents).checksum;
    other.join();
  });
}

void measure_campaign(Measured& m) {
  std::vector<Scenario> scenarios;
  scenarios.push_back(faulty_scenario());
  CampaignRequest request;
  request.runs = kFaultyRuns;
  request.disturb = CampaignRequest::Disturb::kNone;  // a run is one run here
  CampaignResult result;
  m.faulty_one = seconds([&] { result = explore(scenarios, request); });
  check(result.ok(), "a run of the benchmark's campaign failed");
  m.faulty_steps = result.scenarios.front().steps;
  request.jobs = 2;
  m.faulty_two = seconds([&] { result = explore(scenarios, request); });
}

}  // namespace

int bench_verb(const CommonOptions& common) {
  Measured m;
  measure_sums(m);
  measure_campaign(m);
  const double n = static_cast<double>(kEvents);
  const double runs = static_cast<double>(kFaultyRuns);
  const double loop_scaling = 2 * m.loop / m.loop_two;
  const std::vector<std::pair<const char*, double>> metrics = {
      {"read_ns_per_event", m.read / n * 1e9},
      {"loop_ns_per_event", m.loop / n * 1e9},
      {"loop_of_read", m.loop / m.read},
      {"json_ns_per_event", m.json / n * 1e9},
      {"json_share_of_loop", m.loop / m.json},
      {"typed_share_of_json", m.json / m.typed},
      {"batch1_events_per_second", static_cast<double>(kBatch1Events) / m.batch1},
      {"faulty_runs_per_second_per_core", runs / m.faulty_one},
      {"ns_per_step", m.faulty_one / static_cast<double>(m.faulty_steps) * 1e9},
      {"two_thread_scaling", m.faulty_one / m.faulty_two / (loop_scaling / 2)},
      {"digest_cost_percent", 100 * m.digest / m.json},
      {"peak_memory_10m_of_1m", m.memory_ratio},
  };
  if (common.format == Format::kJson) {
    nlohmann::ordered_json values = nlohmann::ordered_json::object();
    for (const auto& [name, value] : metrics) values[name] = value;
    std::cout << nlohmann::ordered_json{{"schema", 1}, {"metrics", values}}.dump(2) << "\n";
  } else {
    for (const auto& [name, value] : metrics)
      std::cout << fmt::format("{:<34}{:>14.2f}\n", name, value);
  }
  return 0;
}

}  // namespace leat
