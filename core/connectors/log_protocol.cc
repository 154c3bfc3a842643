#include "core/connectors/log_protocol.h"

namespace leat {

StoredRows::StoredRows(const RowBatch& rows) : count(rows.size()) {
  ByteWriter out;
  rows.encode(out);
  bytes = out.take();
}

RowBatch StoredRows::open() const {
  ByteReader in(bytes);
  RowBatch rows = RowBatch::decode(in);
  check(rows.size() == count && in.at_end(), "stored rows are not as many as was said");
  return rows;
}

namespace {

struct OpEncoder {
  ByteWriter& out;
  void operator()(const OpenProducer& op) const { out.id(op.restored); }
  void operator()(const Produce& op) const {
    out.varint(op.transaction);
    out.varint(op.rows.count);
    out.text(op.rows.bytes);
  }
  void operator()(const PreCommit& op) const {
    out.varint(op.transaction);
    out.id(op.checkpoint);
    out.varint(op.rows);
  }
  void operator()(const CommitTransaction& op) const { out.varint(op.transaction); }
  void operator()(const AbortTransaction& op) const { out.varint(op.transaction); }
  void operator()(const Append& op) const { op.rows.encode(out); }
};

ProducerOp decode_op(ByteReader& in) {
  switch (in.u8()) {
    case 0:
      return OpenProducer{in.checkpoint()};
    case 1: {
      const TransactionId id = in.varint();
      StoredRows rows;
      rows.count = in.u32();
      rows.bytes = in.text();
      return Produce{id, std::move(rows)};
    }
    case 2: {
      const TransactionId id = in.varint();
      const CheckpointId checkpoint = in.checkpoint();
      return PreCommit{id, checkpoint, in.varint()};
    }
    case 3:
      return CommitTransaction{in.varint()};
    case 4:
      return AbortTransaction{in.varint()};
    case 5:
      return Append{RowBatch::decode(in)};
    default:
      fail_check("bytes hold an unknown producer request");
  }
}

struct RequestEncoder {
  ByteWriter& out;
  void operator()(const ProducerRequest& r) const {
    out.text(r.topic);
    out.varint(r.subtask);
    out.varint(r.attempt);
    out.varint(r.number);
    out.u8(static_cast<uint8_t>(r.op.index()));
    std::visit(OpEncoder{out}, r.op);
  }
  void operator()(const Fetch& r) const {
    out.text(r.topic);
    out.varint(r.partition);
    out.varint(r.attempt);
    out.varint(r.offset);
    out.varint(r.width);
    out.varint(r.rows_max);
    out.zigzag(r.hold.ms);
  }
  void operator()(const CommitOffset& r) const {
    out.text(r.topic);
    out.text(r.group);
    out.varint(r.partition);
    out.varint(r.offset);
  }
};

ProducerRequest decode_producer_request(ByteReader& in) {
  ProducerRequest r;
  r.topic = in.text();
  r.subtask = in.u32();
  r.attempt = in.u32();
  r.number = in.varint();
  r.op = decode_op(in);
  return r;
}

Fetch decode_fetch(ByteReader& in) {
  Fetch r;
  r.topic = in.text();
  r.partition = in.u32();
  r.attempt = in.u32();
  r.offset = in.varint();
  r.width = in.u32();
  r.rows_max = in.u32();
  r.hold = {in.zigzag()};
  return r;
}

CommitOffset decode_commit_offset(ByteReader& in) {
  CommitOffset r;
  r.topic = in.text();
  r.group = in.text();
  r.partition = in.u32();
  r.offset = in.varint();
  return r;
}

struct ReplyEncoder {
  ByteWriter& out;
  void operator()(const Done& r) const {
    out.varint(r.attempt);
    out.varint(r.number);
  }
  void operator()(const Missing& r) const {
    out.varint(r.attempt);
    out.varint(r.expected);
  }
  void operator()(const RequestRefused& r) const {
    out.varint(r.attempt);
    out.varint(r.number);
    out.text(r.why);
  }
  void operator()(const Fetched& r) const {
    out.varint(r.partition);
    out.varint(r.offset);
    out.varint(r.end);
    r.rows.encode(out);
  }
};

}  // namespace

Bytes log_envelope(NodeId node, std::string_view body) {
  ByteWriter out;
  out.id(node);
  out.raw(body);
  return out.take();
}

LogEnvelope open_log_envelope(std::string_view message) {
  ByteReader in(message);
  const NodeId node = in.node();
  return {node, in.raw(in.remaining())};
}

TransactionId transaction_id(uint32_t subtask, uint32_t attempt, uint32_t counter) {
  check(subtask < (1u << 16) && attempt < (1u << 24) && counter < (1u << 24),
        "a transaction's number is out of range");
  return uint64_t{subtask} << 48 | uint64_t{attempt} << 24 | counter;
}
uint32_t subtask_of(TransactionId id) { return static_cast<uint32_t>(id >> 48); }
uint32_t attempt_of(TransactionId id) { return static_cast<uint32_t>(id >> 24 & 0xffffff); }
uint32_t counter_of(TransactionId id) { return static_cast<uint32_t>(id & 0xffffff); }

Bytes encode(const LogRequest& request) {
  ByteWriter out;
  out.u8(static_cast<uint8_t>(request.index()));
  std::visit(RequestEncoder{out}, request);
  return out.take();
}

LogRequest decode_log_request(std::string_view body) {
  ByteReader in(body);
  switch (in.u8()) {
    case 0:
      return decode_producer_request(in);
    case 1:
      return decode_fetch(in);
    case 2:
      return decode_commit_offset(in);
    default:
      fail_check("bytes hold an unknown request to the log");
  }
}

Bytes encode(const LogReply& reply) {
  ByteWriter out;
  out.u8(static_cast<uint8_t>(reply.index()));
  std::visit(ReplyEncoder{out}, reply);
  return out.take();
}

LogReply decode_log_reply(std::string_view body) {
  ByteReader in(body);
  switch (in.u8()) {
    case 0: {
      const uint32_t attempt = in.u32();
      return Done{attempt, in.varint()};
    }
    case 1: {
      const uint32_t attempt = in.u32();
      return Missing{attempt, in.varint()};
    }
    case 2: {
      const uint32_t attempt = in.u32();
      const uint64_t number = in.varint();
      return RequestRefused{attempt, number, std::string(in.text())};
    }
    case 3: {
      Fetched r;
      r.partition = in.u32();
      r.offset = in.varint();
      r.end = in.varint();
      r.rows = RowBatch::decode(in);
      return r;
    }
    default:
      fail_check("bytes hold an unknown answer of the log");
  }
}

}  // namespace leat
