// Characters of numbers, whatever the locale says.
#pragma once

namespace leat {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace leat
