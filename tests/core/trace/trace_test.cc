#include "core/trace/trace.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

std::string digest_of(const Fact& fact, ProcTime at) {
  Trace trace;
  trace.add(at, fact);
  return trace.digest().hex();
}

const ExecutionId kExecution{{{2}, 1}, 3};

TEST(Facts, AreNamedInOneLine) {
  EXPECT_EQ(to_text(BarrierAligned{kExecution, {3}}),
            "BarrierAligned execution=2[1]#3 checkpoint=3");
  EXPECT_EQ(to_text(WatermarkAdvanced{kExecution, {4}, EventTime::max()}),
            "WatermarkAdvanced execution=2[1]#3 node=4 time=MAX");
}

class Quakes final : public FactNames {
 public:
  std::string subtask(SubtaskId id) const override {
    return "sum[" + std::to_string(id.index) + "]";
  }
  std::string node(NodeId) const override { return "sum"; }
  std::string process(ProcessId) const override { return "worker-1"; }
  std::string link(uint64_t) const override { return "worker-1 -> log"; }
  std::string fault_kind(uint32_t) const override { return "kill"; }
};

TEST(Facts, AreToldInTheNamesOfTheJob) {
  EXPECT_EQ(to_text(TaskDeployed{kExecution, {1}, {3}}, Quakes()),
            "TaskDeployed execution=sum[1]#3 process=worker-1 checkpoint=3");
  EXPECT_EQ(to_text(MessageLost{{1}, {2}, 99, 4, 5}, Quakes()),
            "MessageLost from=worker-1 to=worker-1 link=\"worker-1 -> log\" sequence=4 hash=5");
  EXPECT_EQ(to_text(FaultInjected{2, 0, {1}}, Quakes()),
            "FaultInjected kind=kill fault=0 process=worker-1");
  EXPECT_EQ(to_text(TransactionAborted{{4}, 1, 9}, Quakes()),
            "TransactionAborted sink=sum subtask=1 transaction=9");
}

TEST(Facts, SayWhatWentWrongAndWithWhatInWords) {
  EXPECT_EQ(to_text(TaskFailed{kExecution, FailureKind::kUserCode, "sum: / by zero"}),
            "TaskFailed execution=2[1]#3 kind=\"user code\" cause=\"sum: / by zero\"");
  EXPECT_EQ(to_text(BlobRemoved{"checkpoints/3/sum[1]#1"}),
            "BlobRemoved name=checkpoints/3/sum[1]#1");
}

TEST(Facts, AreFoundByTheirName) {
  for (uint32_t kind = 0; kind < kFactKinds; ++kind) EXPECT_EQ(kind_named(kind_name(kind)), kind);
  EXPECT_EQ(kind_named("NoSuchFact"), kFactKinds);
}

// What the digest must notice: each pair differs in one bit of one thing that happened.
TEST(Digest, OneBitOfATimerAnAcknowledgementOrAStateByteChangesIt) {
  const std::pair<Fact, Fact> pairs[] = {
      {TimerFired{kExecution, {1}, TimeDomain::kEvent, 4096, 9},
       TimerFired{kExecution, {1}, TimeDomain::kEvent, 4097, 9}},
      {TimerFired{kExecution, {1}, TimeDomain::kEvent, 4096, 9},
       TimerFired{kExecution, {1}, TimeDomain::kProcessing, 4096, 9}},
      {CheckpointAcknowledged{kExecution, {6}}, CheckpointAcknowledged{kExecution, {7}}},
      {CheckpointAcknowledged{kExecution, {6}}, CheckpointAcknowledged{{{{2}, 0}, 3}, {6}}},
      {SnapshotTaken{kExecution, {6}, 10, hash_bytes("state 0")},
       SnapshotTaken{kExecution, {6}, 10, hash_bytes("state 1")}},
      {TaskFailed{kExecution, FailureKind::kUserCode, "a"},
       TaskFailed{kExecution, FailureKind::kUserCode, "c"}},
      {TaskFailed{kExecution, FailureKind::kUserCode, "a"},
       TaskFailed{kExecution, FailureKind::kRefusedByLog, "a"}},
      {BlobWritten{"a", 5, 2}, BlobWritten{"c", 5, 2}},
      {TransactionCommitted{{1}, 0, 5, 2, 77}, TransactionCommitted{{1}, 0, 5, 2, 76}},
  };
  for (const auto& [a, b] : pairs) {
    EXPECT_NE(digest_of(a, {0}), digest_of(b, {0})) << to_text(a) << " / " << to_text(b);
  }
}

