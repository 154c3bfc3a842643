// The JobMaster's numbers for its timers and storage requests, and the name that chance knows it
// by.
#pragma once

#include <cstdint>

#include "core/env/choices.h"

namespace leat {

inline constexpr Entity kJobMasterWho = entity("job_master");

enum JobMasterTimer : uint32_t {
  kHeartbeatTimer,
  kCheckpointTimer,
  kRestartTimer,
  kSlotTimer,
  kStoreTimer,
  kAlignmentTimer
};
enum JobMasterBlob : uint32_t {
  kRecordWritten,
  kListWritten,
  kMetadataWritten,
  kRecordRead,
  kListRead,
  kMetadataRead
};

}  // namespace leat
