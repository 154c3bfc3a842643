#include "core/runtime/chain_node.h"

namespace leat {

namespace {
std::string name_of(const StreamNode& node, SubtaskId subtask) {
  return node.name + "[" + std::to_string(subtask.index) + "]";
}

// An error that says in which operator it arose. (Flink: ExceptionInChainedOperatorException.)
class OperatorError final : public JobError {
 public:
  using JobError::JobError;
};
}  // namespace

// One that comes from further down the chain has its name already.
template <class F>
void ChainNode::in_own_name(F&& part) {
  try {
    part();
  } catch (const InvariantViolation&) {
    throw;  // our bug, not the job's
  } catch (const OperatorError&) {
    throw;
  } catch (const std::exception& error) {
    throw OperatorError(node_.name + ": " + error.what());
  }
}

ChainNode::ChainNode(ChainServices& services, NodeId id, uint32_t index,
                     std::unique_ptr<Operator> op)
    : services_(services),
      id_(id),
      index_(index),
      node_(services.host().program().graph.node(id)),
      role_(std::holds_alternative<SourceSpec>(node_.spec) ? Role::kSource
            : std::holds_alternative<SinkSpec>(node_.spec) ? Role::kSink
                                                           : Role::kInner),
      entity_(leat::entity(name_of(node_, services.execution().subtask))),
      op_(std::move(op)),
      outputs_(node_.sides.size() + 1) {
  outputs_[0].rows.set_width(node_.output.width());
  for (size_t i = 0; i < node_.sides.size(); ++i) {
    outputs_[i + 1].rows.set_width(node_.sides[i].schema.width());
  }
}

Connector& ChainNode::connector() {
  check(is_connector(), "an inner operator is asked for what only the rim of a job has");
  return static_cast<Connector&>(*op_);
}

void ChainNode::receive(uint32_t input, RowBatch& rows) {
  if (!op_->tells_its_input()) {
    for (RecordTap* tap : taps()) tap->on_operator_input(execution(), id_, input, rows);
  }
  in_own_name([&] { op_->on_rows(input, rows, *this); });
  flush();
}

void ChainNode::receive(Watermark watermark) {
  if (!op_->tells_its_input()) add_fact(WatermarkAdvanced{execution(), id_, watermark.time});
  in_own_name([&] { op_->on_watermark(watermark.time, *this); });
  flush();
}

void ChainNode::receive(StreamStatus status) {
  op_->on_status(status, *this);
  flush();
}

void ChainNode::on_wake() {
  wake_ = {};
  in_own_name([&] { op_->on_processing_time(wake_time_, *this); });
  flush();
}

bool ChainNode::finish() {
  if (quiesced_) return true;
  if (!op_->accepts_input()) return false;
  if (!input_ended_) {
    input_ended_ = true;
    in_own_name([&] { op_->end_input(*this); });
    flush();
  }
  if (op_->has_work()) return false;
  cancel_wake();
  quiesced_ = true;
  in_own_name([&] { op_->finish(*this); });
  flush();
  return true;
}

void ChainNode::wake_up() {
  if (status_ == StreamStatus::kIdle) emit(StreamStatus::kActive);
}

void ChainNode::flush() {
  for (uint32_t i = 0; i < outputs_.size(); ++i) {
    if (!outputs_[i].rows.empty()) hand_on(i);
  }
}

void ChainNode::hand_on(uint32_t index) {
  Output& output = outputs_[index];
  services_.spend(output.rows.size());
  const uint32_t width = output.rows.width();
  const uint32_t number = index == 0 ? kMainOutput : index - 1;
  for (RecordTap* tap : taps()) tap->on_operator_output(execution(), id_, number, output.rows);
  for (size_t i = 0; i + 1 < output.targets.size(); ++i) {
    if (output.targets[i].writer != nullptr) {
      output.targets[i].writer->write_copy(output.rows);
    } else {
      RowBatch copy = output.rows;
      hand_rows_to(output.targets[i], copy);
    }
  }
  if (!output.targets.empty()) hand_rows_to(output.targets.back(), output.rows);
  output.rows.clear();
  output.rows.set_width(width);  // whoever took the rows may have left us another batch
}

void ChainNode::hand_rows_to(const Target& target, RowBatch& rows) {
  if (target.writer != nullptr) {
    target.writer->write(rows);
  } else {
    target.child->receive(0, rows);
  }
}

template <class Control>
void ChainNode::hand_to_all(Control control) {
  for (const Output& output : outputs_) {
    for (const Target& target : output.targets) {
      if (target.writer != nullptr) {
        target.writer->broadcast(control);
      } else {
        target.child->receive(control);
      }
    }
  }
}

void ChainNode::emit(Watermark watermark) {
  flush();
  // While idle is announced nothing of the kind passes (RecordWriterOutput, ChainingOutput).
  if (status_ == StreamStatus::kIdle) return;
  if (is_source()) add_fact(WatermarkAdvanced{execution(), id_, watermark.time});
  hand_to_all(watermark);
}

void ChainNode::emit(StreamStatus status) {
  flush();
  if (status == status_) return;
  status_ = status;
  const uint8_t idle = status == StreamStatus::kIdle ? 1 : 0;
  add_fact(StatusChanged{execution(), id_, idle});
  hand_to_all(status);
}

void ChainNode::wake_at(ProcTime time) {
  if (wake_ != TimerId{} && wake_time_ == time) return;
  cancel_wake();
  if (quiesced_ || time == ProcTime::max()) return;  // never
  // Flink's timers are due when the clock has passed their time.
  const ProcTime due = time < now() ? now() : time + Duration{1};
  wake_ = services_.call_at(due, entity_, TimerKind::kWake, index_, 0);
  wake_time_ = time;
}

void ChainNode::cancel_wake() {
  if (wake_ == TimerId{}) return;
  services_.host().env().cancel(wake_);
  wake_ = {};
}

void ChainNode::send_external(Bytes body) {
  if (services_.dead()) return;
  services_.host().send_external(services_.local_task(), id_, std::move(body));
}

void ChainNode::call_at(ProcTime when, uint64_t arg) {
  services_.call_at(when, entity_, TimerKind::kConnector, index_, arg);
}

void ChainNode::send_to_enumerator(Bytes event) {
  if (services_.dead()) return;
  services_.host().send_to_coordinator(execution(), id_, std::move(event));
}

}  // namespace leat
