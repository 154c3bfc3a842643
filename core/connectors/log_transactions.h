// The producers of the log and their transactions: who may write, what is open, what became of it.
// Decides only; it knows no network, clock or storage.
//
// A transaction is open -> frozen (pre-committed) -> committed, or aborted from either. What has
// ended is remembered, so that a commit that is asked for again, after any time and by a later
// attempt, is answered as the first one was. A frozen transaction outlives the attempt that made
// it.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "core/connectors/log_admin.h"
#include "core/connectors/log_protocol.h"

namespace leat {

struct ProducerKey {
  NodeId sink;
  uint32_t subtask = 0;
  friend auto operator<=>(const ProducerKey&, const ProducerKey&) = default;
};

struct LogTransaction {
  bool frozen = false;
  CheckpointId checkpoint;  // frozen for it; 0: for none
  std::vector<StoredRows> batches;
  uint64_t rows = 0;
  uint64_t hash = 0;
};

// Hears what happens to transactions, as it happens. Must not call back.
class TransactionListener {
 public:
  virtual ~TransactionListener() = default;
  virtual void on_begun(NodeId sink, TransactionId id) = 0;
  virtual void on_frozen(NodeId sink, TransactionId id, const LogTransaction& transaction) = 0;
  virtual void on_committed(NodeId sink, TransactionId id, const LogTransaction& transaction) = 0;
  virtual void on_aborted(NodeId sink, TransactionId id) = 0;
  virtual void on_appended(NodeId sink, uint32_t subtask, const RowBatch& rows) = 0;
};

class LogTransactions {
 public:
  // Done, Missing or RequestRefused.
  LogReply handle(NodeId sink, ProducerRequest request, TransactionListener& listener);
  // The transaction has been open for too long. Nothing happens where it has ended.
  void time_out(NodeId sink, TransactionId id, TransactionListener& listener);

  // Transactions that are neither committed nor aborted.
  std::vector<UnfinishedTransaction> unfinished() const;

 private:
  enum class Outcome : uint8_t { kCommitted, kAborted, kTimedOut };
  struct Producer {
    uint32_t attempt = 0;
    uint64_t next_number = 0;
    std::optional<std::string> refused;  // the session is over
    std::map<TransactionId, LogTransaction> transactions;
    // What ended. Commits come in the order of the counters, nearly always: per attempt all those
    // below a counter, and the others one by one.
    std::map<uint32_t, uint32_t> committed_below;
    std::map<TransactionId, Outcome> ended;
  };

  struct Call;  // one request in the hands of the operations below
  void perform(const OpenProducer& op, Call& call);
  void perform(Produce& op, Call& call);
  void perform(const PreCommit& op, Call& call);
  void perform(const CommitTransaction& op, Call& call);
  void perform(const AbortTransaction& op, Call& call);
  void perform(const Append& op, Call& call);

  static std::optional<Outcome> outcome_of(const Producer& producer, TransactionId id);
  static void record(Producer& producer, TransactionId id, Outcome outcome);
  Producer& owner(NodeId sink, TransactionId id) { return producers_[{sink, subtask_of(id)}]; }

  std::map<ProducerKey, Producer> producers_;
};

}  // namespace leat
