#include "core/env/real_env.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "core/env/real_env_blobs.h"

namespace leat {

namespace {

using Clock = std::chrono::steady_clock;

// A pure function of who asks for the how-manieth time.
class HashedChoices final : public Choices {
 public:
  explicit HashedChoices(uint64_t seed) : seed_(seed) {}
  uint32_t choose(const Site& site, Entity who, uint32_t count) override {
    const uint64_t nth = asked_[{site.key, who.key}]++;
    return static_cast<uint32_t>(mix(mix(seed_, site.key), who.key, nth) % count);
  }
  Identity choose_among(const Site& site, std::span<const Identity> candidates) override {
    check(!candidates.empty(), "a choice among nothing");
    const auto rank = [&](const Identity& one) {
      return mix(mix(seed_, site.key), mix(one.entity, one.epoch, one.sequence));
    };
    const Identity* least = &candidates.front();
    for (const Identity& one : candidates) {
      if (rank(one) < rank(*least)) least = &one;
    }
    return *least;
  }
  void enter_epoch(Entity, uint64_t) override {}

 private:
  const uint64_t seed_;
  std::map<std::pair<uint64_t, uint64_t>, uint64_t> asked_;
};

struct Disconnected {
  ProcessId peer;
};
using Mail = std::variant<Message, Disconnected, BlobReply>;

}  // namespace

// What all threads see.
struct RealCluster::Shared {
  Shared(const RealOptions& options) : directory(options.directory), speed(options.speed) {}

  ProcTime now() const {
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began);
    return {us.count() * speed / 1000};
  }
  Clock::time_point real(ProcTime time) const {
    constexpr int64_t kFarAway = int64_t{1} << 40;  // ms; more would overflow the real clock
    const int64_t us = std::min(time.ms, kFarAway) * 1000 / speed;
    return began + std::chrono::microseconds(us + 1);
  }

  const std::string directory;
  const int64_t speed;
  const Clock::time_point began = Clock::now();

  // Who is running, for those who send.
  std::mutex hosts_mutex;
  std::map<ProcessId, Host*> running;

  // Shows the condition what it has not seen yet, up to where it is met.  REQUIRES:
  // condition_mutex.
  void look() {
    while (condition && !is_met && !unseen.empty()) {
      const Seen next = std::move(unseen.front());
      unseen.pop_front();
      if (!condition(next.process, next.at, next.fact)) continue;
      is_met = true;
      met.notify_all();
    }
  }

  // Whoever waits in run_until(), and what has happened while nobody did.
  struct Seen {
    ProcessId process;
    ProcTime at;
    Fact fact;
  };
  std::mutex condition_mutex;
  std::condition_variable met;
  Condition condition;
  bool is_met = false;
  std::deque<Seen> unseen;
  // Once it is met, every process stands still at its next fact.
  std::condition_variable let_go;
  std::optional<ProcessId> dying;

  void let_all_go() {
    const std::lock_guard lock(condition_mutex);
    is_met = false;
    let_go.notify_all();
  }
};

// What happened in one process, over all its incarnations.
struct RealCluster::Record final : FactObserver {
  Record(Shared& all, ProcessId process) : shared(all), id(process) { trace.observe(*this); }

  void on_fact(ProcTime at, const Fact& fact) override {
    std::unique_lock lock(shared.condition_mutex);
    shared.unseen.push_back({id, at, fact});
    shared.look();
    shared.let_go.wait(lock, [this] { return !shared.is_met || shared.dying == id; });
  }

  Shared& shared;
  const ProcessId id;
  uint32_t incarnations = 0;
  Trace trace;
};

// One incarnation of one process: its thread, its inbox, its timers and steps.
class RealCluster::Host final : public Env, private BlobStore {
 public:
  Host(Shared& shared, ProcessId id, uint32_t incarnation, Trace& trace,
       std::optional<uint64_t> seed, const Factory& factory)
      : shared_(shared), id_(id), incarnation_(incarnation), trace_(trace), factory_(factory) {
    if (seed) {
      choices_ = std::make_unique<HashedChoices>(mix(*seed, id.value));
    } else {
      choices_ = std::make_unique<PlainChoices>();
    }
  }

