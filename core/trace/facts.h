// What happened, as typed facts in one order. The digest, the oracles, the pictures and the
// triggers of faults all read these; log text is made from them and never the other way round.
//
// Each fact is a plain struct with a name and its fields in order (`fields`), from which the
// digest, the transcript and JSON are derived. Adding a kind: add the struct and put it at the END
// of Fact. On the data path there is one fact a batch, never one a record: whoever needs records
// taps them (trace.h).
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "core/base/hash.h"
#include "core/trace/cluster_facts.h"
#include "core/trace/log_facts.h"
#include "core/trace/task_facts.h"
#include "core/trace/world_facts.h"

namespace leat {

using Fact =
    std::variant<ProcessStarted, ProcessDied, MessageDelivered, MessageLost, ConnectionReset,
                 BlobWritten, BlobFailed, FaultInjected, TaskManagerRegistered, TaskManagerLost,
                 SlotAllocated, JobStatusChanged, ExecutionStateChanged, JobRestored,
                 CheckpointTriggered, BarrierReceived, BarrierAligned, SnapshotTaken,
                 CheckpointAcknowledged, CheckpointCompleted, CheckpointAborted, CompletionNotified,
                 TaskDeployed, TaskRestored, TaskFailed, TaskFinished, BatchSent, BatchProcessed,
                 SplitRead, SplitAssigned, SplitFinished, SplitWatermark, SplitIdle,
                 WatermarkAdvanced, StatusChanged, TimerFired, LateRecord, PaneFired, LogAppended,
                 TransactionPreCommitted, TransactionCommitted, TransactionAborted, BlobRead,
                 BlobRemoved, BlobMissing, TimersChanged, GroupOffsetCommitted, AlignmentReported,
                 AlignmentLimited, AlignmentHeard, AlignmentAnnounced, BarrierOvertook,
                 ChannelStateTaken, ChannelStateRestored, RestoredProcessed>;

inline constexpr size_t kFactKinds = std::variant_size_v<Fact>;

// The kind's number: its position in Fact.
template <class F>
constexpr uint32_t kind_of();
const char* kind_name(uint32_t kind);  // REQUIRES: kind < kFactKinds
// kFactKinds where there is no such kind.
uint32_t kind_named(std::string_view name);

// What the numbers in facts are called. As they stand here they are told as numbers: who knows the
// job knows better.
class FactNames {
 public:
  virtual ~FactNames() = default;
  virtual std::string subtask(SubtaskId id) const;
  virtual std::string node(NodeId id) const;
  virtual std::string process(ProcessId id) const;
  virtual std::string link(uint64_t link) const;
  virtual std::string fault_kind(uint32_t kind) const;
};

void fold(const Fact& fact, ProcTime at, Digest& digest);
// One line: "BarrierAligned execution=2[1]#1 checkpoint=3"; with names "execution=sum[1]#1". A text
// stands last or in quotes where it has blanks.
std::string to_text(const Fact& fact, const FactNames& names = FactNames());

namespace detail {
template <class F, size_t I = 0>
constexpr uint32_t index_in_fact() {
  if constexpr (std::is_same_v<F, std::variant_alternative_t<I, Fact>>) {
    return static_cast<uint32_t>(I);
  } else {
    return index_in_fact<F, I + 1>();
  }
}
}  // namespace detail

template <class F>
constexpr uint32_t kind_of() {
  return detail::index_in_fact<F>();
}

// Some kinds, a bit each.
using FactSet = uint64_t;
static_assert(kFactKinds <= 64);
inline constexpr FactSet kAllFacts = ~FactSet{0};
template <class... Kinds>
constexpr FactSet fact_set() {
  return ((FactSet{1} << kind_of<Kinds>()) | ... | FactSet{0});
}
constexpr bool holds(FactSet set, size_t kind) { return (set >> kind & 1) != 0; }

}  // namespace leat
