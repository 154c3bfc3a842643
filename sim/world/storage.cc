#include "sim/world/storage.h"

#include <utility>

#include "core/base/check.h"

namespace leat {

namespace {
constexpr Site kOperation{"storage.operation"};
constexpr Site kStorageLatency{"storage.latency"};
constexpr Site kWholeAtCrash{"storage.whole_at_crash"};
constexpr Site kWholeAtFailure{"storage.whole_at_failure"};

// Whose request it is and what for: the name of the blob is the program's own affair.
Entity requester(const BlobTicket& ticket) {
  return entity(entity(ticket.who, ticket.kind), ticket.arg);
}
}  // namespace

Storage::Storage(Schedule& schedule, std::vector<ProcessSlot>& processes,
                 std::map<std::string, Bytes> blobs)
    : schedule_(schedule), processes_(processes), blobs_(std::move(blobs)) {}

void Storage::put(ProcessId who, BlobTicket ticket, std::string name, Bytes bytes) {
  begin({What::kPut, who, ticket, std::move(name), std::move(bytes)});
}

void Storage::get(ProcessId who, BlobTicket ticket, std::string name) {
  begin({What::kGet, who, ticket, std::move(name), {}});
}

void Storage::remove(const std::string& name) {
  check(!name.empty(), "a blob without a name is removed");
  schedule_.touch(hash_name(name));
  if (blobs_.erase(name) > 0) {
    schedule_.add(BlobRemoved{name});
  } else {
    schedule_.add(BlobMissing{name});
  }
}

void Storage::begin(Operation operation) {
  schedule_.touch(hash_name(operation.name));
  const Entity who = requester(operation.ticket);
  Duration latency = schedule_.chance.between(kStorageLatency, who, schedule_.config.storage_min,
                                              schedule_.config.storage_max);
  if (schedule_.now < slow_until_) {
    latency.ms += slow_by_.ms;
    if (!std::exchange(slow_counted_, true)) schedule_.hit(FaultKind::kStorageSlow);
  }
  Event event;
  event.identity = schedule_.chance.name_next(kOperation, who);
  event.kind = EventKind::kBlob;
  event.process = operation.process;
  event.incarnation = processes_[operation.process.value].incarnation;
  if (free_.empty()) {
    event.index = static_cast<uint32_t>(operations_.size());
    operations_.push_back(std::move(operation));
  } else {
    event.index = free_.back();
    free_.pop_back();
    operations_[event.index] = std::move(operation);
  }
  schedule_.push(schedule_.now + latency, event);
}

void Storage::write(Operation& operation) {
  schedule_.add(BlobWritten{operation.name, operation.bytes.size(), hash_bytes(operation.bytes)});
  blobs_[operation.name] = std::move(operation.bytes);
}

void Storage::read(const std::string& name, BlobReply& reply) {
  const auto blob = blobs_.find(name);
  reply.ok = blob != blobs_.end();
  if (reply.ok) {
    reply.bytes = blob->second;
    schedule_.add(BlobRead{name, reply.bytes.size(), hash_bytes(reply.bytes)});
  } else {
    reply.error = "no blob \"" + name + "\"";
    reply.absent = true;
    schedule_.add(BlobMissing{name});
  }
}

std::optional<BlobReply> Storage::complete(const Event& event) {
  Operation operation = std::exchange(operations_[event.index], Operation{});
  free_.push_back(event.index);
  if (!processes_[event.process.value].is_current(event.incarnation)) return std::nullopt;
  check(operation.what != What::kFree, "a storage operation ends twice");
  schedule_.touch(hash_name(operation.name));
  if (to_fail_ > 0) return failed(operation);
  BlobReply reply;
  reply.ticket = operation.ticket;
  if (operation.what == What::kGet) {
    read(operation.name, reply);
    return reply;
  }
  write(operation);
  reply.ok = true;
  reply.put = std::move(operation.name);
  return reply;
}

BlobReply Storage::failed(Operation& operation) {
  --to_fail_;
  schedule_.hit(FaultKind::kStorageFail);
  const bool reads = operation.what == What::kGet;
  // Who is told so does not know whether it was written.
  if (!reads && schedule_.chance.choose(kWholeAtFailure, requester(operation.ticket), 2) == 1)
    write(operation);
  schedule_.add(BlobFailed{operation.name});
  BlobReply reply;
  reply.ticket = operation.ticket;
  reply.error = std::string(reads ? "reading" : "writing") + " \"" + operation.name + "\" failed";
  if (!reads) reply.put = std::move(operation.name);
  return reply;
}

void Storage::died(ProcessId process) {
  for (Operation& operation : operations_) {
    if (operation.what != What::kPut || operation.process != process) continue;
    operation.what = What::kGet;  // decided now; its event finds nobody to answer
    if (schedule_.chance.choose(kWholeAtCrash, requester(operation.ticket), 2) == 1)
      write(operation);
  }
}

void Storage::slow_down(Duration amount, Duration lasts) {
  slow_by_ = amount;
  slow_until_ = schedule_.now + lasts;
  slow_counted_ = false;
}

}  // namespace leat
