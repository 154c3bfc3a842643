// How wide a text is, without a font engine: the advance widths of DejaVu Sans, one of the widest
// common faces, so that a text drawn in another takes no more room. Characters beyond ASCII count
// as one em.
#pragma once

#include <cstdint>
#include <string_view>

namespace leat {

enum class Weight : uint8_t { kRegular, kBold };

double text_width(std::string_view utf8, double size, Weight weight = Weight::kRegular);

// What a line of text of this size takes above and below its baseline.
inline double text_ascent(double size) { return 0.80 * size; }
inline double text_descent(double size) { return 0.22 * size; }

}  // namespace leat
