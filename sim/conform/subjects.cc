#include "core/operators/source_output.h"
#include "core/operators/watermark_valve.h"
#include "sim/conform/harness_context.h"
#include "sim/conform/scripts.h"
#include "sim/conform/subject.h"

namespace leat {

namespace {

StreamStatus status_of(const Value& value) {
  const std::string name = text_of(value);
  if (name == "idle") return StreamStatus::kIdle;
  if (name == "active") return StreamStatus::kActive;
  throw UnknownRequest("the status \"" + name + "\" is not known");
}

// A timestamp where the step has one.
Timestamp timestamp_of(const Value& step) {
  if (!has_member(step, "ts")) return std::nullopt;
  return EventTime{number_of(member(step, "ts"))};
}

class ValveSubject final : public Subject {
 public:
  explicit ValveSubject(uint32_t channels) : valve_(channels) {}
  void step(const Value& step, StepResult& result) override {
    const auto channel = static_cast<uint32_t>(number_of(member(step, "channel")));
    WatermarkValve::Output output;
    if (has_member(step, "watermark")) {
      output = valve_.on_watermark(channel, {number_of(member(step, "watermark"))});
    } else if (has_member(step, "status")) {
      output = valve_.on_status(channel, status_of(member(step, "status")));
    } else {
      throw UnknownRequest("a valve takes watermarks and statuses");
    }
    if (output.watermark) result.out.push_back(Emitted::watermark(*output.watermark));
    if (output.status) result.out.push_back(Emitted::status_of(*output.status));
  }
  void rows(std::span<const Value>, StepResult&) override {
    throw UnknownRequest("a valve takes watermarks and statuses");
  }

 private:
  WatermarkValve valve_;
};

StreamNode plain_node(uint32_t width) {
  StreamNode node;
  node.name = "conform";
  node.output.fields.resize(width);
  return node;
}

class SourceOutputSubject final : public Subject {
 public:
  SourceOutputSubject(const Value& spec, uint32_t width)
      : ctx_(plain_node(width), {}), output_(scripted_timestamp(spec), scripted_generator(spec)) {}

  void step(const Value& step, StepResult& result) override {
    ctx_.record_to(result);
    act(step);
    ctx_.flush();
  }
  void rows(std::span<const Value> steps, StepResult& result) override {
    ctx_.record_to(result);
    emit(steps);
    ctx_.flush();
  }

 private:
  uint32_t split(const Value& step, const char* name) {
    return ctx_.split_number(text_of(member(step, name)));
  }
  SourceOutput::Split place(const Value& step) {
    if (!has_member(step, "split")) return std::nullopt;
    return split(step, "split");
  }
  void emit(std::span<const Value> steps) {
    RowBatch rows = batch_of(steps);
    output_.emit(place(steps.front()), rows, ctx_);
  }
  void act(const Value& step) {
    const SourceOutput::Split on = place(step);
    if (has_member(step, "row")) {
      emit({&step, 1});
    } else if (has_member(step, "probe")) {
      output_.probe(ctx_);
    } else if (has_member(step, "now")) {
      ctx_.set_clock({number_of(member(step, "now"))});
    } else if (has_member(step, "watermark")) {
      output_.emit_watermark(on, {number_of(member(step, "watermark"))}, ctx_);
    } else if (has_member(step, "status")) {
      if (status_of(member(step, "status")) == StreamStatus::kIdle) {
        output_.mark_idle(on, ctx_);
      } else {
        output_.mark_active(on, ctx_);
      }
    } else {
      act_on_splits(step);
    }
  }
  void act_on_splits(const Value& step) {
    if (has_member(step, "add_split")) {
      output_.add_split(split(step, "add_split"));
    } else if (has_member(step, "release_split")) {
      output_.release_split(split(step, "release_split"), ctx_);
    } else if (has_member(step, "pause_split")) {
      output_.pause(split(step, "pause_split"), ctx_);
    } else if (has_member(step, "resume_split")) {
      output_.resume(split(step, "resume_split"), ctx_);
    } else {
      throw UnknownRequest("a source output does not know the step " + to_json(step));
    }
  }

