// Cases of AsyncWaitOperator (twoinput.md): the case itself is the system outside, which answers
// the calls that the script has left open.
#include <algorithm>
#include <map>

#include "core/operators/async_wait_operator.h"
#include "sim/conform/harness_context.h"
#include "sim/conform/subject.h"

namespace leat {

namespace {

struct OutsideSystem {
  std::vector<Value> calls;             // since they were last looked at
  std::vector<Value> timeouts;          // likewise
  std::map<int64_t, uint64_t> numbers;  // of the calls, by id
};

// Answers are of several widths: one list each.
Row one_list(std::vector<Value> cells) { return {Value::list(std::move(cells))}; }

// Rows [k, cmd, id].
class AsyncScript final : public AsyncFunction {
 public:
  AsyncScript(std::shared_ptr<OutsideSystem> outside, std::string on_timeout)
      : outside_(std::move(outside)), on_timeout_(std::move(on_timeout)) {}

  void invoke(RowView in, uint32_t, ResultFuture& result) const override {
    const std::string_view command = in[1].as_text();
    if (command == "throw") throw JobError("the script throws");
    outside_->calls.push_back(in[2]);
    outside_->numbers[in[2].as_int()] = result.number();
    if (command == "now") {
      result.complete({one_list({in[0], Value::text("now"), in[2]})});
    } else if (command != "wait") {
      throw JobError("the script knows no " + std::string(command));
    }
  }
  void timeout(RowView in, ResultFuture& result) const override {
    outside_->timeouts.push_back(in[2]);
    if (on_timeout_ == "fail") {
      AsyncFunction::timeout(in, result);
    } else if (on_timeout_ == "complete") {
      result.complete({one_list({in[0], Value::text("timeout"), in[2]})});
    } else if (on_timeout_ == "empty") {
      result.complete({});
    }  // "ignore" leaves it open
  }
  std::unique_ptr<AsyncFunction> clone() const override {
    return std::make_unique<AsyncScript>(*this);
  }

 private:
  std::shared_ptr<OutsideSystem> outside_;
  std::string on_timeout_;
};

AsyncRetrySpec retry_of(const Value& retry) {
  AsyncRetrySpec spec;
  if (has_member(retry, "fixed")) {
    spec.delay = {number_of(member(retry, "fixed"))};
  } else if (has_member(retry, "exponential")) {
    const Value backoff = member(retry, "exponential");
    const auto numbers = backoff.as_list();
    spec.kind = AsyncRetrySpec::Kind::kExponentialBackoff;
    spec.delay = {number_of(numbers[0])};
    spec.max_delay = {number_of(numbers[1])};
    spec.factor = numbers[2].type() == ValueType::kDouble
                      ? numbers[2].as_double()
                      : static_cast<double>(number_of(numbers[2]));
  } else {
    throw UnknownRequest("the retry " + to_json(retry) + " is not known");
  }
  spec.attempts = number_of(member(retry, "attempts"));
  const Value on = member(retry, "on");
  for (const Value& reason : on.as_list()) {
    const std::string name = text_of(reason);
    if (name != "empty" && name != "error") throw UnknownRequest("retry on " + name);
    (name == "empty" ? spec.on_empty : spec.on_error) = true;
  }
  return spec;
}

AsyncSpec spec_of(const Value& async, std::shared_ptr<OutsideSystem> outside) {
  AsyncSpec spec;
  const std::string mode = text_of(member(async, "mode"));
  if (mode != "ordered" && mode != "unordered") throw UnknownRequest("the mode " + mode);
  spec.mode = mode == "ordered" ? AsyncSpec::Mode::kOrdered : AsyncSpec::Mode::kUnordered;
  spec.capacity = number_of(member(async, "capacity"));
  if (has_member(async, "timeout")) spec.timeout = Duration{number_of(member(async, "timeout"))};
  if (has_member(async, "retry")) spec.retry = retry_of(member(async, "retry"));
  const std::string on_timeout =
      has_member(async, "on_timeout") ? text_of(member(async, "on_timeout")) : "fail";
  spec.function = std::make_shared<AsyncScript>(std::move(outside), on_timeout);
  return spec;
}

class AsyncSubject final : public Subject {
 public:
  explicit AsyncSubject(const Value& async)
      : outside_(std::make_shared<OutsideSystem>()),
        ctx_(node_of(spec_of(async, outside_)), config(), RowForm::kOneList),
        operator_(make()) {
    ctx_.set_due(TimersDue::kAt);
    operator_->open(ctx_);
  }

