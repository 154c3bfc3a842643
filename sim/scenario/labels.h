// What labels of nodes say beyond the format's own words, for pictures and for who counts features.
#pragma once

namespace leat {

// The end of an async node's label: its function answers when a call takes too long.
inline constexpr const char* kAnswersAtTimeout = ", answers at a timeout";

}  // namespace leat
