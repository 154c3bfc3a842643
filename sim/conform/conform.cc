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

}  // namespace

int conform(const std::vector<std::string>& paths, const ConformOptions& options,
            std::ostream& out) {
  std::map<std::pair<std::string, std::string>, Count> counts;
  Count total;
  const auto transcript = options.only ? Transcript::kAllSteps : Transcript::kFailureOnly;
  const auto restarts = options.restart_between_steps ? Restarts::kBeforeEachStep : Restarts::kNone;
  for (const std::string& path : paths) {
    const auto cases = read_cases(path);
    if (!cases.ok()) {
      out << "error: " << cases.error() << "\n";
      return 2;
    }
    for (const RecordedCase& recorded : cases.value()) {
      if (options.only && recorded.name != *options.only) continue;
      const CaseVerdict verdict = run_case(recorded, transcript, restarts, options.seeds);
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
  out << total.passed << " passed, " << total.failed << " failed, 0 skipped\n";
  if (total.passed + total.failed == 0) return 4;
  return total.failed > 0 ? 1 : 0;
}

}  // namespace leat