  void step(const Value& step, StepResult& result) override {
    ctx_.record_to(result);
    act(step);
    run_due(result);
  }
  void rows(std::span<const Value> steps, StepResult& result) override {
    ctx_.record_to(result);
    take(steps);
    run_due(result);
  }

 private:
  void run_due(StepResult& result) {
    while (const std::optional<ProcTime> due = ctx_.take_due()) {
      operator_->on_processing_time(*due, ctx_);
    }
    if (!operator_->accepts_input() || (ended_ && operator_->has_work()))
      result.told["blocked"] = Value::boolean(true);
    if (ended_ && !operator_->has_work()) operator_->finish(ctx_);
    ctx_.flush();
    tell("calls", outside_->calls, result);
    tell("timeouts", outside_->timeouts, result);
  }

  static JobConfig config() {
    JobConfig config;
    config.flink_defects = true;
    return config;
  }
  static StreamNode node_of(AsyncSpec spec) {
    StreamNode node;
    node.name = "conform";
    node.output.fields = {{"row", ValueType::kList}};
    node.spec = std::move(spec);
    return node;
  }
  std::unique_ptr<AsyncWaitOperator> make() const {
    return std::make_unique<AsyncWaitOperator>(std::get<AsyncSpec>(ctx_.node().spec));
  }
  // The ids since they were last looked at, sorted; nothing where there are none.
  static void tell(const char* name, std::vector<Value>& ids, StepResult& result) {
    if (ids.empty()) return;
    std::sort(ids.begin(), ids.end());
    result.told[name] = Value::list(std::exchange(ids, {}));
  }

  void take(std::span<const Value> steps) {
    RowBatch rows = batch_of(steps);
    operator_->on_rows(0, rows, ctx_);
  }

  void act(const Value& step) {
    if (has_member(step, "row")) {
      take({&step, 1});
    } else if (has_member(step, "watermark")) {
      operator_->on_watermark({number_of(member(step, "watermark"))}, ctx_);
    } else if (has_member(step, "status")) {
      const bool idle = text_of(member(step, "status")) == "idle";
      operator_->on_status(idle ? StreamStatus::kIdle : StreamStatus::kActive, ctx_);
    } else if (has_member(step, "now")) {
      ctx_.set_clock({number_of(member(step, "now"))});
    } else if (has_member(step, "complete")) {
      operator_->complete(call(member(step, "complete")), rows_of(member(step, "rows")), ctx_);
    } else if (has_member(step, "fail")) {
      operator_->fail(call(member(step, "fail")), "the system outside has failed", ctx_);
    } else if (has_member(step, "end")) {
      ended_ = true;
      operator_->end_input(ctx_);
    } else {
      act_on_snapshots(step);
    }
  }

  void act_on_snapshots(const Value& step) {
    if (has_member(step, "snapshot")) {
      ByteWriter out;
      operator_->snapshot(CheckpointId{1}, out, ctx_);
      snapshots_[text_of(member(step, "snapshot"))] = out.take();
    } else if (has_member(step, "restore")) {
      ctx_.cancel_wake();
      operator_ = make();
      ended_ = false;
      outside_->numbers.clear();
      ByteReader in(snapshots_.at(text_of(member(step, "restore"))));
      operator_->restore(in, ctx_);
      check(in.at_end(), "a snapshot was not read to its end");
      operator_->open(ctx_);
    } else {
      throw UnknownRequest("an async operator does not know the step " + to_json(step));
    }
  }

  // Of a call that was never made, or before a restore: nobody knows the number 0.
  uint64_t call(const Value& id) const {
    const auto found = outside_->numbers.find(number_of(id));
    return found != outside_->numbers.end() ? found->second : 0;
  }
  static std::vector<Row> rows_of(const Value& list) {
    std::vector<Row> rows;
    for (const Value& row : list.as_list()) {
      rows.push_back({row});
    }
    return rows;
  }

  std::shared_ptr<OutsideSystem> outside_;
  HarnessContext ctx_;
  std::unique_ptr<AsyncWaitOperator> operator_;
  std::map<std::string, Bytes> snapshots_;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<Subject> make_async_subject(const Value& node) {
  return std::make_unique<AsyncSubject>(member(node, "async"));
}

}  // namespace leat
