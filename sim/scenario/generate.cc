#include "sim/scenario/generate.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/check.h"
#include "core/base/hash.h"

namespace leat {

namespace {

// One number for each thing that is drawn of a record.
enum class Drawn : uint64_t { kKey = 1, kValue, kDisorder, kLate, kLateBy, kDuplicate };
constexpr size_t kDrawn = 7;

class Generated final : public SplitData {
 public:
  explicit Generated(GenerateSpec spec) : spec_(std::move(spec)) {
    double total = 0;
    for (uint32_t k = 0; k < spec_.keys; ++k) {
      // exp2/log2 of libm may differ in the last bit between machines, so weights become integers.
      const double weight = spec_.zipf == 0 ? 1 : std::pow(1.0 / (k + 1), spec_.zipf);
      total += std::floor(weight * 1e6) + 1;
      shares_.push_back(total);
      keys_.push_back(spec_.key_prefix + std::to_string(k));
    }
    for (uint32_t split = 0; split < spec_.partitions; ++split) {
      sizes_.push_back(spec_.count / spec_.partitions +
                       (split < spec_.count % spec_.partitions ? 1 : 0));
      std::array<uint64_t, kDrawn>& seeds = seeds_.emplace_back();
      for (uint64_t what = 0; what < kDrawn; ++what)
        seeds[what] = half_mixed(mix(mix(spec_.seed, what), split));
    }
  }

  uint32_t splits() const override { return spec_.partitions; }
  std::string split_name(uint32_t split) const override { return std::to_string(split); }
  uint64_t size(uint32_t split) const override {
    check(split < sizes_.size(), "a generated split that there is not");
    return sizes_[split];
  }
  Duration arrival(uint32_t split, uint64_t offset) const override {
    int64_t at = created(split, offset);
    for (const GenerateSpec::Silence& span : spec_.silence) {
      if (span.partition == split && at >= span.from && at < span.from + span.length) {
        at = span.from + span.length;
      }
    }
    return {at};
  }

  void read(uint32_t split, uint64_t first, uint32_t count, RowBatch& out) const override {
    check(first + count <= size(split), "a generated split is read beyond its end");
    Value* cells = out.append_unstamped(count).data();
    const auto values =
        static_cast<uint64_t>(spec_.value_max) - static_cast<uint64_t>(spec_.value_min) + 1;
    for (uint64_t offset = first; offset < first + count; ++offset, cells += 3) {
      const uint64_t record = original(split, offset);
      cells[0] = Value::time(event_time(split, record));
      cells[1] = Value::text(keys_[key(split, record)]);
      cells[2] = Value::integer(wrapping_add(
          spec_.value_min, static_cast<int64_t>(below(Drawn::kValue, split, record, values))));
    }
  }

 private:
  uint64_t draw(Drawn what, uint32_t split, uint64_t offset) const {
    return mix(seeds_[split][static_cast<size_t>(what)] ^ offset);
  }
  // In [0, n).
  uint64_t below(Drawn what, uint32_t split, uint64_t offset, uint64_t n) const {
    __extension__ using Wide = unsigned __int128;
    return static_cast<uint64_t>((static_cast<Wide>(draw(what, split, offset)) * n) >> 64);
  }

  // When the record would arrive without silence. Partitions take turns.
  int64_t created(uint32_t split, uint64_t offset) const {
    const uint64_t turn = offset * spec_.partitions + split;
    return static_cast<int64_t>(turn) * spec_.every_us / 1000;
  }
  // A duplicate repeats the record before it, which may be a duplicate itself.
  uint64_t original(uint32_t split, uint64_t offset) const {
    if (spec_.duplicates_permille == 0) return offset;
    while (offset > 0 && below(Drawn::kDuplicate, split, offset, 1000) < spec_.duplicates_permille)
      --offset;
    return offset;
  }
  int64_t event_time(uint32_t split, uint64_t offset) const {
    int64_t behind = spec_.disorder == 0
                         ? 0
                         : static_cast<int64_t>(below(Drawn::kDisorder, split, offset,
                                                      static_cast<uint64_t>(spec_.disorder) + 1));
    if (spec_.late_permille > 0 && below(Drawn::kLate, split, offset, 1000) < spec_.late_permille) {
      behind +=
          spec_.disorder + static_cast<int64_t>(below(Drawn::kLateBy, split, offset,
                                                      static_cast<uint64_t>(spec_.late_by) + 1));
    }
    return rounded(wrapping_sub(wrapping_add(spec_.start, created(split, offset)), behind));
  }
  // Down, also below zero.
  int64_t rounded(int64_t time) const {
    if (spec_.round == 1) return time;
    const int64_t beyond = time % spec_.round;
    return wrapping_sub(time, beyond < 0 ? beyond + spec_.round : beyond);
  }
  uint32_t key(uint32_t split, uint64_t offset) const {
    if (spec_.zipf == 0)
      return static_cast<uint32_t>(below(Drawn::kKey, split, offset, spec_.keys));
    const double at = static_cast<double>(
        below(Drawn::kKey, split, offset, static_cast<uint64_t>(shares_.back())));
    const auto found = std::upper_bound(shares_.begin(), shares_.end(), at);
    return static_cast<uint32_t>(found - shares_.begin());
  }

  GenerateSpec spec_;
  std::vector<uint64_t> sizes_;                      // by split
  std::vector<std::array<uint64_t, kDrawn>> seeds_;  // by split and what is drawn
  std::vector<double> shares_;                       // running sums of whole numbers
  std::vector<std::string> keys_;
};

}  // namespace

std::shared_ptr<const SplitData> generate_splits(GenerateSpec spec) {
  return std::make_shared<Generated>(std::move(spec));
}

}  // namespace leat
