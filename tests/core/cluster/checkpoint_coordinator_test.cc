// The coordinator alone: it is told what happened, what it decides is written down.
#include "core/cluster/checkpoint_coordinator.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace leat {
namespace {

using Lines = std::vector<std::string>;

// `a` (sources, two of them) feeds `b` (one), all to all.
JobGraph two_sources_and_one() {
  JobGraph job;
  job.vertices.resize(2);
  job.vertices[0] = {"a", {}, {}, 2, {}, {0}, 128, ""};
  job.vertices[1] = {"b", {}, {}, 1, {0}, {}, 128, ""};
  JobEdge edge;
  edge.from_vertex = {0};
  edge.to_vertex = {1};
  edge.partitioning = Partitioning::kHash;
  job.edges.push_back(edge);
  return job;
}

class Story {
 public:
  explicit Story(CheckpointSettings settings = {}) : graph(job_), coordinator(graph, settings) {
    graph.reset(1);
    for (uint32_t flat = 0; flat < graph.count(); ++flat) run(flat);
  }
  void run(uint32_t flat) {
    graph.transition(flat, ExecutionState::kDeploying);
    graph.transition(flat, ExecutionState::kRunning);
  }
  void finish(uint32_t flat) { graph.transition(flat, ExecutionState::kFinished); }

  void ask() { coordinator.request({RequestKind::kByHand, 0}, now); }
  void ack(uint32_t flat, uint64_t id) { ack(graph.at(flat).id, id); }
  void ack(ExecutionId from, uint64_t id) {
    const std::string blob =
        name(from) + "#" + std::to_string(from.attempt) + "/" + std::to_string(id);
    result = coordinator.on_acknowledge(from, {id}, {blob, 1, 1}, now);
  }
  void ack_all(uint64_t id) {
    for (uint32_t flat = 0; flat < graph.count(); ++flat) {
      if (graph.at(flat).state == ExecutionState::kRunning) ack(flat, id);
    }
  }
  void advance_to(int64_t ms) {
    while (coordinator.next_due() <= ProcTime{ms}) {
      now = coordinator.next_due();
      coordinator.on_time(now);
      answer();
    }
    now = {ms};
  }
  // Storage and source coordinators answer at once unless told otherwise.
  void answer() {
    for (;;) {
      const auto actions = coordinator.take_actions();
      if (actions.empty()) return;
      for (const CheckpointAction& action : actions) write_down(action);
    }
  }
  Lines did() {
    answer();
    return std::exchange(lines_, {});
  }

  ProcTime now{0};
  bool storage_answers = true;
  AckResult result = AckResult::kUnknown;

 private:
  JobGraph job_ = two_sources_and_one();

 public:
  ExecutionGraph graph;
  CheckpointCoordinator coordinator;

 private:
  static std::string name(ExecutionId id) {
    return std::string(1, static_cast<char>('a' + id.subtask.vertex.value)) +
           std::to_string(id.subtask.index);
  }
  static std::string names(const std::vector<ExecutionId>& ids) {
    std::string text;
    for (const ExecutionId id : ids) text += " " + name(id);
    return text;
  }
  static std::string n(CheckpointId id) { return std::to_string(id.value); }

  void write_down(const CheckpointAction& action) {
    std::visit([this](const auto& a) { note(a); }, action);
  }
  void note(const CheckpointBegan& a) { lines_.push_back("begin " + n(a.id)); }
  void note(const SnapshotCoordinators& a) { lines_.push_back("coordinators " + n(a.id)); }
  void note(const TriggerTasks& a) { lines_.push_back("trigger " + n(a.id) + names(a.to)); }
  void note(const StoreMetadata& a) {
    lines_.push_back("write " + n(a.id));
    if (storage_answers) coordinator.metadata_stored(a.id, true, now);
  }
  void note(const StoreList& a) {
    std::string text = "list";
    for (const CheckpointId id : a.retained) text += " " + n(id);
    lines_.push_back(text);
    if (storage_answers) coordinator.list_stored(a.id, true, now);
  }
  void note(const CheckpointDone& a) { lines_.push_back("done " + n(a.id)); }
  void note(const CheckpointGivenUp& a) {
    lines_.push_back("give up " + n(a.id) + ": " + name_of(abort_reason(a.reason)));
  }
  void note(const AcknowledgementCounted&) {}
  void note(const AnnounceComplete& a) {
    lines_.push_back("tell complete " + n(a.id) + names(a.to));
  }
  void note(const AnnounceAborted& a) {
    lines_.push_back("tell aborted " + n(a.id) + " after " + n(a.latest_complete) + names(a.to));
  }
  void note(const DiscardBlob& a) { lines_.push_back("remove " + a.name); }
  void note(const DiscardMetadata& a) { lines_.push_back("remove metadata " + n(a.id)); }
  void note(const AnswerRequest&) {}
  void note(const RefusedToBegin&) { lines_.push_back("refused"); }
  void note(const FailJob&) { lines_.push_back("fail the job"); }

