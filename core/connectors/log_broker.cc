#include "core/connectors/log_broker.h"

#include <algorithm>
#include <tuple>

#include "core/connectors/arrived.h"
#include "core/connectors/log_admin.h"
#include "core/connectors/log_copy.h"
#include "core/connectors/log_transactions.h"

namespace leat {

std::string committed_prefix(const std::string& topic) { return "log/" + topic + "/"; }

RowBatch decode_committed(std::string_view blob) {
  ByteReader in(blob);
  return RowBatch::decode(in);
}

namespace {

// t1.2.3
std::string object_name(char kind, uint64_t a, uint64_t b, uint64_t c) {
  std::string name(1, kind);
  name += std::to_string(a);
  name += '.';
  name += std::to_string(b);
  name += '.';
  name += std::to_string(c);
  return name;
}

// Endpoints of the log's own timers and storage requests.
enum Endpoint : uint32_t { kFetches = 1, kTransactions = 2, kStorage = 3 };

class LogBroker final : public Process, private TransactionListener {
 public:
  LogBroker(Env& env, LogTopics topics, bool persist, const LogTransactions* begin_with)
      : env_(env), topics_(std::move(topics)), persist_(persist) {
    if (begin_with != nullptr) transactions_ = *begin_with;
    for (const auto& [topic, sink] : topics_.sinks) names_[sink] = topic;
  }

  void start() override {}

  std::vector<UnfinishedTransaction> unfinished_transactions() const {
    return transactions_.unfinished();
  }
  const LogTransactions& transactions() const { return transactions_; }

  void on_message(const Message& message) override {
    const LogEnvelope envelope = open_log_envelope(message.body);
    const Asker asker{message.from, message.lane, envelope.node};
    const LogRequest request = decode_log_request(envelope.body);
    if (const auto* produce = std::get_if<ProducerRequest>(&request)) {
      on_producer(*produce, asker);
    } else if (const auto* fetch = std::get_if<Fetch>(&request)) {
      on_fetch(*fetch, asker);
    } else {
      const CommitOffset& commit = std::get<CommitOffset>(request);
      env_.trace().add(env_.now(), GroupOffsetCommitted{group_hash(commit.topic, commit.group),
                                                        commit.partition, commit.offset});
      group_offsets_[{commit.topic, commit.group, commit.partition}] = commit.offset;
    }
  }

  void on_timer(const TimerTag& tag) override {
    if (tag.endpoint == kTransactions) {
      const NodeId sink{tag.kind};
      watches_.erase({sink, tag.arg});
      transactions_.time_out(sink, tag.arg, *this);
      return;
    }
    const auto held = held_.find(reader_of(tag));
    check(held != held_.end(), "a timer of a fetch that is not held");
    const Held fetch = std::move(held->second);
    held_.erase(held);
    answer_fetch(fetch.fetch, fetch.asker);
  }

  void on_run(const RunTag&) override { fail_check("the log has no tasks"); }

  // A commit is answered when it is in storage; until then it is tried again.
  void on_blob(BlobReply reply) override {
    const auto write = writes_.find(reply.ticket.arg);
    check(write != writes_.end(), "an answer of storage that nobody waits for");
    if (!reply.ok) return put(write->first);
    if (write->second.answer)
      send(*write->second.answer, Done{write->second.attempt, write->second.number});
    writes_.erase(write);
  }

  // Whoever was there asks again.
  void on_disconnect(ProcessId peer) override {
    for (auto it = held_.begin(); it != held_.end();) {
      if (it->second.asker.address.process != peer) {
        ++it;
        continue;
      }
      env_.cancel(it->second.timer);
      it = held_.erase(it);
    }
  }

 private:
  struct Asker {
    Address address;
    Lane lane = kRpcLane;
    NodeId node;
  };
  struct Reader {  // who holds a fetch: one partition for one attempt of one node
    NodeId node;
    uint32_t partition = 0;
    uint32_t attempt = 0;
    friend auto operator<=>(const Reader&, const Reader&) = default;
  };
  struct Held {
    Fetch fetch;
    Asker asker;
    TimerId timer;
  };
  struct Write {
    std::string name;
    Bytes bytes;
    ProducerKey producer;
    uint32_t attempt = 0;
    uint64_t number = 0;
    std::optional<Asker> answer;  // who waits for it
  };

