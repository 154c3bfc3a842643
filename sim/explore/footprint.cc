#include "sim/explore/footprint.h"

#include <algorithm>
#include <optional>

#include "core/runtime/task.h"
#include "core/runtime/wiring.h"

namespace leat {

namespace {

uint64_t name_of_task(SubtaskId id) { return mix(hash_name("task"), id.vertex.value, id.index); }
uint64_t name_of_batch(SubtaskId producer, uint32_t channel, uint64_t sequence) {
  return mix(mix(name_of_task(producer), hash_name("channel"), channel), sequence);
}

template <class T>
void sort_unique(std::vector<T>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

template <class T>
bool meet(const std::vector<T>& a, const std::vector<T>& b) {
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j]) return true;
    a[i] < b[j] ? ++i : ++j;
  }
  return false;
}

template <class T>
void join(std::vector<T>& into, const std::vector<T>& more) {
  if (more.empty()) return;
  into.insert(into.end(), more.begin(), more.end());
  sort_unique(into);
}

struct ExecutionReader {
  std::optional<ExecutionId>& found;
  void operator()(const char*, ExecutionId v) { found = v; }
  template <class T>
  void operator()(const char*, const T&) {}
};

}  // namespace

void Footprint::add(const Footprint& other) {
  join(things, other.things);
  join(wholly, other.wholly);
  join(partly, other.partly);
}

bool dependent(const Footprint& a, const Footprint& b) {
  return meet(a.things, b.things) || meet(a.wholly, b.wholly) || meet(a.wholly, b.partly) ||
         meet(a.partly, b.wholly);
}

FootprintReader::FootprintReader(const JobGraph& job, const ClusterConfig& cluster)
    : cluster_(cluster), locals_(cluster.task_managers.size() + 2) {
  for (uint32_t v = 0; v < job.vertices.size(); ++v) {
    for (uint32_t i = 0; i < job.vertices[v].parallelism; ++i) {
      const SubtaskId subtask{{v}, i};
      for (const InChannel& channel : in_channels(job, subtask))
        producers_[subtask].emplace_back(channel.producer, channel.producer_channel);
    }
  }
}

bool FootprintReader::is_worker(ProcessId process) const {
  return process != cluster_.job_manager && process != cluster_.log;
}

void FootprintReader::begin(const Event& event) {
  now_ = {};
  event_ = event;
  placed_ = control_ = named_ = false;
  task_.reset();
  if (event.kind == EventKind::kRun) add_task(event.process, event.run.task);
}

void FootprintReader::add_task(ProcessId process, uint32_t local) {
  const std::vector<SubtaskId>& tasks = locals_[process.value];
  if (local >= tasks.size()) return;  // nobody knows whose it is: the process as a whole
  task_ = tasks[local];
  add_thing(name_of_task(tasks[local]));
  now_.partly.push_back(process.value);
  placed_ = true;
}

void FootprintReader::happens_at(ProcessId process, uint32_t endpoint) {
  if (!is_worker(process)) return;
  if (endpoint >= Task::kEndpointBase) return add_task(process, endpoint - Task::kEndpointBase);
  add_thing(mix(hash_name("endpoint"), process.value, endpoint));
  now_.partly.push_back(process.value);
  placed_ = control_ = true;
}

void FootprintReader::on_fact(const Fact& fact) {
  if (const auto* started = std::get_if<ProcessStarted>(&fact)) {
    locals_[started->process.value].clear();
  } else if (const auto* deployed = std::get_if<TaskDeployed>(&fact)) {
    locals_[deployed->process.value].push_back(deployed->execution.subtask);
    now_.wholly.push_back(deployed->process.value);
  } else if (std::holds_alternative<ProcessDied>(fact)) {
    for (uint32_t i = 0; i < locals_.size(); ++i) now_.wholly.push_back(i);
  } else if (const auto* sent = std::get_if<BatchSent>(&fact)) {
    add_thing(name_of_batch(sent->execution.subtask, sent->channel, sent->sequence));
    waited_ |= event_.kind == EventKind::kRun && task_ && *task_ != sent->execution.subtask;
  } else if (const auto* taken = std::get_if<BatchProcessed>(&fact)) {
    const auto& [producer, channel] = producers_[taken->execution.subtask].at(taken->channel);
    add_thing(name_of_batch(producer, channel, taken->sequence));
  }
  if (!control_) return;
  std::optional<ExecutionId> execution;
  std::visit([&](const auto& f) { f.fields(ExecutionReader{execution}); }, fact);
  if (!execution) return;
  add_thing(name_of_task(execution->subtask));
  named_ = true;
}

Footprint FootprintReader::end() {
  const bool fault = event_.kind == EventKind::kFault || event_.kind == EventKind::kHeal;
  if (!placed_ || (control_ && !named_)) {
    for (uint32_t i = 0; i < locals_.size(); ++i) {
      if (fault || i == event_.process.value) now_.wholly.push_back(i);
    }
  }
  sort_unique(now_.things);
  sort_unique(now_.wholly);
  sort_unique(now_.partly);
  return std::move(now_);
}

}  // namespace leat
