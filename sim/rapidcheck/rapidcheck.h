// Properties of a job of one's own, for RapidCheck. The only header that includes it.
//
//   leat::JobRegistry jobs = {{"totals", totals_job}};
//
//   RC_GTEST_PROP(Totals, are_exactly_once, ()) {
//     leat::check_job(jobs, *leat::gen::job_case(
//                               "totals", {leat::gen::stream("payments", &Payment::at,
//                               payment())}));
//   }
//
// draws rows, their disorder, a cluster and faults, runs the job in a simulated world and judges it
// by all oracles. RapidCheck shrinks what fails; the message names the violation, shows expected
// against got, and says what replays it. (All but the schedule is drawn here, where its tools can
// shrink it; the schedule is drawn from the case's seed, by the door that all other runs have.)
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <functional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/rapidcheck/check_case.h"

namespace leat::gen {

// How rows of a stream come in.
struct StreamShape {
  size_t rows = 60;         // at most; fewer in the first cases
  uint32_t partitions = 3;  // at most
  EventTime start{0};       // rows happen in [start, start + span)
  Duration span{10'000};
  // They arrive so much later than they happened, at most: none is late for watermarks that wait
  // for this.
  Duration disorder{500};
  uint32_t late_percent = 0;  // of them come later than that,
  Duration late_by{5'000};    // by up to this
};

// As many elements as `most` where RapidCheck's size is the usual greatest, each of full size.
template <class T>
rc::Gen<std::vector<T>> some(size_t most, const rc::Gen<T>& element) {
  return rc::gen::withSize([=](int size) {
    const auto longest = static_cast<int>(most) * size / rc::kNominalSize;
    return rc::gen::resize(
        longest, rc::gen::container<std::vector<T>>(rc::gen::resize(rc::kNominalSize, element)));
  });
}

// Shrinks to `least`.
inline rc::Gen<int64_t> between(int64_t least, int64_t most) {
  return rc::gen::resize(rc::kNominalSize, rc::gen::inRange<int64_t>(least, most + 1));
}

// ---- streams with disorder ----

// When a row happens, how much later it arrives, and where.
struct RowFate {
  int64_t happens = 0;
  int64_t delay = 0;
  uint32_t partition = 0;
};
inline rc::Gen<RowFate> row_fate(StreamShape shape, uint32_t partitions) {
  return rc::gen::map(
      rc::gen::tuple(between(0, shape.span.ms - 1), between(0, shape.disorder.ms),
                     between(0, partitions - 1), between(0, 99), between(1, shape.late_by.ms)),
      [=](const std::tuple<int64_t, int64_t, int64_t, int64_t, int64_t>& drawn) {
        const auto& [happens, delay, partition, late, late_by] = drawn;
        const bool is_late = late >= 100 - static_cast<int64_t>(shape.late_percent);
        return RowFate{happens, is_late ? shape.disorder.ms + late_by : delay,
                       static_cast<uint32_t>(partition)};
      });
}

// What `stamp(row, time)` says of when a row happens; the job assigns times and watermarks itself.
template <RowType T>
rc::Gen<CaseStream> stream(std::string name, std::function<void(T&, EventTime)> stamp,
                           rc::Gen<T> row, StreamShape shape = {}) {
  return rc::gen::mapcat(between(1, shape.partitions), [=](int64_t partitions) {
    const auto count = static_cast<uint32_t>(partitions);
    const auto rows =
        some<std::pair<T, RowFate>>(shape.rows, rc::gen::pair(row, row_fate(shape, count)));
    return rc::gen::map(rows, [=](std::vector<std::pair<T, RowFate>> drawn) {
      CaseStream made;
      made.name = name;
      made.schema = RowCodec<T>::schema();
      made.bound = shape.disorder;
      made.partitions = count;
      for (auto& [value, fate] : drawn) {
        stamp(value, EventTime{shape.start.ms + fate.happens});
        Row encoded(RowCodec<T>::kWidth);
        RowCodec<T>::encode(value, encoded);
        made.rows.push_back({{fate.happens + fate.delay}, fate.partition, std::move(encoded)});
      }
      std::stable_sort(made.rows.begin(), made.rows.end(), [](const CaseRow& a, const CaseRow& b) {
        return a.arrival.ms < b.arrival.ms;
      });
      return made;
    });
  });
}

// The field `time` says when a row happens, and the source's watermarks wait for the disorder.
template <RowType T>
rc::Gen<CaseStream> stream(std::string name, EventTime T::* time, rc::Gen<T> row,
                           StreamShape shape = {}) {
  const auto index = RowCodec<T>::index_of(time);
  check(index.has_value(), "the time of a stream is a field that LEAT_ROW names");
  const std::string field = RowCodec<T>::schema().fields[*index].name;
  const std::function<void(T&, EventTime)> stamp = [time](T& value, EventTime at) {
    value.*time = at;
  };
  return rc::gen::map(stream<T>(std::move(name), stamp, std::move(row), shape),
                      [field](CaseStream made) {
                        made.event_time = field;
                        return made;
                      });
}

// ---- cluster shapes ----
inline rc::Gen<ClusterShape> cluster() {
  return rc::gen::map(
      rc::gen::tuple(
          between(1, 3), between(1, 3), between(1, 4), rc::gen::element<int64_t>(256, 1, 2, 8),
          rc::gen::element<int64_t>(300, 50, 100, 700), rc::gen::element<int64_t>(20, 1, 100, 400)),
      [](const std::tuple<int64_t, int64_t, int64_t, int64_t, int64_t, int64_t>& drawn) {
        const auto& [workers, parallelism, buffers, batch, checkpoint, latency] = drawn;
        return ClusterShape{static_cast<uint32_t>(workers),
                            static_cast<uint32_t>(parallelism),
                            static_cast<uint32_t>(buffers),
                            static_cast<uint32_t>(batch),
                            {checkpoint},
                            {latency}};
      });
}

// ---- fault plans ----

// At a time in [0, span), or after one of the facts behind which faults do most harm.
inline rc::Gen<decltype(Fault::when)> fault_trigger(Duration span) {
  using When = decltype(Fault::when);
  const auto at = rc::gen::map(between(0, std::max<int64_t>(span.ms - 1, 0)),
                               [](int64_t ms) { return When(AtTime{ProcTime{ms}}); });
  const auto kind = rc::gen::element<uint32_t>(
      kind_of<CheckpointTriggered>(), kind_of<BarrierAligned>(), kind_of<SnapshotTaken>(),
      kind_of<CheckpointAcknowledged>(), kind_of<CheckpointCompleted>(),
      kind_of<CompletionNotified>(), kind_of<TransactionPreCommitted>(),
      kind_of<TransactionCommitted>(), kind_of<TaskRestored>(), kind_of<BatchProcessed>());
  const auto after = rc::gen::map(
      rc::gen::pair(kind, between(1, 12)), [](const std::pair<uint32_t, int64_t>& drawn) {
        return When(AfterFact{drawn.first, static_cast<uint64_t>(drawn.second)});
      });
  return rc::gen::oneOf(at, after);
}

// One fault that begins before `span` is over, inside what an exactly-once job must survive.
inline rc::Gen<Fault> fault(ClusterShape shape, Duration span) {
  return rc::gen::map(
      rc::gen::tuple(between(0, kFaultKinds - 1), fault_trigger(span),
                     between(0, shape.workers + 1), between(1, shape.workers + 1),
                     between(1, 2'000), between(1, 3)),
      [shape](const std::tuple<int64_t, decltype(Fault::when), int64_t, int64_t, int64_t, int64_t>&
                  drawn) {
        const auto& [kind, when, victim, away, lasts, count] = drawn;
        Fault made;
        made.kind = static_cast<FaultKind>(kind);
        made.when = when;
        // Processes are 0, the JobManager; then the workers; then the log, which does not die.
        const uint32_t processes = shape.workers + 2;
        const bool kills = made.kind == FaultKind::kKill || made.kind == FaultKind::kKillSilently;
        // The plainest victim is the first worker.
        const uint32_t at = (static_cast<uint32_t>(victim) + 1) % processes;
        made.process = ProcessId{kills && at == shape.workers + 1 ? 1 : at};
        made.peer = ProcessId{(made.process.value + static_cast<uint32_t>(away)) % processes};
        made.lasts = {lasts};
        made.amount = {lasts};
        made.count = static_cast<uint32_t>(count);
        return made;
      });
}
inline rc::Gen<std::vector<Fault>> faults(ClusterShape shape, Duration span, size_t most = 4) {
  return some<Fault>(most, fault(shape, span));
}

// ---- whole cases ----
struct CaseShape {
  size_t faults = 4;                       // at most
  Duration span{11'000};                   // they begin before this
  std::vector<std::string> may_depend_on;  // what the result lawfully depends on: "order", ...
};

inline rc::Gen<JobCase> job_case(std::string job, std::vector<rc::Gen<CaseStream>> streams,
                                 CaseShape shape = {}) {
  return rc::gen::exec([=] {
    JobCase made;
    made.job = job;
    made.may_depend_on = shape.may_depend_on;
    made.seed = static_cast<uint64_t>(*rc::gen::noShrink(between(1, 1'000'000)));
    made.strategy = *rc::gen::elementOf(all_strategies());
    made.cluster = *cluster();
    made.faults = *faults(made.cluster, shape.span, shape.faults);
    for (const rc::Gen<CaseStream>& stream : streams) made.streams.push_back(*stream);
    return made;
  });
}

}  // namespace leat::gen

namespace leat {

// Runs the case with all oracles; a violation fails the property. What comes back was committed,
// for whatever else the test knows of it.
inline CheckedCase check_job(const JobRegistry& jobs, const JobCase& job_case,
                             const CheckOptions& options = {}) {
  CheckedCase checked = check_case(jobs, job_case, options);
  if (!checked.failure.empty()) RC_FAIL("\n" + checked.failure);
  RC_CLASSIFY(checked.outcome.restored, "restored from a checkpoint");
  return checked;
}

}  // namespace leat
