#include "sim/explore/situations.h"

namespace leat {

namespace {

// The most that may be seen; none where there is no such bound.
std::optional<uint64_t> bound_of(const Situation& situation) {
  if (situation.when == Situation::When::kAlways) return situation.at_least;
  if (situation.when == Situation::When::kNever) return situation.at_least - 1;
  return std::nullopt;
}

Violation broken(const Situation& situation, const char* name, uint64_t times) {
  Violation v;
  v.name = name;
  v.oracle = "expectations";
  v.where = kind_name(situation.kind);
  v.subject = "of this run";
  v.got = std::to_string(times) + " x";
  return v;
}

}  // namespace

void Situations::on_fact(ProcTime at, const Fact& fact) {
  Seen& seen = seen_[fact.index()];
  ++seen.times;
  for (const Situation& situation : expect_.situations) {
    if (situation.kind != fact.index()) continue;
    const std::optional<uint64_t> bound = bound_of(situation);
    if (bound && seen.times == *bound + 1) seen.broken = at;
  }
}

void Situations::judge(bool finished, Verdict& verdict) const {
  for (const Situation& situation : expect_.situations) {
    const Seen& seen = seen_[situation.kind];
    if (const std::optional<uint64_t> bound = bound_of(situation)) {
      ++verdict.judged["expectations"];
      if (seen.times <= *bound) continue;
      Violation v = broken(situation, "extra_result", seen.times);
      v.expected = "at most " + std::to_string(*bound) + " x";
      v.rule = "the scenario expects this at no time of a run";
      v.at = seen.broken.ms;
      verdict.violations.push_back(std::move(v));
    } else if (situation.when == Situation::When::kEventually) {
      ++verdict.judged["expectations"];
      if (seen.times >= situation.at_least || !finished) continue;
      Violation v = broken(situation, "missing_result", seen.times);
      v.expected = "at least " + std::to_string(situation.at_least) + " x";
      v.rule = "the scenario expects this in every run";
      verdict.violations.push_back(std::move(v));
    }
  }
}

}  // namespace leat
