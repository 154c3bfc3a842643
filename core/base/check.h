// Invariants of our own code, always on. Three kinds of failure take three roads (README here):
// an expected failure is a Result, a failing user function is job semantics, and a broken invariant
// is our bug: InvariantViolation, caught once per simulation (the real-clock env aborts).
#pragma once

#include <source_location>
#include <stdexcept>
#include <string>

namespace leat {

// A claim remembers where it was written.
struct Claim {
  const char* text;
  std::source_location where;
  constexpr Claim(const char* t,  // NOLINT(google-explicit-constructor): read as check(x, "...")
                  std::source_location w = std::source_location::current())
      : text(t), where(w) {}
};

class InvariantViolation : public std::logic_error {
 public:
  explicit InvariantViolation(const Claim& claim);
};

[[noreturn]] void fail_check(const Claim& claim);

inline void check(bool holds, Claim claim) {
  if (!holds) [[unlikely]] {
    fail_check(claim);
  }
}

// What a user function throws, or what makes the engine throw on its behalf (a null key, say). It
// fails the task, and the job's restart strategy decides what follows.
class JobError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace leat