  void send(const Asker& to, const LogReply& reply) {
    env_.send({{env_.self(), 0}, to.address, to.lane, log_envelope(to.node, encode(reply))});
  }

  // ---- producers ----
  void on_producer(ProducerRequest request, const Asker& asker) {
    const uint32_t attempt = request.attempt;
    const uint64_t number = request.number;
    const auto sink = topics_.sinks.find(request.topic);
    if (sink == topics_.sinks.end()) {
      return send(asker, RequestRefused{attempt, number, "UnknownTopic: " + request.topic});
    }
    const ProducerKey producer{sink->second, request.subtask};
    for (const auto& [ticket, write] : writes_) {  // on its way to storage: answered from there
      if (write.producer == producer && write.attempt == attempt && write.number == number) {
        return;
      }
    }
    const uint64_t before = next_write_;
    const LogReply reply = transactions_.handle(sink->second, std::move(request), *this);
    if (next_write_ == before) return send(asker, reply);
    for (uint64_t ticket = before; ticket < next_write_; ++ticket) {
      Write& write = writes_.at(ticket);
      write.producer = producer;
      write.attempt = attempt;
      write.number = number;
      write.answer = asker;
      put(ticket);
    }
  }

  Entity entity_of(NodeId sink, uint32_t subtask) const {
    return entity(entity(names_.at(sink)), subtask);
  }

  void unwatch(NodeId sink, TransactionId id) {
    const auto timer = watches_.find({sink, id});
    if (timer == watches_.end()) return;
    env_.cancel(timer->second);
    watches_.erase(timer);
  }

  void on_begun(NodeId sink, TransactionId id) override {
    const TimerTag tag{entity_of(sink, subtask_of(id)), kTransactions, sink.value, id};
    watches_[{sink, id}] = env_.call_at(env_.now() + topics_.transaction_timeout, tag);
  }
  void on_frozen(NodeId sink, TransactionId id, const LogTransaction& transaction) override {
    env_.trace().add(env_.now(), TransactionPreCommitted{
                                     sink, subtask_of(id), id, transaction.checkpoint,
                                     static_cast<uint32_t>(transaction.rows), transaction.hash});
  }
  void on_committed(NodeId sink, TransactionId id, const LogTransaction& transaction) override {
    unwatch(sink, id);
    env_.trace().add(env_.now(), TransactionCommitted{sink, subtask_of(id), id,
                                                      static_cast<uint32_t>(transaction.rows),
                                                      transaction.hash});
    if (!persist_ && env_.trace().taps().empty()) return;
    std::vector<RowBatch> batches;
    for (const StoredRows& rows : transaction.batches) batches.push_back(rows.open());
    for (const RowBatch& rows : batches) show(sink, id, rows);
    if (!persist_) return;
    const std::string name = object_name('t', subtask_of(id), attempt_of(id), counter_of(id));
    keep(sink, name, batches);
  }
  void on_aborted(NodeId sink, TransactionId id) override {
    unwatch(sink, id);
    env_.trace().add(env_.now(), TransactionAborted{sink, subtask_of(id), id});
  }
  void on_appended(NodeId sink, uint32_t subtask, const RowBatch& rows) override {
    env_.trace().add(env_.now(), LogAppended{sink, rows.size(), rows.hash()});
    show(sink, 0, rows);
    if (!persist_) return;
    const std::string name = object_name('a', subtask, env_.incarnation(), appends_++);
    keep(sink, name, {rows});
  }

  void show(NodeId sink, TransactionId id, const RowBatch& rows) {
    for (RecordTap* tap : env_.trace().taps()) tap->on_committed_rows(sink, id, rows);
  }

