// A scenario: a job, its input, a cluster, what goes wrong, and what is expected. Plain data: what
// a file says after it was checked, and what a C++ program may build itself.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/connectors/log_broker.h"
#include "core/env/cluster_config.h"
#include "core/graph/job_graph.h"
#include "sim/scenario/choice_map.h"

namespace leat {

// ---- faults: what, and when ----
// Workers are named "worker-1".. ("worker-N" is ClusterConfig::task_managers[N-1]); also
// "jobmanager" and "log".
enum class FaultKind : uint8_t {
  kKill,          // a process dies and comes back after `lasts` (connections are reset)
  kKillSilently,  // the same, but nobody's connection is reset: only heartbeats tell
  kPause,         // a process does nothing for `lasts` (a long collection, a moved machine)
  kReset,         // the connection of two processes is reset
  kPartition,     // nothing passes between two processes for `lasts`; then it goes on or is reset
  kDelay,         // messages between two processes take `amount` longer, for `lasts`
  kStorageFail,   // the next `count` requests to storage fail
  kStorageSlow,   // storage takes `amount` longer, for `lasts`
};
inline constexpr uint32_t kFaultKinds = 8;
const char* name_of(FaultKind kind);  // "kill", "kill_silently", "pause", ...

inline constexpr Duration kForever{int64_t{1} << 50};

struct AtTime {
  ProcTime time;
};
// After the n-th fact (from 1) of a kind, or of any kind.
struct AfterFact {
  std::optional<uint32_t> kind;  // number in Fact
  uint64_t nth = 1;
};
// A protocol moment of a named task: the first fact of a kind whose execution is this subtask, and
// (where given) whose checkpoint is this one.
struct AtMoment {
  uint32_t kind = 0;
  std::optional<SubtaskId> subtask;
  std::optional<CheckpointId> checkpoint;
};
struct Fault {
  FaultKind kind = FaultKind::kKill;
  std::variant<AtTime, AfterFact, AtMoment> when = AtTime{};
  ProcessId process;              // the victim, or one end
  std::optional<ProcessId> peer;  // the other end (reset, partition, delay)
  Duration lasts{1000};           // kForever: who is killed does not come back
  Duration amount{500};
  uint32_t count = 1;
};

// Faults drawn from the seed, while the job runs: how many of each kind at most, over which span.
// The atlas: drawn faults stay inside what the declared guarantee tolerates.
struct RandomFaults {
  uint32_t max = 0;              // at most this many faults a run; 0: none
  std::vector<FaultKind> kinds;  // empty: all
  Duration span{0};              // drawn times lie in [0, span); 0: the input's length
};

// ---- the network and storage of the world ----
struct WorldConfig {
  Duration latency_min{1};
  Duration latency_max{20};  // a message takes min + choose(max - min + 1)
  Duration storage_min{1};
  Duration storage_max{50};
  Duration step_cost_max{2};  // a step of a task takes choose(max + 1) ms
  bool disorder = true;       // false: always the plainest schedule (explicit faults still happen)
};

// ---- expectations ----
struct ExpectedRows {
  // Given: of rows that are equal in these fields (the key and window, say) only the last counts.
  std::optional<std::vector<uint32_t>> last_of;
  bool ordered = false;
  std::vector<Row> rows;
};
// "sometimes": must be seen at least once over a campaign; the others are judged in every run.
struct Situation {
  enum class When : uint8_t { kSometimes, kNever, kEventually, kAlways };
  When when = When::kSometimes;
  uint32_t kind = 0;      // of fact
  uint64_t at_least = 1;  // kAlways: at most so many, at any time
};
struct Expectations {
  std::map<std::string, ExpectedRows> rows;  // by sink
  std::vector<Situation> situations;
  std::optional<std::string> violation;    // the scenario exists to show this one
  std::vector<std::string> may_depend_on;  // "order": what the result lawfully depends on
};

struct Limits {
  // What is not finished by then is a liveness failure; a scenario file without it gets less.
  Duration virtual_time{30LL * 86400 * 1000};
  uint64_t steps = 50'000'000;
  uint64_t steps_per_instant = 200'000;  // more without the clock moving is a livelock
};

// What can be written of a run, by the names of `reports` and of --report.
const std::vector<std::string>& report_kinds();

// When the last record of any split may be read; 0 where there is none.
Duration last_arrival(const SplitData& data);

struct Scenario {
  std::string name;
  std::string why;
  std::string path;  // of the file; empty where built in C++
  std::string text;  // of the file, as it was read; empty where built in C++
  uint64_t seed = 1;
  std::shared_ptr<const JobProgram> program;
  bool is_cpp = false;  // the job is written in C++, and has functions of its user's
  LogTopics topics;     // input topics and the sinks' topics
  ClusterConfig cluster;
  WorldConfig world;
  std::vector<Fault> faults;
  RandomFaults random_faults;
  std::optional<ChoiceMap> choices;  // given: `run` answers with these, and plainly otherwise
  Expectations expect;
  Limits limits;
  std::map<std::string, std::string> reports;  // "reports": {"graph": "earthquakes-graph.svg"}:
                                               // what `run` writes if no --report is given
};

}  // namespace leat
