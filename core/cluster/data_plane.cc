#include "core/cluster/data_plane.h"

namespace leat {

using namespace rpc;

namespace {

// A lane is named by the channel, not by an attempt, so that chance meets the same link after a
// restart. Never kRpcLane.
Lane lane_of(SubtaskId subtask, uint32_t channel, uint64_t direction) {
  const uint64_t who = (uint64_t{subtask.vertex.value} << 32) | subtask.index;
  return mix(who, channel, direction) | 1;
}
Lane to_consumer(ExecutionId consumer, uint32_t channel) {
  return lane_of(consumer.subtask, channel, 1);
}
Lane to_producer(ExecutionId producer, uint32_t channel) {
  return lane_of(producer.subtask, channel, 2);
}

}  // namespace

template <class M>
void DataPlane::transmit(ProcessId where, Lane lane, const M& message) {
  env_.send({{env_.self(), kDataPlane}, {where, kDataPlane}, lane, pack_unfenced(message)});
}

void DataPlane::send(ProcessId where, BatchMessage message) {
  if (where == env_.self()) {
    local_.emplace_back(std::move(message));
  } else {
    transmit(where, to_consumer(message.to, message.channel), message);
  }
}

void DataPlane::send(ProcessId where, const CreditMessage& message) {
  if (where == env_.self()) {
    local_.emplace_back(message);
  } else {
    transmit(where, to_producer(message.to, message.channel), message);
  }
}

void DataPlane::send(ProcessId where, const PartitionRequest& message) {
  if (where == env_.self()) {
    local_.emplace_back(message);
  } else {
    transmit(where, to_producer(message.producer, message.producer_channel), message);
  }
}

void DataPlane::on_message(const Message& message) {
  const ProcessId from = message.from.process;
  switch (type_of(message.body)) {
    case MessageType::kBatch: {
      auto batch = unpack_unfenced<BatchMessage>(message.body);
      deliver(batch, from);
      break;
    }
    case MessageType::kCredit: {
      auto credit = unpack_unfenced<CreditMessage>(message.body);
      deliver(credit, from);
      break;
    }
    case MessageType::kPartitionRequest: {
      auto request = unpack_unfenced<PartitionRequest>(message.body);
      deliver(request, from);
      break;
    }
    case MessageType::kPartitionNotFound: {
      auto missing = unpack_unfenced<PartitionNotFound>(message.body);
      deliver(missing, from);
      break;
    }
    default:
      fail_check("a message that is not of the data plane");
  }
}

void DataPlane::hand_over() {
  while (!local_.empty()) {
    Local next = std::move(local_.front());
    local_.pop_front();
    std::visit([this](auto& message) { deliver(message, env_.self()); }, next);
  }
}

void DataPlane::deliver(BatchMessage& message, ProcessId) {
  if (Task* task = tasks_.task(message.to)) {
    task->on_batch(message.channel, message.sequence, std::move(message.batch));
  }
}

void DataPlane::deliver(CreditMessage& message, ProcessId) {
  if (Task* task = tasks_.task(message.to)) task->on_credit(message.channel, message.credits);
}

void DataPlane::deliver(PartitionRequest& message, ProcessId from) {
  if (Task* task = tasks_.task(message.producer)) {
    task->on_partition_request(message.producer_channel, message.consumer, message.credits);
    return;
  }
  const PartitionNotFound answer{message.consumer, message.consumer_channel};
  if (from == env_.self()) {
    local_.emplace_back(answer);
  } else {
    transmit(from, to_consumer(message.consumer, message.consumer_channel), answer);
  }
}

void DataPlane::deliver(PartitionNotFound& message, ProcessId) {
  if (Task* task = tasks_.task(message.consumer)) {
    task->partition_not_found(message.consumer_channel);
  }
}

}  // namespace leat
