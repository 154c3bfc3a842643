#include "sim/oracle/process_model.h"

#include <exception>

#include "sim/oracle/plan.h"

namespace leat {
namespace {

class Slot final : public ValueState {
 public:
  Value* value = nullptr;
  Value get() const override { return *value; }
  void update(Value v) override { *value = std::move(v); }
  void clear() override { *value = Value(); }
};

}  // namespace

class ProcessModel::Context final : public ProcessContext {
 public:
  Context(ProcessModel& model, Value key, Timestamp time, Timestamp main, ProcTime now,
          std::vector<ExpectedRowsQueue>& out)
      : model_(model), key_(std::move(key)), time_(time), main_(main), now_(now), out_(out) {
    if (model.node_.key_fields.size() == 1) {
      row_.push_back(key_);
    } else if (!model.node_.key_fields.empty()) {
      const auto parts = key_.as_list();
      row_.assign(parts.begin(), parts.end());
    }
    auto& values = model.state_.values[key_];
    values.resize(model.states_);
    slots_.resize(model.states_);
    for (size_t i = 0; i < slots_.size(); ++i) slots_[i].value = &values[i];
  }
  // A key without any value is as one that never came.
  ~Context() override {
    for (const Value& value : model_.state_.values[key_]) {
      if (!value.is_null()) return;
    }
    model_.state_.values.erase(key_);
  }

  RowView key() const override { return row_; }
  Timestamp timestamp() const override { return time_; }
  EventTime watermark() const override { return model_.watermark_; }
  ProcTime now() const override { return now_; }
  ValueState& value(uint32_t descriptor) override { return slots_[descriptor]; }
  void register_timer(EventTime time) override {
    model_.state_.event_timers.insert({time.ms, key_});
  }
  void register_timer(ProcTime time) override {
    model_.state_.processing_timers.insert({time.ms, key_});
  }
  void delete_timer(EventTime time) override { model_.state_.event_timers.erase({time.ms, key_}); }
  void delete_timer(ProcTime time) override {
    model_.state_.processing_timers.erase({time.ms, key_});
  }
  void emit(RowView row) override { out_[0].rows().append(row, main_); }
  void emit_side(uint32_t side, RowView row) override { out_[1 + side].rows().append(row, time_); }

 private:
  ProcessModel& model_;
  Value key_;
  Row row_;
  Timestamp time_;  // of the row or timer
  Timestamp main_;  // of what goes to the main output
  ProcTime now_;
  std::vector<ExpectedRowsQueue>& out_;
  std::vector<Slot> slots_;
};

ProcessModel::ProcessModel(const StreamNode& node)
    : node_(node),
      function_(*std::get<KeyedProcessSpec>(node.spec).function),
      states_(function_.states().size()) {}

void ProcessModel::restart(ProcessState state) {
  state_ = std::move(state);
  watermark_ = EventTime::min();
}

bool ProcessModel::on_rows(const RowBatch& rows, ProcTime now,
                           std::vector<ExpectedRowsQueue>& out) {
  for (uint32_t i = 0; i < rows.size(); ++i) {
    Context context(*this, key_of(rows.row(i), node_.key_fields), rows.timestamp(i),
                    rows.timestamp(i), now, out);
    try {
      function_.process(rows.row(i), context);
    } catch (const InvariantViolation&) {
      throw;
    } catch (const std::exception&) {
      return false;
    }
    ++rank_;
    for (ExpectedRowsQueue& queue : out) queue.added(rank_);
  }
  return true;
}

bool ProcessModel::fire(TimeDomain domain, int64_t time, const Value& key, ProcTime now,
                        std::vector<ExpectedRowsQueue>& out) {
  // 5.5, 12.3: rows of an event timer have its time, rows of a processing timer have none; but on a
  // side output they have the timer's time in both domains.
  const Timestamp stamp = domain == TimeDomain::kEvent ? Timestamp(EventTime{time}) : std::nullopt;
  Context context(*this, key, EventTime{time}, stamp, now, out);
  try {
    function_.on_timer(domain, time, context);
  } catch (const InvariantViolation&) {
    throw;
  } catch (const std::exception&) {
    return false;
  }
  for (ExpectedRowsQueue& queue : out) queue.added(rank_);
  return true;
}

bool ProcessModel::on_watermark(EventTime time, ProcTime now, std::vector<ExpectedRowsQueue>& out) {
  watermark_ = time;
  ++rank_;
  rank_time_ = EventTime::min().ms;
  while (!state_.event_timers.empty() && state_.event_timers.begin()->first <= time.ms) {
    const auto [at, key] = *state_.event_timers.begin();
    state_.event_timers.erase(state_.event_timers.begin());
    // Timers of one time are free to fire in any order.
    if (at != rank_time_) ++rank_;
    rank_time_ = at;
    if (!fire(TimeDomain::kEvent, at, key, now, out)) return false;
  }
  return true;
}

bool ProcessModel::on_processing_timer(int64_t time, const Value& key, ProcTime now,
                                       std::vector<ExpectedRowsQueue>& out) {
  if (state_.processing_timers.erase({time, key}) == 0) return true;
  ++rank_;
  return fire(TimeDomain::kProcessing, time, key, now, out);
}

}  // namespace leat
