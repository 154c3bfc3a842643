#include "sim/explore/other_time.h"

#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>

#include "core/base/check.h"

namespace leat {

namespace {

constexpr int64_t kSecond = 1'000'000'000;  // ns
constexpr int64_t kDay = 86'400 * kSecond;
constexpr int64_t kAhead = 401 * kDay + 18'431 * kSecond + 123'456'789;  // 5 h 7 min 11 s

// The one thing in here that changes: a clock takes no parameter.
thread_local int64_t ahead_of_clock = 0;

// Not by the C library, whose functions of these names are the ones below.
bool read_clock(clockid_t clock, timespec& now) {
  if (syscall(SYS_clock_gettime, clock, &now) != 0) return false;
  if (ahead_of_clock == 0) return true;
  const int64_t ns = now.tv_nsec + ahead_of_clock % kSecond;
  now.tv_sec += ahead_of_clock / kSecond + ns / kSecond;
  now.tv_nsec = ns % kSecond;
  return true;
}

}  // namespace

OtherTime::OtherTime() {
  check(ahead_of_clock == 0, "a thread has one other time");
  ahead_of_clock = kAhead;
}
OtherTime::~OtherTime() { ahead_of_clock = 0; }

}  // namespace leat

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  return leat::read_clock(clock, *now) ? 0 : -1;
}

time_t time(time_t* out) noexcept {
  timespec now{};
  leat::read_clock(CLOCK_REALTIME, now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

int timespec_get(timespec* now, int base) noexcept {
  if (base != TIME_UTC || !leat::read_clock(CLOCK_REALTIME, *now)) return 0;
  return base;
}

clock_t clock() noexcept {
  timespec now{};
  leat::read_clock(CLOCK_PROCESS_CPUTIME_ID, now);
  return now.tv_sec * CLOCKS_PER_SEC + now.tv_nsec / (1'000'000'000 / CLOCKS_PER_SEC);
}

int gettimeofday(timeval* out, void*) noexcept {
  timespec now{};
  leat::read_clock(CLOCK_REALTIME, now);
  *out = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}
}
