#include "core/operators/source_output.h"

#include <algorithm>
#include <utility>

namespace leat {

// A generator with its place in the combination. The main output has one too, whose place is
// unused.
struct SourceOutput::Entry {
  uint32_t split = 0;
  std::unique_ptr<WatermarkGenerator> generator;
  EventTime watermark = EventTime::min();
  bool idle = false;
  Duration paused{0};  // in all, before the present pause
  std::optional<ProcTime> paused_at;

  ProcTime clock(ProcTime now) const { return paused_at.value_or(now) - paused; }
};

namespace {
enum class Update : uint8_t {
  kImmediate,  // what is said about a record combines at once
  kDeferred,   // what is said at a probe waits until all splits were asked
};
}  // namespace

class SourceOutput::SplitWriter final : public WatermarkOutput {
 public:
  SplitWriter(SourceOutput& output, Entry& entry, Update update, OperatorContext& ctx)
      : output_(output), entry_(entry), update_(update), ctx_(ctx) {}

  void emit_watermark(EventTime time) override {
    const bool raises = time > entry_.watermark;
    output_.set_entry_watermark(entry_, time, ctx_);
    // Below the combination it cannot move it.
    if (update_ == Update::kImmediate && raises && time > output_.combined_) output_.combine(ctx_);
  }
  void mark_idle() override { mark(true); }
  void mark_active() override { mark(false); }

 private:
  void mark(bool idle) {
    output_.set_entry_idle(entry_, idle, ctx_);
    if (update_ == Update::kImmediate) output_.combine(ctx_);
  }

  SourceOutput& output_;
  Entry& entry_;
  Update update_;
  OperatorContext& ctx_;
};

class SourceOutput::MainWriter final : public WatermarkOutput {
 public:
  MainWriter(SourceOutput& output, OperatorContext& ctx) : output_(output), ctx_(ctx) {}
  void emit_watermark(EventTime time) override {
    output_.give_out(time, ctx_);
    output_.main_idle_ = false;
  }
  void mark_idle() override {
    output_.main_idle_ = true;
    output_.announce_idle_if_both(ctx_);
  }
  void mark_active() override {
    output_.main_idle_ = false;
    output_.announce_active(ctx_);
  }

