#include "core/connectors/log_transactions.h"

namespace leat {

namespace {

std::string text_of(TransactionId id) {
  return std::to_string(subtask_of(id)) + "." + std::to_string(attempt_of(id)) + "." +
         std::to_string(counter_of(id));
}

}  // namespace

struct LogTransactions::Call {
  NodeId sink;
  uint32_t subtask = 0;
  Producer& producer;  // of the session
  TransactionListener& listener;
  std::optional<std::string> refusal;
};

LogReply LogTransactions::handle(NodeId sink, ProducerRequest request,
                                 TransactionListener& listener) {
  Producer& producer = producers_[{sink, request.subtask}];
  if (request.attempt < producer.attempt) {
    return RequestRefused{request.attempt, request.number,
                          "ProducerFenced: attempt " + std::to_string(request.attempt) +
                              " writes while attempt " + std::to_string(producer.attempt) +
                              " has the producer"};
  }
  if (request.attempt > producer.attempt) {
    if (request.number != 0) return Missing{request.attempt, 0};  // its opening was lost
    producer.attempt = request.attempt;
    producer.next_number = 0;
    producer.refused.reset();
  }
  if (producer.refused) return RequestRefused{request.attempt, request.number, *producer.refused};
  if (request.number > producer.next_number) return Missing{request.attempt, producer.next_number};
  if (request.number < producer.next_number) return Done{request.attempt, request.number};

  Call call{sink, request.subtask, producer, listener, std::nullopt};
  std::visit([&](auto& op) { perform(op, call); }, request.op);
  if (call.refusal) {
    producer.refused = std::move(call.refusal);
    return RequestRefused{request.attempt, request.number, *producer.refused};
  }
  ++producer.next_number;
  return Done{request.attempt, request.number};
}

void LogTransactions::perform(const OpenProducer& op, Call& call) {
  std::map<TransactionId, LogTransaction>& all = call.producer.transactions;
  for (auto it = all.begin(); it != all.end();) {
    // None: still open, or frozen by a job that has no checkpoints and begins from nothing.
    const CheckpointId checkpoint = it->second.checkpoint;
    if (checkpoint.value != 0 && checkpoint <= op.restored) {
      ++it;
      continue;
    }
    record(call.producer, it->first, Outcome::kAborted);
    call.listener.on_aborted(call.sink, it->first);
    it = all.erase(it);
  }
}

void LogTransactions::perform(Produce& op, Call& call) {
  if (outcome_of(call.producer, op.transaction) == Outcome::kTimedOut) {
    call.refusal =
        "TransactionTimedOut: " + text_of(op.transaction) + " was aborted before its end";
    return;
  }
  if (attempt_of(op.transaction) != call.producer.attempt ||
      subtask_of(op.transaction) != call.subtask || outcome_of(call.producer, op.transaction)) {
    call.refusal = "InvalidTransactionState: rows for " + text_of(op.transaction);
    return;
  }
  const auto [entry, begun] = call.producer.transactions.try_emplace(op.transaction);
  LogTransaction& transaction = entry->second;
  if (transaction.frozen) {
    call.refusal =
        "InvalidTransactionState: rows for " + text_of(op.transaction) + ", which is pre-committed";
    return;
  }
  if (begun) call.listener.on_begun(call.sink, op.transaction);
  transaction.rows += op.rows.count;
  transaction.hash = mix(transaction.hash, hash_bytes(op.rows.bytes));
  transaction.batches.push_back(std::move(op.rows));
}

void LogTransactions::perform(const PreCommit& op, Call& call) {
  const auto entry = call.producer.transactions.find(op.transaction);
  if (entry == call.producer.transactions.end()) {
    const bool timed_out = outcome_of(call.producer, op.transaction) == Outcome::kTimedOut;
    call.refusal = (timed_out ? "TransactionTimedOut: " : "InvalidTransactionState: ") +
                   text_of(op.transaction) + " cannot be pre-committed";
    return;
  }
  LogTransaction& transaction = entry->second;
  if (transaction.rows != op.rows) {
    call.refusal = "IncompleteTransaction: " + text_of(op.transaction) + " has " +
                   std::to_string(transaction.rows) + " of " + std::to_string(op.rows) + " rows";
    return;
  }
  transaction.frozen = true;
  transaction.checkpoint = op.checkpoint;
  call.listener.on_frozen(call.sink, op.transaction, transaction);
}

void LogTransactions::perform(const CommitTransaction& op, Call& call) {
  Producer& owner_of_it = owner(call.sink, op.transaction);
  const auto entry = owner_of_it.transactions.find(op.transaction);
  if (entry == owner_of_it.transactions.end()) {
    const std::optional<Outcome> outcome = outcome_of(owner_of_it, op.transaction);
    if (outcome == Outcome::kCommitted) return;
    call.refusal = !outcome ? "UnknownTransaction: " + text_of(op.transaction)
                   : outcome == Outcome::kTimedOut
                       ? "TransactionTimedOut: " + text_of(op.transaction) +
                             " was aborted before it was committed"
                       : "InvalidTransactionState: " + text_of(op.transaction) + " is aborted";
    return;
  }
  if (!entry->second.frozen) {
    call.refusal = "InvalidTransactionState: " + text_of(op.transaction) + " is not pre-committed";
    return;
  }
  const LogTransaction transaction = std::move(entry->second);
  owner_of_it.transactions.erase(entry);
  record(owner_of_it, op.transaction, Outcome::kCommitted);
  call.listener.on_committed(call.sink, op.transaction, transaction);
}

void LogTransactions::perform(const AbortTransaction& op, Call& call) {
  Producer& owner_of_it = owner(call.sink, op.transaction);
  // One that never got a row is unknown here, one that has ended is gone: nothing to abort.
  if (owner_of_it.transactions.erase(op.transaction) == 0) return;
  record(owner_of_it, op.transaction, Outcome::kAborted);
  call.listener.on_aborted(call.sink, op.transaction);
}

void LogTransactions::perform(const Append& op, Call& call) {
  call.listener.on_appended(call.sink, call.subtask, op.rows);
}

void LogTransactions::time_out(NodeId sink, TransactionId id, TransactionListener& listener) {
  Producer& producer = owner(sink, id);
  if (producer.transactions.erase(id) == 0) return;
  record(producer, id, Outcome::kTimedOut);
  listener.on_aborted(sink, id);
}

std::vector<UnfinishedTransaction> LogTransactions::unfinished() const {
  std::vector<UnfinishedTransaction> all;
  for (const auto& [key, producer] : producers_) {
    for (const auto& [id, transaction] : producer.transactions) {
      all.push_back({key.sink, key.subtask, id});
    }
  }
  return all;
}

std::optional<LogTransactions::Outcome> LogTransactions::outcome_of(const Producer& producer,
                                                                    TransactionId id) {
  if (const auto ended = producer.ended.find(id); ended != producer.ended.end()) {
    return ended->second;
  }
  const auto below = producer.committed_below.find(attempt_of(id));
  if (below != producer.committed_below.end() && counter_of(id) < below->second) {
    return Outcome::kCommitted;
  }
  return std::nullopt;
}

void LogTransactions::record(Producer& producer, TransactionId id, Outcome outcome) {
  uint32_t& below = producer.committed_below[attempt_of(id)];
  if (outcome == Outcome::kCommitted && counter_of(id) == below) {
    ++below;
  } else {
    producer.ended.emplace(id, outcome);
  }
}

}  // namespace leat
