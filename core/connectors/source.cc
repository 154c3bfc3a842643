#include <algorithm>
#include <map>

#include "core/connectors/aligned_reading.h"
#include "core/connectors/connector_context.h"
#include "core/connectors/probe_schedule.h"
#include "core/connectors/source_events.h"
#include "core/connectors/split_reader.h"
#include "core/operators/source_output.h"

namespace leat {

namespace {

std::unique_ptr<SplitReader> make_reader(const StreamNode& node) {
  const SourceSpec& spec = std::get<SourceSpec>(node.spec);
  if (spec.kind == SourceSpec::Kind::kTable) return make_table_reader(spec.data);
  return make_log_reader(spec.topic, node.output.width());
}

class SourceReaderOperator final : public SourceOperator {
 public:
  explicit SourceReaderOperator(const StreamNode& node)
      : spec_(std::get<SourceSpec>(node.spec)),
        assigner_(spec_),
        reader_(make_reader(node)),
        output_(assigner_, generator_factory(spec_.watermark)),
        rows_(node.output.width()) {
    if (spec_.watermark.alignment) aligned_.emplace(*spec_.watermark.alignment, output_);
  }

  void restore(ByteReader& in, OperatorContext&) override {
    for (uint64_t n = in.varint(); n > 0; --n) {
      Split split;
      split.id = in.u32();
      split.offset = in.varint();
      split.finished = in.boolean();
      splits_.push_back(split);
    }
  }

  void open(OperatorContext& base) override {
    auto& ctx = static_cast<ConnectorContext&>(base);
    if (ctx.config().auto_watermark_interval.ms > 0) {
      probes_.emplace(ctx.now(), ctx.config().auto_watermark_interval, spec_.watermark.idle_after);
    }
    if (aligned_) aligned_->open(ctx.now());
    ReaderStarted started;
    for (const Split& split : splits_) started.splits.push_back(split.id);
    // All splits have their outputs before the first is read: none can be late for the others.
    for (const Split& split : splits_) take_over(split, ctx);
    for (Split& split : splits_) go_on(split, ctx);
    ctx.send_to_enumerator(started.encode());
    settle(ctx);
  }

  void on_enumerator_event(std::string_view event, ConnectorContext& ctx) override {
    if (kind_of_event(event) == SourceEventKind::kAlignmentLimit) {
      check(aligned_.has_value(), "a source is told to wait that is not aligned with others");
      aligned_->on_limit(AlignmentLimit::decode(event).limit, ctx);
      return settle(ctx);
    }
    const SplitsAssigned assigned = SplitsAssigned::decode(event);
    const size_t before = splits_.size();
    for (const uint32_t id : assigned.splits) {
      if (find(id) == nullptr) splits_.push_back({id, 0, false});
    }
    for (size_t i = before; i < splits_.size(); ++i) take_over(splits_[i], ctx);
    for (size_t i = before; i < splits_.size(); ++i) go_on(splits_[i], ctx);
    no_more_splits_ = no_more_splits_ || assigned.no_more;
    settle(ctx);
  }

  void read(uint32_t id, uint32_t rows_max, ConnectorContext& ctx) override {
    Split* split = find(id);
    if (split == nullptr || split->finished) return;
    if (aligned_ && !aligned_->may_read(id)) return;
    rows_.clear();
    reader_->take(id, split->offset, rows_max, ctx.now(), rows_);
    const uint32_t count = rows_.size();
    if (count > 0) {
      show(*split, ctx);
      split->offset += count;
      output_.emit(id, rows_, ctx);
      rows_.clear();
      rows_.set_width(ctx.node().output.width());
      if (probes_) probes_->saw_records(id);
    }
    go_on(*split, ctx);
    settle(ctx);
  }

  bool finished() const override { return all_read() && !(aligned_ && aligned_->waiting()); }

  void on_processing_time(ProcTime, OperatorContext& base) override {
    auto& ctx = static_cast<ConnectorContext&>(base);
    armed_.reset();
    output_.probe(ctx);
    probes_->probed(ctx.now());
    settle(ctx);
  }

  // ---- the log ----
  void on_external(std::string_view body, ConnectorContext& ctx) override {
    LogReply reply = decode_log_reply(body);
    if (const auto* refused = std::get_if<RequestRefused>(&reply)) {
      return ctx.fail("the log has refused source " + ctx.node().name + ": " + refused->why);
    }
    auto* fetched = std::get_if<Fetched>(&reply);
    check(fetched != nullptr, "a source got an answer that is for producers");
    const std::optional<uint32_t> id = reader_->on_fetched(std::move(*fetched), ctx);
    if (!id) return;
    finish_if_read(*find(*id), ctx);
    settle(ctx);
  }
  void on_log_disconnected(ConnectorContext& ctx) override { reader_->on_disconnected(ctx); }
  void on_timer(uint64_t arg, ConnectorContext& ctx) override {
    if (!aligned_ || arg != AlignedReading::kTimer) return reader_->on_timer(arg, ctx);
    aligned_->on_timer(ctx);
    settle(ctx);
  }

