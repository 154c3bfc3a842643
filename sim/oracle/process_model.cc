#include "sim/oracle/process_model.h"

#include <algorithm>
#include <exception>

#include "sim/oracle/plan.h"

namespace leat {

namespace {

// A function that goes on for longer at one watermark is one that never ends: the engine cuts it
// off (limits.work_per_step), and so does the model, as if the function had failed.
constexpr uint64_t kTimersAtOnce = 500'000;

// A running aggregate, told as a function that remembers one row.
class Running final : public KeyedProcessFunction {
 public:
  explicit Running(const RunningAggregateSpec& spec) : spec_(spec) {}
  std::vector<StateDescriptor> states() const override { return {{"kept"}}; }
  void process(RowView in, ProcessContext& ctx) const override {
    const Value kept = ctx.value(0).get();
    Row row(in.begin(), in.end());
    if (!kept.is_null()) row = fold({kept.as_list().begin(), kept.as_list().end()}, row);
    ctx.value(0).update(Value::list(row));
    ctx.emit(row);
  }
  std::unique_ptr<KeyedProcessFunction> clone() const override {
    return std::make_unique<Running>(spec_);
  }

 private:
  using Kind = RunningAggregateSpec::Kind;

  Row fold(Row kept, const Row& row) const {
    if (spec_.kind == Kind::kReduce) {
      Row out(row.size());
      spec_.reduce->reduce(kept, row, out);
      return out;
    }
    Value& mine = kept[spec_.field];
    const Value& theirs = row[spec_.field];
    if (mine.is_null() || theirs.is_null()) throw JobError("a null is aggregated");
    const bool ties = spec_.ties == RunningAggregateSpec::Ties::kLast && mine == theirs;
    switch (spec_.kind) {
      case Kind::kSum:
        mine = mine.type() == ValueType::kDouble
                   ? Value::number(mine.as_double() + theirs.as_double())
                   : Value::integer(wrapping_add(mine.as_int(), theirs.as_int()));
        return kept;
      case Kind::kMin:
        mine = std::min(mine, theirs);
        return kept;
      case Kind::kMax:
        mine = std::max(mine, theirs);
        return kept;
      case Kind::kMinBy:
        return theirs < mine || ties ? row : kept;
      default:
        return theirs > mine || ties ? row : kept;
    }
  }

  RunningAggregateSpec spec_;
};

}  // namespace

class ToldFunction {
 public:
  virtual ~ToldFunction() = default;
  virtual std::vector<StateDescriptor> states() const { return {}; }
  virtual size_t broadcast_states() const { return 0; }
  virtual void process(uint32_t input, RowView in, ProcessContext& ctx,
                       const BroadcastStates& rules) const = 0;
  virtual void process_broadcast(RowView in, BroadcastContext& ctx, BroadcastStates& rules) const {
    (void)in, (void)ctx, (void)rules;
  }
  virtual void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx,
                        const BroadcastStates& rules) const {
    (void)domain, (void)time, (void)ctx, (void)rules;
  }
};

namespace {

class OfOneKeyed final : public ToldFunction {
 public:
  explicit OfOneKeyed(std::shared_ptr<const KeyedProcessFunction> f) : f_(std::move(f)) {}
  std::vector<StateDescriptor> states() const override { return f_->states(); }
  void process(uint32_t, RowView in, ProcessContext& ctx, const BroadcastStates&) const override {
    f_->process(in, ctx);
  }
  void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx,
                const BroadcastStates&) const override {
    f_->on_timer(domain, time, ctx);
  }

 private:
  std::shared_ptr<const KeyedProcessFunction> f_;
};

class OfOneUnkeyed final : public ToldFunction {
 public:
  explicit OfOneUnkeyed(std::shared_ptr<const ProcessFunction> f) : f_(std::move(f)) {}
  void process(uint32_t, RowView in, ProcessContext& ctx, const BroadcastStates&) const override {
    f_->process(in, ctx);
  }

 private:
  std::shared_ptr<const ProcessFunction> f_;
};

class OfTwo final : public ToldFunction {
 public:
  explicit OfTwo(std::shared_ptr<const CoProcessFunction> f) : f_(std::move(f)) {}
  std::vector<StateDescriptor> states() const override { return f_->states(); }
  void process(uint32_t input, RowView in, ProcessContext& ctx,
               const BroadcastStates&) const override {
    f_->process(input, in, ctx);
  }
  void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx,
                const BroadcastStates&) const override {
    f_->on_timer(domain, time, ctx);
  }

 private:
  std::shared_ptr<const CoProcessFunction> f_;
};

