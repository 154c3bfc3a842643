#include "viz/time_scale.h"

#include <algorithm>
#include <cstdio>

namespace leat {
namespace {

constexpr int64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// The civil date of days since 1970 (Hinnant's algorithm); years as in the Gregorian calendar.
struct Date {
  int64_t year;
  int month;
  int day;
};
Date date_of(int64_t days) {
  const int64_t z = days + 719468;
  const int64_t era = floor_div(z, 146097);
  const int64_t doe = z - era * 146097;
  const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const int64_t mp = (5 * doy + 2) / 153;
  const int month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  return {yoe + era * 400 + (month <= 2 ? 1 : 0), month,
          static_cast<int>(doy - (153 * mp + 2) / 5 + 1)};
}

std::string printed(const char* format, int64_t a, int64_t b = 0, int64_t c = 0) {
  char text[64];
  std::snprintf(text, sizeof text, format, static_cast<long long>(a), static_cast<long long>(b),
                static_cast<long long>(c));
  return text;
}

std::string day_label(int64_t ms) {
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Date date = date_of(floor_div(ms, kDay));
  return printed("%02lld ", date.day) + kMonths[date.month - 1];
}
std::string clock_label(int64_t ms, int64_t step) {
  const int64_t in_day = ms - floor_div(ms, kDay) * kDay;
  std::string text = printed("%02lld:%02lld", in_day / kHour, in_day / kMinute % 60);
  if (step < kMinute) text += printed(":%02lld", in_day / kSecond % 60);
  if (step < kSecond) text += printed(".%03lld", in_day % kSecond);
  return text;
}
std::string date_tick(int64_t ms, int64_t step) {
  if (step >= 365 * kDay) return printed("%lld", date_of(floor_div(ms, kDay)).year);
  if (ms == floor_div(ms, kDay) * kDay) return day_label(ms);
  return clock_label(ms, step);
}

// In the largest unit that divides the step, so that neighbours read alike; in tenths of seconds on
// a scale that is longer than one.
std::string length_tick(int64_t ms, int64_t step, int64_t longest) {
  if (ms == 0) return "0";
  if (step % kDay == 0) return printed("%lld d", ms / kDay);
  if (step % kHour == 0) return printed("%lld h", ms / kHour);
  if (step % kMinute == 0) return printed("%lld min", ms / kMinute);
  if (step % kSecond == 0) return printed("%lld s", ms / kSecond);
  if (step % 100 == 0 && longest > kSecond && ms > 0) {
    return ms % kSecond == 0 ? printed("%lld s", ms / kSecond)
                             : printed("%lld.%lld s", ms / kSecond, ms % kSecond / 100);
  }
  return printed("%lld ms", ms);
}

// Round steps; beyond them powers of ten of days.
int64_t step_for(int64_t lo, int64_t hi, size_t most) {
  static constexpr int64_t kSteps[] = {
      1,         2,           5,           10,           20,           50,           100,
      200,       500,         kSecond,     2 * kSecond,  5 * kSecond,  10 * kSecond, 30 * kSecond,
      kMinute,   2 * kMinute, 5 * kMinute, 10 * kMinute, 30 * kMinute, kHour,        2 * kHour,
      3 * kHour, 6 * kHour,   12 * kHour,  kDay,         2 * kDay,     7 * kDay,     14 * kDay,
      30 * kDay, 90 * kDay,   365 * kDay};
  const auto count = [&](int64_t step) {
    return static_cast<uint64_t>(floor_div(hi, step) - floor_div(lo, step)) + 1;
  };
  for (const int64_t step : kSteps) {
    if (count(step) <= most) return step;
  }
  int64_t step = 730 * kDay;
  while (count(step) > most && step < INT64_MAX / 4) step *= 2;
  return step;
}

}  // namespace

Clock clock_for(int64_t lo, int64_t hi) {
  constexpr int64_t k1985 = 473385600000, k2100 = 4102444800000;
  return lo >= k1985 && hi <= k2100 ? Clock::kDates : Clock::kLengths;
}

std::vector<Tick> ticks(int64_t lo, int64_t hi, size_t most, Clock clock) {
  std::vector<Tick> out;
  if (hi <= lo || most == 0) return out;
  const int64_t step = step_for(lo, hi, most);
  for (int64_t k = floor_div(lo, step); k <= floor_div(hi, step); ++k) {
    const int64_t at = k * step;
    if (at < lo || at > hi) continue;
    out.push_back({at, clock == Clock::kDates ? date_tick(at, step) : length_tick(at, step, hi)});
  }
  return out;
}

std::string moment(int64_t ms, int64_t span, Clock clock) {
  if (clock == Clock::kLengths) return rough_length(ms);
  const int64_t step = span >= kDay ? kMinute : span >= kMinute ? kSecond : 1;
  return day_label(ms) + " " + clock_label(ms, step);
}

std::string rough_length(int64_t ms) {
  if (ms < 0) return "-" + rough_length(ms == INT64_MIN ? INT64_MAX : -ms);
  if (ms < kSecond) return printed("%lld ms", ms);
  if (ms < kMinute) {
    const int64_t tenths = ms / 100;
    return tenths % 10 == 0 ? printed("%lld s", tenths / 10)
                            : printed("%lld.%lld s", tenths / 10, tenths % 10);
  }
  const auto two = [&](int64_t big, const char* a, int64_t small, const char* b) {
    std::string text = printed("%lld ", ms / big) + a;
    if (ms % big >= small) text += printed(" %lld ", ms % big / small) + b;
    return text;
  };
  if (ms < kHour) return two(kMinute, "min", kSecond, "s");
  if (ms < kDay) return two(kHour, "h", kMinute, "min");
  return two(kDay, "d", kHour, "h");
}

double Scale::operator()(int64_t ms) const {
  const int64_t inside = std::clamp(ms, lo, std::max(lo, hi));
  if (hi <= lo) return (from + to) / 2;
  return from + (to - from) * (static_cast<double>(inside - lo) / static_cast<double>(hi - lo));
}

}  // namespace leat
