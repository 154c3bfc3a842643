// What must survive the JobManager: two small blobs.
//
//   _job              how the job stands: attempts used, checkpoint ids that may be given, its end
//   _latest           the completed checkpoints, oldest first; it is what makes them completed
//   chk-n/_metadata   one completed checkpoint
//
// An attempt number and a checkpoint id are noted before they are used, so that no incarnation of
// the JobManager can use one again.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/cluster/completed_checkpoint.h"
#include "core/env/env.h"
#include "core/trace/facts.h"

namespace leat {

// Ids are noted in blocks; a JobManager that dies leaves at most a gap of one block.
inline constexpr uint64_t kCheckpointIdBlock = 16;

struct JobRecord {
  uint32_t attempt = 0;                    // the highest that may be in use
  CheckpointId last_id;                    // the highest that may be given
  JobStatus status = JobStatus::kRunning;  // kFailed and kFinished: the job is over
  friend bool operator==(const JobRecord&, const JobRecord&) = default;
};

Bytes encode(const JobRecord& record);
JobRecord decode_job_record(std::string_view bytes);
Bytes encode(const std::vector<CheckpointId>& list);
std::vector<CheckpointId> decode_list(std::string_view bytes);

std::string job_blob(const std::string& directory);
std::string list_blob(const std::string& directory);
std::string metadata_blob(const std::string& directory, CheckpointId id);

// Keeps the record's blob in step with what is wanted: one write at a time, the newest next.
class JobRecordWriter {
 public:
  JobRecordWriter(Env& env, std::string blob, BlobTicket ticket)
      : env_(env), blob_(std::move(blob)), ticket_(ticket) {}

  void recovered(const JobRecord& record) { durable_ = wanted_ = record; }
  const JobRecord& wanted() const { return wanted_; }
  const JobRecord& durable() const { return durable_; }
  void want(const JobRecord& record);
  void on_written(bool ok);
  // True after a failed write: retry() is to be called some time later.
  bool must_retry() const { return !writing_ && !(wanted_ == durable_); }
  void retry();

 private:
  Env& env_;
  std::string blob_;
  BlobTicket ticket_;
  JobRecord wanted_;
  JobRecord durable_;
  std::optional<JobRecord> writing_;
};

}  // namespace leat
