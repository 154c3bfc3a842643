// A case around a job of one's own: what comes in, on which cluster, and what goes wrong. Plain
// values, so that RapidCheck can draw and shrink them; written down, it is a scenario file.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "core/api/row_type.h"
#include "sim/explore/strategy.h"
#include "sim/scenario/scenario.h"

namespace leat {

// A row, and when it may be read: counted from the job's start, on the processing clock.
struct CaseRow {
  Duration arrival;
  uint32_t partition = 0;
  Row row;
};

// What `env.source<T>(name)` of the job reads.
struct CaseStream {
  std::string name;
  Schema schema;
  std::string event_time;  // the field that says when a row happened; "": the job assigns times
  Duration bound;          // with it: how far out of order rows are, for the watermarks
  uint32_t partitions = 1;
  std::vector<CaseRow> rows;  // in the order of arrival

  // The rows as what they were made of, for a model of one's own.
  template <RowType T>
  std::vector<T> values() const {
    std::vector<T> values;
    for (const CaseRow& row : rows) values.push_back(RowCodec<T>::decode(row.row));
    return values;
  }
};

struct ClusterShape {
  uint32_t workers = 2;
  uint32_t parallelism = 2;
  uint32_t buffers = 4;  // batches in flight for each channel
  uint32_t batch_rows = 256;
  Duration checkpoint_every{300};
  Duration latency_max{20};
};

struct JobCase {
  std::string job;  // its name in the registry
  uint64_t seed = 1;
  Strategy strategy = Strategy::kRandom;
  ClusterShape cluster;
  std::vector<CaseStream> streams;
  std::vector<Fault> faults;
  std::vector<std::string> may_depend_on;  // as a scenario says it: "order", ...

  // REQUIRES: there is a stream of this name.
  const CaseStream& stream(const std::string& name) const;
};

// The scenario file: `run` on it is this case again.
std::string to_scenario_text(const JobCase& job_case);

// In a few words: RapidCheck shows a counterexample by it.
std::ostream& operator<<(std::ostream& out, const JobCase& job_case);

}  // namespace leat
