// Transactions (TXN): what was pre-committed for a completed checkpoint is committed once; what was
// not, never; nothing is left open at the end. And a sink's part of a checkpoint is acknowledged
// when the log holds, pre-committed, all rows since the snapshot before. (Flink:
// TwoPhaseCommitSinkFunction, rules 10.2, 10.3.)
#include <map>
#include <tuple>

#include "sim/oracle/oracles.h"

namespace leat {
namespace {

class TransactionOracle final : public Oracle {
 public:
  TransactionOracle(const Plan& plan, const Runs& runs)
      : Oracle("transactions", plan, runs), writers_(plan.instances()) {
    for (uint32_t i = 0; i < plan.instances(); ++i) {
      const auto* sink = std::get_if<SinkSpec>(&plan.node(plan.node_of(i)).spec);
      if (sink == nullptr) continue;
      const bool transactional = sink->kind == SinkSpec::Kind::kTransactional;
      writers_[i].kind = transactional ? Writer::Kind::kTransactional : Writer::Kind::kPlain;
    }
  }

  FactSet facts() const override {
    return fact_set<TransactionPreCommitted, TransactionCommitted, TransactionAborted,
                    CheckpointTriggered, CheckpointAcknowledged, JobRestored>();
  }
  uint32_t taps() const override { return kInputTap | kCommittedTap; }

  void on_input(uint32_t instance, const RowBatch& rows) override {
    Writer& writer = writers_[instance];
    if (writer.kind == Writer::Kind::kNone) return;
    writer.rows += rows.size();
    if (writer.kind != Writer::Kind::kPlain) return;
    for (uint32_t i = 0; i < rows.size(); ++i)
      writer.hashes.push_back(hash_row(rows.row(i), std::nullopt));
  }
  void on_committed(NodeId sink, uint64_t, const RowBatch& rows) override {
    if (writers_[plan_.instance(sink, 0)].kind != Writer::Kind::kPlain) return;
    for (uint32_t i = 0; i < rows.size(); ++i)
      ++visible_[sink][hash_row(rows.row(i), std::nullopt)];
  }
  void on_snapshot(uint32_t subtask, CheckpointId id) override {
    for (const uint32_t i : plan_.instances_of(subtask)) {
      Writer& writer = writers_[i];
      if (writer.rows > 0) writer.owed[id] = {writer.rows, std::move(writer.hashes)};
      writer.rows = 0;
      writer.hashes.clear();
    }
  }

  void on_fact(const Fact& fact) override {
    if (const auto* frozen = std::get_if<TransactionPreCommitted>(&fact)) {
      on_frozen(*frozen);
    } else if (const auto* committed = std::get_if<TransactionCommitted>(&fact)) {
      on_visible(*committed);
    } else if (const auto* aborted = std::get_if<TransactionAborted>(&fact)) {
      const auto at = open_.find({aborted->sink, aborted->subtask, aborted->transaction});
      if (at == open_.end()) return;
      if (owed(at->second)) leaked(at->first, at->second, "aborted");
      open_.erase(at);
    } else if (const auto* triggered = std::get_if<CheckpointTriggered>(&fact)) {
      triggered_ = std::max(triggered_, triggered->checkpoint);
    } else if (const auto* acknowledged = std::get_if<CheckpointAcknowledged>(&fact)) {
      on_acknowledged(*acknowledged);
    } else {
      // A job goes on from a checkpoint only if it completed, whether or not anybody heard of it.
      completed_ = std::max(completed_, std::get<JobRestored>(fact).checkpoint);
    }
  }
  void on_completed(CheckpointId id) override { completed_ = std::max(completed_, id); }

  // What was frozen after the checkpoint that the sink goes on from never happened.
  void on_rewind(uint32_t subtask, Rewind how, CheckpointId to) override {
    if (how == Rewind::kKeep) return;
    for (const uint32_t i : plan_.instances_of(subtask)) {
      writers_[i].rows = 0;
      writers_[i].hashes.clear();
      writers_[i].owed.clear();
    }
    const SubtaskId id = plan_.subtask_id(subtask);
    for (auto& [key, transaction] : open_) {
      if (std::get<1>(key) != id.index || !runs_in(std::get<0>(key), id.vertex)) continue;
      if (transaction.checkpoint > to) transaction.undone = true;
    }
    undone_[subtask].push_back({to, triggered_});
  }

