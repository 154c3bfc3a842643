#include <deque>
#include <optional>
#include <utility>

#include "core/connectors/connector_context.h"
#include "core/connectors/log_client.h"
#include "core/connectors/two_phase_commit.h"

namespace leat {

namespace {

// What both kinds of sink share: the client, and acknowledgements that wait for it.
class LogSink : public Connector {
 public:
  explicit LogSink(const SinkSpec& spec) : topic_(spec.topic) {}

  void open(OperatorContext& base) override {
    client_.emplace(topic_, base.subtask(), base.execution().attempt);
    begin_session(static_cast<ConnectorContext&>(base));
  }

  void on_external(std::string_view body, ConnectorContext& ctx) override {
    if (over_) return;
    if (const auto refusal = client_->on_reply(decode_log_reply(body), ctx)) {
      over_ = true;
      return ctx.fail("the log has refused sink " + ctx.node().name + ": " + *refusal);
    }
    while (!held_.empty() && held_.front().number < client_->answered_below()) {
      ctx.release_acknowledgement(held_.front().checkpoint);
      held_.pop_front();
    }
    on_progress();
  }
  void on_log_disconnected(ConnectorContext& ctx) override {
    if (!over_) client_->on_disconnected(ctx);
  }
  void on_timer(uint64_t arg, ConnectorContext& ctx) override {
    if (!over_) client_->on_timer(arg, ctx);
  }
  bool ready_to_close() const override { return !client_ || client_->idle(); }

 protected:
  virtual void begin_session(ConnectorContext& ctx) = 0;
  virtual void on_progress() {}

  LogClient& client() { return *client_; }

  // The snapshot speaks of requests up to `number`: it is good once the log has them
  // (FLINK-5701: a checkpoint confirmed while a send is pending loses rows).
  void hold_until_answered(uint64_t number, CheckpointId id, ConnectorContext& ctx) {
    ctx.hold_acknowledgement(id);
    held_.push_back({number, id});
  }
  // The last request that a held snapshot waits for.
  std::optional<uint64_t> awaited() const {
    return held_.empty() ? std::nullopt : std::optional(held_.back().number);
  }

 private:
  struct Held {
    uint64_t number = 0;
    CheckpointId checkpoint;
  };

  const std::string topic_;
  std::optional<LogClient> client_;
  std::deque<Held> held_;
  bool over_ = false;  // refused; the task fails
};

class TransactionalSink final : public LogSink {
 public:
  using LogSink::LogSink;

  void restore(ByteReader& in, OperatorContext&) override {
    restored_ = TwoPhaseCommit::State::decode(in);
  }

  void on_rows(uint32_t, RowBatch& rows, OperatorContext& base) override {
    if (rows.empty()) return;
    if (buffer_.empty()) {
      buffer_.set_width(rows.width());
      std::swap(buffer_, rows);
    } else {
      for (uint32_t i = 0; i < rows.size(); ++i) buffer_.append_row_of(rows, i);
    }
    if (buffer_.size() >= kRowsPerRequest) produce(static_cast<ConnectorContext&>(base));
  }

  void finish(OperatorContext& base) override {
    auto& ctx = static_cast<ConnectorContext&>(base);
    produce(ctx);
    // With checkpoints the last one commits; without any, the end of the input does.
    if (ctx.config().checkpoint.interval) return;
    if (const auto last = protocol_->freeze({0})) {
      client().send(*last, ctx);
      commit(protocol_->complete({0}), ctx);
    }
  }

  void snapshot(CheckpointId id, ByteWriter& out, OperatorContext& base) override {
    auto& ctx = static_cast<ConnectorContext&>(base);
    produce(ctx);
    std::optional<uint64_t> flush =
        awaited();  // of an earlier snapshot, whose state is in this one
    // Flink's writer is not restored before the log has done away with what earlier attempts left:
    // else it could complete checkpoints beyond what is still on its way there.
    if (!flush && !client().answered(opening_)) flush = opening_;
    if (const auto frozen = protocol_->freeze(id)) flush = client().send(*frozen, ctx);
    if (flush) hold_until_answered(*flush, id, ctx);
    protocol_->state(id).encode(out);
  }

  void on_checkpoint_complete(CheckpointId id, OperatorContext& base) override {
    commit(protocol_->complete(id), static_cast<ConnectorContext&>(base));
  }

 private:
  static constexpr uint32_t kRowsPerRequest = 256;
  struct Commit {
    uint64_t number = 0;
    TransactionId transaction = 0;
  };

  void begin_session(ConnectorContext& ctx) override {
    protocol_.emplace(ctx.subtask(), ctx.execution().attempt);
    opening_ =
        client().send(OpenProducer{restored_ ? restored_->checkpoint : CheckpointId{0}}, ctx);
    if (!restored_) return;
    protocol_->restore(*restored_);
    commit(protocol_->complete(restored_->checkpoint), ctx);
    client().send(AbortTransaction{restored_->current}, ctx);
  }

  void on_progress() override {
    while (!commits_.empty() && client().answered(commits_.front().number)) {
      protocol_->committed(commits_.front().transaction);
      commits_.pop_front();
    }
  }

  // Rows wait for company: nobody sees them before the commit.
  void produce(ConnectorContext& ctx) {
    if (buffer_.empty()) return;
    protocol_->add_rows(buffer_.size());
    client().send(Produce{protocol_->current(), buffer_}, ctx);
    buffer_.clear();
  }

  void commit(const std::vector<TransactionId>& transactions, ConnectorContext& ctx) {
    for (const TransactionId id : transactions) {
      commits_.push_back({client().send(CommitTransaction{id}, ctx), id});
    }
  }

  std::optional<TwoPhaseCommit> protocol_;
  std::optional<TwoPhaseCommit::State> restored_;
  uint64_t opening_ = 0;        // the request that fences earlier attempts
  std::deque<Commit> commits_;  // not answered yet
  RowBatch buffer_;
};

class AtLeastOnceSink final : public LogSink {
 public:
  using LogSink::LogSink;

  void on_rows(uint32_t, RowBatch& rows, OperatorContext& base) override {
    if (rows.empty()) return;
    client().send(Append{std::exchange(rows, RowBatch(rows.width()))},
                  static_cast<ConnectorContext&>(base));
  }

  void snapshot(CheckpointId id, ByteWriter&, OperatorContext& base) override {
    if (client().idle()) return;
    hold_until_answered(client().next_number() - 1, id, static_cast<ConnectorContext&>(base));
  }

 private:
  void begin_session(ConnectorContext& ctx) override { client().send(OpenProducer{{0}}, ctx); }
};

}  // namespace

std::unique_ptr<Connector> make_sink(const StreamNode& node) {
  const SinkSpec& spec = std::get<SinkSpec>(node.spec);
  if (spec.kind == SinkSpec::Kind::kTransactional) return std::make_unique<TransactionalSink>(spec);
  return std::make_unique<AtLeastOnceSink>(spec);
}

}  // namespace leat