  HarnessContext ctx_;
  SourceOutput output_;
};

}  // namespace

std::unique_ptr<Subject> make_valve_subject(const Value& node) {
  return std::make_unique<ValveSubject>(static_cast<uint32_t>(number_of(member(node, "valve"))));
}

std::unique_ptr<Subject> make_source_output_subject(const Value& body) {
  const auto width = static_cast<uint32_t>(member(body, "fields").as_list().size());
  return std::make_unique<SourceOutputSubject>(member(member(body, "node"), "source_output"),
                                               width);
}

std::unique_ptr<Subject> make_subject(const RecordedCase& recorded) {
  const Value node = member(recorded.body, "node");
  if (has_member(node, "valve")) return make_valve_subject(node);
  if (has_member(node, "chain")) return make_chain_subject(node);
  if (has_member(node, "aligned_source")) return make_alignment_subject(recorded.body);
  if (has_member(node, "source_output")) return make_source_output_subject(recorded.body);
  if (has_member(node, "async")) return make_async_subject(node);
  if (has_member(node, "union") || has_member(node, "channels")) return make_task_subject(node);
  return make_operator_subject(recorded);
}

RowBatch batch_of(std::span<const Value> steps) {
  RowBatch batch(static_cast<uint32_t>(member(steps.front(), "row").as_list().size()));
  for (const Value& step : steps) {
    const Value row = member(step, "row");
    batch.append(row.as_list(), timestamp_of(step));
  }
  return batch;
}

Emitted Emitted::watermark(EventTime time) {
  Emitted emitted;
  emitted.kind = Kind::kWatermark;
  emitted.time = time;
  return emitted;
}

Emitted Emitted::status_of(StreamStatus status) {
  Emitted emitted;
  emitted.kind = Kind::kStatus;
  emitted.status = status;
  return emitted;
}

Emitted Emitted::control_of(const char* name, Value value) {
  Emitted emitted;
  emitted.kind = Kind::kControl;
  emitted.control = Value::map({{Value::text(name), std::move(value)}});
  return emitted;
}

std::string to_json(const Emitted& emitted) {
  std::vector<Value::MapEntry> object;
  switch (emitted.kind) {
    case Emitted::Kind::kWatermark:
      object.emplace_back(Value::text("watermark"), Value::integer(emitted.time->ms));
      break;
    case Emitted::Kind::kStatus:
      object.emplace_back(Value::text("status"),
                          Value::text(emitted.status == StreamStatus::kIdle ? "idle" : "active"));
      break;
    case Emitted::Kind::kControl:
      return to_json(emitted.control);
    case Emitted::Kind::kRow:
      object.emplace_back(Value::text("row"), Value::list(emitted.row));
      if (emitted.time) object.emplace_back(Value::text("ts"), Value::integer(emitted.time->ms));
      if (!emitted.to.empty()) object.emplace_back(Value::text("to"), Value::text(emitted.to));
      break;
  }
  return to_json(Value::map(std::move(object)));
}

Emitted parse_emitted(const Value& value) {
  if (has_member(value, "watermark")) {
    return Emitted::watermark({number_of(member(value, "watermark"))});
  }
  if (has_member(value, "status")) {
    return Emitted::status_of(status_of(member(value, "status")));
  }
  for (const char* control : {"barrier", "cancel_barrier", "end"}) {
    if (has_member(value, control)) return Emitted::control_of(control, member(value, control));
  }
  if (!has_member(value, "row"))
    throw UnknownRequest("an unknown kind of output: " + to_json(value));
  const Value row = member(value, "row");
  Emitted emitted;
  emitted.row.assign(row.as_list().begin(), row.as_list().end());
  if (has_member(value, "ts")) emitted.time = EventTime{number_of(member(value, "ts"))};
  if (has_member(value, "to")) emitted.to = text_of(member(value, "to"));
  return emitted;
}

}  // namespace leat