  void finish(const EndOfRun& end) override {
    if (!end.finished()) return;
    for (const auto& [key, transaction] : open_) leaked(key, transaction, "left open");
    // What was begun and never pre-committed leaves no other trace than that it is there.
    for (const OpenTransaction& left : end.transactions) {
      report_.judged();
      const Key key{left.sink, left.subtask, left.transaction};
      if (open_.find(key) == open_.end()) never_ended(key);
    }
  }

 private:
  using Key = std::tuple<NodeId, uint32_t, uint64_t>;  // sink, subtask, transaction
  struct Transaction {
    CheckpointId checkpoint;
    uint32_t rows = 0;
    uint64_t hash = 0;
    bool undone = false;
  };
  // Checkpoints that the former attempts of a subtask took part in vain: (after, up to].
  struct Undone {
    CheckpointId after;
    CheckpointId up_to;
  };

  struct Owed {
    uint64_t rows = 0;
    std::vector<uint64_t> hashes;  // of plain sinks
  };
  // Rows since the last snapshot, and those of each snapshot that the log may not have yet.
  struct Writer {
    enum class Kind : uint8_t { kNone, kTransactional, kPlain };
    Kind kind = Kind::kNone;
    uint64_t rows = 0;
    std::vector<uint64_t> hashes;
    std::map<CheckpointId, Owed> owed;
  };

  bool runs_in(NodeId node, VertexId vertex) const { return plan_.job().vertex_of(node) == vertex; }
  uint32_t subtask_of(NodeId sink, uint32_t index) const {
    return plan_.subtask_of(plan_.instance(sink, index));
  }
  std::string subject(const Key& key, const Transaction& transaction) const {
    return "transaction " + std::to_string(std::get<2>(key)) + " of checkpoint " +
           std::to_string(transaction.checkpoint.value) + " (" + std::to_string(transaction.rows) +
           " rows)";
  }
  std::string where(const Key& key) const {
    return plan_.name(std::get<0>(key)) + "[" + std::to_string(std::get<1>(key)) + "]";
  }
  // Without checkpoints the end of the input commits, under the number 0.
  bool committable(const Transaction& transaction) const {
    if (transaction.checkpoint.value == 0)
      return !plan_.graph().config.checkpoint.interval.has_value();
    return !transaction.undone && transaction.checkpoint <= completed_;
  }
  bool owed(const Transaction& transaction) const {
    return transaction.rows > 0 && transaction.checkpoint.value > 0 && committable(transaction);
  }

  // Nothing is owed of a subtask that has been deployed anew since.
  void on_acknowledged(const CheckpointAcknowledged& fact) {
    const uint32_t subtask = runs_.live(fact.execution);
    if (subtask == kNowhere) return;
    for (const uint32_t i : plan_.instances_of(subtask)) {
      const auto owed = writers_[i].owed.find(fact.checkpoint);
      report_.judged();
      if (owed == writers_[i].owed.end()) continue;
      if (writers_[i].kind == Writer::Kind::kTransactional || !are_visible(i, owed->second))
        too_early(i, fact.checkpoint, owed->second.rows);
      writers_[i].owed.erase(owed);
    }
  }

  // Each visible row stands for one that was owed.
  bool are_visible(uint32_t instance, const Owed& owed) {
    std::map<uint64_t, uint64_t>& visible = visible_[plan_.node_of(instance)];
    bool all = true;
    for (const uint64_t hash : owed.hashes) {
      const auto at = visible.find(hash);
      all = all && at != visible.end();
      if (at != visible.end() && --at->second == 0) visible.erase(at);
    }
    return all;
  }

  void too_early(uint32_t instance, CheckpointId id, uint64_t rows) {
    violate("inconsistent_cut", plan_.where(instance), "checkpoint " + std::to_string(id.value),
            "acknowledged when the log has its " + std::to_string(rows) + " rows",
            "acknowledged before",
            "what a sink has taken before a checkpoint is in the log when it is acknowledged: "
            "visible, or pre-committed");
  }

