// One case of a job of one's own, run once and judged by all oracles and checks: what `leat run`
// says of its scenario file. Knows nothing of RapidCheck.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/graph/job_registry.h"
#include "sim/explore/run_once.h"
#include "sim/rapidcheck/job_case.h"

namespace leat {

struct CheckOptions {
  // Whether the run is also made again in other orders, places and speeds (twenty runs more): of
  // each case, or of one in eight, by its seed.
  enum class Invariance : uint8_t { kAlways, kSampled } invariance = Invariance::kAlways;
  std::string directory = ".leat/failures";  // where the file of a failed case goes; "": nowhere
  // What replays it: a program that calls leat::main with the same jobs.
  std::string program = "PROGRAM";
};

struct CheckedCase {
  RunOutcome outcome;
  std::map<std::string, std::vector<Row>> committed;  // by sink, sorted
  // The violation by its name, expected against got, and what replays it; "": nothing is wrong.
  std::string failure;

  // What a read_committed reader of the sink has seen.
  template <RowType T>
  std::vector<T> rows(const std::string& sink) const {
    std::vector<T> values;
    const auto found = committed.find(sink);
    if (found == committed.end()) return values;
    for (const Row& row : found->second) values.push_back(RowCodec<T>::decode(row));
    return values;
  }
};

CheckedCase check_case(const JobRegistry& jobs, const JobCase& job_case,
                       const CheckOptions& options = {});

}  // namespace leat
