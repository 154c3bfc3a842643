#include "core/state/operator_state.h"

#include <algorithm>

#include "core/base/check.h"

namespace leat {

namespace {

using Elements = std::vector<ReportedElement>;
using Reported = std::vector<std::optional<uint32_t>>;

void append(const Reported& reported, uint32_t subtask, Elements& to) {
  for (uint32_t e = 0; e < reported[subtask].value_or(0); ++e) to.push_back({subtask, e});
}

Elements all_elements(const Reported& reported) {
  Elements all;
  for (uint32_t s = 0; s < reported.size(); ++s) append(reported, s, all);
  return all;
}

std::vector<Elements> keep(const Reported& reported) {
  std::vector<Elements> kept(reported.size());
  for (uint32_t s = 0; s < reported.size(); ++s) append(reported, s, kept[s]);
  return kept;
}

std::vector<Elements> split(const Reported& reported, uint32_t new_parallelism) {
  // As they are: an uneven list stays uneven.
  if (new_parallelism == reported.size()) return keep(reported);
  const Elements all = all_elements(reported);
  const size_t share = all.size() / new_parallelism;
  const size_t longer = all.size() % new_parallelism;
  std::vector<Elements> dealt;
  auto next = all.begin();
  for (size_t i = 0; i < new_parallelism; ++i) {
    const auto end = next + static_cast<std::ptrdiff_t>(share + (i < longer ? 1 : 0));
    dealt.emplace_back(next, end);
    next = end;
  }
  return dealt;
}

// The copies of those that reported go round. Where the parallelism stays, everybody keeps its own;
// if somebody had finished, the others' copies go round as well, and meet what is kept.
std::vector<Elements> broadcast(const Reported& reported, uint32_t new_parallelism) {
  std::vector<uint32_t> givers;
  for (uint32_t s = 0; s < reported.size(); ++s) {
    if (reported[s]) givers.push_back(s);
  }
  std::vector<Elements> dealt(new_parallelism);
  const bool stays = new_parallelism == reported.size();
  if (stays) dealt = keep(reported);
  if (givers.empty() || (stays && givers.size() == reported.size())) return dealt;
  for (uint32_t i = 0; i < new_parallelism; ++i) {
    const uint32_t giver = givers[i % givers.size()];
    if (!stays || giver != i) append(reported, giver, dealt[i]);
    std::sort(dealt[i].begin(), dealt[i].end());
  }
  return dealt;
}

}  // namespace

std::vector<Elements> redistribute(Redistribution how, const Reported& reported,
                                   uint32_t new_parallelism) {
  if (new_parallelism == 0) throw JobError("state cannot be dealt to no subtask at all");
  switch (how) {
    case Redistribution::kSplit:
      return split(reported, new_parallelism);
    case Redistribution::kUnion:
      return std::vector<Elements>(new_parallelism, all_elements(reported));
    case Redistribution::kBroadcast:
      return broadcast(reported, new_parallelism);
  }
  fail_check("state is to be dealt in an unknown way");
}

}  // namespace leat