  void settle_with(const TransactionPreCommitted& fact) {
    Writer& writer = writers_[plan_.instance(fact.sink, fact.subtask)];
    const auto owed = writer.owed.find(fact.checkpoint);
    if (owed == writer.owed.end()) return;
    if (owed->second.rows != fact.rows) {
      violate("inconsistent_cut", plan_.where(plan_.instance(fact.sink, fact.subtask)),
              "checkpoint " + std::to_string(fact.checkpoint.value),
              std::to_string(owed->second.rows) + " rows since the snapshot before",
              std::to_string(fact.rows) + " rows pre-committed",
              "what a sink has taken before a checkpoint is pre-committed with it");
    }
    writer.owed.erase(owed);
  }

  void on_frozen(const TransactionPreCommitted& fact) {
    report_.judged();
    settle_with(fact);
    Transaction transaction{fact.checkpoint, fact.rows, fact.hash, false};
    for (const Undone& undone : undone_[subtask_of(fact.sink, fact.subtask)]) {
      // It was still on its way to the log.
      transaction.undone |= fact.checkpoint > undone.after && fact.checkpoint <= undone.up_to;
    }
    open_[{fact.sink, fact.subtask, fact.transaction}] = transaction;
  }

  void on_visible(const TransactionCommitted& fact) {
    report_.judged();
    const Key key{fact.sink, fact.subtask, fact.transaction};
    const auto at = open_.find(key);
    if (at == open_.end()) {
      const bool again = committed_.find(key) != committed_.end();
      violate(again ? "duplicate_result" : "commit_without_checkpoint", where(key),
              "transaction " + std::to_string(fact.transaction),
              again ? "committed once" : "pre-committed first",
              again ? "committed again" : "committed",
              again ? "a transaction is committed once"
                    : "only what was pre-committed for a checkpoint is committed");
      return;
    }
    const Transaction& transaction = at->second;
    if (!committable(transaction)) {
      violate("commit_without_checkpoint", where(key), subject(key, transaction), "not committed",
              "committed",
              transaction.undone
                  ? "the job went on from an earlier checkpoint: this transaction must be aborted"
                  : "checkpoint " + std::to_string(transaction.checkpoint.value) +
                        " has not completed (latest: " + std::to_string(completed_.value) + ")");
    } else if (transaction.rows != fact.rows || transaction.hash != fact.hash) {
      violate("commit_without_checkpoint", where(key), subject(key, transaction),
              std::to_string(transaction.rows) + " rows as pre-committed",
              std::to_string(fact.rows) + " rows, others",
              "a transaction is frozen when it is pre-committed");
    }
    committed_[key] = true;
    open_.erase(at);
  }

  void never_ended(const Key& key) {
    violate("transaction_leaked", where(key),
            "transaction " + std::to_string(std::get<2>(key)) + ", never pre-committed", "aborted",
            "left open",
            "a transaction that no checkpoint knows of is aborted when its sink starts anew");
  }

  void leaked(const Key& key, const Transaction& transaction, const char* fate) {
    const bool lawful = committable(transaction);
    violate("transaction_leaked", where(key), subject(key, transaction),
            lawful ? "committed" : "aborted", fate,
            lawful ? "a transaction that was pre-committed for a completed checkpoint is "
                     "committed, also after a restore"
                   : "a transaction of a checkpoint that never completed is aborted");
  }

  std::map<NodeId, std::map<uint64_t, uint64_t>> visible_;  // of plain sinks: rows by their hash
  std::vector<Writer> writers_;                             // by instance
  CheckpointId completed_;
  CheckpointId triggered_;
  std::map<Key, Transaction> open_;
  std::map<Key, bool> committed_;
  std::map<uint32_t, std::vector<Undone>> undone_;  // by subtask
};

}  // namespace

OraclePtr make_transaction_oracle(const Plan& plan, const Runs& runs) {
  return std::make_unique<TransactionOracle>(plan, runs);
}

}  // namespace leat
