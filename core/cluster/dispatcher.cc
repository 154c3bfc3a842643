#include "core/cluster/dispatcher.h"

namespace leat {

using namespace rpc;

void Dispatcher::start() {
  endpoint_.send({endpoint_.env().self(), kJobMaster}, {leader_, 0}, StartJob{});
  status_ = JobStatus::kRunning;
}

void Dispatcher::on_message(const Message& message) {
  if (fence_of(message.body).leader != leader_) return;
  if (type_of(message.body) != MessageType::kJobEnded) return;
  status_ = unpack<JobEnded>(message.body).status;
  endpoint_.send({endpoint_.env().self(), kResourceManager}, {leader_, 0}, ShutDown{});
}

}  // namespace leat
