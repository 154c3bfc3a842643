// The anomaly detector and the user metrics, over rows [user, action, second].
#include <algorithm>
#include <string>

#include "sim/conform/job_scripts.h"

namespace leat {

namespace {

constexpr int64_t kFailures = 5;
constexpr int64_t kLongInactivity = 86400;

class Anomaly final : public KeyedProcessFunction {
 public:
  std::vector<StateDescriptor> states() const override { return {{"failures"}, {"success"}}; }
  void process(RowView in, ProcessContext& ctx) const override {
    const std::string_view action = in[1].as_text();
    if (action == "login_failed") return on_failure(in, ctx);
    if (action == "login_success") {
      ctx.value(0).clear();
      ctx.value(1).update(in[2]);
    } else if (action == "view" || action == "purchase" || action == "download") {
      const Value success = ctx.value(1).get();
      if (success.is_null() || in[2].as_int() - success.as_int() <= kLongInactivity) return;
      alert(in, "Activity after long inactivity: " + std::string(action), ctx);
    }
  }
  std::unique_ptr<KeyedProcessFunction> clone() const override {
    return std::make_unique<Anomaly>();
  }

 private:
  static void on_failure(RowView in, ProcessContext& ctx) {
    const Value before = ctx.value(0).get();
    const int64_t failures = (before.is_null() ? 0 : before.as_int()) + 1;
    if (failures < kFailures) return ctx.value(0).update(Value::integer(failures));
    ctx.value(0).clear();
    alert(in, "Multiple failed login attempts: 5", ctx);
  }
  static void alert(RowView in, const std::string& text, ProcessContext& ctx) {
    ctx.emit(Row{in[0], Value::text(text), in[2]});
  }
};

class Metrics final : public KeyedProcessFunction {
 public:
  std::vector<StateDescriptor> states() const override {
    return {{"counts"}, {"duration"}, {"last"}};
  }
  void process(RowView in, ProcessContext& ctx) const override {
    const Value counts = counted(ctx.value(0).get(), in[1]);
    ctx.value(0).update(counts);
    const Value last = ctx.value(2).get();
    const Value so_far = ctx.value(1).get();
    const int64_t since = last.is_null() ? 0 : wrapping_sub(in[2].as_int(), last.as_int());
    const Value duration =
        Value::integer(wrapping_add(so_far.is_null() ? 0 : so_far.as_int(), since));
    ctx.value(1).update(duration);
    ctx.value(2).update(in[2]);
    if (in[2].as_int() % 60 == 0) ctx.emit(Row{in[0], as_texts(counts), duration, in[2]});
  }
  std::unique_ptr<KeyedProcessFunction> clone() const override {
    return std::make_unique<Metrics>();
  }

 private:
  static Value counted(const Value& counts, const Value& action) {
    std::vector<Value::MapEntry> entries;
    int64_t count = 1;
    if (!counts.is_null()) {
      for (const Value::MapEntry& entry : counts.as_map()) {
        if (entry.first == action) {
          count += entry.second.as_int();
        } else {
          entries.push_back(entry);
        }
      }
    }
    entries.emplace_back(action, Value::integer(count));
    return Value::map(std::move(entries));
  }
  // "action=count", in the order of the actions.
  static Value as_texts(const Value& counts) {
    std::vector<Value::MapEntry> entries(counts.as_map().begin(), counts.as_map().end());
    std::sort(entries.begin(), entries.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Value> texts;
    for (const auto& [action, count] : entries) {
      texts.push_back(
          Value::text(std::string(action.as_text()) + "=" + std::to_string(count.as_int())));
    }
    return Value::list(std::move(texts));
  }
};

}  // namespace

std::unique_ptr<KeyedProcessFunction> scripted_anomaly() { return std::make_unique<Anomaly>(); }
std::unique_ptr<KeyedProcessFunction> scripted_metrics() { return std::make_unique<Metrics>(); }

}  // namespace leat
