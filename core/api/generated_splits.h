// A source whose records are made by a function.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "core/api/row_type.h"
#include "core/graph/specs.h"

namespace leat {

// Values that a function makes of their number: split s has the numbers s, s + splits, ..
template <RowType T, class F>
class GeneratedSplits final : public SplitData {
 public:
  GeneratedSplits(int64_t count, Duration every, uint32_t splits, F f)
      : count_(static_cast<uint64_t>(std::max<int64_t>(count, 0))),
        every_(every),
        splits_(std::max(splits, 1u)),
        f_(std::move(f)) {}
  uint32_t splits() const override { return splits_; }
  std::string split_name(uint32_t split) const override { return std::to_string(split); }
  uint64_t size(uint32_t split) const override {
    return count_ / splits_ + (split < count_ % splits_ ? 1 : 0);
  }
  Duration arrival(uint32_t split, uint64_t offset) const override {
    return {number(split, offset) * every_.ms};
  }
  void read(uint32_t split, uint64_t first, uint32_t count, RowBatch& out) const override {
    for (uint64_t offset = first; offset < first + count; ++offset) {
      const std::span<Value> row = out.append_unstamped(1);
      RowCodec<T>::encode(f_(number(split, offset)), row);
    }
  }

 private:
  int64_t number(uint32_t split, uint64_t offset) const {
    return static_cast<int64_t>(offset * splits_ + split);
  }
  const uint64_t count_;
  const Duration every_;
  const uint32_t splits_;
  const F f_;
};

}  // namespace leat
