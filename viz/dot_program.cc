#include "viz/dot_program.h"

#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

extern char** environ;

namespace leat {
namespace {

// Feeds `input` and collects the answer at once: either side alone could fill its buffer and wait.
std::string exchange(int fd, const std::string& input) {
  size_t sent = 0;
  std::string out;
  char buffer[16384];
  for (;;) {
    pollfd ready{fd, static_cast<short>(sent < input.size() ? POLLIN | POLLOUT : POLLIN), 0};
    if (poll(&ready, 1, -1) < 0) {
      if (errno == EINTR) continue;
      return out;
    }
    if ((ready.revents & POLLOUT) != 0 && sent < input.size()) {
      // A program that has died must not kill us with SIGPIPE.
      const ssize_t n =
          send(fd, input.data() + sent, input.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n > 0) sent += static_cast<size_t>(n);
      if (n < 0 && errno != EAGAIN && errno != EINTR) sent = input.size();
      if (sent == input.size()) shutdown(fd, SHUT_WR);
    }
    if ((ready.revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
    const ssize_t n = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (n > 0) out.append(buffer, static_cast<size_t>(n));
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) return out;
  }
}

}  // namespace

Result<std::string> run_dot(const std::vector<std::string>& arguments,
                            const std::string& dot_text) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return Error{std::string("cannot talk to dot: ") + std::strerror(errno)};
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::string program = "dot";
  std::vector<std::string> copies = arguments;
  std::vector<char*> argv{program.data()};
  for (std::string& argument : copies) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, "dot", &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (failed != 0) {
    close(ends[0]);
    return Error{failed == ENOENT ? "the program dot is missing (Debian and Ubuntu: graphviz)"
                                  : std::string("cannot start dot: ") + std::strerror(failed)};
  }
  std::string out = exchange(ends[0], dot_text);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0 || out.empty()) return Error{"dot could not draw the graph"};
  return out;
}

}  // namespace leat
