// Transactions (TXN): what was pre-committed for a completed checkpoint is committed once; what was
// not, never; nothing is left open at the end. (Flink: TwoPhaseCommitSinkFunction,
// rules 10.2, 10.3.)
#include <map>
#include <tuple>

#include "sim/oracle/oracles.h"

namespace leat {
namespace {

class TransactionOracle final : public Oracle {
 public:
  TransactionOracle(const Plan& plan, const Runs& runs) : Oracle("transactions", plan, runs) {}

  FactSet facts() const override {
    return fact_set<TransactionPreCommitted, TransactionCommitted, TransactionAborted,
                    CheckpointTriggered, JobRestored>();
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
    } else {
      // A job goes on from a checkpoint only if it completed, whether or not anybody heard of it.
      completed_ = std::max(completed_, std::get<JobRestored>(fact).checkpoint);
    }
  }
  void on_completed(CheckpointId id) override { completed_ = std::max(completed_, id); }

  // What was frozen after the checkpoint that the sink goes on from never happened.
  void on_rewind(uint32_t subtask, Rewind how, CheckpointId to) override {
    if (how == Rewind::kKeep) return;
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

  void on_frozen(const TransactionPreCommitted& fact) {
    report_.judged();
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

  void leaked(const Key& key, const Transaction& transaction, const char* fate) {
    const bool lawful = committable(transaction);
    violate("transaction_leaked", where(key), subject(key, transaction),
            lawful ? "committed" : "aborted", fate,
            lawful ? "a transaction that was pre-committed for a completed checkpoint is "
                     "committed, also after a restore"
                   : "a transaction of a checkpoint that never completed is aborted");
  }

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
