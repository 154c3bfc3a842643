#include "tests/core/cluster/small_world.h"

#include <algorithm>

namespace leat::testing {

class SmallWorld::ProcessEnv final : public Env, private BlobStore {
 public:
  ProcessEnv(SmallWorld& world, ProcessId id, uint32_t incarnation)
      : world_(world), id_(id), incarnation_(incarnation) {}

  ProcessId self() const override { return id_; }
  uint32_t incarnation() const override { return incarnation_; }
  ProcTime now() const override { return world_.now_; }

  TimerId call_at(ProcTime when, TimerTag tag) override {
    Event event = mine(std::max(when, world_.now_));
    event.timer = world_.next_age_;
    world_.timers_[event.timer] = true;
    event.act = [tag](Process& process) { process.on_timer(tag); };
    const TimerId id{event.timer};
    world_.push(std::move(event));
    return id;
  }
  void cancel(TimerId timer) override { world_.timers_.erase(timer.value); }
  void send(Message message) override {
    if (world_.keep_messages) world_.messages.push_back(message);
    if (!world_.loses(message)) world_.inject(std::move(message));
  }
  void make_ready(RunTag tag, ProcTime not_before) override {
    Event event = mine(std::max(not_before, world_.now_));
    event.act = [tag](Process& process) { process.on_run(tag); };
    world_.push(std::move(event));
  }
  BlobStore& blobs() override { return *this; }
  Choices& choices() override { return world_.choices_; }
  Trace& trace() override { return world_.trace_; }

 private:
  static constexpr int64_t kStorage = 2;

  Event mine(ProcTime at) {
    Event event;
    event.at = at;
    event.process = id_;
    event.incarnation = incarnation_;
    return event;
  }
  void answer(BlobReply reply, int64_t after) {
    Event event = mine(world_.now_ + Duration{after});
    event.act = [reply](Process& process) { process.on_blob(reply); };
    world_.push(std::move(event));
  }
  void put(BlobTicket ticket, std::string name, Bytes bytes) override {
    const bool ok = !world_.write_fails(name);
    if (ok || world_.written_all_the_same(name)) world_.blobs_[name] = std::move(bytes);
    answer({ticket, ok, ok ? "" : "the disk is full", {}, name},
           kStorage + world_.write_takes(name));
  }
  void get(BlobTicket ticket, std::string name) override {
    const auto found = world_.blobs_.find(name);
    const bool fails = world_.read_fails(name);
    const bool absent = !fails && found == world_.blobs_.end();
    const bool ok = !fails && !absent;
    answer({ticket, ok, ok ? "" : "it cannot be read", ok ? found->second : Bytes(), "", absent},
           kStorage);
  }
  void remove(std::string name) override {
    check(!name.empty(), "a blob without a name is removed");
    world_.blobs_.erase(name);
  }

  SmallWorld& world_;
  ProcessId id_;
  uint32_t incarnation_;
};

SmallWorld::SmallWorld() { trace_.observe(*this); }
SmallWorld::~SmallWorld() = default;

void SmallWorld::on_fact(ProcTime, const Fact& fact) { facts_.push_back(fact); }

SmallWorld::Slot* SmallWorld::find(ProcessId id) {
  for (auto& slot : slots_) {
    if (slot->id == id) return slot.get();
  }
  return nullptr;
}

void SmallWorld::add(ProcessId id, Make make) {
  slots_.push_back(std::make_unique<Slot>());
  slots_.back()->id = id;
  slots_.back()->make = std::move(make);
  start(*slots_.back());
}

void SmallWorld::start(Slot& slot) {
  ++slot.incarnation;
  slot.env = std::make_unique<ProcessEnv>(*this, slot.id, slot.incarnation);
  slot.process = slot.make(*slot.env);
  Event event;
  event.at = now_;
  event.process = slot.id;
  event.incarnation = slot.incarnation;
  event.act = [](Process& process) { process.start(); };
  push(std::move(event));
}

void SmallWorld::end(ProcessId id, bool tell) {
  find(id)->process.reset();
  for (auto& slot : slots_) {
    if (slot->id == id) continue;
    if (tell) {
      reset(id, slot->id);
    }
  }
}

void SmallWorld::kill(ProcessId id) { end(id, true); }
void SmallWorld::kill_silently(ProcessId id) { end(id, false); }
void SmallWorld::restart(ProcessId id) { start(*find(id)); }

uint64_t& SmallWorld::era(ProcessId a, ProcessId b) {
  return eras_[{std::min(a.value, b.value), std::max(a.value, b.value)}];
}

void SmallWorld::reset(ProcessId a, ProcessId b) {
  ++era(a, b);
  for (const auto& [self, peer] : {std::pair{a, b}, std::pair{b, a}}) {
    Event event;
    event.at = now_;
    event.process = self;
    event.incarnation = find(self)->incarnation;
    event.act = [peer = peer](Process& process) { process.on_disconnect(peer); };
    push(std::move(event));
  }
}

void SmallWorld::inject(Message message) {
  Slot* to = find(message.to.process);
  if (to == nullptr || to->process == nullptr) return;
  Event event;
  event.at = now_ + Duration{1 + takes(message)};
  event.process = to->id;
  event.incarnation = to->incarnation;
  event.connection = {message.from.process, era(message.from.process, to->id)};
  event.act = [message = std::move(message)](Process& process) { process.on_message(message); };
  push(std::move(event));
}

void SmallWorld::push(Event event) {
  event.age = next_age_++;
  events_.push(std::move(event));
}

bool SmallWorld::step() {
  if (events_.empty()) return false;
  Event event = events_.top();
  events_.pop();
  now_ = event.at;
  Slot* slot = find(event.process);
  const bool current = slot->process != nullptr && slot->incarnation == event.incarnation;
  const bool connected =
      !event.connection || era(event.connection->first, event.process) == event.connection->second;
  const bool live = event.timer == 0 || timers_.erase(event.timer) > 0;
  if (current && connected && live) event.act(*slot->process);
  return true;
}

bool SmallWorld::run_until(const std::function<bool()>& done, ProcTime until) {
  while (!done()) {
    if (events_.empty() || events_.top().at > until) return false;
    step();
  }
  return true;
}

bool SmallWorld::run_until_fact(const std::string& text, ProcTime until) {
  const size_t before = facts(text).size();
  size_t looked = facts_.size();
  return run_until(
             [&] {
               for (; looked < facts_.size(); ++looked) {
                 if (to_text(facts_[looked]).find(text) != std::string::npos) return true;
               }
               return false;
             },
             until) ||
         facts(text).size() > before;
}

void SmallWorld::run_for(Duration duration) {
  const ProcTime until = now_ + duration;
  while (!events_.empty() && events_.top().at <= until) step();
  now_ = until;
}

std::vector<std::string> SmallWorld::blobs_with(const std::string& part) const {
  std::vector<std::string> names;
  for (const auto& [name, bytes] : blobs_) {
    if (name.find(part) != std::string::npos) names.push_back(name);
  }
  return names;
}

std::vector<std::string> SmallWorld::facts(const std::string& part) const {
  std::vector<std::string> found;
  for (const Fact& fact : facts_) {
    std::string text = to_text(fact);
    if (text.find(part) != std::string::npos) found.push_back(std::move(text));
  }
  return found;
}

}  // namespace leat::testing
