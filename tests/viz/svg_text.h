// Reads the texts of an SVG back, with the boxes that they take by the documented metrics.
#pragma once

#include <string>
#include <vector>

#include "viz/svg.h"

namespace leat::viz_test {

struct DrawnText {
  std::string text;
  double size = 0;
  Box box;
};
std::vector<DrawnText> texts_of(const std::string& svg);
// Pairs of texts that cover each other, one line each; empty where none do.
std::string overlaps_in(const std::string& svg);
// Texts that leave the page.
std::string outside_of(const std::string& svg, double width, double height);
size_t count_of(const std::string& svg, const std::string& what);

}  // namespace leat::viz_test