  Lines lines_;
};

CheckpointSettings with_failures(uint32_t tolerable) {
  CheckpointSettings settings;
  settings.tolerable_failures = tolerable;
  return settings;
}

TEST(Checkpoint, GoesFromTheSourcesToTheListOfCompletedOnes) {
  Story story;
  story.ask();
  EXPECT_EQ(story.did(), (Lines{"begin 1", "trigger 1 a0 a1"}));
  story.ack(0, 1);
  story.ack(2, 1);
  EXPECT_EQ(story.did(), Lines{});
  story.ack(1, 1);
  EXPECT_EQ(story.did(), (Lines{"write 1", "list 1", "done 1", "tell complete 1 a0 a1 b0"}));
}

TEST(Checkpoint, SourceCoordinatorsComeBeforeTheTriggers) {
  CheckpointSettings settings;
  settings.has_source_coordinators = true;
  Story story(settings);
  story.ask();
  EXPECT_EQ(story.did(), (Lines{"begin 1", "coordinators 1"}));
  story.coordinator.coordinators_ready({1}, {{NodeId{0}, "given: all"}}, story.now);
  EXPECT_EQ(story.did(), Lines{"trigger 1 a0 a1"});
  story.ack_all(1);
  story.answer();
  EXPECT_EQ(*story.coordinator.latest()->coordinator({0}), "given: all");
}

TEST(Checkpoint, NeedsEveryTaskToRunAndTakesNoIdOtherwise) {
  Story story;
  story.graph.transition(2, ExecutionState::kCanceling);
  story.ask();
  EXPECT_EQ(story.did(), Lines{"refused"});
  EXPECT_EQ(story.coordinator.next_id(), CheckpointId{1});
}

TEST(Checkpoint, IdsThatAreNotNotedYetAreNotGiven) {
  Story story;
  story.coordinator.allow_ids_up_to({1});
  story.ask();
  story.ack_all(1);
  story.did();
  story.ask();
  EXPECT_EQ(story.did(), Lines{"refused"});
  story.coordinator.allow_ids_up_to({2});
  story.ask();
  EXPECT_EQ(story.did().front(), "begin 2");
}

TEST(Checkpoint, TheDeadlineExpiresItAndLateStateIsRemoved) {
  CheckpointSettings settings = with_failures(1);
  settings.timeout = {100};
  Story story(settings);
  story.ask();
  story.ack(0, 1);
  story.did();
  story.advance_to(100);
  EXPECT_EQ(story.did(),
            (Lines{"give up 1: expired", "tell aborted 1 after 0 a0 a1 b0", "remove a0#1/1"}));
  story.ack(1, 1);
  EXPECT_EQ(story.result, AckResult::kExpired);
  EXPECT_EQ(story.did(), Lines{"remove a1#1/1"});
}

TEST(Checkpoint, AnAcknowledgementOfAnOldAttemptCountsForNothing) {
  Story story;
  story.ask();
  story.did();
  story.ack({{{0}, 0}, 0}, 1);
  EXPECT_EQ(story.result, AckResult::kUnknown);
  EXPECT_EQ(story.did(), Lines{"remove a0#0/1"});
  story.ack(0, 1);
  story.ack(0, 1);
  EXPECT_EQ(story.result, AckResult::kDuplicate);
  EXPECT_EQ(story.did(), Lines{});
}

TEST(Checkpoint, NothingOfACompletedOneIsRemovedByAStrayAcknowledgement) {
  Story story;
  story.ask();
  story.ack_all(1);
  story.did();
  story.ack(0, 1);
  EXPECT_EQ(story.did(), Lines{});
}

TEST(Checkpoint, ACompletedOneAbortsThoseBeforeIt) {
  CheckpointSettings settings;
  settings.max_concurrent = 2;
  Story story(settings);
  story.ask();
  story.ask();
  story.ack(0, 1);
  story.did();
  story.ack_all(2);
  EXPECT_EQ(story.did(), (Lines{"write 2", "list 2", "done 2", "give up 1: subsumed",
                                "tell aborted 1 after 2 a0 a1 b0", "remove a0#1/1",
                                "tell complete 2 a0 a1 b0"}));
}

TEST(Checkpoint, WhileTheListIsWrittenNothingCanAbortIt) {
  CheckpointSettings settings;
  settings.timeout = {100};
  Story story(settings);
  story.storage_answers = false;
  story.ask();
  story.ack_all(1);
  story.answer();
  story.coordinator.metadata_stored({1}, true, story.now);
  story.did();
  EXPECT_TRUE(story.coordinator.committing());
  story.advance_to(1000);
  story.coordinator.stop_scheduler(story.now);
  story.coordinator.failover(story.now);
  story.coordinator.on_decline(story.graph.at(0).id, {1}, story.now);
  EXPECT_EQ(story.did(), Lines{});
  story.coordinator.list_stored({1}, true, story.now);
  EXPECT_EQ(story.did().front(), "done 1");
}

TEST(Checkpoint, OneListIsWrittenAtATime) {
  CheckpointSettings settings;
  settings.max_concurrent = 2;
  settings.retained = 2;
  Story story(settings);
  story.storage_answers = false;
  story.ask();
  story.ask();
  story.ack_all(1);
  story.ack_all(2);
  story.did();
  story.coordinator.metadata_stored({1}, true, story.now);
  story.coordinator.metadata_stored({2}, true, story.now);
  EXPECT_EQ(story.did(), Lines{"list 1"});
  story.coordinator.list_stored({1}, true, story.now);
  EXPECT_EQ(story.did(), (Lines{"done 1", "tell complete 1 a0 a1 b0", "list 1 2"}));
}

// A list whose write fails may name its checkpoint all the same: what that consists of goes when a
// list without it is durable, and not before.
struct Doubt : ::testing::Test {
  Story story{with_failures(9)};
  void SetUp() override {
    story.ask();
    story.ack_all(1);
    story.did();
    story.storage_answers = false;
    list_of(2);
    story.coordinator.list_stored({2}, false, story.now);
    EXPECT_EQ(story.did(), (Lines{"give up 2: storage failed", "tell aborted 2 after 1 a0 a1 b0"}));
    EXPECT_TRUE(story.coordinator.committing());
  }
  void list_of(uint64_t id) {
    story.ask();
    story.ack_all(id);
    story.answer();
    story.coordinator.metadata_stored({id}, true, story.now);
    EXPECT_EQ(story.did().back(), "list " + std::to_string(id));
  }
};
TEST_F(Doubt, EndsWithAListThatIsWrittenOnceMore) {
  for (const bool ok : {false, true}) {
    story.coordinator.settle_list();
    EXPECT_EQ(story.did(), Lines{"list 1"});
    story.coordinator.settle_list();
    EXPECT_EQ(story.did(), Lines{}) << "one at a time";
    story.coordinator.list_stored({0}, ok, story.now);
  }
  EXPECT_EQ(story.did(),
            (Lines{"remove a0#1/2", "remove a1#1/2", "remove b0#1/2", "remove metadata 2"}));
  EXPECT_FALSE(story.coordinator.committing());
  story.coordinator.settle_list();
  EXPECT_EQ(story.did(), Lines{});
}
TEST_F(Doubt, EndsWithTheNextThatCompletes) {
  list_of(3);
  story.coordinator.list_stored({3}, true, story.now);
  const Lines done = story.did();
  EXPECT_EQ(done.front(), "done 3");
  EXPECT_EQ(std::count(done.begin(), done.end(), "remove metadata 2"), 1);
  EXPECT_FALSE(story.coordinator.committing());
}
TEST_F(Doubt, ALateAcknowledgementTakesNothingAway) {
  story.ack(0, 2);
  EXPECT_EQ(story.did(), Lines{});
}

TEST(Checkpoint, OneGivenUpDuringItsMetadataIsCleanedUpAfterwards) {
  Story story;
  story.storage_answers = false;
  story.ask();
  story.ack_all(1);
  story.did();
  story.coordinator.failover(story.now);
  story.did();
  story.coordinator.metadata_stored({1}, true, story.now);
  EXPECT_EQ(story.did(), Lines{"remove metadata 1"});
  EXPECT_EQ(story.coordinator.latest(), nullptr);
}

TEST(Checkpoint, FinishedTasksAreNeitherToldNorWaitedFor) {
  Story story;
  story.finish(0);
  story.finish(1);
  story.ask();
  EXPECT_EQ(story.did(), (Lines{"begin 1", "trigger 1 b0"}));
  story.ack(2, 1);
  EXPECT_EQ(story.did().back(), "tell complete 1 b0");
  EXPECT_TRUE(story.coordinator.latest()->subtasks[0].finished);
  EXPECT_FALSE(story.coordinator.latest()->subtasks[2].finished);
}

TEST(Checkpoint, ATaskThatFinishesWithoutHavingAcknowledgedEndsIt) {
  Story story;
  story.ask();
  story.ack(0, 1);
  story.did();
  story.finish(0);
  story.coordinator.on_task_finished(story.graph.at(0).id, story.now);
  EXPECT_EQ(story.did(), Lines{}) << "it has done its part";
  story.finish(1);
  story.coordinator.on_task_finished(story.graph.at(1).id, story.now);
  EXPECT_EQ(story.did().front(), "give up 1: task not running");
  story.ask();
  EXPECT_EQ(story.did(), (Lines{"begin 2", "trigger 2 b0"}));
}

TEST(CheckpointFailures, OneMoreThanTolerableInARowFailsTheJob) {
  Story story(with_failures(1));
  for (uint64_t id = 1; id <= 5; ++id) {
    story.ask();
    if (id == 2) {
      story.ack_all(id);
    } else {
      story.coordinator.on_decline(story.graph.at(2).id, {id}, story.now);
    }
    const Lines did = story.did();
    const bool fails = std::find(did.begin(), did.end(), "fail the job") != did.end();
    EXPECT_EQ(fails, id == 4) << id;
  }
}

TEST(CheckpointSchedule, TicksFromThePlannedTimeAndPausesAfterACompletion) {
  CheckpointSettings settings;
  settings.schedule = {Duration{100}, {30}, {20}};
  Story story(settings);
  story.coordinator.start_scheduler(story.now);
  story.advance_to(29);
  EXPECT_EQ(story.did(), Lines{});
  story.advance_to(30);
  EXPECT_EQ(story.did().front(), "begin 1");
  story.advance_to(125);
  story.ack_all(1);
  story.did();
  // Planned for 130, but the pause lasts until 145.
  story.advance_to(144);
  EXPECT_EQ(story.did(), Lines{});
  story.advance_to(145);
  EXPECT_EQ(story.did().front(), "begin 2");
}

TEST(CheckpointSchedule, StartsAgainAfterThePauseOnly) {
  CheckpointSettings settings;
  settings.schedule = {Duration{100}, {70}, {20}};
  Story story(settings);
  story.coordinator.start_scheduler(story.now);
  story.coordinator.stop_scheduler(story.now);
  story.coordinator.start_scheduler(story.now);
  EXPECT_EQ(story.coordinator.next_due(), ProcTime{20});
}

// Whatever comes in whatever order: ids rise, what is retained is never removed, and a checkpoint
// is done only when its list was written.
RC_GTEST_PROP(CheckpointLaws, WhatIsRetainedIsNeverRemoved, (std::vector<uint32_t> script)) {
  CheckpointSettings settings = with_failures(1000);
  settings.max_concurrent = 3;
  settings.retained = 2;
  settings.timeout = {50};
  Story story(settings);
  uint64_t last_begun = 0;
  std::set<std::string> removed;
  for (const uint32_t word : script) {
    if (last_begun == 0) story.ask();  // nobody speaks of an id that was not given
    const uint64_t id = std::max<uint64_t>(last_begun, 1) - (last_begun > 3 ? (word >> 8) % 3 : 0);
    switch (word % 7) {
      case 0:
        story.ask();
        break;
      case 1:
        story.coordinator.on_decline(story.graph.at(0).id, {id}, story.now);
        break;
      case 2:
        story.advance_to(story.now.ms + 20);
        break;
      case 3:
        story.coordinator.failover(story.now);
        break;
      default:
        story.ack((word >> 4) % 3, id);
        break;
    }
    for (const std::string& line : story.did()) {
      if (line.starts_with("begin ")) {
        RC_ASSERT(std::stoull(line.substr(6)) == last_begun + 1);
        ++last_begun;
      }
      if (line.starts_with("remove ")) removed.insert(line.substr(7));
    }
    for (const CompletedCheckpoint& kept : story.coordinator.store()) {
      for (const SubtaskSnapshot& s : kept.subtasks) RC_ASSERT(!removed.contains(s.handle.blob));
    }
    RC_ASSERT(story.coordinator.store().size() <= 2U);
    RC_ASSERT(story.coordinator.pending().size() <= 3U);
  }
}

}  // namespace
}  // namespace leat
