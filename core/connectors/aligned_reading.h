// A source reader under watermark alignment: which splits may be read now, and when the coordinator
// hears how far the reader is. (Flink: SourceOperator.emitLatestWatermark,
// checkWatermarkAlignment.)
//
// The reader reports at an interval, on a grid from its opening on. A report that would say and
// change nothing is left out, so that silence costs nothing.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "core/connectors/connector_context.h"
#include "core/connectors/probe_schedule.h"
#include "core/operators/source_output.h"
#include "core/operators/watermark_alignment.h"

namespace leat {

class AlignedReading final : private SourceOutputListener {
 public:
  // Of the calls of call_at(): the one that is for the alignment.
  static constexpr uint64_t kTimer = 0;

  // REQUIRES: the output outlives it.
  AlignedReading(const AlignmentSpec& spec, SourceOutput& output);

  void open(ProcTime now) { opened_ = now; }
  void add_split(uint32_t split);
  void release_split(uint32_t split);

  // The whole source waits: it does not even see that it has come to its end.
  bool waiting() const { return alignment_.waiting(); }
  // False: not now. The split is among those of `released` later.
  bool may_read(uint32_t split);

  void on_timer(ConnectorContext& ctx);
  void on_limit(EventTime limit, ConnectorContext& ctx);
  // The source has come to its end: nobody waits for it.
  void on_end(ConnectorContext& ctx);

  // To be called after anything else: the clocks of idleness stand still where nothing may be read,
  // and the next report is asked for.
  void follow(std::optional<ProbeSchedule>& probes, ConnectorContext& ctx);
  // Splits that were refused before and may be read now, once.
  std::vector<uint32_t> released();

 private:
  // SourceOutputListener
  void on_watermark(EventTime time) override;
  void on_idle(bool idle) override;
  void on_split_watermark(uint32_t split, EventTime time) override;
  void on_split_idle(uint32_t split, bool idle) override;

  bool blocked(uint32_t split) const { return waiting() || alignment_.paused(split); }
  void tell(EventTime time, ConnectorContext& ctx);
  void follow_one(SourceOutput::Split split, bool still, std::optional<ProbeSchedule>& probes,
                  ConnectorContext& ctx);

  const Duration interval_;
  SourceOutput& output_;
  WatermarkAlignment alignment_;
  ProcTime opened_;
  std::set<uint32_t> splits_;   // that have an output
  std::set<uint32_t> refused_;  // that could be read, and may not
  std::optional<EventTime> told_;
  bool news_ = false;  // since the last report
  bool armed_ = false;
  bool ended_ = false;
};

}  // namespace leat
