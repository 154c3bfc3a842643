// Durable storage that all processes see: named blobs, written whole or not at all.
//
// A write lands some time after it was asked for. Where the writer dies in between, chance says at
// once whether the blob is whole or absent: nothing lands later.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/env/env.h"
#include "sim/world/processes.h"
#include "sim/world/schedule.h"

namespace leat {

class Storage {
 public:
  // REQUIRES: both outlive this.
  Storage(Schedule& schedule, std::vector<ProcessSlot>& processes,
          std::map<std::string, Bytes> blobs = {});

  void put(ProcessId who, BlobTicket ticket, std::string name, Bytes bytes);
  void get(ProcessId who, BlobTicket ticket, std::string name);
  void remove(const std::string& name);

  // The operation of the event comes to its end: the reply, if its process still lives.
  std::optional<BlobReply> complete(const Event& event);
  // REQUIRES: called when the process has died, before it starts again.
  void died(ProcessId process);

  void fail_next(uint32_t count) { to_fail_ += count; }
  void slow_down(Duration amount, Duration lasts);

  const std::map<std::string, Bytes>& blobs() const { return blobs_; }

 private:
  enum class What : uint8_t { kFree, kPut, kGet };
  struct Operation {
    What what = What::kFree;
    ProcessId process;
    BlobTicket ticket;
    std::string name;
    Bytes bytes;
  };

  void begin(Operation operation);
  BlobReply failed(Operation& operation);
  void write(Operation& operation);
  void read(const std::string& name, BlobReply& reply);

  Schedule& schedule_;
  std::vector<ProcessSlot>& processes_;
  std::map<std::string, Bytes> blobs_;
  std::vector<Operation> operations_;
  std::vector<uint32_t> free_;
  uint32_t to_fail_ = 0;  // so many that come to their end next
  ProcTime slow_until_;
  Duration slow_by_;
  bool slow_counted_ = true;  // the slowness has hit something
};

}  // namespace leat
