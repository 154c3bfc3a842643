#include "sim/world/process_env.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace leat {

namespace {

constexpr Site kTimer{"world.timer"};
constexpr Site kRun{"world.run"};

class ProcessEnv final : public Env, private BlobStore {
 public:
  ProcessEnv(ProcessId self, Schedule& schedule, ProcessSlot& slot, Network& network,
             Storage& storage)
      : self_(self), schedule_(schedule), slot_(slot), network_(network), storage_(storage) {}

  ProcessId self() const override { return self_; }
  uint32_t incarnation() const override { return slot_.incarnation; }
  ProcTime now() const override { return schedule_.now; }

  TimerId call_at(ProcTime when, TimerTag tag) override {
    if (schedule_.resting) return {};
    Event event;
    event.identity = schedule_.chance.name_next(kTimer, tag.who, tag.kind);
    event.kind = EventKind::kTimer;
    event.process = self_;
    event.incarnation = slot_.incarnation;
    event.timer = tag;
    const EventHandle handle = schedule_.push(std::max(when, schedule_.now), event);
    return {(uint64_t{handle.generation} << 32) | handle.slot};
  }

  void cancel(TimerId timer) override {
    schedule_.queue.cancel(
        {static_cast<uint32_t>(timer.value), static_cast<uint32_t>(timer.value >> 32)});
  }

  void send(Message message) override {
    check(message.from.process == self_, "a message is sent in another's name");
    network_.send(std::move(message));
  }

  void make_ready(RunTag tag, ProcTime not_before) override {
    Event event;
    event.identity = schedule_.chance.name_next(kRun, tag.who);
    event.kind = EventKind::kRun;
    event.process = self_;
    event.incarnation = slot_.incarnation;
    event.run = tag;
    schedule_.push(std::max({not_before, schedule_.now, slot_.busy_until(tag.task)}), event);
  }

  BlobStore& blobs() override { return *this; }
  Choices& choices() override { return schedule_.chance; }
  Trace& trace() override { return schedule_.trace; }

 private:
  void put(BlobTicket ticket, std::string name, Bytes bytes) override {
    storage_.put(self_, ticket, std::move(name), std::move(bytes));
  }
  void get(BlobTicket ticket, std::string name) override {
    storage_.get(self_, ticket, std::move(name));
  }
  void remove(std::string name) override { storage_.remove(name); }

  const ProcessId self_;
  Schedule& schedule_;
  ProcessSlot& slot_;
  Network& network_;
  Storage& storage_;
};

}  // namespace

std::unique_ptr<Env> make_process_env(ProcessId self, Schedule& schedule, ProcessSlot& slot,
                                      Network& network, Storage& storage) {
  return std::make_unique<ProcessEnv>(self, schedule, slot, network, storage);
}

}  // namespace leat
