// Tumbling windows in event time with their own trigger, and counts, sums, least and largest of
// numbers: what most jobs do, and WindowOperator's answers to the letter, but with all panes of a
// window in step, so that none needs a timer of its own. (Flink: WindowOperator with
// TumblingEventTimeWindows and EventTimeTrigger.)
//
// A key is looked up once an element, in a dictionary of the keys with open panes; a window holds
// its panes densely by the number of the key. A window answers when the watermark reaches its
// largest timestamp, again for each element that comes after that, and is dropped when the
// watermark reaches its cleanup time; from then on its elements are late.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <vector>

#include "core/operators/operator.h"
#include "core/window/dense_panes.h"
#include "core/window/key_dictionary.h"
#include "core/window/window_aggregate.h"
#include "core/window/window_assigner.h"

namespace leat {

class AlignedWindowOperator final : public Operator, public CountsLateRecords {
 public:
  // Whether the node is of this kind.
  static bool fits(const StreamNode& node);

  // REQUIRES: fits(node). Throws JobError for what Flink refuses.
  explicit AlignedWindowOperator(const StreamNode& node);
  ~AlignedWindowOperator() override;

  void open(OperatorContext& ctx) override;
  void on_rows(uint32_t input, RowBatch& rows, OperatorContext& ctx) override;
  void on_watermark(EventTime time, OperatorContext& ctx) override;
  void snapshot(CheckpointId id, ByteWriter& out, OperatorContext& ctx) override;
  void restore(ByteReader& in, OperatorContext& ctx) override;
  uint64_t late_dropped() const override { return late_dropped_; }

 private:
  struct Window;
  // Finds a window without the map.
  struct Recent {
    int64_t start = 0;
    Window* window = nullptr;
  };

  void find_windows(std::span<const int64_t> times);
  void find_keys(const RowBatch& rows);
  void guess_keys(const RowBatch& rows, uint32_t* keys);
  void add_rows(const RowBatch& rows, OperatorContext& ctx);
  bool add_to_sum(Window& window, uint32_t key, const Value& addend);
  void add_row(Window& window, uint32_t key, const RowBatch& rows, uint32_t i,
               OperatorContext& ctx);
  void on_late_row(const RowBatch& rows, uint32_t i, OperatorContext& ctx);

  Recent& recent_at(int64_t start) {
    return recent_[(static_cast<uint64_t>(start) * 0x9e3779b97f4a7c15ULL) >> 58];
  }
  // Null where the window is late.
  Window* window_of(const TimeWindow& window);
  Window& window_at(const TimeWindow& window);
  void open_pane(Window& window, uint32_t key);
  void fire(Window& window, OperatorContext& ctx);
  void emit(Window& window, std::span<const uint32_t> keys, OperatorContext& ctx);
  void drop(Window& window);

  const std::vector<uint32_t> key_fields_;
  const int64_t lateness_;
  const bool late_to_side_;
  const bool times_in_output_;  // start and end as times, not as ints
  std::unique_ptr<WindowAssigner> assigner_;
  std::vector<WindowAggregate> aggregates_;
  const bool one_sum_;  // the only aggregate is the sum of a field
  uint32_t max_parallelism_ = 128;

  EventTime watermark_ = EventTime::min();
  KeyDictionary keys_;
  std::map<int64_t, std::unique_ptr<Window>> windows_;  // by their largest timestamp
  DensePanes::Spare spare_;
  std::array<Recent, 64> recent_{};
  uint64_t late_dropped_ = 0;

  // Of one call, kept for their memory.
  std::vector<TimeWindow> assigned_;
  std::vector<Window*> row_windows_;
  std::vector<uint32_t> row_keys_;
  bool one_int_key_ = false;
  std::vector<uint32_t> listed_;
};

}  // namespace leat
