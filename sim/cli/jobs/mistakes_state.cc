#include <string>

#include "sim/cli/jobs/mistake_rows.h"
#include "sim/cli/jobs/mistakes.h"

namespace leat {

namespace {

// ---- state that is never cleared ----

// What happens to a parcel: it is taken, carried and handed over. Parcels come and go.
struct Scan {
  EventTime ts;
  int64_t parcel = 0;
  int64_t step = 0;
};
LEAT_ROW(Scan, ts, parcel, step)

DataStream<Scan> scans(StreamExecutionEnvironment& env) {
  return env
      .generate(
          "scans", 600, milliseconds(10),
          [](int64_t i) {
            return Scan{EventTime{5'000 + i * 10}, i / 30 * 10 + i % 10, i % 30 / 10};
          },
          2)
      .assign_timestamps_and_watermarks(
          WatermarkStrategy<Scan>::for_monotonous_timestamps().with_timestamp_assigner(&Scan::ts));
}

// Knows when a parcel has been scanned three times, and remembers it for ever.
class Arrived : public KeyedProcess<int64_t, Scan, std::string> {
 public:
  void process(const Scan& scan, Context& ctx) const { count(scan, ctx); }

 protected:
  int64_t count(const Scan& scan, Context& ctx) const {
    const int64_t n = ctx.state(scans_).get().value_or(0) + 1;
    ctx.state(scans_).update(n);
    if (n == 3) ctx.emit(told("parcel", scan.parcel));
    return n;
  }
  State<int64_t> scans_ = value_state<int64_t>("scans");
};
// Forgets a parcel that has arrived, and one that is on its way for longer than a minute.
class ArrivedAndGone : public Arrived {
 public:
  void process(const Scan& scan, Context& ctx) const {
    const int64_t n = count(scan, ctx);
    if (n == 1) {
      ctx.state(until_).update(scan.ts + seconds(60));
      ctx.register_timer(scan.ts + seconds(60));
    } else if (n == 3) {
      ctx.delete_timer(*ctx.state(until_).get());
      forget(ctx);
    }
  }
  void on_timer(EventTime, Context& ctx) const { forget(ctx); }

 private:
  void forget(Context& ctx) const {
    ctx.state(scans_).clear();
    ctx.state(until_).clear();
  }
  State<EventTime> until_ = value_state<EventTime>("until");
};
template <class F>
Result<StreamGraph> parcels(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  return finished(env, scans(env).key_by(&Scan::parcel).process(F()));
}

// ---- state without a name of its own ----

// How many readings of a sensor have come.
class Counts : public KeyedProcess<std::string, SensorReading, std::string> {
 public:
  void process(const SensorReading& r, Context& ctx) const {
    const int64_t n = ctx.state(count_).get().value_or(0) + 1;
    ctx.state(count_).update(n);
    ctx.emit(told(r.sensor, n));
  }

 private:
  State<int64_t> count_ = value_state<int64_t>("count");
};
// The job is to be upgraded: one operator has a uid. The one with the counts has none, and its name
// is made of its number: with one more operator before it, it has another.
Result<StreamGraph> no_uid(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  return finished(
      env, sensor_readings(env).uid("readings").key_by(&SensorReading::sensor).process(Counts()));
}
Result<StreamGraph> no_uid_mended(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  return finished(env, sensor_readings(env)
                           .uid("readings")
                           .key_by(&SensorReading::sensor)
                           .process(Counts())
                           .uid("counts"));
}

// ---- a timer for every row ----

// Totals of each second: with a timer for each row, and all but the first of them find nothing.
class Totals : public KeyedProcess<std::string, SensorReading, std::string> {
 public:
  void process(const SensorReading& r, Context& ctx) const {
    add(r, ctx);
    ctx.register_timer(r.ts + seconds(1));
  }
  void on_timer(EventTime at, Context& ctx) const { tell((at.ms - 1000) / 1000, ctx); }

 protected:
  void add(const SensorReading& r, Context& ctx) const {
    const int64_t second = r.ts.ms / 1000;
    const int64_t total = ctx.state(totals_).get(second).value_or(0) + r.value;
    ctx.state(totals_).put(second, total);
  }
  void tell(int64_t second, Context& ctx) const {
    const auto total = ctx.state(totals_).get(second);
    if (!total) return;
    ctx.emit(told(ctx.key() + "@" + std::to_string(second), *total));
    ctx.state(totals_).remove(second);
  }

 private:
  Map<int64_t, int64_t> totals_ = map_state<int64_t, int64_t>("totals");
};
// One timer for each second: timers of one key and time are one.
class TotalsAtTheEnd : public Totals {
 public:
  void process(const SensorReading& r, Context& ctx) const {
    add(r, ctx);
    ctx.register_timer(EventTime{(r.ts.ms / 1000 + 1) * 1000});
  }
  void on_timer(EventTime at, Context& ctx) const { tell(at.ms / 1000 - 1, ctx); }
};
template <class F>
Result<StreamGraph> totals(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  return finished(env, sensor_readings(env).key_by(&SensorReading::sensor).process(F()));
}

// ---- duplicates that come later than they are remembered ----

struct Order {
  EventTime ts;
  int64_t id = 0;
};
LEAT_ROW(Order, ts, id)

template <class R>
WatermarkStrategy<R> in_order() {
  return WatermarkStrategy<R>::for_monotonous_timestamps().with_timestamp_assigner(&R::ts);
}

// Who has heard nothing sends an order once more, after two seconds.
DataStream<Order> orders_sent_twice(StreamExecutionEnvironment& env) {
  return env
      .generate(
          "orders", 160, milliseconds(25),
          [](int64_t i) { return Order{EventTime{5'000 + i * 25}, i % 80}; }, 2)
      .assign_timestamps_and_watermarks(in_order<Order>());
}

// Remembers an order for half a second of the clock.
class Once : public KeyedProcess<int64_t, Order, std::string> {
 public:
  void process(const Order& order, Context& ctx) const {
    if (ctx.state(seen_).get()) return;
    ctx.state(seen_).update(1);
    ctx.emit(told("order", order.id));
  }

 private:
  State<int64_t> seen_ = value_state<int64_t>("seen", StateTtl{.time_to_live = milliseconds(500)});
};
// Remembers it for three seconds of the orders' own time, longer than anybody waits.
class OnceInTime : public KeyedProcess<int64_t, Order, std::string> {
 public:
  void process(const Order& order, Context& ctx) const {
    if (ctx.state(seen_).get()) return;
    ctx.state(seen_).update(1);
    ctx.register_timer(order.ts + seconds(3));
    ctx.emit(told("order", order.id));
  }
  void on_timer(EventTime, Context& ctx) const { ctx.state(seen_).clear(); }

 private:
  State<int64_t> seen_ = value_state<int64_t>("seen");
};
template <class F>
Result<StreamGraph> once(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  return finished(env, orders_sent_twice(env).key_by(&Order::id).process(F()));
}

// ---- a join that forgets too soon ----

struct Payment {
  EventTime ts;
  int64_t order = 0;
  int64_t amount = 0;
};
LEAT_ROW(Payment, ts, order, amount)

// Each side waits for the other, for a second of the clock. Half of the payments take two.
class Paid : public KeyedCoProcess<int64_t, Order, Payment, std::string> {
 public:
  explicit Paid(std::optional<StateTtl> ttl)
      : order_(value_state<int64_t>("order", ttl)),
        payment_(value_state<int64_t>("payment", ttl)) {}
  void process_first(const Order& order, Context& ctx) const {
    if (const auto amount = ctx.state(payment_).get())
      ctx.emit(told_paid(order.id, *amount));
    else
      ctx.state(order_).update(order.id);
  }
  void process_second(const Payment& payment, Context& ctx) const {
    if (ctx.state(order_).get())
      ctx.emit(told_paid(payment.order, payment.amount));
    else
      ctx.state(payment_).update(payment.amount);
  }

 protected:
  static std::string told_paid(int64_t order, int64_t amount) {
    return told("order " + std::to_string(order), amount);
  }
  State<int64_t> order_;
  State<int64_t> payment_;
};
// Each side waits until the watermark says that the other has had ten seconds.
class PaidInTime : public Paid {
 public:
  PaidInTime() : Paid(std::nullopt) {}
  void process_first(const Order& order, Context& ctx) const {
    Paid::process_first(order, ctx);
    ctx.register_timer(order.ts + seconds(10));
  }
  void process_second(const Payment& payment, Context& ctx) const {
    Paid::process_second(payment, ctx);
    ctx.register_timer(payment.ts + seconds(10));
  }
  void on_timer(EventTime, Context& ctx) const {
    ctx.state(order_).clear();
    ctx.state(payment_).clear();
  }
};
template <class F>
Result<StreamGraph> paid(const JobInput& input, F f) {
  StreamExecutionEnvironment env(input);
  const auto orders = env.generate("orders", 60, milliseconds(50),
                                   [](int64_t i) { return Order{EventTime{5'000 + i * 50}, i}; })
                          .set_parallelism(1)
                          .assign_timestamps_and_watermarks(in_order<Order>())
                          .set_parallelism(1);
  // The payment of order i comes some 0.3 s or 2 s after it.
  const auto payments =
      env.generate("payments", 100, milliseconds(50),
                   [](int64_t i) {
                     const int64_t late = i % 2 == 0 ? 6 : 40;
                     return Payment{EventTime{5'000 + i * 50}, i - late, (i - late) * 10};
                   })
          .set_parallelism(1)
          .assign_timestamps_and_watermarks(in_order<Payment>())
          .set_parallelism(1);
  return finished(
      env,
      orders.key_by(&Order::id).connect(payments.key_by(&Payment::order)).process(std::move(f)));
}

}  // namespace

void add_state_mistakes(JobRegistry& jobs) {
  jobs["mistake_growing_state"] = parcels<Arrived>;
  jobs["mistake_growing_state_mended"] = parcels<ArrivedAndGone>;
  jobs["mistake_no_uid"] = no_uid;
  jobs["mistake_no_uid_mended"] = no_uid_mended;
  jobs["mistake_stale_timers"] = totals<Totals>;
  jobs["mistake_stale_timers_mended"] = totals<TotalsAtTheEnd>;
  jobs["mistake_short_memory"] = once<Once>;
  jobs["mistake_short_memory_mended"] = once<OnceInTime>;
  jobs["mistake_lost_matches"] = [](const JobInput& input) {
    return paid(input, Paid(StateTtl{.time_to_live = seconds(1)}));
  };
  jobs["mistake_lost_matches_mended"] = [](const JobInput& input) {
    return paid(input, PaidInTime());
  };
}

}  // namespace leat
