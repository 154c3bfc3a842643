// The checkpoint coordinator of a job, over vertices that all sources feed, all to all.
#include <algorithm>

#include "core/cluster/checkpoint_coordinator.h"
#include "sim/conform/machine.h"

namespace leat {

namespace {

struct CaseVertices {
  std::vector<std::string> names;
  JobGraph job;
};

CaseVertices vertices_of(const Value& body) {
  CaseVertices made;
  std::vector<bool> is_source;
  const Value vertices = member(body, "vertices");
  for (const Value& vertex : vertices.as_list()) {
    made.names.push_back(text_of(member(vertex, "id")));
    is_source.push_back(has_member(vertex, "source") && member(vertex, "source").as_bool());
    JobVertex& added = made.job.vertices.emplace_back();
    added.name = made.names.back();
    added.parallelism = static_cast<uint32_t>(number_of(member(vertex, "parallelism")));
  }
  for (uint32_t from = 0; from < is_source.size(); ++from) {
    for (uint32_t to = 0; to < is_source.size(); ++to) {
      if (!is_source[from] || is_source[to]) continue;
      const auto number = static_cast<uint32_t>(made.job.edges.size());
      JobEdge& edge = made.job.edges.emplace_back();
      edge.from_vertex = {from};
      edge.to_vertex = {to};
      edge.partitioning = Partitioning::kHash;
      made.job.vertices[from].out_edges.push_back(number);
      made.job.vertices[to].in_edges.push_back(number);
    }
  }
  return made;
}

CheckpointSettings settings_of(const Value& settings) {
  const auto time = [&](const char* name, Duration otherwise) {
    return has_member(settings, name) ? Duration{number_of(member(settings, name))} : otherwise;
  };
  const auto count = [&](const char* name, uint32_t otherwise) {
    return has_member(settings, name) ? static_cast<uint32_t>(number_of(member(settings, name)))
                                      : otherwise;
  };
  const auto flag = [&](const char* name, bool otherwise) {
    return has_member(settings, name) ? member(settings, name).as_bool() : otherwise;
  };
  CheckpointSettings made;
  if (has_member(settings, "interval")) made.schedule.interval = time("interval", {});
  made.schedule.first_delay = time("first_delay", {0});
  made.schedule.min_pause = time("min_pause", {0});
  made.schedule.savepoints_wait = flag("unaligned", false);
  made.timeout = time("timeout", made.timeout);
  made.max_concurrent = count("max_concurrent", made.max_concurrent);
  made.tolerable_failures = count("tolerable_failures", made.tolerable_failures);
  made.retained = count("retained", made.retained);
  made.after_tasks_finish = flag("after_finish", true);
  return made;
}

RequestKind kind_named(const std::string& name) {
  static constexpr std::pair<const char*, RequestKind> kKinds[] = {
      {"checkpoint", RequestKind::kByHand},
      {"periodic", RequestKind::kPeriodic},
      {"savepoint", RequestKind::kSavepoint},
      {"stop", RequestKind::kStop},
      {"suspend", RequestKind::kSuspend}};
  for (const auto& [known, kind] : kKinds) {
    if (name == known) return kind;
  }
  throw UnknownRequest("nobody requests a " + name);
}

CheckpointFailure failure_named(const std::string& name) {
  for (uint8_t i = 0; i < kCheckpointFailures; ++i) {
    const auto reason = static_cast<CheckpointFailure>(i);
    if (name == name_of(reason)) return reason;
  }
  throw UnknownRequest("the reason " + name + " is not known");
}

class CoordinatorMachine final : public Machine {
 public:
  explicit CoordinatorMachine(const Value& body)
      : vertices_(vertices_of(body)),
        graph_(vertices_.job),
        coordinator_(graph_, settings_of(member(body, "settings"))) {
    graph_.reset(1);
    const Value absent = member(body, "not_running");
    for (uint32_t flat = 0; flat < graph_.count(); ++flat) {
      graph_.transition(flat, ExecutionState::kDeploying);
      const Value name = Value::text(name_of(graph_.at(flat).id));
      const bool runs =
          absent.is_null() || std::find(absent.as_list().begin(), absent.as_list().end(), name) ==
                                  absent.as_list().end();
      if (runs) graph_.transition(flat, ExecutionState::kRunning);
    }
  }

  void step(const Value& step, MachineResult& result) override {
    did_ = &result.did;
    act(step, result);
    carry_out();
    result.seen["pending"] = ids(coordinator_.pending());
    std::vector<CheckpointId> store;
    for (const CompletedCheckpoint& kept : coordinator_.store()) store.push_back(kept.id);
    result.seen["store"] = ids(store);
  }

 private:
  void act(const Value& step, MachineResult& result) {
    if (has_member(step, "request")) {
      const auto number = static_cast<uint64_t>(number_of(member(step, "as")));
      coordinator_.request({kind_named(text_of(member(step, "request"))), number}, now_);
    } else if (has_member(step, "ack")) {
      const AckResult answer =
          coordinator_.on_acknowledge(task(step, "ack"), checkpoint(step), {}, now_);
      result.seen["known"] = Value::boolean(answer != AckResult::kUnknown);
    } else if (has_member(step, "decline")) {
      coordinator_.on_decline(task(step, "decline"), checkpoint(step), now_,
                              failure_named(text_of(member(step, "reason"))));
    } else if (has_member(step, "scheduler")) {
      if (text_of(member(step, "scheduler")) == "start") {
        coordinator_.start_scheduler(now_);
      } else {
        coordinator_.stop_scheduler(now_);
      }
    } else if (has_member(step, "failover")) {
      coordinator_.failover(now_);
    } else if (has_member(step, "finish")) {
      move(task(step, "finish"), ExecutionState::kFinished);
    } else if (has_member(step, "running")) {
      move(task(step, "running"), ExecutionState::kRunning);
    } else if (has_member(step, "now")) {
      advance({number_of(member(step, "now"))});
    } else if (has_member(step, "shutdown")) {
      coordinator_.shut_down();
    } else {
      throw UnknownRequest("a coordinator does not know the step " + to_json(step));
    }
  }

