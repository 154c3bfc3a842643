#include "rim.h"

#include "core/connectors/source_events.h"

namespace leat::rim {

std::shared_ptr<const SplitData> splits(std::vector<std::vector<Splits::Record>> records) {
  return std::make_shared<Splits>(std::move(records));
}

RowBatch rows(std::vector<int64_t> values) {
  RowBatch batch(1);
  for (const int64_t value : values) batch.append(EventTime{value})[0] = Value::integer(value);
  return batch;
}

// ---- the log's side ----

class World::LogEnv final : public Env, private BlobStore {
 public:
  explicit LogEnv(World& world) : world_(world) {}
  ProcessId self() const override { return kLog; }
  uint32_t incarnation() const override { return 1; }
  ProcTime now() const override { return world_.now; }
  TimerId call_at(ProcTime when, TimerTag tag) override {
    const uint64_t id = ++last_timer_;
    timers_.insert(id);
    world_.at(std::max(when, world_.now), [this, id, tag] {
      if (timers_.erase(id) != 0) world_.log_->on_timer(tag);
    });
    return {id};
  }
  void cancel(TimerId timer) override { timers_.erase(timer.value); }
  void send(Message message) override { world_.deliver(std::move(message)); }
  void make_ready(RunTag, ProcTime) override { fail_check("the log asked for a step"); }
  BlobStore& blobs() override { return *this; }
  Choices& choices() override { return choices_; }
  Trace& trace() override { return world_.trace_; }

  void answer_blobs() {
    for (auto& answer : std::exchange(waiting_, {})) answer();
  }

 private:
  void put(BlobTicket ticket, std::string name, Bytes bytes) override {
    const auto answer = [this, ticket, name, bytes] {
      const bool ok = world_.blob_failures == 0;
      if (!ok) --world_.blob_failures;
      if (ok) world_.blobs[name] = bytes;
      world_.log_->on_blob({ticket, ok, "", {}, name});
    };
    if (world_.hold_blobs) {
      waiting_.push_back(answer);
    } else {
      world_.at(world_.now, answer);
    }
  }
  void get(BlobTicket, std::string) override {}
  void remove(std::string) override {}

