// Where the records of a source's splits come from: a table that the subtask reads itself, or a
// topic of the log. Knows no watermarks and no state: the source tells it where each split goes on.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/connectors/connector_context.h"
#include "core/connectors/log_protocol.h"

namespace leat {

class SplitReader {
 public:
  virtual ~SplitReader() = default;

  // The split is to be read on from `offset`: announces it for when a record may be there.
  // REQUIRES: `offset` is behind all that was taken, and is not the split's end if that is known.
  virtual void want(uint32_t split, uint64_t offset, ConnectorContext& ctx) = 0;
  // Appends the records from `offset` on that are there, `most` at most.
  virtual void take(uint32_t split, uint64_t offset, uint32_t most, ProcTime now,
                    RowBatch& rows) = 0;
  // How many records the split has; none while that is not known yet.
  virtual std::optional<uint64_t> end(uint32_t split) const = 0;

  // ---- of the log only ----
  // Returns the split of which more is known now: records to read (they are announced), or its end.
  virtual std::optional<uint32_t> on_fetched(Fetched, ConnectorContext&) { return std::nullopt; }
  virtual void on_disconnected(ConnectorContext&) {}
  virtual void on_timer(uint64_t, ConnectorContext&) {}
};

// Reads `data` directly, paced by its arrivals.
std::unique_ptr<SplitReader> make_table_reader(std::shared_ptr<const SplitData> data);

// Fetches from the log, one request and one batch a partition. The log holds a request until a
// record arrives, longer and longer while nothing does; a request that may be lost is made again.
std::unique_ptr<SplitReader> make_log_reader(std::string topic, uint32_t width);

}  // namespace leat
