#include "core/data/element.h"

#include "core/base/hash.h"

namespace leat {

namespace {

struct ControlEncoder {
  ByteWriter& out;
  void operator()(std::monostate) const {}
  void operator()(Watermark w) const { out.time(w.time); }
  void operator()(StreamStatus s) const { out.u8(static_cast<uint8_t>(s)); }
  void operator()(CheckpointBarrier b) const {
    out.id(b.id);
    out.time(b.timestamp);
    out.u8(static_cast<uint8_t>(b.kind));
  }
  void operator()(CancelCheckpointMarker m) const { out.id(m.id); }
  void operator()(EndOfData e) const { out.boolean(e.drain); }
  void operator()(EndOfPartition) const {}
};

void encode_control(const Control& control, ByteWriter& out) {
  out.u8(static_cast<uint8_t>(control.index()));
  std::visit(ControlEncoder{out}, control);
}

Control decode_control(ByteReader& in) {
  switch (in.u8()) {
    case 0:
      return std::monostate{};
    case 1:
      return Watermark{in.event_time()};
    case 2:
      return static_cast<StreamStatus>(in.u8());
    case 3: {
      const CheckpointId id = in.checkpoint();
      const ProcTime timestamp = in.proc_time();
      return CheckpointBarrier{id, timestamp, static_cast<BarrierKind>(in.u8())};
    }
    case 4:
      return CancelCheckpointMarker{in.checkpoint()};
    case 5:
      return EndOfData{in.boolean()};
    case 6:
      return EndOfPartition{};
    default:
      fail_check("bytes hold an unknown control element");
  }
}

}  // namespace

void Batch::encode(ByteWriter& out) const {
  rows.encode(out);
  encode_control(control, out);
}

Batch Batch::decode(ByteReader& in) {
  Batch batch;
  batch.rows = RowBatch::decode(in);
  batch.control = decode_control(in);
  return batch;
}

uint64_t hash_control(const Control& control) {
  struct Hasher {
    uint64_t operator()(std::monostate) const { return 0; }
    uint64_t operator()(Watermark w) const { return mix(1, static_cast<uint64_t>(w.time.ms)); }
    uint64_t operator()(StreamStatus s) const { return mix(2, static_cast<uint64_t>(s)); }
    uint64_t operator()(CheckpointBarrier b) const {
      const uint64_t hash = mix(3, b.id.value, static_cast<uint64_t>(b.timestamp.ms));
      return b.kind == BarrierKind::kAligned ? hash : mix(hash, static_cast<uint64_t>(b.kind));
    }
    uint64_t operator()(CancelCheckpointMarker m) const { return mix(4, m.id.value); }
    uint64_t operator()(EndOfData e) const { return mix(5, e.drain ? 1 : 0); }
    uint64_t operator()(EndOfPartition) const { return mix(6, 0); }
  };
  return std::visit(Hasher{}, control);
}

uint64_t Batch::hash() const { return mix(rows.hash(), hash_control(control)); }

bool takes_credit(const Batch& batch) {
  return !batch.rows.empty() || std::holds_alternative<Watermark>(batch.control) ||
         std::holds_alternative<StreamStatus>(batch.control);
}

std::string to_text(const Control& control) {
  struct Namer {
    std::string operator()(std::monostate) const { return ""; }
    std::string operator()(Watermark w) const {
      if (w.time == EventTime::max()) return "W MAX";
      return "W " + std::to_string(w.time.ms);
    }
    std::string operator()(StreamStatus s) const {
      return s == StreamStatus::kIdle ? "idle" : "active";
    }
    std::string operator()(CheckpointBarrier b) const {
      return "barrier " + std::to_string(b.id.value);
    }
    std::string operator()(CancelCheckpointMarker m) const {
      return "cancel " + std::to_string(m.id.value);
    }
    std::string operator()(EndOfData e) const { return e.drain ? "end of data" : "stop"; }
    std::string operator()(EndOfPartition) const { return "end of partition"; }
  };
  return std::visit(Namer{}, control);
}

}  // namespace leat
