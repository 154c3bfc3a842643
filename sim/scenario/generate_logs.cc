#include "sim/scenario/generate_logs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "core/base/hash.h"

namespace leat {

namespace {

// One number for each thing that is drawn of a line.
enum class DrawnOfLog : uint64_t {
  kUser = 1,
  kAction,
  kAddress,
  kSession,
  kBehind,
  kBroken,
  kItem
};

class GeneratedLogs final : public SplitData {
 public:
  explicit GeneratedLogs(GenerateLogsSpec spec) : spec_(std::move(spec)) {
    check(!spec_.actions.empty() && !spec_.addresses.empty() && spec_.users >= spec_.partitions,
          "generated logs need actions, addresses, and a user for each partition");
    for (uint32_t p = 0; p < spec_.partitions; ++p) {
      std::vector<uint64_t> sums;
      for (uint32_t user = p; user < spec_.users; user += spec_.partitions) {
        // Whole weights: powers may differ in the last bit between machines.
        const double weight = spec_.zipf == 0 ? 1 : std::pow(1.0 / (user + 1), spec_.zipf);
        sums.push_back((sums.empty() ? 0 : sums.back()) +
                       static_cast<uint64_t>(std::floor(weight * 1e6)) + 1);
      }
      users_.push_back(std::move(sums));
    }
    for (const auto& [action, weight] : spec_.actions)
      actions_.push_back((actions_.empty() ? 0 : actions_.back()) + weight);
  }

  uint32_t splits() const override { return spec_.partitions; }
  std::string split_name(uint32_t split) const override { return std::to_string(split); }
  uint64_t size(uint32_t split) const override {
    return spec_.count / spec_.partitions + (split < spec_.count % spec_.partitions ? 1 : 0);
  }
  Duration arrival(uint32_t split, uint64_t offset) const override {
    return {static_cast<int64_t>(offset * spec_.partitions + split) * spec_.every};
  }
  void read(uint32_t split, uint64_t first, uint32_t count, RowBatch& out) const override {
    check(first + count <= size(split), "a generated split is read beyond its end");
    for (uint64_t offset = first; offset < first + count; ++offset)
      out.append_unstamped(1)[0] = Value::text(line(split, offset));
  }

 private:
  // In [0, n).
  uint64_t below(DrawnOfLog what, uint32_t split, uint64_t offset, uint64_t n) const {
    __extension__ using Wide = unsigned __int128;
    const uint64_t word = mix(mix(spec_.seed, static_cast<uint64_t>(what)), split, offset);
    return static_cast<uint64_t>((static_cast<Wide>(word) * n) >> 64);
  }
  size_t weighted(DrawnOfLog what, uint32_t split, uint64_t offset,
                  const std::vector<uint64_t>& sums) const {
    const uint64_t at = below(what, split, offset, sums.back());
    return static_cast<size_t>(std::upper_bound(sums.begin(), sums.end(), at) - sums.begin());
  }

  std::string line(uint32_t split, uint64_t offset) const {
    const size_t place = weighted(DrawnOfLog::kUser, split, offset, users_[split]);
    const uint64_t user = split + place * spec_.partitions;
    const auto& action =
        spec_.actions[weighted(DrawnOfLog::kAction, split, offset, actions_)].first;
    const auto& address =
        spec_.addresses[below(DrawnOfLog::kAddress, split, offset, spec_.addresses.size())];
    const int64_t behind = static_cast<int64_t>(
        below(DrawnOfLog::kBehind, split, offset, static_cast<uint64_t>(spec_.disorder) + 1));
    const int64_t second = spec_.start + arrival(split, offset).ms / 1000 - behind;
    std::string text = fmt::format(
        R"({{"user_id": "user-{}", "session_id": "session-{}", "action": "{}", "timestamp": {}, )"
        R"("ip_address": "{}", "user_agent": "leat/1")",
        user, 1000 + below(DrawnOfLog::kSession, split, offset, 9000), action, second, address);
    // What a purchase was of stands in the optional part.
    if (action == "purchase")
      text += fmt::format(R"(, "metadata": {{"item": {}}})",
                          below(DrawnOfLog::kItem, split, offset, 100));
    text += "}";
    if (below(DrawnOfLog::kBroken, split, offset, 1000) < spec_.unparsable_permille)
      text.resize(text.size() / 2);
    return text;
  }

  const GenerateLogsSpec spec_;
  std::vector<std::vector<uint64_t>> users_;  // by partition: running sums of shares
  std::vector<uint64_t> actions_;
};

}  // namespace

std::shared_ptr<const SplitData> generate_logs(GenerateLogsSpec spec) {
  return std::make_shared<GeneratedLogs>(std::move(spec));
}

}  // namespace leat
