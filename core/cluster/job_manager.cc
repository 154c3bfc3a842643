// The JobManager process: three endpoints that share nothing but the process.
#include "core/cluster/cluster.h"
#include "core/cluster/dispatcher.h"
#include "core/cluster/job_master.h"
#include "core/cluster/resource_manager.h"

namespace leat {

using namespace rpc;

namespace {

class JobManager final : public Process {
 public:
  JobManager(Env& env, ClusterConfig config, std::shared_ptr<const JobProgram> program)
      : config_(std::move(config)),
        // There is one JobManager, so each start of it is a leadership of its own.
        dispatcher_(env, env.incarnation()),
        resource_manager_(env, config_, env.incarnation()),
        job_master_(env, config_, std::move(program), env.incarnation()) {}

  void start() override {
    resource_manager_.start();
    dispatcher_.start();
  }
  void on_message(const Message& message) override {
    switch (message.to.endpoint) {
      case kDispatcher:
        return dispatcher_.on_message(message);
      case kResourceManager:
        return resource_manager_.on_message(message);
      case kJobMaster:
        return job_master_.on_message(message);
      default:
        fail_check("a message to an endpoint that the JobManager does not have");
    }
  }
  void on_timer(const TimerTag& tag) override {
    if (tag.endpoint == kResourceManager) {
      resource_manager_.on_timer(tag);
    } else {
      job_master_.on_timer(tag);
    }
  }
  void on_run(const RunTag&) override { fail_check("the JobManager runs no tasks"); }
  void on_blob(BlobReply reply) override { job_master_.on_blob(std::move(reply)); }
  void on_disconnect(ProcessId peer) override {
    resource_manager_.on_disconnect(peer);
    job_master_.on_disconnect(peer);
  }

 private:
  const ClusterConfig config_;
  Dispatcher dispatcher_;
  ResourceManager resource_manager_;
  JobMaster job_master_;
};

}  // namespace

std::unique_ptr<Process> make_job_manager(Env& env, ClusterConfig config,
                                          std::shared_ptr<const JobProgram> program) {
  return std::make_unique<JobManager>(env, std::move(config), std::move(program));
}

}  // namespace leat
