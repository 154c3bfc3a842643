#include <algorithm>
#include <cctype>
#include <charconv>

#include "core/cluster/restart_strategy.h"

namespace leat {

namespace {

template <class T>
T parse(std::string_view text, std::string_view name) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw JobError(std::string(name) + " is \"" + std::string(text) + "\", which is no number");
  }
  return value;
}

// "3 s", "250ms", "1 min"; without a unit: ms.
Duration parse_time(std::string_view text, std::string_view name) {
  static constexpr std::pair<std::string_view, int64_t> kUnits[] = {
      {"", 1}, {"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}, {"d", 86400000}};
  size_t digits = 0;
  while (digits < text.size() && std::isdigit(static_cast<unsigned char>(text[digits])) != 0) {
    ++digits;
  }
  std::string_view unit = text.substr(digits);
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  for (const auto& [known, ms] : kUnits) {
    if (unit == known) return {parse<int64_t>(text.substr(0, digits), name) * ms};
  }
  throw JobError(std::string(name) + " is \"" + std::string(text) + "\", which is no time");
}

class Options {
 public:
  Options(const RestartOptions& options, std::string prefix)
      : options_(options), prefix_(std::move(prefix)) {}

  void read(const char* name, Duration& to) const {
    if (const std::string* text = find(name)) to = parse_time(*text, name);
  }
  template <class T>
  void read(const char* name, T& to) const {
    if (const std::string* text = find(name)) to = parse<T>(*text, name);
  }

 private:
  const std::string* find(const char* name) const {
    const auto found = options_.find(prefix_ + name);
    return found == options_.end() ? nullptr : &found->second;
  }
  const RestartOptions& options_;
  const std::string prefix_;
};

RestartConfig fixed_delay(const RestartOptions& all) {
  const Options options(all, "restart-strategy.fixed-delay.");
  RestartConfig config;
  config.kind = RestartConfig::Kind::kFixedDelay;
  config.attempts = 1;
  options.read("attempts", config.attempts);
  options.read("delay", config.delay);
  return config;
}

RestartConfig failure_rate(const RestartOptions& all) {
  const Options options(all, "restart-strategy.failure-rate.");
  RestartConfig config;
  config.kind = RestartConfig::Kind::kFailureRate;
  options.read("max-failures-per-interval", config.max_failures);
  options.read("failure-rate-interval", config.interval);
  options.read("delay", config.delay);
  return config;
}

RestartConfig exponential_delay(const RestartOptions& all) {
  const Options options(all, "restart-strategy.exponential-delay.");
  RestartConfig config;
  config.kind = RestartConfig::Kind::kExponentialDelay;
  config.attempts = kUnlimitedRestarts;
  config.jitter = 0.1;
  options.read("initial-backoff", config.delay);
  options.read("max-backoff", config.max_delay);
  options.read("backoff-multiplier", config.multiplier);
  options.read("reset-backoff-threshold", config.reset_threshold);
  options.read("jitter-factor", config.jitter);
  options.read("attempts-before-reset-backoff", config.attempts);
  return config;
}

}  // namespace

RestartConfig restart_config_of(const RestartOptions& options, bool checkpointing) {
  const auto found = options.find("restart-strategy.type");
  if (found == options.end()) return checkpointing ? exponential_delay(options) : RestartConfig{};
  std::string type = found->second;
  std::transform(type.begin(), type.end(), type.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::erase(type, '-');
  if (type == "none" || type == "off" || type == "disable") return {};
  if (type == "fixeddelay") return fixed_delay(options);
  if (type == "failurerate") return failure_rate(options);
  if (type == "exponentialdelay") return exponential_delay(options);
  throw JobError("there is no restart strategy \"" + found->second + "\"");
}

}  // namespace leat
