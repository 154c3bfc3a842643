// Process functions without a key, and those of two inputs, called again: as keyed ones of one
// input, whose rows carry the number of theirs behind them.
#include "sim/explore/calls.h"

namespace leat {

namespace {

// The same context, whose key may be asked for where there is none: it is empty.
class KeylessContext final : public ProcessContext {
 public:
  explicit KeylessContext(ProcessContext& ctx) : ctx_(ctx) {}
  ValueState& value(uint32_t descriptor) override { return ctx_.value(descriptor); }
  ListState& list(uint32_t descriptor) override { return ctx_.list(descriptor); }
  MapState& map(uint32_t descriptor) override { return ctx_.map(descriptor); }
  ReducingState& reducing(uint32_t descriptor) override { return ctx_.reducing(descriptor); }
  AggregatingState& aggregating(uint32_t descriptor) override {
    return ctx_.aggregating(descriptor);
  }
  RowView key() const override { return {}; }
  Timestamp timestamp() const override { return ctx_.timestamp(); }
  EventTime watermark() const override { return ctx_.watermark(); }
  ProcTime now() const override { return ctx_.now(); }
  void register_timer(EventTime time) override { ctx_.register_timer(time); }
  void register_timer(ProcTime time) override { ctx_.register_timer(time); }
  void delete_timer(EventTime time) override { ctx_.delete_timer(time); }
  void delete_timer(ProcTime time) override { ctx_.delete_timer(time); }
  void emit(RowView row) override { ctx_.emit(row); }
  void emit_side(uint32_t side, RowView row) override { ctx_.emit_side(side, row); }

 private:
  ProcessContext& ctx_;
};

RowView without_input(RowView row) { return row.first(row.size() - 1); }
uint32_t input_of(RowView row) { return static_cast<uint32_t>(row.back().as_int()); }

class OfInput final : public KeyedProcessFunction {
 public:
  explicit OfInput(std::shared_ptr<const CoProcessFunction> f) : f_(std::move(f)) {}
  std::vector<StateDescriptor> states() const override { return f_->states(); }
  void process(RowView in, ProcessContext& ctx) const override {
    f_->process(input_of(in), without_input(in), ctx);
  }
  void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx) const override {
    f_->on_timer(domain, time, ctx);
  }
  std::unique_ptr<KeyedProcessFunction> clone() const override {
    return std::make_unique<OfInput>(f_->clone());
  }

 private:
  std::shared_ptr<const CoProcessFunction> f_;
};

class CoProcessAgain final : public CoProcessFunction {
 public:
  CoProcessAgain(std::shared_ptr<const KeyedProcessFunction> again, Keys keys)
      : again_(std::move(again)), keys_(keys) {}
  std::vector<StateDescriptor> states() const override { return again_->states(); }
  void process(uint32_t input, RowView in, ProcessContext& ctx) const override {
    Row row = copy_of(in);
    row.push_back(Value::integer(input));
    if (keys_ == Keys::kSome) return again_->process(row, ctx);
    KeylessContext keyless(ctx);
    again_->process(row, keyless);
  }
  void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx) const override {
    again_->on_timer(domain, time, ctx);
  }
  std::unique_ptr<CoProcessFunction> clone() const override {
    return std::make_unique<CoProcessAgain>(again_->clone(), keys_);
  }

 private:
  const std::shared_ptr<const KeyedProcessFunction> again_;
  const Keys keys_;
};

class AsKeyed final : public KeyedProcessFunction {
 public:
  explicit AsKeyed(std::shared_ptr<const ProcessFunction> f) : f_(std::move(f)) {}
  std::vector<StateDescriptor> states() const override { return {}; }
  void process(RowView in, ProcessContext& ctx) const override { f_->process(in, ctx); }
  std::unique_ptr<KeyedProcessFunction> clone() const override {
    return std::make_unique<AsKeyed>(f_->clone());
  }

 private:
  std::shared_ptr<const ProcessFunction> f_;
};

class UnkeyedAgain final : public ProcessFunction {
 public:
  explicit UnkeyedAgain(std::shared_ptr<const KeyedProcessFunction> again)
      : again_(std::move(again)) {}
  void process(RowView in, ProcessContext& ctx) const override {
    KeylessContext keyless(ctx);
    again_->process(in, keyless);
  }
  std::unique_ptr<ProcessFunction> clone() const override {
    return std::make_unique<UnkeyedAgain>(again_->clone());
  }

 private:
  const std::shared_ptr<const KeyedProcessFunction> again_;
};

}  // namespace

std::shared_ptr<const ProcessFunction> called_again(std::shared_ptr<const ProcessFunction> f,
                                                    std::shared_ptr<Calls> calls,
                                                    const std::string& where) {
  return std::make_shared<UnkeyedAgain>(
      called_again({std::make_shared<AsKeyed>(std::move(f)), std::move(calls), where}));
}

std::shared_ptr<const CoProcessFunction> called_again(std::shared_ptr<const CoProcessFunction> f,
                                                      Keys keys, std::shared_ptr<Calls> calls,
                                                      const std::string& where) {
  return std::make_shared<CoProcessAgain>(
      called_again({std::make_shared<OfInput>(std::move(f)), std::move(calls), where}), keys);
}

}  // namespace leat
