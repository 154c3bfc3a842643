// Writes SVG text. Coordinates carry at most one decimal, so that the bytes do not depend on the
// last bit of a double.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "viz/text_metrics.h"

namespace leat {

// For text and attributes of XML and HTML.
std::string escaped(std::string_view text);
// "12", "12.5", "-0.3".
std::string coordinate(double v);
// "1,234,567".
std::string with_commas(uint64_t n);
// "1 record", "1,481 records".
std::string counted(uint64_t n, std::string_view one, std::string_view many);

struct Box {
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
};
bool overlap(const Box& a, const Box& b);

enum class Anchor : uint8_t { kStart, kMiddle, kEnd };

struct TextStyle {
  std::string classes;  // CSS classes; "soft", "ink h"
  double size = 12;
  Weight weight = Weight::kRegular;
  Anchor anchor = Anchor::kStart;
};
Box text_box(double x, double y, std::string_view text, const TextStyle& style);

class SvgWriter {
 public:
  void raw(std::string_view text) { out_.append(text); }
  void open_group(std::string_view classes);
  void close_group() { out_ += "</g>\n"; }
  void rect(std::string_view classes, const Box& box, double radius = 0);
  void line(std::string_view classes, double x0, double y0, double x1, double y1);
  void path(std::string_view classes, std::string_view d);
  void circle(std::string_view classes, double x, double y, double r);
  void text(double x, double y, std::string_view text, const TextStyle& style);
  // Reads upward; (x, y) is its middle.
  void vertical_text(double x, double y, std::string_view text, const TextStyle& style);
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

// Pieces of path data.
std::string move_to(double x, double y);
std::string line_to(double x, double y);
std::string cross_at(double x, double y, double r);
std::string triangle_at(double x, double y, double r);
std::string diamond_at(double x, double y, double r);

}  // namespace leat
