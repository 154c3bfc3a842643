// Process functions without a key, and those of two inputs, called again: as keyed ones of one
// input, whose rows carry the number of theirs behind them.
#include "sim/explore/calls.h"

namespace leat {

namespace {

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
  explicit CoProcessAgain(std::shared_ptr<const KeyedProcessFunction> again)
      : again_(std::move(again)) {}
  std::vector<StateDescriptor> states() const override { return again_->states(); }
  void process(uint32_t input, RowView in, ProcessContext& ctx) const override {
    Row row = copy_of(in);
    row.push_back(Value::integer(input));
    again_->process(row, ctx);
  }
  void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx) const override {
    again_->on_timer(domain, time, ctx);
  }
  std::unique_ptr<CoProcessFunction> clone() const override {
    return std::make_unique<CoProcessAgain>(again_->clone());
  }

 private:
  const std::shared_ptr<const KeyedProcessFunction> again_;
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
  void process(RowView in, ProcessContext& ctx) const override { again_->process(in, ctx); }
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
  return std::make_shared<UnkeyedAgain>(called_again(
      {std::make_shared<AsKeyed>(std::move(f)), std::move(calls), where}, Keys::kNone));
}

std::shared_ptr<const CoProcessFunction> called_again(std::shared_ptr<const CoProcessFunction> f,
                                                      Keys keys, std::shared_ptr<Calls> calls,
                                                      const std::string& where) {
  return std::make_shared<CoProcessAgain>(
      called_again({std::make_shared<OfInput>(std::move(f)), std::move(calls), where}, keys));
}

}  // namespace leat
