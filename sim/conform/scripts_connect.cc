// Scripts over one stream or two connected ones (twoinput.md).
#include "sim/conform/script_commands.h"
#include "sim/conform/scripts.h"

namespace leat {

namespace {

constexpr uint32_t kOnlyInput = 0;

class KeyedScript final : public KeyedProcessFunction {
 public:
  std::vector<StateDescriptor> states() const override { return keyed_script_states(); }
  void process(RowView in, ProcessContext& ctx) const override {
    run_keyed_command(ScriptCommand(in), kOnlyInput, ctx);
  }
  void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx) const override {
    run_keyed_timer(domain, time, ctx);
  }
  std::unique_ptr<KeyedProcessFunction> clone() const override {
    return std::make_unique<KeyedScript>();
  }
};

class KeyedCoScript final : public CoProcessFunction {
 public:
  std::vector<StateDescriptor> states() const override { return keyed_script_states(); }
  void process(uint32_t input, RowView in, ProcessContext& ctx) const override {
    run_keyed_command(ScriptCommand(in), input, ctx);
  }
  void on_timer(TimeDomain domain, int64_t time, ProcessContext& ctx) const override {
    run_keyed_timer(domain, time, ctx);
  }
  std::unique_ptr<CoProcessFunction> clone() const override {
    return std::make_unique<KeyedCoScript>();
  }
};

// The engine refuses what needs a key.
class UnkeyedScript final : public ProcessFunction {
 public:
  void process(RowView in, ProcessContext& ctx) const override {
    run_keyed_command(ScriptCommand(in), kOnlyInput, ctx);
  }
  std::unique_ptr<ProcessFunction> clone() const override {
    return std::make_unique<UnkeyedScript>();
  }
};

class UnkeyedCoScript final : public CoProcessFunction {
 public:
  void process(uint32_t input, RowView in, ProcessContext& ctx) const override {
    run_keyed_command(ScriptCommand(in), input, ctx);
  }
  std::unique_ptr<CoProcessFunction> clone() const override {
    return std::make_unique<UnkeyedCoScript>();
  }
};

class CoMapScript final : public CoMapFunction {
 public:
  void map(uint32_t input, RowView in, Timestamp, std::span<Value> out) const override {
    const int64_t arg = in[2].as_int();
    out[0] = in[0];
    out[1] = Value::text(input == 0 ? "m1" : "m2");
    out[2] = Value::integer(input == 0 ? wrapping_mul(arg, 2) : wrapping_add(arg, 1));
  }
  std::unique_ptr<CoMapFunction> clone() const override { return std::make_unique<CoMapScript>(); }
};

class CoFlatMapScript final : public CoFlatMapFunction {
 public:
  void flat_map(uint32_t input, RowView in, Timestamp, Collector& out) const override {
    const int64_t arg = in[2].as_int();
    if (input == 0) {
      for (int64_t i = 0; i < arg; ++i)
        out.collect(Row{in[0], Value::text("f1"), Value::integer(i)});
    } else if (arg % 2 == 0) {
      out.collect(Row{in[0], Value::text("f2"), in[2]});
    }
  }
  std::unique_ptr<CoFlatMapFunction> clone() const override {
    return std::make_unique<CoFlatMapScript>();
  }
};

}  // namespace

std::unique_ptr<KeyedProcessFunction> scripted_process() { return std::make_unique<KeyedScript>(); }
std::unique_ptr<ProcessFunction> scripted_unkeyed_process() {
  return std::make_unique<UnkeyedScript>();
}
std::unique_ptr<CoProcessFunction> scripted_connect() { return std::make_unique<KeyedCoScript>(); }
std::unique_ptr<CoProcessFunction> scripted_unkeyed_connect() {
  return std::make_unique<UnkeyedCoScript>();
}
std::unique_ptr<CoMapFunction> scripted_co_map() { return std::make_unique<CoMapScript>(); }
std::unique_ptr<CoFlatMapFunction> scripted_co_flat_map() {
  return std::make_unique<CoFlatMapScript>();
}

}  // namespace leat
