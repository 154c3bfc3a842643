// Lengths of time as a program says them.
#pragma once

#include "core/base/time.h"

namespace leat {

constexpr Duration milliseconds(int64_t n) { return {n}; }
constexpr Duration seconds(int64_t n) { return {n * 1000}; }
constexpr Duration minutes(int64_t n) { return {n * 60'000}; }
constexpr Duration hours(int64_t n) { return {n * 3'600'000}; }

}  // namespace leat
