#include "core/cluster/resource_manager.h"

#include <algorithm>

namespace leat {

using namespace rpc;

namespace {
constexpr Site kWhichSlot("cluster.which_free_slot");
constexpr Entity kSelf = entity("resource_manager");
}  // namespace

ResourceManager::ResourceManager(Env& env, const ClusterConfig& config, uint64_t leader)
    : endpoint_(env, kResourceManager),
      config_(config),
      leader_(leader),
      monitor_(config.heartbeat_interval, config.heartbeat_timeout),
      heartbeat_(env, {kSelf, kResourceManager, 0, 0}) {}

void ResourceManager::start() {
  // At the very first start nobody follows an older leader, and TaskManagers register by
  // themselves.
  if (leader_ == 1) return;
  for (const ProcessId process : config_.task_managers) {
    endpoint_.send(executor(process), {leader_, 0}, LeaderChanged{});
  }
}

ResourceManager::Worker* ResourceManager::find(ProcessId process) {
  for (Worker& worker : workers_) {
    if (worker.process == process) return &worker;
  }
  return nullptr;
}

void ResourceManager::on_message(const Message& message) {
  const MessageType type = type_of(message.body);
  const ProcessId from = message.from.process;
  if (type == MessageType::kRegister) {
    on_register(from, fence_of(message.body).leader, unpack<Register>(message.body));
    return;
  }
  const Fence fence = fence_of(message.body);
  if (fence.leader != leader_) return;
  if (type == MessageType::kRequireSlots) {
    required_ = unpack<RequireSlots>(message.body).slots;
    allocate();
  } else if (type == MessageType::kTaskManagerUnreachable) {
    const ProcessId gone = unpack<TaskManagerUnreachable>(message.body).process;
    const Worker* worker = find(gone);
    if (worker != nullptr && worker->registration == fence.registration) lose(gone);
  } else if (type == MessageType::kShutDown) {
    shut_down();
  } else if (type == MessageType::kProbeReply) {
    const Worker* worker = find(from);
    if (worker != nullptr && worker->registration == fence.registration) {
      monitor_.heard(from, endpoint_.now());
    }
  }
}

// Who has left a registration gets a new one: what was sent under the old one finds nobody, and the
// JobMaster must know. (Flink: a TaskExecutor that registers again replaces its old registration.)
void ResourceManager::on_register(ProcessId from, uint64_t leader, const Register& message) {
  if (shut_down_) {
    endpoint_.send(executor(from), {leader_, 0}, Dismissed{});
    return;
  }
  if (const Worker* known = find(from)) {
    if (message.incarnation < known->incarnation) return;
    const bool left = leader == leader_ && message.left == known->registration;
    if (message.incarnation == known->incarnation && !left) {
      // It has asked twice, or not heard the answer.
      endpoint_.send(executor(from), fence(*known), Registered{});
      for (uint32_t slot = 0; slot < known->allocated.size(); ++slot) {
        if (known->allocated[slot])
          endpoint_.send(executor(from), fence(*known), RequestSlot{slot});
      }
      return;
    }
    lose(from);
  }
  workers_.push_back(
      {from, next_registration_++, message.incarnation, std::vector<bool>(message.slots, false)});
  std::sort(workers_.begin(), workers_.end(),
            [](const Worker& a, const Worker& b) { return a.process < b.process; });
  monitor_.watch(from, endpoint_.now());
  endpoint_.add_fact(TaskManagerRegistered{from, message.slots});
  endpoint_.send(executor(from), fence(*find(from)), Registered{});
  allocate();
  heartbeat_.set(monitor_.next_due());
}

void ResourceManager::lose(ProcessId process) {
  const Fence gone = fence(*find(process));
  endpoint_.add_fact(TaskManagerLost{process});
  endpoint_.send({endpoint_.env().self(), kJobMaster}, gone, TaskManagerGone{process});
  endpoint_.send(executor(process), gone, Disconnected{});
  std::erase_if(workers_, [&](const Worker& worker) { return worker.process == process; });
  monitor_.forget(process);
  allocate();
}

void ResourceManager::allocate() {
  std::vector<Identity> free;
  uint32_t allocated = 0;
  for (const Worker& worker : workers_) {
    for (uint32_t slot = 0; slot < worker.allocated.size(); ++slot) {
      if (worker.allocated[slot]) {
        ++allocated;
      } else {
        free.push_back({worker.process.value, 0, slot});
      }
    }
  }
  for (; allocated < required_ && !free.empty(); ++allocated) {
    const Identity chosen =
        free.size() == 1 ? free.front() : endpoint_.env().choices().choose_among(kWhichSlot, free);
    std::erase(free, chosen);
    Worker& worker = *find({static_cast<uint32_t>(chosen.entity)});
    const auto slot = static_cast<uint32_t>(chosen.sequence);
    worker.allocated[slot] = true;
    endpoint_.add_fact(SlotAllocated{worker.process, slot});
    endpoint_.send(executor(worker.process), fence(worker), RequestSlot{slot});
  }
}

void ResourceManager::on_timer(const TimerTag&) {
  heartbeat_.fired();
  look_at_heartbeats();
}

void ResourceManager::look_at_heartbeats() {
  const ProcTime now = endpoint_.now();
  for (const ProcessId lost : monitor_.expired(now)) lose(lost);
  if (monitor_.ask_now(now)) {
    for (const Worker& worker : workers_) {
      endpoint_.send(executor(worker.process), fence(worker), Probe{});
    }
  }
  heartbeat_.set(monitor_.next_due());
}

void ResourceManager::on_disconnect(ProcessId peer) {
  const Worker* worker = find(peer);
  if (worker == nullptr) return;
  if (monitor_.connection_broke(peer)) {
    lose(peer);
    return;
  }
  // Whatever was on the way is lost: ask whether it is there, and again for the slots.
  endpoint_.send(executor(peer), fence(*worker), Probe{});
  for (uint32_t slot = 0; slot < worker->allocated.size(); ++slot) {
    if (worker->allocated[slot]) endpoint_.send(executor(peer), fence(*worker), RequestSlot{slot});
  }
}

void ResourceManager::shut_down() {
  shut_down_ = true;
  for (const Worker& worker : workers_) {
    endpoint_.send(executor(worker.process), fence(worker), Dismissed{});
  }
  workers_.clear();
  monitor_.clear();
  heartbeat_.cancel();
}

}  // namespace leat