 private:
  SourceOutput& output_;
  OperatorContext& ctx_;
};

SourceOutput::SourceOutput(TimestampAssigner assigner, WatermarkGeneratorFactory factory)
    : assigner_(std::move(assigner)),
      factory_(std::move(factory)),
      main_(std::make_unique<Entry>()) {
  main_->generator = factory_();
}

SourceOutput::~SourceOutput() = default;

SourceOutput::Entry* SourceOutput::find(uint32_t split) const {
  for (const auto& entry : splits_) {
    if (entry->split == split) return entry.get();
  }
  return nullptr;
}

SourceOutput::Entry& SourceOutput::entry(uint32_t split) const {
  Entry* entry = find(split);
  check(entry != nullptr, "a split was used that has no output");
  return *entry;
}

bool SourceOutput::has_split(uint32_t split) const { return find(split) != nullptr; }
EventTime SourceOutput::watermark(uint32_t split) const { return entry(split).watermark; }
bool SourceOutput::idle(uint32_t split) const { return entry(split).idle; }

void SourceOutput::add_split(uint32_t split) {
  if (has_split(split)) return;
  auto entry = std::make_unique<Entry>();
  entry->split = split;
  entry->generator = factory_();
  splits_.push_back(std::move(entry));
}

void SourceOutput::release_split(uint32_t split, OperatorContext&) {
  check(has_split(split), "a split was released that is not there");
  std::erase_if(splits_, [split](const auto& entry) { return entry->split == split; });
}

// ---- rows ----

void SourceOutput::emit(Split split, RowBatch& rows, OperatorContext& ctx) {
  if (rows.empty()) return;
  Entry& source = split ? entry(*split) : *main_;
  assigner_.assign(rows, ctx.now());
  if (!source.generator->speaks_on_records()) {
    source.generator->on_events(rows);  // it says nothing now, so it may look first
    RowBatch& out = ctx.out();
    if (out.empty()) {
      std::swap(out, rows);
    } else {
      for (uint32_t i = 0; i < rows.size(); ++i) out.append_row_of(rows, i);
    }
    return;
  }
  SplitWriter split_writer(*this, source, Update::kImmediate, ctx);
  MainWriter main_writer(*this, ctx);
  WatermarkOutput& writer = split ? static_cast<WatermarkOutput&>(split_writer) : main_writer;
  for (uint32_t i = 0; i < rows.size(); ++i) {
    ctx.out().append_row_of(rows, i);
    source.generator->on_event(std::as_const(rows).row(i), *rows.timestamp(i), writer);
  }
}

// ---- watermarks ----

void SourceOutput::probe(OperatorContext& ctx) {
  for (const auto& entry : splits_) {
    SplitWriter writer(*this, *entry, Update::kDeferred, ctx);
    entry->generator->on_periodic_emit(entry->clock(ctx.now()), writer);
  }
  combine(ctx);
  MainWriter writer(*this, ctx);
  main_->generator->on_periodic_emit(main_->clock(ctx.now()), writer);
}

bool SourceOutput::wants_probe() const {
  if (main_->generator->wants_probe()) return true;
  for (const auto& entry : splits_) {
    if (entry->generator->wants_probe()) return true;
  }
  // A release leaves a combination that nobody has given out yet.
  return !splits_.empty() &&
         (combination().value_or(combined_) > combined_ || (all_idle() && !splits_idle_));
}

void SourceOutput::pause(Split split, OperatorContext& ctx) {
  Entry& source = split ? entry(*split) : *main_;
  if (!source.paused_at) source.paused_at = ctx.now();
}

void SourceOutput::resume(Split split, OperatorContext& ctx) {
  Entry& source = split ? entry(*split) : *main_;
  if (!source.paused_at) return;
  source.paused.ms += (ctx.now() - *source.paused_at).ms;
  source.paused_at.reset();
}

void SourceOutput::emit_watermark(Split split, EventTime time, OperatorContext& ctx) {
  if (split) {
    SplitWriter(*this, entry(*split), Update::kImmediate, ctx).emit_watermark(time);
  } else {
    MainWriter(*this, ctx).emit_watermark(time);
  }
}

void SourceOutput::mark_idle(Split split, OperatorContext& ctx) {
  if (split) {
    SplitWriter(*this, entry(*split), Update::kImmediate, ctx).mark_idle();
  } else {
    MainWriter(*this, ctx).mark_idle();
  }
}

void SourceOutput::mark_active(Split split, OperatorContext& ctx) {
  if (split) {
    SplitWriter(*this, entry(*split), Update::kImmediate, ctx).mark_active();
  } else {
    MainWriter(*this, ctx).mark_active();
  }
}

// ---- the combination of the splits ----

bool SourceOutput::all_idle() const {
  return std::all_of(splits_.begin(), splits_.end(), [](const auto& entry) { return entry->idle; });
}

std::optional<EventTime> SourceOutput::combination() const {
  std::optional<EventTime> least;
  std::optional<EventTime> largest;
  for (const auto& entry : splits_) {
    if (!largest || entry->watermark > *largest) largest = entry->watermark;
    if (!entry->idle && (!least || entry->watermark < *least)) least = entry->watermark;
  }
  return least ? least : largest;
}

void SourceOutput::combine(OperatorContext& ctx) {
  if (splits_.empty()) return;
  const EventTime next = *combination();
  if (next > combined_) {
    combined_ = next;
    give_out(next, ctx);
    splits_idle_ = false;  // also by a watermark that is dropped
  }
  if (all_idle()) {
    splits_idle_ = true;
    announce_idle_if_both(ctx);
  }
}

void SourceOutput::set_entry_watermark(Entry& entry, EventTime time, OperatorContext& ctx) {
  set_entry_idle(entry, false, ctx);  // also by a watermark that is too small
  if (time <= entry.watermark) return;
  entry.watermark = time;
  ctx.add_fact(SplitWatermark{ctx.execution(), ctx.node_id(), entry.split, time});
  if (listener_ != nullptr) listener_->on_split_watermark(entry.split, time);
}

void SourceOutput::set_entry_idle(Entry& entry, bool idle, OperatorContext& ctx) {
  if (entry.idle == idle) return;
  entry.idle = idle;
  ctx.add_fact(SplitIdle{ctx.execution(), ctx.node_id(), entry.split, static_cast<uint8_t>(idle)});
  if (listener_ != nullptr) listener_->on_split_idle(entry.split, idle);
}

// ---- the one output behind both sides ----

void SourceOutput::give_out(EventTime time, OperatorContext& ctx) {
  if (time <= said_) return;
  said_ = time;
  announce_active(ctx);
  ctx.emit(Watermark{time});
  if (listener_ != nullptr) listener_->on_watermark(time);
}

void SourceOutput::announce_idle_if_both(OperatorContext& ctx) {
  if (!splits_idle_ || !main_idle_ || idle_) return;
  idle_ = true;
  ctx.emit(StreamStatus::kIdle);
  if (listener_ != nullptr) listener_->on_idle(true);
}

void SourceOutput::announce_active(OperatorContext& ctx) {
  if (!idle_) return;
  idle_ = false;
  ctx.emit(StreamStatus::kActive);
  if (listener_ != nullptr) listener_->on_idle(false);
}

}  // namespace leat
