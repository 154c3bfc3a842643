#include "core/runtime/wiring.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/runtime/batch_queue.h"
#include "core/runtime/input_gate.h"
#include "core/runtime/task.h"
#include "tests/core/graph/plan_of.h"

namespace leat {
namespace {

using testing::GraphOf;

// Both ends derive the wiring alone, so they must agree on every channel's two numbers.
RC_GTEST_PROP(Wiring, BothEndsOfAChannelAgree, ()) {
  const auto parallelism = rc::gen::inRange<uint32_t>(1, 6);
  const auto by = rc::gen::element(Partitioning::kUnspecified, Partitioning::kRescale,
                                   Partitioning::kBroadcast, Partitioning::kGlobal);
  GraphOf g;
  g.source("a").parallelism = *parallelism;
  g.source("b").parallelism = *parallelism;
  g.unite("u", {g.from("a", *by), g.from("b", *by), g.from("a", *by)});
  g.map("m", {g.from("u")}).parallelism = *parallelism;
  g.keyed("k", {g.from("m")}).parallelism = *parallelism;
  g.sink("s", {g.from("m", *by)}).parallelism = *parallelism;
  const JobGraph job = make_job_graph(g.graph()).value();

  uint32_t ins = 0;
  uint32_t outs = 0;
  for (uint32_t v = 0; v < job.vertices.size(); ++v) {
    for (uint32_t i = 0; i < job.vertices[v].parallelism; ++i) {
      const SubtaskId subtask{VertexId{v}, i};
      const std::vector<InChannel> in = in_channels(job, subtask);
      ins += static_cast<uint32_t>(in.size());
      for (uint32_t c = 0; c < in.size(); ++c) {
        const OutChannel out = out_channels(job, in[c].producer).at(in[c].producer_channel);
        RC_ASSERT(out.edge == in[c].edge);
        RC_ASSERT(out.consumer == subtask);
        RC_ASSERT(out.consumer_channel == c);
      }
      outs += static_cast<uint32_t>(out_channels(job, subtask).size());
    }
  }
  RC_ASSERT(ins == outs);
}

TEST(TaskDescription, CrossesProcessesAsBytes) {
  TaskDescription task;
  task.execution = {{VertexId{2}, 1}, 3};
  task.restore_from = {7};
  task.snapshot_blob = "checkpoints/7/sum[1]#2";
  task.peers[{VertexId{0}, 0}] = {4, ProcessId{9}};
  ByteWriter out;
  task.encode(out);
  SnapshotHandle{"blob", 12, 0xfedcba9876543210ULL}.encode(out);
  ByteReader in(out.bytes());
  const TaskDescription read = TaskDescription::decode(in);
  EXPECT_EQ(read.execution, task.execution);
  EXPECT_EQ(read.restore_from, task.restore_from);
  EXPECT_EQ(read.snapshot_blob, task.snapshot_blob);
  EXPECT_EQ(read.peers.at({VertexId{0}, 0}).process, ProcessId{9});
  const SnapshotHandle handle = SnapshotHandle::decode(in);
  EXPECT_EQ(handle.blob, "blob");
  EXPECT_EQ(handle.hash, 0xfedcba9876543210ULL);
  EXPECT_TRUE(in.at_end());
}

TEST(InputGate, IsFirstInFirstOutAndCountsSequences) {
  InputGate gate({InChannel{}, InChannel{}}, 4);
  gate.push(0, 0, Batch{RowBatch(1), Watermark{{1}}});
  gate.push(0, 1, Batch{RowBatch(1), Watermark{{2}}});
  EXPECT_EQ(std::get<Watermark>(gate.pop(0).batch.control).time.ms, 1);
  EXPECT_EQ(gate.pop(0).sequence, 1U);
  EXPECT_THROW(gate.push(0, 1, Batch{RowBatch(1), Watermark{}}), InvariantViolation);  // repeated
  EXPECT_THROW(gate.push(0, 3, Batch{RowBatch(1), Watermark{}}), InvariantViolation);  // lost
  EXPECT_THROW((void)gate.pop(0), InvariantViolation);                                 // empty
}

TEST(InputGate, HoldsNoMoreThanItsCredits) {
  InputGate gate({InChannel{}}, 2);
  gate.push(0, 0, Batch{RowBatch(1), Watermark{}});
  gate.push(0, 1, Batch{RowBatch(1), Watermark{}});
  EXPECT_THROW(gate.push(0, 2, Batch{RowBatch(1), Watermark{}}), InvariantViolation);
}

TEST(InputGate, AnnouncesAChannelOnceWhileItCanBeRead) {
  InputGate gate({InChannel{}}, 4);
  EXPECT_FALSE(gate.claim_announcement(0));
  gate.push(0, 0, Batch{RowBatch(1), Watermark{}});
  gate.block(0);
  EXPECT_FALSE(gate.claim_announcement(0));
  gate.unblock(0);
  EXPECT_TRUE(gate.claim_announcement(0));
  EXPECT_FALSE(gate.claim_announcement(0));
  gate.end_announcement(0);
  EXPECT_TRUE(gate.claim_announcement(0));
  gate.end_announcement(0);
  EXPECT_THROW(gate.end_announcement(0), InvariantViolation);
}

TEST(InputGate, GivesCreditsBackByTheHalf) {
  InputGate gate({InChannel{}}, 4);
  for (uint64_t s = 0; s < 3; ++s) gate.push(0, s, Batch{RowBatch(1), Watermark{}});
  (void)gate.pop(0);
  EXPECT_EQ(gate.take_credits(0), 0U);
  (void)gate.pop(0);
  EXPECT_EQ(gate.take_credits(0), 2U);
  EXPECT_EQ(gate.take_credits(0), 0U);
}

TEST(InputGate, WhatSaysNothingOfRowsTakesNoCredit) {
  InputGate gate({InChannel{}}, 1);
  gate.push(0, 0, Batch{RowBatch(1), Watermark{}});
  EXPECT_THROW(gate.push(0, 1, Batch{RowBatch(1), Watermark{}}), InvariantViolation);
  InputGate other({InChannel{}}, 1);
  other.push(0, 0, Batch{RowBatch(1), CheckpointBarrier{}});
  other.push(0, 1, Batch{RowBatch(1), CheckpointBarrier{}});
  other.push(0, 2, Batch{RowBatch(1), Watermark{}});
  (void)other.pop(0);
  (void)other.pop(0);
  EXPECT_EQ(other.take_credits(0), 0U);
  (void)other.pop(0);
  EXPECT_EQ(other.take_credits(0), 1U);
}

RC_GTEST_PROP(BatchQueue, IsAQueue, (const std::vector<bool>& pushes)) {
  BatchQueue queue;
  uint64_t pushed = 0;
  uint64_t popped = 0;
  for (const bool push : pushes) {
    for (int i = 0; i < 40; ++i) {  // past the point where it compacts
      if (push) queue.push({pushed++, Batch{RowBatch(1), Watermark{}}});
      if (!push && !queue.empty()) RC_ASSERT(queue.pop().sequence == popped++);
    }
    RC_ASSERT(queue.size() == pushed - popped);
  }
}

}  // namespace
}  // namespace leat
