#include "sim/conform/conform.h"

#include <map>
#include <ostream>

namespace leat {

namespace {

struct Count {
  size_t passed = 0;
  size_t failed = 0;
};

// "window/tumbling/0007" is of the area "window/tumbling".
std::string area_of(const std::string& name) { return name.substr(0, name.rfind('/')); }

void print_counts(const std::map<std::pair<std::string, std::string>, Count>& counts,
                  std::ostream& out) {
  for (const auto& [what, count] : counts) {
    const auto& [kind, area] = what;
    out << kind << "  " << area << ": " << count.passed << " passed";
    if (count.failed > 0) out << ", " << count.failed << " failed";
    out << "\n";
  }
}

void print_disturbance(const CaseVerdict& all, const ConformOptions& options, std::ostream& out) {
  if (options.batch > 1)
    out << "disturbed  " << all.batched << " rows in batches of up to " << options.batch << "\n";
  if (options.seeds > 0)
    out << "disturbed  " << options.seeds << " further runs of each job; " << all.restarts
        << " restores from a checkpoint\n";
  if (!options.restart_between_steps) return;
  out << "disturbed  " << all.restarts << " restores; " << all.held_back
      << " not made, while an event timer at or behind the watermark waits: it would fire with the "
         "watermark that is sent again\n";
}

}  // namespace

int conform(const std::vector<std::string>& paths, const ConformOptions& options,
            std::ostream& out) {
  std::map<std::pair<std::string, std::string>, Count> counts;
  Count total;
  CaseVerdict disturbed;
  const auto transcript = options.only ? Transcript::kAllSteps : Transcript::kFailureOnly;
  Disturbance disturbance{.restart_before = nullptr, .batch = options.batch};
  if (options.restart_between_steps) disturbance.restart_before = [](size_t) { return true; };
  for (const std::string& path : paths) {
    const auto cases = read_cases(path);
    if (!cases.ok()) {
      out << "error: " << cases.error() << "\n";
      return 2;
    }
    for (const RecordedCase& recorded : cases.value()) {
      if (options.only && recorded.name != *options.only) continue;
      const CaseVerdict verdict = run_case(recorded, transcript, disturbance, options.seeds);
      disturbed.restarts += verdict.restarts;
      disturbed.held_back += verdict.held_back;
      disturbed.batched += verdict.batched;
      Count& count = counts[{recorded.kind, area_of(recorded.name)}];
      ++(verdict.passed ? count.passed : count.failed);
      ++(verdict.passed ? total.passed : total.failed);
      const bool shown = options.only || (!verdict.passed && total.failed <= options.transcripts);
      if (!shown) continue;
      out << (verdict.passed ? "passed " : "failed ") << recorded.name;
      if (!recorded.why.empty()) out << "  (" << recorded.why << ")";
      out << "\n" << verdict.transcript;
    }
  }
  if (total.failed > options.transcripts) {
    out << "(" << total.failed - options.transcripts << " more failed; --case NAME shows one)\n";
  }
  print_counts(counts, out);
  print_disturbance(disturbed, options, out);
  out << total.passed << " passed, " << total.failed << " failed, 0 skipped\n";
  if (total.passed + total.failed == 0) return 4;
  return total.failed > 0 ? 1 : 0;
}

}  // namespace leat
