// The JobMaster's numbers for its timers and storage requests.
#pragma once

#include <cstdint>

namespace leat {

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