class WithBroadcast final : public ToldFunction {
 public:
  explicit WithBroadcast(std::shared_ptr<const BroadcastProcessFunction> f) : f_(std::move(f)) {}
  std::vector<StateDescriptor> states() const override { return f_->states(); }
  size_t broadcast_states() const override { return f_->broadcast_states().size(); }
  void process(uint32_t, RowView in, ProcessContext& ctx,
               const BroadcastStates& rules) const override {
    f_->process(in, ctx, rules);
  }
  void process_broadcast(RowView in, BroadcastContext& ctx, BroadcastStates& rules) const override {
    f_->process_broadcast(in, ctx, rules);
  }
  void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx,
                const BroadcastStates& rules) const override {
    f_->on_timer(domain, time, ctx, rules);
  }

 private:
  std::shared_ptr<const BroadcastProcessFunction> f_;
};

std::unique_ptr<const ToldFunction> function_of(const StreamNode& node) {
  if (const auto* running = std::get_if<RunningAggregateSpec>(&node.spec))
    return std::make_unique<OfOneKeyed>(std::make_shared<Running>(*running));
  if (const auto* broadcast = std::get_if<BroadcastProcessSpec>(&node.spec))
    return std::make_unique<WithBroadcast>(broadcast->function);
  if (const auto* two = std::get_if<CoProcessSpec>(&node.spec))
    return std::make_unique<OfTwo>(two->function);
  if (const auto* plain = std::get_if<ProcessSpec>(&node.spec))
    return std::make_unique<OfOneUnkeyed>(plain->function);
  return std::make_unique<OfOneKeyed>(std::get<KeyedProcessSpec>(node.spec).function);
}

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
    auto& contents = model.state_.contents[key_];
    contents.resize(model.states_.size());
    states_.emplace(model.states_, contents, now);
  }
  // A key without any value is as one that never came.
  ~Context() override {
    for (const StateContents& contents : model_.state_.contents[key_]) {
      if (!contents.empty()) return;
    }
    model_.state_.contents.erase(key_);
  }

  RowView key() const override { return row_; }
  Timestamp timestamp() const override { return time_; }
  EventTime watermark() const override { return model_.watermark_; }
  ProcTime now() const override { return now_; }
  ValueState& value(uint32_t descriptor) override { return keyed().value(descriptor); }
  ListState& list(uint32_t descriptor) override { return keyed().list(descriptor); }
  MapState& map(uint32_t descriptor) override { return keyed().map(descriptor); }
  ReducingState& reducing(uint32_t descriptor) override { return keyed().reducing(descriptor); }
  AggregatingState& aggregating(uint32_t descriptor) override {
    return keyed().aggregating(descriptor);
  }
  void register_timer(EventTime time) override {
    keyed();
    if (model_.drops_timers()) return;
    model_.state_.event_timers.insert({time.ms, key_});
  }
  void register_timer(ProcTime time) override {
    keyed();
    if (model_.drops_timers()) return;
    model_.state_.processing_timers.insert({time.ms, key_});
  }
  void delete_timer(EventTime time) override {
    keyed();
    model_.state_.event_timers.erase({time.ms, key_});
  }
  void delete_timer(ProcTime time) override {
    keyed();
    model_.state_.processing_timers.erase({time.ms, key_});
  }
  void emit(RowView row) override { out_[0].rows().append(row, main_); }
  // A row without a timestamp has the least of all on a side output. (Flink: StreamRecord.)
  void emit_side(uint32_t side, RowView row) override {
    out_[1 + side].rows().append(row, time_.value_or(EventTime::min()));
  }

 private:
  StateAccess& keyed() {
    if (!model_.node_.keyed) throw JobError("rows without a key have neither state nor timers");
    return *states_;
  }

  ProcessModel& model_;
  Value key_;
  Row row_;
  Timestamp time_;  // of the row or timer
  Timestamp main_;  // of what goes to the main output
  ProcTime now_;
  std::vector<ExpectedRowsQueue>& out_;
  std::optional<StateModel> states_;
};

// A row of the broadcast side belongs to no key, and may walk over all of them.
class ProcessModel::BroadcastSide final : public BroadcastContext {
 public:
  BroadcastSide(ProcessModel& model, Timestamp time, ProcTime now,
                std::vector<ExpectedRowsQueue>& out)
      : model_(model), time_(time), now_(now), out_(out) {}
  EventTime timestamp() const override { return time_.value_or(EventTime::min()); }
  EventTime watermark() const override { return model_.watermark_; }
  ProcTime now() const override { return now_; }
  void emit(RowView row) override { out_[0].rows().append(row, time_); }
  void emit_side(uint32_t side, RowView row) override {
    out_[1 + side].rows().append(row, time_.value_or(EventTime::min()));
  }
  void for_each_key(uint32_t descriptor, const Visitor& visit) override {
    if (!model_.node_.keyed) throw JobError("rows without a key have no state");
    auto& contents = model_.state_.contents;
    for (auto at = contents.begin(); at != contents.end();) {
      if (!at->second[descriptor].empty()) {
        StateModel states(model_.states_, at->second, now_);
        visit(at->first, states.value(descriptor));
      }
      const bool nothing_left =
          std::all_of(at->second.begin(), at->second.end(),
                      [](const StateContents& content) { return content.empty(); });
      at = nothing_left ? contents.erase(at) : std::next(at);
    }
  }