  // Separate from the making: all are known to the others before the first one says anything.
  void launch() {
    thread_ = std::thread([this] { run(); });
  }

  void ask_to_stop() {
    const std::lock_guard lock(inbox_mutex_);
    stopping_ = true;
    inbox_ready_.notify_one();
  }
  void join() { thread_.join(); }

  void deliver(Mail mail) {
    const std::lock_guard lock(inbox_mutex_);
    inbox_.push_back(std::move(mail));
    inbox_ready_.notify_one();
  }

  // ---- Env ----
  ProcessId self() const override { return id_; }
  uint32_t incarnation() const override { return incarnation_; }
  ProcTime now() const override { return shared_.now(); }
  TimerId call_at(ProcTime when, TimerTag tag) override {
    const TimerId id{++last_number_};
    timers_[{when, id.value}] = tag;
    timer_times_[id] = when;
    return id;
  }
  void cancel(TimerId timer) override {
    const auto when = timer_times_.find(timer);
    if (when == timer_times_.end()) return;
    timers_.erase({when->second, timer.value});
    timer_times_.erase(when);
  }
  void send(Message message) override {
    check(message.from.process == id_, "a process sends in another's name");
    const std::lock_guard lock(shared_.hosts_mutex);
    const auto to = shared_.running.find(message.to.process);
    if (to != shared_.running.end()) to->second->deliver(std::move(message));
  }
  void make_ready(RunTag tag, ProcTime not_before) override {
    runs_[{not_before, ++last_number_}] = tag;
  }
  BlobStore& blobs() override { return *this; }
  Choices& choices() override { return *choices_; }
  Trace& trace() override { return trace_; }

 private:
  // ---- BlobStore: done at once, answered through the inbox ----
  void put(BlobTicket ticket, std::string name, Bytes bytes) override {
    const std::string writer = std::to_string(id_.value) + "-" + std::to_string(incarnation_);
    const Result<uint64_t> written = write_blob(shared_.directory, name, bytes, writer);
    deliver(BlobReply{ticket, written.ok(), written.ok() ? "" : written.error(), {}, name});
  }
  void get(BlobTicket ticket, std::string name) override {
    Result<Bytes> bytes = read_blob(shared_.directory, name);
    BlobReply reply{ticket, bytes.ok(), bytes.ok() ? "" : bytes.error(), {}};
    if (bytes.ok()) reply.bytes = std::move(bytes.value());
    reply.absent = !reply.ok && !has_blob(shared_.directory, name);
    deliver(std::move(reply));
  }
  void remove(std::string name) override { remove_blob(shared_.directory, name); }

  // ---- the thread ----
  void run() {
    process_ = factory_(*this);
    trace_.add(now(), ProcessStarted{id_, incarnation_});
    process_->start();
    while (take_mail()) {
      fire_timers();
      run_steps();
    }
    process_.reset();
  }

  // Handles what has come; waits for something if there is nothing to do. False at the end.
  bool take_mail() {
    std::deque<Mail> mails;
    {
      std::unique_lock lock(inbox_mutex_);
      const Clock::time_point until = shared_.real(next_event());
      inbox_ready_.wait_until(lock, until, [this] { return stopping_ || !inbox_.empty(); });
      if (stopping_) return false;
      mails.swap(inbox_);
    }
    for (Mail& mail : mails) {
      if (const auto* message = std::get_if<Message>(&mail)) {
        process_->on_message(*message);
      } else if (const auto* reset = std::get_if<Disconnected>(&mail)) {
        process_->on_disconnect(reset->peer);
      } else {
        process_->on_blob(std::move(std::get<BlobReply>(mail)));
      }
    }
    return true;
  }

  ProcTime next_event() const {
    ProcTime next = ProcTime::max();
    if (!timers_.empty()) next = std::min(next, timers_.begin()->first.first);
    if (!runs_.empty()) next = std::min(next, runs_.begin()->first.first);
    return next;
  }

  // Those that are due now; what they set themselves waits for the next round.
  void fire_timers() {
    const ProcTime at = now();
    const uint64_t last = last_number_;
    for (auto it = timers_.begin(); it != timers_.end() && it->first.first <= at;) {
      if (it->first.second > last) {
        ++it;
        continue;
      }
      const TimerTag tag = it->second;
      timer_times_.erase(TimerId{it->first.second});
      timers_.erase(it);
      process_->on_timer(tag);
      it = timers_.begin();
    }
  }

