#include "sim/cli/twin.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "sim/cli/fact_printer.h"
#include "sim/cli/text_report.h"

namespace leat {

namespace {

constexpr size_t kDigestDigits = 32;

// The run as this program's own `run` makes it, in a process of its own. Its output is read line by
// line; what is not read any more ends it.
class TwinProcess {
 public:
  explicit TwinProcess(const std::vector<std::string>& words) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return;
    child_ = ::fork();
    if (child_ == 0) {
      // Or it would count as a reader of its own output, and wait for itself instead of ending.
      ::close(ends[0]);
      become_twin(words, ends[1]);
    }
    ::close(ends[1]);
    out_ = ::fdopen(ends[0], "r");
  }
  ~TwinProcess() { end(); }
  TwinProcess(const TwinProcess&) = delete;
  TwinProcess& operator=(const TwinProcess&) = delete;

  // Without its end of line; false at the end.
  bool read_line(std::string& line) {
    line.clear();
    if (out_ == nullptr) return false;
    for (int c = std::getc(out_); c != EOF; c = std::getc(out_)) {
      if (c == '\n') return true;
      line += static_cast<char>(c);
    }
    return !line.empty();
  }

  // How it ended: "" where it came to its own end.
  std::string end() {
    if (out_ != nullptr) std::fclose(out_);
    out_ = nullptr;
    if (child_ <= 0) return "no process could be started";
    int status = 0;
    const pid_t ended = ::waitpid(child_, &status, 0);
    child_ = -1;
    if (ended <= 0) return "nothing is known of its end";
    if (WIFSIGNALED(status)) {
      return fmt::format("it was killed by signal {} ({})", WTERMSIG(status),
                         ::strsignal(WTERMSIG(status)));
    }
    return "";
  }

 private:
  [[noreturn]] static void become_twin(const std::vector<std::string>& words, int out) {
    ::dup2(out, STDOUT_FILENO);
    // What a run must not depend on is made different: the fill of fresh memory, zone and locale.
    ::setenv("MALLOC_PERTURB_", "165", 1);
    ::setenv("MALLOC_CONF", "junk:true", 1);
    ::setenv("TZ", "Asia/Kathmandu", 1);
    ::setenv("LC_ALL", "tr_TR.UTF-8", 1);
    std::vector<const char*> argv;
    for (const std::string& word : words) argv.push_back(word.c_str());
    argv.push_back(nullptr);
    ::execv("/proc/self/exe", const_cast<char* const*>(argv.data()));
    ::_exit(127);
  }

  pid_t child_ = -1;
  std::FILE* out_ = nullptr;
};

// Tells the facts of a run, and of each whether the twin tells the same.
class FirstDifference final : public FactObserver {
 public:
  FirstDifference(const Scenario& scenario, TwinProcess& twin) : names_(scenario), twin_(twin) {}

  void on_fact(ProcTime at, const Fact& fact) override {
    if (found_) return;
    const std::string line = fact_line(at, fact, names_);
    const std::string other = next_fact();
    if (line != other) set(line, other.empty() ? "its run ended before this" : other);
  }
  void end() {
    if (found_) return;
    const std::string other = next_fact();
    if (!other.empty()) set("the run ended before this", other);
  }
  const std::string& here() const { return here_; }
  const std::string& there() const { return there_; }

 private:
  std::string next_fact() {
    std::string line;
    while (twin_.read_line(line)) {
      if (is_fact_line(line)) return line;
    }
    return "";
  }
  void set(const std::string& here, const std::string& there) {
    found_ = true;
    here_ = here;
    there_ = there;
  }

  const ScenarioNames names_;
  TwinProcess& twin_;
  bool found_ = false;
  std::string here_;
  std::string there_;
};

// What makes `run` repeat this run, and say no more than its digest.
std::vector<std::string> words_for(const Scenario& scenario, const RunOutcome& here,
                                   std::optional<ProcTime> until) {
  std::vector<std::string> words = {"leat",
                                    "run",
                                    scenario.path,
                                    "--seed",
                                    std::to_string(here.seed),
                                    "--strategy",
                                    name_of(here.strategy),
                                    "--digest"};
  if (until) words.insert(words.end(), {"--until", std::to_string(until->ms) + "ms"});
  return words;
}

// Both run once more, and are compared as they go: nothing is kept.
void find_difference(const Scenario& scenario, const RunOutcome& here,
                     std::optional<ProcTime> until, TwinFinding& finding) {
  std::vector<std::string> words = words_for(scenario, here, until);
  words.push_back("--trace");
  TwinProcess twin(words);
  FirstDifference difference(scenario, twin);
  RunRequest request;
  request.seed = here.seed;
  request.strategy = here.strategy;
  request.until = until;
  request.oracles = {};
  request.observers = {&difference};
  run_once(scenario, Plan(*scenario.program), request);
  difference.end();
  finding.here = difference.here();
  finding.there = difference.there();
}

}  // namespace

void Twins::judge(const Scenario& scenario, const RunOutcome& here) {
  if (scenario.path.empty()) return;
  ++judged_;
  TwinProcess twin(words_for(scenario, here, until_));
  TwinFinding finding{scenario.name, here.seed, here.digest, "", "", ""};
  twin.read_line(finding.got);
  const std::string trouble = twin.end();
  if (!trouble.empty() || finding.got.size() != kDigestDigits) {
    finding.got = "no answer: " + (trouble.empty() ? "it printed no digest" : trouble);
  }
  if (finding.got == finding.expected) return;
  find_difference(scenario, here, until_, finding);
  findings_.push_back(std::move(finding));
}

std::string finding_text(const TwinFinding& finding) {
  std::string text = fmt::format(
      "\nFAIL  {}   seed {}\n\n  nondeterminism   the same run in a fresh process\n"
      "    expected  {}\n    got       {}\n",
      finding.scenario, finding.seed, finding.expected, finding.got);
  text +=
      "    rule      a run is a function of scenario and seed: no function of the job remembers, "
      "draws or looks at a clock by itself, and neither does the engine\n";
  if (finding.here.empty()) {
    return text + "    first     the facts of two more runs did not differ\n";
  }
  text += "    first fact that differs\n";
  text += fmt::format("    here  {}\n    there {}\n", finding.here, finding.there);
  return text;
}

}  // namespace leat
