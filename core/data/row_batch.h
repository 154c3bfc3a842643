// Rows in a flat block: `rows * width` Values side by side, with one timestamp (or none) a row.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "core/data/value.h"

namespace leat {

using RowView = std::span<const Value>;
using Row = std::vector<Value>;
using Timestamp = std::optional<EventTime>;  // "none" differs from "set, and equal to MIN"

class RowBatch {
 public:
  explicit RowBatch(uint32_t width = 0) : width_(width) {}

  uint32_t width() const { return width_; }
  uint32_t size() const { return static_cast<uint32_t>(stamps_.size()); }
  bool empty() const { return stamps_.empty(); }

  RowView row(uint32_t i) const { return {cells_.data() + size_t{i} * width_, width_}; }
  std::span<Value> row(uint32_t i) {
    cells_hash_ = 0;
    return {cells_.data() + size_t{i} * width_, width_};
  }
  Timestamp timestamp(uint32_t i) const {
    if (!unstamped_.empty() && unstamped_[i] != 0) return std::nullopt;
    return EventTime{stamps_[i]};
  }
  void set_timestamp(uint32_t i, Timestamp time);
  // Whether every row has one; then they stand here.
  bool all_stamped() const {
    return unstamped_.empty() || std::memchr(unstamped_.data(), 1, unstamped_.size()) == nullptr;
  }
  std::span<const int64_t> stamps() const { return stamps_; }
  // Gives every row a timestamp; the caller fills them in. The span is valid until the next append.
  std::span<int64_t> stamp_all() {
    unstamped_.clear();
    return stamps_;
  }

  // Appends a row of nulls for the caller to fill; the span is valid until the next append.
  std::span<Value> append(Timestamp time) {
    push_stamp(time);
    cells_.resize(cells_.size() + width_);
    return row(size() - 1);
  }
  // REQUIRES: values.size() == width(), and they do not stand in this batch.
  void append(RowView values, Timestamp time) {
    check(values.size() == width_, "a row does not have the width of its batch");
    push_stamp(time);
    // Not insert(), which for a row of a few cells is mostly preparation.
    if (cells_.capacity() - cells_.size() < width_) grow();
    for (const Value& value : values) cells_.push_back(value);
    cells_hash_ = 0;
  }
  // Appends `rows` rows of nulls without timestamps, or all with this one, for the caller to fill:
  // all their cells, valid until the next append.
  std::span<Value> append_unstamped(uint32_t rows);
  std::span<Value> append_all(uint32_t rows, EventTime time);
  void append_row_of(const RowBatch& other, uint32_t i) {
    append(other.row(i), other.timestamp(i));
  }
  // Drops the rows, keeps the memory.
  void clear() {
    cells_hash_ = 0;
    cells_.clear();
    stamps_.clear();
    unstamped_.clear();
  }
  // An empty batch takes another width.  REQUIRES: empty().
  void set_width(uint32_t width) {
    check(empty(), "only an empty batch can change its width");
    width_ = width;
    cells_hash_ = 0;
  }
  void reserve(uint32_t rows) {
    cells_.reserve(size_t{rows} * width_);
    stamps_.reserve(rows);
  }

  // A hash of contents, timestamps and order. That of the contents is remembered until they may
  // have changed: a source and the channel behind it ask for the same rows, and it is a tenth of a
  // plain job's time. So nobody writes through an old span after asking.
  uint64_t hash() const;

  void encode(ByteWriter& out) const;
  static RowBatch decode(ByteReader& in);

 private:
  void push_stamp(Timestamp time) {
    if (!time.has_value() || !unstamped_.empty()) push_unstamped(time);
    stamps_.push_back(time ? time->ms : 0);
  }
  void push_unstamped(Timestamp time);
  std::span<Value> append_cells(uint32_t rows);
  void grow();  // makes room for a row, and twice as many

  uint64_t hash_of_cells() const;

  uint32_t width_;
  mutable uint64_t cells_hash_ = 0;  // 0: not known
  std::vector<Value> cells_;
  std::vector<int64_t> stamps_;
  std::vector<uint8_t> unstamped_;  // empty where every row has a timestamp
};

// A hash of one row and its timestamp, equal wherever the row is equal.
uint64_t hash_row(RowView row, Timestamp time);
std::string to_text(RowView row);  // ann, 3, 2.5

}  // namespace leat
