// What TaskManagers say to one another: batches, credits, requests. Not fenced: the attempts in the
// ids of the executions do that.
#pragma once

#include "core/cluster/wire.h"

namespace leat::rpc {

struct BatchMessage {
  static constexpr MessageType kType = MessageType::kBatch;
  ExecutionId to;
  uint32_t channel = 0;
  uint64_t sequence = 0;
  Batch batch;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.to);
    a(m.channel);
    a(m.sequence);
    a(m.batch);
  }
};
struct CreditMessage {
  static constexpr MessageType kType = MessageType::kCredit;
  ExecutionId to;
  uint32_t channel = 0;
  uint32_t credits = 0;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.to);
    a(m.channel);
    a(m.credits);
  }
};
struct PartitionRequest {
  static constexpr MessageType kType = MessageType::kPartitionRequest;
  ExecutionId producer;
  uint32_t producer_channel = 0;
  ExecutionId consumer;
  uint32_t consumer_channel = 0;
  uint32_t credits = 0;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.producer);
    a(m.producer_channel);
    a(m.consumer);
    a(m.consumer_channel);
    a(m.credits);
  }
};
struct PartitionNotFound {
  static constexpr MessageType kType = MessageType::kPartitionNotFound;
  ExecutionId consumer;
  uint32_t consumer_channel = 0;
  template <class Self, class A>
  static void fields(Self& m, A& a) {
    a(m.consumer);
    a(m.consumer_channel);
  }
};

}  // namespace leat::rpc