  // Timers run in the order of their times, the clock standing at each one's time.
  void advance(ProcTime to) {
    while (coordinator_.next_due() <= to) {
      now_ = coordinator_.next_due();
      coordinator_.on_time(now_);
      carry_out();
    }
    now_ = to;
  }

  void move(ExecutionId id, ExecutionState to) {
    graph_.transition(graph_.index().of(id.subtask), to);
  }
  static CheckpointId checkpoint(const Value& step) {
    return {static_cast<uint64_t>(number_of(member(step, "checkpoint")))};
  }
  ExecutionId task(const Value& step, const char* which) const {
    const std::string wanted = text_of(member(step, which));
    for (uint32_t flat = 0; flat < graph_.count(); ++flat) {
      if (name_of(graph_.at(flat).id) == wanted) return graph_.at(flat).id;
    }
    throw UnknownRequest("there is no task " + wanted);
  }
  std::string name_of(ExecutionId id) const {
    return vertices_.names[id.subtask.vertex.value] + std::to_string(id.subtask.index);
  }
  static const char* name_of(CheckpointFailure reason) { return leat::name_of(reason); }
  static Value ids(const std::vector<CheckpointId>& list) {
    std::vector<Value> values;
    for (const CheckpointId id : list) values.push_back(id_value(id.value));
    return Value::list(std::move(values));
  }
  Value names(const std::vector<ExecutionId>& list) const {
    std::vector<Value> values;
    for (const ExecutionId id : list) values.push_back(Value::text(name_of(id)));
    return Value::list(std::move(values));
  }

  // ---- what the coordinator wants done ----
  using Members = std::vector<std::pair<std::string_view, Value>>;
  void say(Members what) { did_->push_back(object_of(std::move(what))); }

  // Storage answers at once.
  void carry_out() {
    for (;;) {
      const std::vector<CheckpointAction> actions = coordinator_.take_actions();
      if (actions.empty()) return;
      for (const CheckpointAction& action : actions) {
        std::visit([this](const auto& a) { note(a); }, action);
      }
    }
  }
  void note(const CheckpointBegan&) {}
  void note(const SnapshotCoordinators&) {}
  void note(const AcknowledgementCounted&) {}
  void note(const DiscardBlob&) {}
  void note(const DiscardMetadata&) {}
  void note(const StoreMetadata& a) { coordinator_.metadata_stored(a.id, true, now_); }
  void note(const StoreList& a) { coordinator_.list_stored(a.id, true, now_); }
  void note(const TriggerTasks& a) {
    Members what{{"send", Value::text("trigger")},
                 {"checkpoint", id_value(a.id.value)},
                 {"to", names(a.to)}};
    if (is_savepoint(a.kind)) what.emplace_back("savepoint", Value::boolean(true));
    say(std::move(what));
  }
  void note(const CheckpointDone& a) {
    Members what{{"complete", id_value(a.id.value)}};
    if (!a.dropped.empty()) what.emplace_back("drops", ids(a.dropped));
    say(std::move(what));
  }
  void note(const CheckpointGivenUp& a) {
    say({{"abort", id_value(a.id.value)}, {"reason", Value::text(name_of(a.reason))}});
  }
  void note(const AnnounceComplete& a) {
    Members what{{"send", Value::text("complete")},
                 {"checkpoint", id_value(a.id.value)},
                 {"to", names(a.to)}};
    if (a.subsumed) what.emplace_back("subsumed", id_value(a.subsumed->value));
    say(std::move(what));
  }
  void note(const AnnounceAborted& a) {
    Members what{
        {"send", Value::text("abort")}, {"checkpoint", id_value(a.id.value)}, {"to", names(a.to)}};
    if (a.latest_complete != CheckpointId{}) {
      what.emplace_back("latest_completed", id_value(a.latest_complete.value));
    }
    say(std::move(what));
  }
  void note(const AnswerRequest& a) {
    if (a.completed) {
      say({{"answer", id_value(a.number)}, {"completed", id_value(a.completed->value)}});
    } else {
      say({{"answer", id_value(a.number)}, {"failed", Value::text(name_of(a.failed))}});
    }
  }
  void note(const RefusedToBegin& a) { say({{"refused", Value::text(name_of(a.reason))}}); }
  void note(const FailJob& a) {
    Members what{{"fail_job", Value::boolean(true)}};
    if (a.blamed) what.emplace_back("blamed", Value::text(name_of(*a.blamed)));
    say(std::move(what));
  }

  CaseVertices vertices_;
  ExecutionGraph graph_;
  CheckpointCoordinator coordinator_;
  ProcTime now_{0};
  std::vector<Value>* did_ = nullptr;
};

}  // namespace

std::unique_ptr<Machine> make_coordinator_machine(const Value& body) {
  return std::make_unique<CoordinatorMachine>(body);
}

}  // namespace leat