 private:
  ProcessModel& model_;
  Timestamp time_;
  ProcTime now_;
  std::vector<ExpectedRowsQueue>& out_;
};

bool ProcessModel::interprets(const StreamNode& node, ExecutionMode mode) {
  if (std::holds_alternative<KeyedProcessSpec>(node.spec)) return true;
  // Of a running aggregate in batch mode only the last row of a key is told.
  if (mode == ExecutionMode::kBatch) return false;
  return std::holds_alternative<RunningAggregateSpec>(node.spec) ||
         std::holds_alternative<BroadcastProcessSpec>(node.spec) ||
         std::holds_alternative<CoProcessSpec>(node.spec) ||
         std::holds_alternative<ProcessSpec>(node.spec);
}

ProcessModel::ProcessModel(const StreamNode& node, ExecutionMode mode)
    : node_(node), function_(function_of(node)), mode_(mode), states_(function_->states()) {
  restart({});
}
ProcessModel::~ProcessModel() = default;
ProcessModel::ProcessModel(ProcessModel&&) noexcept = default;

void ProcessModel::restart(ProcessState state) {
  state_ = std::move(state);
  if (state_.rules.size() == 0) state_.rules = BroadcastStates(function_->broadcast_states());
  watermark_ = EventTime::min();
}

Value ProcessModel::key_of_row(uint32_t input, RowView row) const {
  if (!node_.keyed) return Value::null();
  return key_of(row, input == 0 ? node_.key_fields : node_.second_key_fields);
}

bool ProcessModel::call(uint32_t input, RowView row, Timestamp time, ProcTime now,
                        std::vector<ExpectedRowsQueue>& out) {
  try {
    if (input > 0 && std::holds_alternative<BroadcastProcessSpec>(node_.spec)) {
      BroadcastSide context(*this, time, now, out);
      function_->process_broadcast(row, context, state_.rules);
    } else {
      Context context(*this, key_of_row(input, row), time, time, now, out);
      function_->process(input, row, context, state_.rules);
    }
  } catch (const InvariantViolation&) {
    throw;
  } catch (const std::exception&) {
    return false;
  }
  return true;
}

bool ProcessModel::on_rows(uint32_t input, const RowBatch& rows, ProcTime now,
                           std::vector<ExpectedRowsQueue>& out) {
  for (uint32_t i = 0; i < rows.size(); ++i) {
    if (mode_ == ExecutionMode::kBatch) {
      const Value key = key_of_row(input, rows.row(i));
      if (key_ && *key_ != key && !end_key(now, out)) return false;
      key_ = key;
    }
    if (!call(input, rows.row(i), rows.timestamp(i), now, out)) return false;
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
    function_->on_timer(domain, time, context, state_.rules);
  } catch (const InvariantViolation&) {
    throw;
  } catch (const std::exception&) {
    return false;
  }
  for (ExpectedRowsQueue& queue : out) queue.added(rank_);
  return true;
}

bool ProcessModel::end_key(ProcTime now, std::vector<ExpectedRowsQueue>& out) {
  watermark_ = EventTime::max();
  uint64_t fired = 0;
  for (const TimeDomain domain : {TimeDomain::kEvent, TimeDomain::kProcessing}) {
    auto& timers = domain == TimeDomain::kEvent ? state_.event_timers : state_.processing_timers;
    while (!timers.empty()) {
      const auto [time, key] = *timers.begin();
      timers.erase(timers.begin());
      ++rank_;
      if (++fired > kTimersAtOnce || !fire(domain, time, key, now, out)) return false;
    }
  }
  state_.contents.clear();
  watermark_ = EventTime::min();
  return true;
}

bool ProcessModel::on_watermark(EventTime time, ProcTime now, std::vector<ExpectedRowsQueue>& out) {
  if (mode_ == ExecutionMode::kBatch) return end_key(now, out);
  watermark_ = time;
  ++rank_;
  rank_time_ = EventTime::min().ms;
  uint64_t fired = 0;
  while (!state_.event_timers.empty() && state_.event_timers.begin()->first <= time.ms) {
    const auto [at, key] = *state_.event_timers.begin();
    state_.event_timers.erase(state_.event_timers.begin());
    // Timers of one time are free to fire in any order.
    if (at != rank_time_) ++rank_;
    rank_time_ = at;
    if (++fired > kTimersAtOnce || !fire(TimeDomain::kEvent, at, key, now, out)) return false;
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
