#include "sim/conform/task_host.h"

namespace leat {

void LoneTaskHost::run(Task& task) {
  while (!announced_.empty() || !stored_.empty()) {
    if (!stored_.empty()) {
      BlobReply reply = std::move(stored_.front());
      stored_.pop_front();
      task.on_blob(std::move(reply));
    } else {
      const uint32_t channel = announced_.front();
      announced_.pop_front();
      task.on_run(channel);
    }
  }
}

}  // namespace leat