  void keep(NodeId sink, const std::string& name, const std::vector<RowBatch>& batches) {
    RowBatch all(batches.empty() ? 0 : batches.front().width());
    for (const RowBatch& rows : batches) {
      for (uint32_t i = 0; i < rows.size(); ++i) all.append_row_of(rows, i);
    }
    ByteWriter out;
    all.encode(out);
    writes_[next_write_++] = {committed_prefix(names_.at(sink)) + name, out.take(), {}, 0, 0, {}};
  }

  void put(uint64_t ticket) {
    const Write& write = writes_.at(ticket);
    env_.blobs().put({kStorage, 0, ticket, entity("log")}, write.name, write.bytes);
  }

  // ---- consumers ----
  void on_fetch(const Fetch& fetch, const Asker& asker) {
    const auto topic = topics_.topics.find(fetch.topic);
    if (topic == topics_.topics.end()) {
      return send(asker, RequestRefused{fetch.attempt, 0, "UnknownTopic: " + fetch.topic});
    }
    const SplitData& data = *topic->second;
    check(fetch.partition < data.splits(), "a fetch from a partition that does not exist");
    const Reader reader{asker.node, fetch.partition, fetch.attempt};
    if (const auto before = held_.find(reader); before != held_.end()) {
      env_.cancel(before->second.timer);
      held_.erase(before);
    }
    const bool at_end = fetch.offset >= data.size(fetch.partition);
    if (at_end || arrived(data, fetch.partition, fetch.offset, env_.now(), 1) > 0) {
      return answer_fetch(fetch, asker);
    }
    const ProcTime next = arrival_time(data, fetch.partition, fetch.offset);
    const ProcTime until = std::min(next, env_.now() + fetch.hold);
    held_[reader] = {fetch, asker, env_.call_at(until, tag_of(fetch, reader))};
  }

  void answer_fetch(const Fetch& fetch, const Asker& asker) {
    const SplitData& data = *topics_.topics.at(fetch.topic);
    Fetched reply{fetch.partition, fetch.offset, data.size(fetch.partition), RowBatch(fetch.width)};
    const uint32_t count = arrived(data, fetch.partition, fetch.offset, env_.now(), fetch.rows_max);
    if (count > 0) data.read(fetch.partition, fetch.offset, count, reply.rows);
    send(asker, reply);
  }

  TimerTag tag_of(const Fetch& fetch, const Reader& reader) const {
    return {entity(entity(entity(fetch.topic), reader.partition), reader.node.value), kFetches,
            reader.partition, uint64_t{reader.node.value} << 32 | reader.attempt};
  }
  static Reader reader_of(const TimerTag& tag) {
    return {{static_cast<uint32_t>(tag.arg >> 32)}, tag.kind, static_cast<uint32_t>(tag.arg)};
  }

  Env& env_;
  const LogTopics topics_;
  const bool persist_;
  std::map<NodeId, std::string> names_;  // of the sinks' topics
  LogTransactions transactions_;
  std::map<std::pair<NodeId, TransactionId>, TimerId> watches_;  // time-outs of the unfinished
  std::map<std::tuple<std::string, std::string, uint32_t>, uint64_t> group_offsets_;
  uint64_t appends_ = 0;
  std::map<Reader, Held> held_;
  std::map<uint64_t, Write> writes_;
  uint64_t next_write_ = 1;
};

}  // namespace

std::vector<UnfinishedTransaction> unfinished_transactions(const Process& log) {
  return static_cast<const LogBroker&>(log).unfinished_transactions();
}

std::shared_ptr<const LogTransactions> copy_transactions(const Process& log) {
  return std::make_shared<const LogTransactions>(static_cast<const LogBroker&>(log).transactions());
}

std::unique_ptr<Process> make_log_broker(Env& env, LogTopics topics, bool persist) {
  return std::make_unique<LogBroker>(env, std::move(topics), persist, nullptr);
}

std::unique_ptr<Process> make_log_broker_after(
    Env& env, LogTopics topics, const std::shared_ptr<const LogTransactions>& before) {
  return std::make_unique<LogBroker>(env, std::move(topics), /*persist=*/false, before.get());
}

}  // namespace leat
