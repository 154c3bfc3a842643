#include "core/connectors/split_reader.h"

#include <algorithm>
#include <map>

#include "core/connectors/arrived.h"

namespace leat {

namespace {

class TableReader final : public SplitReader {
 public:
  explicit TableReader(std::shared_ptr<const SplitData> data) : data_(std::move(data)) {}

  void want(uint32_t split, uint64_t offset, ConnectorContext& ctx) override {
    ctx.announce_split(split, std::max(ctx.now(), arrival_time(*data_, split, offset)));
  }
  void take(uint32_t split, uint64_t offset, uint32_t most, ProcTime now, RowBatch& rows) override {
    const uint32_t count = arrived(*data_, split, offset, now, most);
    if (count > 0) data_->read(split, offset, count, rows);
  }
  std::optional<uint64_t> end(uint32_t split) const override { return data_->size(split); }

 private:
  const std::shared_ptr<const SplitData> data_;
};

class LogReader final : public SplitReader {
 public:
  LogReader(std::string topic, uint32_t width) : topic_(std::move(topic)), width_(width) {}

  void want(uint32_t split, uint64_t offset, ConnectorContext& ctx) override {
    Partition& partition = partitions_[split];
    if (offset < partition.first + partition.fetched.size()) {
      return ctx.announce_split(split, ctx.now());
    }
    partition.fetched.clear();
    partition.first = offset;
    partition.hold = kHoldMin;
    fetch(split, partition, ctx);
    arm(ctx);
  }

  void take(uint32_t split, uint64_t offset, uint32_t most, ProcTime, RowBatch& rows) override {
    Partition& partition = partitions_[split];
    const uint64_t there = partition.first + partition.fetched.size();
    if (offset < partition.first || offset >= there) return;
    if (offset == partition.first && partition.fetched.size() <= most) {
      std::swap(rows, partition.fetched);
      partition.fetched = RowBatch(width_);
      partition.first = there;
      return;
    }
    const uint64_t until = std::min(there, offset + most);
    for (uint64_t i = offset; i < until; ++i) {
      rows.append_row_of(partition.fetched, static_cast<uint32_t>(i - partition.first));
    }
  }

  std::optional<uint64_t> end(uint32_t split) const override {
    const auto partition = partitions_.find(split);
    return partition == partitions_.end() ? std::nullopt : partition->second.end;
  }

  std::optional<uint32_t> on_fetched(Fetched reply, ConnectorContext& ctx) override {
    const auto entry = partitions_.find(reply.partition);
    if (entry == partitions_.end()) return std::nullopt;
    Partition& partition = entry->second;
    // The second answer to a request that was made twice.
    if (!partition.asked || reply.offset != partition.first) return std::nullopt;
    partition.end = reply.end;
    if (reply.rows.empty() && reply.offset < reply.end) {
      partition.hold = std::min(Duration{partition.hold.ms * 2}, kHoldMax);
      fetch(reply.partition, partition, ctx);
      arm(ctx);
      return std::nullopt;
    }
    partition.asked = false;
    backoff_ = kBackoffMin;
    partition.fetched = std::move(reply.rows);
    if (!partition.fetched.empty()) ctx.announce_split(reply.partition, ctx.now());
    return reply.partition;
  }

  void on_disconnected(ConnectorContext& ctx) override {
    const ProcTime again = ctx.now() + backoff_;
    backoff_ = std::min(Duration{backoff_.ms * 2}, kBackoffMax);
    for (auto& [split, partition] : partitions_) {
      partition.due = std::min(partition.due, again);
    }
    arm(ctx);
  }

  void on_timer(uint64_t arg, ConnectorContext& ctx) override {
    if (!armed_ || arg != timers_) return;  // replaced by an earlier one
    armed_.reset();
    for (auto& [split, partition] : partitions_) {
      if (partition.asked && partition.due <= ctx.now()) fetch(split, partition, ctx);
    }
    arm(ctx);
  }

 private:
  static constexpr uint32_t kRowsPerFetch = 256;
  static constexpr Duration kAnswerTimeout{30000};
  static constexpr Duration kHoldMin{60000};
  static constexpr Duration kHoldMax{6 * 3600000};
  static constexpr Duration kBackoffMin{100};
  static constexpr Duration kBackoffMax{10000};

  struct Partition {
    RowBatch fetched;
    uint64_t first = 0;  // offset of the first fetched row, or of the one asked for
    std::optional<uint64_t> end;
    bool asked = false;
    Duration hold = kHoldMin;
    ProcTime due;  // where asked: when to ask again
  };

  void fetch(uint32_t split, Partition& partition, ConnectorContext& ctx) {
    partition.asked = true;
    partition.due = ctx.now() + partition.hold + kAnswerTimeout;
    ctx.send_external(
        encode(LogRequest(Fetch{topic_, split, ctx.execution().attempt, partition.first, width_,
                                kRowsPerFetch, partition.hold})));
  }

  void arm(ConnectorContext& ctx) {
    std::optional<ProcTime> due;
    for (const auto& [split, partition] : partitions_) {
      if (partition.asked && (!due || partition.due < *due)) due = partition.due;
    }
    if (!due || (armed_ && *armed_ <= *due)) return;
    armed_ = due;
    ctx.call_at(*due, ++timers_);
  }

  const std::string topic_;
  const uint32_t width_;
  std::map<uint32_t, Partition> partitions_;
  Duration backoff_ = kBackoffMin;
  std::optional<ProcTime> armed_;
  uint64_t timers_ = 0;
};

}  // namespace

std::unique_ptr<SplitReader> make_table_reader(std::shared_ptr<const SplitData> data) {
  return std::make_unique<TableReader>(std::move(data));
}

std::unique_ptr<SplitReader> make_log_reader(std::string topic, uint32_t width) {
  return std::make_unique<LogReader>(std::move(topic), width);
}

}  // namespace leat
