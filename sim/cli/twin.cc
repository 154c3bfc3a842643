#include "sim/cli/twin.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <vector>

namespace leat {

namespace {

[[noreturn]] void become_twin(const std::string& path, uint64_t seed, int out) {
  ::dup2(out, STDOUT_FILENO);
  // What a run must not depend on is made different: the fill of fresh memory, zone and locale.
  ::setenv("MALLOC_PERTURB_", "165", 1);
  ::setenv("MALLOC_CONF", "junk:true", 1);
  ::setenv("TZ", "Asia/Kathmandu", 1);
  ::setenv("LC_ALL", "tr_TR.UTF-8", 1);
  const std::string seed_text = std::to_string(seed);
  std::array<const char*, 8> args = {"leat", "explore", path.c_str(),      "--runs",
                                     "1",    "--seed",  seed_text.c_str(), nullptr};
  std::vector<const char*> all(args.begin(), args.end() - 1);
  all.push_back("--digest");
  all.push_back(nullptr);
  ::execv("/proc/self/exe", const_cast<char* const*>(all.data()));
  ::_exit(127);
}

}  // namespace

std::string digest_in_fresh_process(const Scenario& scenario, uint64_t seed) {
  if (scenario.path.empty()) return "";
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) return "";
  const pid_t child = ::fork();
  if (child == 0) become_twin(scenario.path, seed, pipe[1]);
  ::close(pipe[1]);
  std::string text;
  std::array<char, 256> buffer{};
  for (ssize_t n = 0; (n = ::read(pipe[0], buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<size_t>(n));
  }
  ::close(pipe[0]);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) return "";
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace leat