  // ---- checkpoints ----
  // A split is in the state from the moment it is owned, read or not (hazelcast-jet #2747), and
  // stays when it is finished, so that it is never read again.
  void snapshot(CheckpointId id, ByteWriter& out, OperatorContext&) override {
    out.varint(splits_.size());
    for (const Split& split : splits_) {
      out.varint(split.id);
      out.varint(split.offset);
      out.boolean(split.finished);
    }
    if (spec_.kind == SourceSpec::Kind::kLog && !spec_.group.empty()) positions_[id] = splits_;
  }
  void on_checkpoint_complete(CheckpointId id, OperatorContext& base) override {
    const auto at = positions_.find(id);
    if (at != positions_.end()) {
      auto& ctx = static_cast<ConnectorContext&>(base);
      for (const Split& split : at->second) {
        ctx.send_external(encode(CommitOffset{spec_.topic, spec_.group, split.id, split.offset}));
      }
    }
    positions_.erase(positions_.begin(), positions_.upper_bound(id));
  }
  void on_checkpoint_aborted(CheckpointId id, OperatorContext&) override { positions_.erase(id); }

 private:
  struct Split {
    uint32_t id = 0;
    uint64_t offset = 0;  // of the next record to emit
    bool finished = false;
  };

  Split* find(uint32_t id) {
    const auto split = std::find_if(splits_.begin(), splits_.end(),
                                    [id](const Split& one) { return one.id == id; });
    return split == splits_.end() ? nullptr : &*split;
  }

  void take_over(const Split& split, ConnectorContext& ctx) {
    ctx.add_fact(SplitAssigned{ctx.execution(), ctx.node_id(), split.id, split.offset});
    if (split.finished) return add_finished(split, ctx);
    output_.add_split(split.id);
    if (aligned_) aligned_->add_split(split.id);
    if (probes_) probes_->add_split(split.id);
  }

  void go_on(Split& split, ConnectorContext& ctx) {
    if (split.finished || finish_if_read(split, ctx)) return;
    reader_->want(split.id, split.offset, ctx);
  }

  bool finish_if_read(Split& split, ConnectorContext& ctx) {
    if (reader_->end(split.id) != split.offset) return false;
    split.finished = true;
    output_.release_split(split.id, ctx);
    if (aligned_) aligned_->release_split(split.id);
    if (probes_) probes_->release_split(split.id);
    add_finished(split, ctx);
    return true;
  }

  static void add_finished(const Split& split, ConnectorContext& ctx) {
    ctx.add_fact(SplitFinished{ctx.execution(), ctx.node_id(), split.id, split.offset});
  }

  void show(const Split& split, ConnectorContext& ctx) {
    ctx.add_fact(SplitRead{ctx.execution(), ctx.node_id(), split.id, split.offset, rows_.size(),
                           rows_.hash()});
    if (ctx.taps().empty()) return;
    assigner_.assign(rows_, ctx.now());
    for (RecordTap* tap : ctx.taps()) {
      tap->on_source_rows(ctx.execution(), ctx.node_id(), split.id, split.offset, rows_);
    }
  }

  bool all_read() const {
    return no_more_splits_ && std::all_of(splits_.begin(), splits_.end(),
                                          [](const Split& split) { return split.finished; });
  }

  // The end of each call: what may be read again is, and the timers are set.
  void settle(ConnectorContext& ctx) {
    if (aligned_) {
      aligned_->follow(probes_, ctx);
      for (const uint32_t id : aligned_->released()) go_on(*find(id), ctx);
      if (finished()) aligned_->on_end(ctx);
    }
    arm_probe(ctx);
  }

  // Asks for the next probe that can matter, on the grid.
  void arm_probe(OperatorContext& ctx) {
    if (!probes_) return;
    if (armed_ && probes_->grid_after(ctx.now()) >= *armed_) return;
    const std::optional<ProcTime> next =
        output_.wants_probe() ? probes_->next(ctx.now()) : std::nullopt;
    if (next == armed_) return;
    armed_ = next;
    if (next) {
      ctx.wake_at(*next - Duration{1});  // called when the clock has passed the time
    } else {
      ctx.cancel_wake();
    }
  }

  const SourceSpec spec_;
  const TimestampAssigner assigner_;
  const std::unique_ptr<SplitReader> reader_;
  SourceOutput output_;
  std::optional<AlignedReading> aligned_;
  std::optional<ProbeSchedule> probes_;  // none: no periodic watermarks
  std::optional<ProcTime> armed_;        // the probe asked for
  std::vector<Split> splits_;            // all that were ever assigned, in that order
  bool no_more_splits_ = false;
  std::map<CheckpointId, std::vector<Split>> positions_;  // of checkpoints under way
  RowBatch rows_;                                         // of one read; its memory goes round
};

}  // namespace

std::unique_ptr<SourceOperator> make_source(const StreamNode& node) {
  return std::make_unique<SourceReaderOperator>(node);
}

}  // namespace leat
