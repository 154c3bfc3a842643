#include "payments_jobs.h"

#include <memory>
#include <set>

#include "core/api/data_stream.h"

using namespace leat;

namespace {

Result<StreamGraph> totals(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  env.source<Payment>("payments")
      .key_by(&Payment::user)
      .window(TumblingEventTimeWindows::of(seconds(2)))
      .aggregate<Total>(sum(&Payment::cents))
      .sink_to(Sink::transactional("totals"));
  return env.execute("Totals");
}

class Raises : public KeyedProcess<std::string, Payment, std::string> {
 public:
  void process(const Payment& payment, Context& ctx) const {
    auto last = ctx.state(last_);
    if (last.get() && *last.get() < payment.cents)
      ctx.emit(payment.user + " raises to " + std::to_string(payment.cents));
    last.update(payment.cents);
  }

 private:
  State<int64_t> last_ = value_state<int64_t>("last");
};

Result<StreamGraph> raises(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  env.source<Payment>("payments")
      .key_by(&Payment::user)
      .process(Raises())
      .sink_to(Sink::transactional("raises"));
  return env.execute("Raises");
}

Result<StreamGraph> firsts(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  const auto known = std::make_shared<std::set<std::string>>();
  env.source<Payment>("payments")
      .key_by(&Payment::user)
      .window(TumblingEventTimeWindows::of(seconds(2)))
      .aggregate<Total>(sum(&Payment::cents))
      .filter([known](const Total& total) { return known->insert(total.user).second; })
      .sink_to(Sink::transactional("firsts"));
  return env.execute("Firsts");
}

}  // namespace

JobRegistry payment_jobs() { return {{"totals", totals}, {"raises", raises}, {"firsts", firsts}}; }
