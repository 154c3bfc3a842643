#include "core/operators/interval_join_operator.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/ordered_map.h"
#include "core/operators/emitter.h"
#include "core/state/keyed_state.h"
#include "core/state/timer_queue.h"

namespace leat {

namespace {

constexpr uint32_t kLeft = 0, kRight = 1;
constexpr uint32_t kTimers = 2;  // in the bytes of a section; below it stand rows of a side

// The rows of one key on one side, by their timestamps, in the order of arrival within one.
using Buffer = std::map<int64_t, std::vector<Row>>;
using Buffers = OrderedMap<Value, Buffer, KeyTraits>;

class PairContext final : public JoinContext {
 public:
  explicit PairContext(OperatorContext& ctx) : ctx_(ctx) {}
  void on_pair(EventTime left, EventTime right) {
    left_ = left;
    right_ = right;
  }
  EventTime left_timestamp() const override { return left_; }
  EventTime right_timestamp() const override { return right_; }
  EventTime timestamp() const override { return std::max(left_, right_); }
  void emit(RowView row) override {
    ctx_.out().append(row, timestamp());
    if (ctx_.out().size() >= kFlushRows) ctx_.flush();
  }
  void emit_side(uint32_t side, RowView row) override {
    if (side >= ctx_.node().sides.size())
      throw JobError("the function emits to a side output that it does not have");
    ctx_.side(side).append(row, timestamp());
  }

 private:
  OperatorContext& ctx_;
  EventTime left_;
  EventTime right_;
};

class IntervalJoinOperator final : public Operator {
 public:
  explicit IntervalJoinOperator(const StreamNode& node)
      : key_fields_{node.key_fields, node.second_key_fields} {
    const auto& spec = std::get<IntervalJoinSpec>(node.spec);
    if (spec.lower > spec.upper)
      throw JobError("the lower bound of an interval join is above the upper");
    using Bound = IntervalJoinSpec::Bound;
    lower_ = wrapping_add(spec.lower.ms, spec.lower_bound == Bound::kExclusive ? 1 : 0);
    upper_ = wrapping_sub(spec.upper.ms, spec.upper_bound == Bound::kExclusive ? 1 : 0);
    late_[kLeft] = spec.late_left;
    late_[kRight] = spec.late_right;
    function_ = spec.function->clone();
  }

  void on_rows(uint32_t input, RowBatch& rows, OperatorContext& ctx) override {
    PairContext pair(ctx);
    for (uint32_t i = 0; i < rows.size(); ++i) {
      const EventTime time = rows.timestamp(i).value_or(EventTime::min());
      if (time == EventTime::min()) throw JobError("rows of an interval join need timestamps");
      const RowView row = std::as_const(rows).row(i);
      if (time < watermark_) {
        give_up(input, row, time, ctx);
      } else {
        join(input, row, time, pair);
      }
    }
  }

  void on_watermark(EventTime time, OperatorContext& ctx) override {
    watermark_ = time;
    while (const std::optional<Timer> timer = timers_.pop(time.ms)) {
      const auto side = static_cast<uint32_t>(timer->space.as_int());
      Buffer* buffer = buffers_[side].find(timer->key);
      if (buffer == nullptr) continue;
      buffer->erase(time_of_removed(side, timer->time));
      if (buffer->empty()) buffers_[side].erase(timer->key);
    }
    ctx.emit(Watermark{time});
  }

  void snapshot(CheckpointId, ByteWriter& out, OperatorContext& ctx) override {
    KeyedBytesWriter sections(ctx.max_parallelism());
    for (const uint32_t side : {kLeft, kRight}) {
      buffers_[side].for_each([&](const Value& key, const Buffer& buffer) {
        for (const auto& [time, rows] : buffer) {
          ByteWriter& section = sections.section_of(key);
          section.varint(side);
          key.encode(section);
          section.zigzag(time);
          section.varint(rows.size());
          for (const Row& row : rows) Value::list(row).encode(section);
        }
      });
    }
    timers_.snapshot(kTimers, sections);
    sections.write(out);
  }