  // A few, so that messages and timers do not wait for long.
  void run_steps() {
    constexpr int kStepsPerRound = 32;
    const ProcTime at = now();
    for (int i = 0; i < kStepsPerRound && !runs_.empty(); ++i) {
      const auto first = runs_.begin();
      if (first->first.first > at) return;
      const RunTag tag = first->second;
      runs_.erase(first);
      process_->on_run(tag);
    }
  }

  Shared& shared_;
  const ProcessId id_;
  const uint32_t incarnation_;
  Trace& trace_;
  const Factory factory_;
  std::unique_ptr<Choices> choices_;

  // Used by the process's own thread only.
  std::unique_ptr<Process> process_;
  uint64_t last_number_ = 0;
  std::map<std::pair<ProcTime, uint64_t>, TimerTag> timers_;
  std::map<TimerId, ProcTime> timer_times_;
  std::map<std::pair<ProcTime, uint64_t>, RunTag> runs_;

  std::mutex inbox_mutex_;
  std::condition_variable inbox_ready_;
  std::deque<Mail> inbox_;
  bool stopping_ = false;

  std::thread thread_;
};

RealCluster::RealCluster(RealOptions options)
    : options_(std::move(options)), shared_(std::make_unique<Shared>(options_)) {
  check(options_.speed > 0, "the clock of a real cluster must move forward");
}

RealCluster::~RealCluster() { stop(); }

void RealCluster::add(ProcessId id, Factory factory) {
  check(hosts_.empty(), "a process is added to a cluster that runs");
  check(factories_.emplace(id, std::move(factory)).second, "two processes have one id");
  records_.emplace(id, std::make_unique<Record>(*shared_, id));
}

Trace& RealCluster::trace(ProcessId id) {
  check(!hosts_.contains(id), "the trace of a process is used while it runs");
  return records_.at(id)->trace;
}

bool RealCluster::run_until(Condition condition, Duration patience) {
  shared_->let_all_go();
  {
    const std::lock_guard lock(shared_->condition_mutex);
    shared_->condition = std::move(condition);
    shared_->look();
  }
  std::vector<Host*> starting;
  for (const auto& [id, factory] : factories_) {
    if (!hosts_.contains(id)) starting.push_back(&make_host(id));
  }
  for (Host* host : starting) host->launch();
  std::unique_lock lock(shared_->condition_mutex);
  shared_->met.wait_for(lock, std::chrono::milliseconds(patience.ms),
                        [this] { return shared_->is_met; });
  shared_->condition = nullptr;
  return shared_->is_met;
}

RealCluster::Host& RealCluster::make_host(ProcessId id) {
  Record& record = *records_.at(id);
  auto host = std::make_unique<Host>(*shared_, id, ++record.incarnations, record.trace,
                                     options_.seed, factories_.at(id));
  const std::lock_guard lock(shared_->hosts_mutex);
  shared_->running[id] = host.get();
  return *(hosts_[id] = std::move(host));
}

void RealCluster::kill(ProcessId id) {
  check(hosts_.contains(id), "a process is killed that does not run");
  {
    const std::lock_guard lock(shared_->hosts_mutex);
    shared_->running.erase(id);
  }
  Host& host = *hosts_.at(id);
  host.ask_to_stop();
  {
    const std::lock_guard lock(shared_->condition_mutex);
    shared_->dying = id;
    shared_->let_go.notify_all();
  }
  host.join();
  hosts_.erase(id);
  Record& record = *records_.at(id);
  record.trace.add(shared_->now(), ProcessDied{id, record.incarnations});
  {
    const std::lock_guard lock(shared_->condition_mutex);
    shared_->dying.reset();
  }
  for (const auto& [peer, other] : hosts_) other->deliver(Disconnected{id});
}

void RealCluster::stop() {
  {
    const std::lock_guard lock(shared_->hosts_mutex);
    shared_->running.clear();
  }
  for (const auto& [id, host] : hosts_) host->ask_to_stop();
  shared_->let_all_go();
  for (const auto& [id, host] : hosts_) host->join();
  hosts_.clear();
}

}  // namespace leat