  World& world_;
  PlainChoices choices_;
  uint64_t last_timer_ = 0;
  std::set<uint64_t> timers_;
  std::vector<std::function<void()>> waiting_;
};

World::World(LogTopics topics, bool persist) : env_(std::make_unique<LogEnv>(*this)) {
  trace_.observe(*this);
  trace_.tap(*this);
  log_ = make_log_broker(*env_, std::move(topics), persist);
  log_->start();
}
World::~World() = default;

void World::at(ProcTime when, std::function<void()> action) {
  events_[{std::max(when, now), next_event_++}] = std::move(action);
}

void World::run_to(int64_t ms) {
  if (!hold_blobs) env_->answer_blobs();
  while (!events_.empty() && events_.begin()->first.first.ms <= ms) {
    const auto first = events_.begin();
    now = first->first.first;
    const auto action = std::move(first->second);
    under_way_.erase(first->first);
    events_.erase(first);
    action();
  }
  now = {ms};
}

void World::cut() {
  for (const auto& key : under_way_) events_.erase(key);
  under_way_.clear();
  log_->on_disconnect(kWorker);
  for (const auto& [endpoint, station] : stations) station->op().on_log_disconnected(*station);
}

void World::send(Address from, NodeId node, Bytes body) {
  ++messages;
  if (silent_loss) return;
  under_way_.insert({now, next_event_});
  at(now, [this, message = Message{from, {kLog, 0}, 5, log_envelope(node, body)}] {
    log_->on_message(message);
  });
}

void World::ask(const ProducerRequest& request) { send({kWorker, 0}, kSink, encode(request)); }
void World::ask(const Fetch& request) { send({kWorker, 0}, kSink, encode(request)); }

std::string World::answer() {
  settle();
  std::string all;
  for (const std::string& one : std::exchange(answers_, {})) all += (all.empty() ? "" : "; ") + one;
  return all;
}

namespace {

std::string to_text(const LogReply& reply) {
  if (const auto* done = std::get_if<Done>(&reply)) return "done " + std::to_string(done->number);
  if (const auto* missing = std::get_if<Missing>(&reply)) {
    return "missing " + std::to_string(missing->expected);
  }
  if (const auto* refused = std::get_if<RequestRefused>(&reply)) {
    return refused->why.substr(0, refused->why.find(':'));
  }
  const Fetched& fetched = std::get<Fetched>(reply);
  std::string text = std::to_string(fetched.partition) + "@" + std::to_string(fetched.offset) +
                     "/" + std::to_string(fetched.end) + ":";
  for (uint32_t i = 0; i < fetched.rows.size(); ++i)
    text += " " + leat::to_text(fetched.rows.row(i));
  return text;
}

}  // namespace

void World::deliver(Message message) {
  check(message.lane == 5, "an answer comes on another lane than its request");
  under_way_.insert({now, next_event_});
  at(now, [this, message = std::move(message)] {
    const LogEnvelope envelope = open_log_envelope(message.body);
    if (message.to.endpoint == 0) {
      answers_.push_back(to_text(decode_log_reply(envelope.body)));
      return;
    }
    const auto station = stations.find(message.to.endpoint);
    if (station == stations.end()) return;
    station->second->op().on_external(envelope.body, *station->second);
    station->second->flush();
  });
}

void World::on_fact(ProcTime, const Fact& fact) {
  if (const auto* f = std::get_if<TransactionPreCommitted>(&fact)) {
    facts.push_back("pre-commit " + std::to_string(attempt_of(f->transaction)) + "." +
                    std::to_string(counter_of(f->transaction)) + " for " +
                    std::to_string(f->checkpoint.value));
  } else if (const auto* f = std::get_if<TransactionCommitted>(&fact)) {
    facts.push_back("commit " + std::to_string(attempt_of(f->transaction)) + "." +
                    std::to_string(counter_of(f->transaction)));
  } else if (const auto* f = std::get_if<TransactionAborted>(&fact)) {
    facts.push_back("abort " + std::to_string(attempt_of(f->transaction)) + "." +
                    std::to_string(counter_of(f->transaction)));
  } else if (const auto* f = std::get_if<SplitAssigned>(&fact)) {
    facts.push_back("s" + std::to_string(f->split) + " from " + std::to_string(f->offset));
  } else if (const auto* f = std::get_if<SplitFinished>(&fact)) {
    facts.push_back("s" + std::to_string(f->split) + " ends at " + std::to_string(f->offset));
  } else if (const auto* f = std::get_if<SplitRead>(&fact)) {
    facts.push_back("s" + std::to_string(f->split) + " read " + std::to_string(f->first) + "+" +
                    std::to_string(f->count));
  }
}

void World::on_committed_rows(NodeId, uint64_t, const RowBatch& batch) {
  for (uint32_t i = 0; i < batch.size(); ++i) committed.push_back(batch.row(i)[0].as_int());
}

// ---- a station ----

Station::Station(World& world, const StreamNode& node, const JobConfig& config, uint32_t attempt,
                 const Bytes& restore_from)
    : world_(world),
      node_(node),
      config_(config),
      attempt_(attempt),
      endpoint_(16 + static_cast<uint32_t>(world.next_event_++)),
      out_(1) {
  world_.stations[endpoint_] = this;
  if (std::holds_alternative<SourceSpec>(node_.spec)) {
    auto source = make_source(node_);
    source_ = source.get();
    op_ = std::move(source);
  } else {
    op_ = make_sink(node_);
  }
  if (!restore_from.empty()) {
    ByteReader in(restore_from);
    op_->restore(in, *this);
    check(in.at_end(), "a snapshot was not read to its end");
  }
  op_->open(*this);
}

Station::~Station() {
  *alive_ = false;
  world_.stations.erase(endpoint_);
}

void Station::later(ProcTime when, std::function<void()> action) {
  world_.at(when, [alive = alive_, action = std::move(action)] {
    if (*alive) action();
  });
}

void Station::rows(std::vector<int64_t> values) {
  RowBatch batch = rim::rows(std::move(values));
  op_->on_rows(0, batch, *this);
}

Bytes Station::snapshot(uint64_t id) {
  ByteWriter out;
  op_->prepare_snapshot_pre_barrier({id}, *this);
  op_->snapshot({id}, out, *this);
  return out.take();
}

void Station::complete(uint64_t id) { op_->on_checkpoint_complete({id}, *this); }

void Station::finish() {
  op_->end_input(*this);
  op_->finish(*this);
}

void Station::assign(std::vector<uint32_t> splits) {
  source_->on_enumerator_event(SplitsAssigned{std::move(splits), true}.encode(), *this);
}

void Station::flush() {
  for (uint32_t i = 0; i < out_.size(); ++i) heard.push_back(to_text(RowView(out_.row(i))));
  out_.clear();
}
void Station::emit(Watermark watermark) {
  flush();
  heard.push_back(to_text(Control(watermark)));
}
void Station::emit(StreamStatus status) {
  flush();
  heard.push_back(to_text(Control(status)));
}

void Station::wake_at(ProcTime time) {
  later(time + Duration{1}, [this, time, wake = ++wake_] {
    if (wake != wake_) return;
    ++wakes;
    op_->on_processing_time(time, *this);
    flush();
  });
}

void Station::send_external(Bytes body) {
  world_.send({World::kWorker, endpoint_}, node_id(), std::move(body));
}

void Station::call_at(ProcTime when, uint64_t arg) {
  later(when, [this, arg] { op_->on_timer(arg, *this); });
}

void Station::announce_split(uint32_t split, ProcTime not_before) {
  later(not_before, [this, split] {
    source_->read(split, rows_max, *this);
    flush();
  });
}

// ---- nodes ----

StreamNode sink_node(SinkSpec::Kind kind) {
  StreamNode node;
  node.name = "out";
  node.spec = SinkSpec{kind, "out", ""};
  return node;
}

StreamNode source_node(SourceSpec spec) {
  StreamNode node;
  node.name = "in";
  node.spec = std::move(spec);
  node.output.fields = {{"v", ValueType::kInt}};
  return node;
}

SourceSpec table(std::shared_ptr<const SplitData> data, WatermarkSpec watermark) {
  SourceSpec spec;
  spec.data = std::move(data);
  spec.event_time = read_field(0);
  spec.watermark = watermark;
  return spec;
}

JobConfig with_checkpoints() {
  JobConfig config;
  config.checkpoint.interval = Duration{1000};
  return config;
}

}  // namespace leat::rim