  void restore(ByteReader& in, OperatorContext&) override {
    read_keyed_bytes(in, [this](uint32_t, ByteReader& section) {
      while (!section.at_end()) {
        const uint32_t tag = section.u32();
        if (tag == kTimers) {
          timers_.restore_timer(section);
        } else {
          restore_rows(tag, section);
        }
      }
    });
  }

 private:
  void restore_rows(uint32_t side, ByteReader& in) {
    const Value key = Value::decode(in);
    const int64_t time = in.zigzag();
    std::vector<Row>& rows = (*buffers_[side].insert(key).first)[time];
    for (uint64_t left = in.varint(); left > 0; --left) {
      const Value row = Value::decode(in);
      rows.emplace_back(row.as_list().begin(), row.as_list().end());
    }
  }

  // How far a row of a side reaches into the other side's times: [time + low, time + high].
  int64_t low(uint32_t side) const { return side == kLeft ? lower_ : wrapping_sub(0, upper_); }
  int64_t high(uint32_t side) const { return side == kLeft ? upper_ : wrapping_sub(0, lower_); }
  // When nothing can reach a row any more, and back. The two are no inverses at the end of the
  // range, where the negative of a bound wraps: as in Flink such rows stay for good.
  int64_t removal_of(uint32_t side, EventTime time) const {
    return wrapping_add(time.ms, std::max<int64_t>(high(side), 0));
  }
  int64_t time_of_removed(uint32_t side, int64_t removal) const {
    return wrapping_sub(removal, side == kLeft ? std::max<int64_t>(upper_, 0)
                                               : wrapping_sub(0, std::min<int64_t>(lower_, 0)));
  }

  void give_up(uint32_t side, RowView row, EventTime time, OperatorContext& ctx) {
    const bool to_side = late_[side].has_value();
    ctx.add_fact(LateRecord{ctx.execution(), ctx.node_id(), time, watermark_,
                            static_cast<uint8_t>(to_side ? 1 : 0)});
    if (to_side) ctx.side(*late_[side]).append(row, time);
  }

  void join(uint32_t side, RowView row, EventTime time, PairContext& pair) {
    const Value key = key_of(row, key_fields_[side]);
    (*buffers_[side].insert(key).first)[time.ms].emplace_back(row.begin(), row.end());
    if (const Buffer* others = buffers_[1 - side].find(key)) {
      pair_with(*others, side, row, time, pair);
    }
    timers_.set(removal_of(side, time), key, Value::integer(side));
  }

  // A range whose end wraps below its begin holds nothing.
  void pair_with(const Buffer& others, uint32_t side, RowView row, EventTime time,
                 PairContext& pair) const {
    const int64_t first = wrapping_add(time.ms, low(side));
    const int64_t last = wrapping_add(time.ms, high(side));
    for (auto bucket = others.lower_bound(first); bucket != others.end() && bucket->first <= last;
         ++bucket) {
      const EventTime other{bucket->first};
      pair.on_pair(side == kLeft ? time : other, side == kLeft ? other : time);
      for (const Row& partner : bucket->second) {
        function_->process(side == kLeft ? row : RowView(partner),
                           side == kLeft ? RowView(partner) : row, pair);
      }
    }
  }

  std::vector<uint32_t> key_fields_[2];
  int64_t lower_;
  int64_t upper_;
  std::optional<uint32_t> late_[2];
  std::unique_ptr<const ProcessJoinFunction> function_;
  Buffers buffers_[2];
  TimerQueue timers_;  // when rows are removed; the space is the side
  EventTime watermark_ = EventTime::min();
};

}  // namespace

std::unique_ptr<Operator> make_interval_join(const StreamNode& node) {
  return std::make_unique<IntervalJoinOperator>(node);
}

}  // namespace leat
