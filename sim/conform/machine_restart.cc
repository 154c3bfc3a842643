// Restart strategies, and which one a configuration chooses.
#include "core/cluster/restart_strategy.h"
#include "sim/conform/machine.h"

namespace leat {

namespace {

int64_t number_in(const Value& object, const char* name) { return number_of(member(object, name)); }

uint32_t count_in(const Value& object, const char* name, uint32_t otherwise) {
  if (!has_member(object, name)) return otherwise;
  const int64_t count = number_in(object, name);
  if (count < 0) throw JobError(std::string(name) + " is negative");
  return static_cast<uint32_t>(count);
}

double double_in(const Value& object, const char* name, double otherwise) {
  const Value value = member(object, name);
  if (value.is_null()) return otherwise;
  return value.type() == ValueType::kInt ? static_cast<double>(value.as_int()) : value.as_double();
}

RestartConfig config_of(const Value& strategy) {
  RestartConfig config;
  const auto& [name, settings] = strategy.as_map()[0];
  if (name.as_text() == "fixed_delay") {
    config.kind = RestartConfig::Kind::kFixedDelay;
    config.attempts = count_in(settings, "attempts", 0);
    config.delay = {number_in(settings, "delay")};
  } else if (name.as_text() == "failure_rate") {
    config.kind = RestartConfig::Kind::kFailureRate;
    config.max_failures = count_in(settings, "max", 0);
    config.interval = {number_in(settings, "interval")};
    config.delay = {number_in(settings, "delay")};
  } else if (name.as_text() == "exponential_delay") {
    config.kind = RestartConfig::Kind::kExponentialDelay;
    config.delay = {number_in(settings, "initial")};
    config.max_delay = {number_in(settings, "max")};
    config.multiplier = double_in(settings, "multiplier", 0);
    config.reset_threshold = {number_in(settings, "reset_threshold")};
    config.attempts = count_in(settings, "attempts", kUnlimitedRestarts);
    config.jitter = double_in(settings, "jitter", 0);
  } else if (name.as_text() != "none") {
    throw UnknownRequest("the strategy " + to_json(strategy) + " is not known");
  }
  return config;
}

class RestartMachine final : public Machine {
 public:
  explicit RestartMachine(const RestartConfig& config)
      : strategy_(make_restart_strategy(config, choices_)) {}

  void step(const Value& step, MachineResult& result) override {
    const ProcTime now{number_of(member(step, "now"))};
    if (has_member(step, "failure")) {
      result.seen["new_attempt"] = Value::boolean(strategy_->notify_failure(now));
    } else if (!has_member(step, "ask")) {
      throw UnknownRequest("a strategy does not know the step " + to_json(step));
    }
    result.seen["can_restart"] = Value::boolean(strategy_->can_restart(now));
    result.seen["backoff"] = Value::integer(strategy_->backoff(now).ms);
  }

 private:
  PlainChoices choices_;
  std::unique_ptr<RestartStrategy> strategy_;
};

Value described(const RestartConfig& config) {
  const auto ms = [](Duration d) { return Value::integer(d.ms); };
  const Value attempts = Value::integer(config.attempts);
  switch (config.kind) {
    case RestartConfig::Kind::kNone:
      return object_of({{"none", object_of({})}});
    case RestartConfig::Kind::kFixedDelay:
      return object_of(
          {{"fixed_delay", object_of({{"attempts", attempts}, {"delay", ms(config.delay)}})}});
    case RestartConfig::Kind::kFailureRate:
      return object_of({{"failure_rate", object_of({{"max", Value::integer(config.max_failures)},
                                                    {"interval", ms(config.interval)},
                                                    {"delay", ms(config.delay)}})}});
    case RestartConfig::Kind::kExponentialDelay:
      return object_of(
          {{"exponential_delay", object_of({{"initial", ms(config.delay)},
                                            {"max", ms(config.max_delay)},
                                            {"multiplier", Value::number(config.multiplier)},
                                            {"reset_threshold", ms(config.reset_threshold)},
                                            {"jitter", Value::number(config.jitter)},
                                            {"attempts", attempts}})}});
  }
  fail_check("a restart strategy has no kind");
}

}  // namespace

std::unique_ptr<Machine> make_restart_machine(const Value& body) {
  return std::make_unique<RestartMachine>(config_of(member(body, "strategy")));
}

Value chosen_restart_strategy(const Value& args) {
  RestartOptions options;
  const Value config = member(args, "config");
  for (const auto& [key, value] : config.as_map()) {
    options[std::string(key.as_text())] = text_of(value);
  }
  return described(restart_config_of(options, member(args, "checkpointing").as_bool()));
}

}  // namespace leat
