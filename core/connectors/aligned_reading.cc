#include "core/connectors/aligned_reading.h"

#include "core/connectors/source_events.h"

namespace leat {

namespace {
// (Flink: pipeline.watermark-alignment.buffer-size.)
constexpr uint32_t kSamples = 3;
}  // namespace

AlignedReading::AlignedReading(const AlignmentSpec& spec, SourceOutput& output)
    : interval_(spec.update_interval),
      output_(output),
      alignment_(kSamples, WatermarkAlignment::Pausing::kAllowed) {
  output_.listen(*this);
}

void AlignedReading::add_split(uint32_t split) {
  alignment_.add_split(split);
  splits_.insert(split);
}

void AlignedReading::release_split(uint32_t split) {
  alignment_.release_split(split);
  splits_.erase(split);
  refused_.erase(split);
}

bool AlignedReading::may_read(uint32_t split) {
  if (!blocked(split)) return true;
  refused_.insert(split);
  return false;
}

// ---- what the output does ----

void AlignedReading::on_watermark(EventTime time) {
  news_ = true;
  alignment_.on_watermark(time);
}
void AlignedReading::on_idle(bool idle) {
  news_ = true;
  alignment_.on_idle(idle);
}
void AlignedReading::on_split_watermark(uint32_t split, EventTime time) {
  news_ = true;
  alignment_.on_split_watermark(split, time);
}
void AlignedReading::on_split_idle(uint32_t split, bool idle) {
  news_ = true;
  alignment_.on_split_idle(split, idle);
}

// ---- the coordinator ----

void AlignedReading::on_timer(ConnectorContext& ctx) {
  armed_ = false;
  if (ended_) return;
  news_ = false;
  const std::optional<EventTime> reported = alignment_.report();
  tell(reported.value_or(EventTime::min()), ctx);
}

void AlignedReading::tell(EventTime time, ConnectorContext& ctx) {
  ctx.add_fact(AlignmentReported{ctx.execution(), ctx.node_id(), time});
  // Nothing before the first watermark, and nothing that the coordinator knows already.
  if (time == EventTime::min() || told_ == time) return;
  told_ = time;
  ctx.send_to_enumerator(ReaderWatermark{time}.encode());
}

void AlignedReading::on_limit(EventTime limit, ConnectorContext& ctx) {
  ctx.add_fact(AlignmentLimited{ctx.execution(), ctx.node_id(), limit});
  alignment_.set_limit(limit);
}

void AlignedReading::on_end(ConnectorContext& ctx) {
  if (ended_) return;
  ended_ = true;
  tell(EventTime::max(), ctx);
}

// ---- what follows ----

void AlignedReading::follow(std::optional<ProbeSchedule>& probes, ConnectorContext& ctx) {
  follow_one(std::nullopt, waiting(), probes, ctx);
  for (const uint32_t split : splits_) follow_one(split, blocked(split), probes, ctx);
  if (armed_ || ended_ || (!news_ && alignment_.settled())) return;
  armed_ = true;
  const int64_t steps = (ctx.now() - opened_).ms / interval_.ms;
  ctx.call_at(opened_ + Duration{(steps + 1) * interval_.ms}, kTimer);
}

void AlignedReading::follow_one(SourceOutput::Split split, bool still,
                                std::optional<ProbeSchedule>& probes, ConnectorContext& ctx) {
  if (still) {
    output_.pause(split, ctx);
    if (probes) probes->pause(split, ctx.now());
  } else {
    output_.resume(split, ctx);
    if (probes) probes->resume(split, ctx.now());
  }
}

std::vector<uint32_t> AlignedReading::released() {
  std::vector<uint32_t> free;
  for (const uint32_t split : refused_) {
    if (!blocked(split)) free.push_back(split);
  }
  for (const uint32_t split : free) refused_.erase(split);
  return free;
}

}  // namespace leat
