// Keeps one source from running ahead of the others of its alignment group. Decides only; whoever
// reads acts on it. (Flink: SourceOperator under watermark alignment; recorded in core/alignment.)
//
// The coordinator hears at an interval how far each source is, and announces the largest watermark
// allowed. What is compared with it is not the watermark of now but the oldest of the last few
// samples, one a report: a source that is above for a moment only is left alone.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "core/base/time.h"

namespace leat {

class WatermarkAlignment {
 public:
  enum class Pausing : uint8_t {
    kAllowed,
    kRefused,  // the reader cannot pause single splits, and that fails the job
    kIgnored,  // it cannot, and they may run ahead (allow-unaligned-source-splits)
  };
  // `samples`: how many are kept; 0: the present watermark is compared.
  WatermarkAlignment(uint32_t samples, Pausing pausing) : samples_(samples), pausing_(pausing) {}

  void add_split(uint32_t split) { splits_.try_emplace(split, samples_); }
  void release_split(uint32_t split) { splits_.erase(split); }

  // What the source's output has just done.  Throws JobError where a split would have to be paused
  // and cannot.
  void on_watermark(EventTime time);
  void on_idle(bool idle) { idle_ = idle; }
  void on_split_watermark(uint32_t split, EventTime time);
  void on_split_idle(uint32_t split, bool idle);

  // The interval has passed: takes the samples. The answer is what the coordinator is told; nothing
  // before the first watermark.
  std::optional<EventTime> report();
  // Whether a report would take samples that say nothing new, and change nothing.
  bool settled() const;
  // The coordinator announces the largest watermark allowed; before that it is MAX.
  void set_limit(EventTime limit);

  // Whether the source may not read at all.
  bool waiting() const { return waiting_; }
  // Whether it may not read this split.
  bool paused(uint32_t split) const;
  std::vector<uint32_t> paused_splits() const;

 private:
  class Samples {
   public:
    explicit Samples(uint32_t count) : taken_(count, EventTime::min()) {}
    EventTime present = EventTime::min();
    void take();
    EventTime compared() const { return taken_.empty() ? present : taken_.front(); }
    bool settled() const;

   private:
    std::deque<EventTime> taken_;  // the oldest first
  };
  struct Split {
    explicit Split(uint32_t count) : samples(count) {}
    Samples samples;
    bool idle = false;
    bool paused = false;
  };

  bool above(const Samples& samples) const { return samples.compared() > limit_; }
  void check_source() { waiting_ = above(output_); }
  void pause_if_above(Split& split);
  void check_splits();

  uint32_t samples_;
  Pausing pausing_;
  EventTime limit_ = EventTime::max();
  Samples output_{samples_};
  std::map<uint32_t, Split> splits_;
  bool any_watermark_ = false;
  bool idle_ = false;
  bool waiting_ = false;
};

}  // namespace leat
