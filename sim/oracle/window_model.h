// A window node in one subtask by its definition: panes keep their rows and are folded anew at each
// answer; lateness is rules 4.1 to 4.6 of Flink's WindowOperator, written out; triggers are those
// of trigger_model.h. Sessions are merged by the definition (windows of a key that touch are one),
// without state windows.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "core/base/ordered_map.h"
#include "core/graph/stream_graph.h"
#include "sim/oracle/expected.h"
#include "sim/oracle/trigger_model.h"

namespace leat {

struct HashedKey {
  static uint64_t hash(uint64_t key) { return key; }
  static bool equal(uint64_t a, uint64_t b) { return a == b; }
};
using Panes = OrderedMap<uint64_t, ModelPane, HashedKey>;  // by the hash of key and window

class WindowModel {
 public:
  // REQUIRES: the node outlives the model, is a window, and not_judged() says nothing of it.
  // In batch mode keys come one after the other, so that the order of times says nothing about the
  // order of answers.
  WindowModel(const StreamNode& node, uint32_t input_width,
              ExecutionMode mode = ExecutionMode::kStreaming);
  // What rows of a window answer, where that is not what the node says.
  using AnswerOf = std::function<void(const TimeWindow&, const RowBatch& rows, RowBatch& out)>;
  // Whether what is left of a pane has shown an order that is open: then nothing is to be foreseen.
  bool shows_order() const { return shows_order_; }
  void answer_by(AnswerOf answer) { answer_ = std::move(answer); }

  EventTime watermark() const { return watermark_; }

  // These append what is answered to `answers`; late rows' numbers go to `late`.
  void on_rows(const RowBatch& rows, ProcTime now, ExpectedRowsQueue& answers,
               std::vector<uint32_t>& late);
  void on_watermark(EventTime time, ProcTime now, ExpectedRowsQueue& answers);
  // A timer of processing time that the operator says has fired; `pane`: the key's cells, the
  // window's start and end.
  void on_processing_timer(int64_t time, const Value& pane, ExpectedRowsQueue& answers);

  // The pane that a row of output speaks of; null where there is none.
  const ModelPane* pane_of(RowView answer) const;
  EventTime cleanup_time(const TimeWindow& window) const;

  const Panes& panes() const { return panes_; }
  // Goes on with these panes, from the watermark MIN.
  void restart(Panes panes);

 private:
  struct Added {
    ModelPane* pane;
    uint64_t id;
  };
  Added place_of(RowView key, const TimeWindow& window, ProcTime now);
  Added place_of_session(RowView key, const TimeWindow& window, ProcTime now);
  Added open(RowView key, const TimeWindow& window);
  void close(uint64_t id);
  ModelPane merged(const std::vector<ModelPane>& parts, const TimeWindow& window,
                   ProcTime now) const;
  void on_timer(uint64_t id, TimeDomain domain, int64_t time, uint64_t rank,
                ExpectedRowsQueue& answers);
  bool is_late(const TimeWindow& window) const;
  void act(ModelPane& pane, Answer what, uint64_t rank, ExpectedRowsQueue& answers);
  void purge(ModelPane& pane) const;
  void evict(ModelPane& pane);
  std::vector<bool> evicted(const ModelPane& pane) const;
  void keep(ModelPane& pane, const std::vector<bool>& out) const;
  void note_event_timers(uint64_t id, const ModelPane& pane);
  uint64_t next_rank() { return mode_ == ExecutionMode::kBatch ? rank_ : ++rank_; }

  const StreamNode& node_;
  const WindowSpec& spec_;
  uint32_t input_width_;
  ExecutionMode mode_;
  AnswerOf answer_;
  Row key_;  // of the row at hand
  TriggerModel trigger_;
  EventTime watermark_ = EventTime::min();
  Panes panes_;
  std::vector<TimeWindow> windows_;  // of the row at hand
  // When a pane may have something to do: (time, pane).
  std::set<std::pair<int64_t, uint64_t>> due_;
  // Open sessions of a key: the hash of the key, the panes.
  std::map<uint64_t, std::vector<uint64_t>> sessions_;
  uint64_t rank_ = 0;
  bool shows_order_ = false;
};

}  // namespace leat
