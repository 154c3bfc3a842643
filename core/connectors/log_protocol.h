// What travels between a TaskManager and the external log, as canonical bytes.
//
// Every message, both ways, begins with the node whose connector speaks (the envelope): the
// TaskManager puts it there, sends from an endpoint of the task on any one lane, and hands an
// answer to the connector that it names. The log answers to the address and on the lane that a
// request came from.
//
// A producer's requests are numbered from 0 without a gap within its session (one attempt of one
// sink subtask). The log takes them in that order: a number it has seen is a duplicate and is
// answered again without effect; a number too high means that something before was lost, and is
// refused with the number that it waits for. Fetches have no number: they only read, and may be
// repeated.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/bytes.h"
#include "core/data/row_batch.h"

namespace leat {

// ---- the envelope ----
Bytes log_envelope(NodeId node, std::string_view body);
struct LogEnvelope {
  NodeId node;
  std::string_view body;
};
// REQUIRES: the message outlives the result.
LogEnvelope open_log_envelope(std::string_view message);

// ---- transactions are named ----
// Unique within its sink for the whole life of the job: a later attempt never uses one again.
using TransactionId = uint64_t;
// REQUIRES: subtask < 2^16; attempt, counter < 2^24.
TransactionId transaction_id(uint32_t subtask, uint32_t attempt, uint32_t counter);
uint32_t subtask_of(TransactionId id);
uint32_t attempt_of(TransactionId id);
uint32_t counter_of(TransactionId id);

// ---- requests of producers ----
// The first request of a session. Fences all older attempts of the subtask, and aborts what they
// left behind, except what was pre-committed for a checkpoint up to `restored`: the snapshot that
// this attempt (or, after a rescale, another subtask) came from still answers for it.
struct OpenProducer {
  CheckpointId restored;  // 0: from nothing
};
// Rows on their way into the log and in it: canonical bytes, which nobody opens before a consumer
// wants them. (So does Kafka with its record batches.)
struct StoredRows {
  StoredRows() = default;
  StoredRows(const RowBatch& rows);  // implicit: rows are stored as they are
  RowBatch open() const;

  uint32_t count = 0;
  Bytes bytes;
};
struct Produce {  // begins the transaction where it is new
  TransactionId transaction = 0;
  StoredRows rows;
};
struct PreCommit {  // nothing is added any more; kept until it is committed or aborted
  TransactionId transaction = 0;
  CheckpointId checkpoint;  // 0: a job without checkpoints ends
  uint64_t rows = 0;        // that the producer has put into it
};
struct CommitTransaction {
  TransactionId transaction = 0;
};
struct AbortTransaction {
  TransactionId transaction = 0;
};
struct Append {  // without a transaction: visible at once
  RowBatch rows;
};
using ProducerOp =
    std::variant<OpenProducer, Produce, PreCommit, CommitTransaction, AbortTransaction, Append>;

struct ProducerRequest {
  std::string topic;
  uint32_t subtask = 0;
  uint32_t attempt = 0;
  uint64_t number = 0;
  ProducerOp op;
};

// ---- requests of consumers ----
struct Fetch {
  std::string topic;
  uint32_t partition = 0;
  uint32_t attempt = 0;  // of the reader
  uint64_t offset = 0;
  uint32_t width = 0;  // of its rows
  uint32_t rows_max = 256;
  Duration hold{0};  // answered empty if nothing arrives for so long
};
struct CommitOffset {  // of a consumer group, for information; not answered
  std::string topic;
  std::string group;
  uint32_t partition = 0;
  uint64_t offset = 0;
};

using LogRequest = std::variant<ProducerRequest, Fetch, CommitOffset>;
Bytes encode(const LogRequest& request);
LogRequest decode_log_request(std::string_view body);

// ---- answers ----
struct Done {            // its effect is durable
  uint32_t attempt = 0;  // of the session that is answered
  uint64_t number = 0;
};
struct Missing {  // something was lost: send again from here
  uint32_t attempt = 0;
  uint64_t expected = 0;
};
// Final: every later request of the session is refused in the same way.
struct RequestRefused {
  uint32_t attempt = 0;
  uint64_t number = 0;
  std::string why;  // begins with a name: "ProducerFenced: ..."
};
struct Fetched {
  uint32_t partition = 0;
  uint64_t offset = 0;  // of the first row
  uint64_t end = 0;     // where the partition ends
  RowBatch rows;
};
using LogReply = std::variant<Done, Missing, RequestRefused, Fetched>;
Bytes encode(const LogReply& reply);
LogReply decode_log_reply(std::string_view body);

}  // namespace leat
