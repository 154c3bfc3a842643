#include "core/cluster/job_store.h"

namespace leat {

Bytes encode(const JobRecord& record) {
  ByteWriter out;
  out.varint(record.attempt);
  out.id(record.last_id);
  out.u8(static_cast<uint8_t>(record.status));
  return out.take();
}

JobRecord decode_job_record(std::string_view bytes) {
  ByteReader in(bytes);
  JobRecord record;
  record.attempt = in.u32();
  record.last_id = in.checkpoint();
  record.status = static_cast<JobStatus>(in.u8());
  return record;
}

Bytes encode(const std::vector<CheckpointId>& list) {
  ByteWriter out;
  out.varint(list.size());
  for (const CheckpointId id : list) out.id(id);
  return out.take();
}

std::vector<CheckpointId> decode_list(std::string_view bytes) {
  ByteReader in(bytes);
  std::vector<CheckpointId> list;
  for (uint64_t n = in.varint(); n > 0; --n) list.push_back(in.checkpoint());
  return list;
}

std::string job_blob(const std::string& directory) { return directory + "/_job"; }
std::string list_blob(const std::string& directory) { return directory + "/_latest"; }
std::string metadata_blob(const std::string& directory, CheckpointId id) {
  return directory + "/chk-" + std::to_string(id.value) + "/_metadata";
}

void JobRecordWriter::want(const JobRecord& record) {
  wanted_ = record;
  retry();
}

void JobRecordWriter::retry() {
  if (writing_ || wanted_ == durable_) return;
  writing_ = wanted_;
  env_.blobs().put(ticket_, blob_, encode(*writing_));
}

void JobRecordWriter::on_written(bool ok) {
  const JobRecord written = *writing_;
  writing_.reset();
  if (!ok) return;
  durable_ = written;
  retry();
}

}  // namespace leat