// Turns one bit of the n-th field of a fact. The fact is no constant, only the visitor sees it so.
struct TurnedField {
  size_t nth;
  size_t& seen;
  bool& is_a_copy;
  template <class T>
  void operator()(const char*, const T& field) {
    if (seen++ != nth) return;
    // Numbers that are given a name for the visitor only; they are turned below.
    is_a_copy = std::is_same_v<T, LinkId> || std::is_same_v<T, FaultKindId>;
    turn(const_cast<T&>(field));
  }
  static void turn(std::string& text) { text += 'x'; }
  static void turn(EventTime& time) { time.ms ^= 1; }
  static void turn(ExecutionId& id) { id.attempt ^= 1; }
  template <class T>
  static void turn(T& field) {
    if constexpr (std::is_enum_v<T>) {
      field = static_cast<T>(static_cast<uint32_t>(field) ^ 1);
    } else if constexpr (requires { field.value; }) {
      field.value ^= 1;
    } else {
      field ^= 1;
    }
  }
};

template <class F>
size_t expect_every_field_folded() {
  F plain{};
  for (size_t nth = 0;; ++nth) {
    F turned{};
    size_t seen = 0;
    bool is_a_copy = false;
    turned.fields(TurnedField{nth, seen, is_a_copy});
    if (nth >= seen) return seen;
    if (is_a_copy) continue;
    EXPECT_NE(digest_of(plain, {0}), digest_of(turned, {0})) << to_text(turned);
    EXPECT_NE(to_text(plain), to_text(turned));
  }
}

template <size_t... I>
size_t expect_every_kind_folded(std::index_sequence<I...>) {
  return (expect_every_field_folded<std::variant_alternative_t<I, Fact>>() + ...);
}

TEST(Digest, NoticesABitOfEveryFieldOfEveryKindOfFact) {
  EXPECT_GT(expect_every_kind_folded(std::make_index_sequence<kFactKinds>{}), 2 * kFactKinds);
  const ExecutionId other_subtask{{{2}, 0}, 3};
  const ExecutionId other_vertex{{{3}, 1}, 3};
  for (const ExecutionId& other : {other_subtask, other_vertex})
    EXPECT_NE(digest_of(BarrierAligned{kExecution, {3}}, {0}),
              digest_of(BarrierAligned{other, {3}}, {0}));
  EXPECT_NE(digest_of(MessageDelivered{{1}, {2}, 8, 1, 1}, {0}),
            digest_of(MessageDelivered{{1}, {2}, 9, 1, 1}, {0}));
  EXPECT_NE(digest_of(MessageLost{{1}, {2}, 8, 1, 1}, {0}),
            digest_of(MessageLost{{1}, {2}, 9, 1, 1}, {0}));
  EXPECT_NE(digest_of(FaultInjected{2, 0, {1}}, {0}), digest_of(FaultInjected{3, 0, {1}}, {0}));
}

TEST(Digest, NoticesWhenAndInWhichOrderThingsHappened) {
  const Fact one = CheckpointTriggered{{1}};
  const Fact two = CheckpointTriggered{{2}};
  EXPECT_NE(digest_of(one, {0}), digest_of(one, {1}));
  Trace straight;
  straight.add({0}, one);
  straight.add({0}, two);
  Trace turned;
  turned.add({0}, two);
  turned.add({0}, one);
  EXPECT_NE(straight.digest().hex(), turned.digest().hex());
}

class Counter final : public FactObserver {
 public:
  void on_fact(ProcTime, const Fact&) override { ++seen; }
  int seen = 0;
};

TEST(Trace, CountsByKindAndShowsEachFactOnce) {
  Trace trace;
  Counter counter;
  trace.observe(counter);
  trace.add({0}, CheckpointTriggered{{1}});
  trace.add({5}, CheckpointCompleted{{1}});
  trace.add({9}, CheckpointTriggered{{2}});
  EXPECT_EQ(counter.seen, 3);
  EXPECT_EQ(trace.count<CheckpointTriggered>(), 2U);
  EXPECT_EQ(trace.count<CheckpointAborted>(), 0U);
  EXPECT_EQ(trace.total(), 3U);
}

}  // namespace
}  // namespace leat
