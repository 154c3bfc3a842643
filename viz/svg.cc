#include "viz/svg.h"

#include <cmath>

namespace leat {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        // Other control characters are not allowed in XML at all.
        out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? ' ' : c;
    }
  }
  return out;
}

std::string coordinate(double v) {
  const auto tenths = static_cast<int64_t>(std::llround(v * 10));
  const uint64_t size = static_cast<uint64_t>(tenths < 0 ? -tenths : tenths);
  std::string text = (tenths < 0 ? "-" : "") + std::to_string(size / 10);
  if (size % 10 != 0) text += "." + std::to_string(size % 10);
  return text;
}

std::string with_commas(uint64_t n) {
  std::string digits = std::to_string(n);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string counted(uint64_t n, std::string_view one, std::string_view many) {
  return with_commas(n) + " " + std::string(n == 1 ? one : many);
}

bool overlap(const Box& a, const Box& b) {
  return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
}

Box text_box(double x, double y, std::string_view text, const TextStyle& style) {
  const double width = text_width(text, style.size, style.weight);
  double left = x;
  if (style.anchor == Anchor::kMiddle) left -= width / 2;
  if (style.anchor == Anchor::kEnd) left -= width;
  return {left, y - text_ascent(style.size), left + width, y + text_descent(style.size)};
}

namespace {

std::string attribute(std::string_view name, double v) {
  return " " + std::string(name) + "=\"" + coordinate(v) + "\"";
}
std::string class_of(std::string_view classes) {
  return classes.empty() ? "" : " class=\"" + std::string(classes) + "\"";
}
std::string style_of(const TextStyle& style) {
  std::string out = class_of(style.classes) + attribute("font-size", style.size);
  if (style.weight == Weight::kBold) out += " font-weight=\"700\"";
  if (style.anchor == Anchor::kMiddle) out += " text-anchor=\"middle\"";
  if (style.anchor == Anchor::kEnd) out += " text-anchor=\"end\"";
  return out;
}

}  // namespace

void SvgWriter::open_group(std::string_view classes) { out_ += "<g" + class_of(classes) + ">\n"; }

void SvgWriter::rect(std::string_view classes, const Box& box, double radius) {
  out_ += "<rect" + class_of(classes) + attribute("x", box.x0) + attribute("y", box.y0) +
          attribute("width", box.x1 - box.x0) + attribute("height", box.y1 - box.y0);
  if (radius > 0) out_ += attribute("rx", radius);
  out_ += "/>\n";
}
void SvgWriter::line(std::string_view classes, double x0, double y0, double x1, double y1) {
  out_ += "<line" + class_of(classes) + attribute("x1", x0) + attribute("y1", y0) +
          attribute("x2", x1) + attribute("y2", y1) + "/>\n";
}
void SvgWriter::path(std::string_view classes, std::string_view d) {
  if (d.empty()) return;
  out_ += "<path" + class_of(classes) + " d=\"" + std::string(d) + "\"/>\n";
}
void SvgWriter::circle(std::string_view classes, double x, double y, double r) {
  out_ += "<circle" + class_of(classes) + attribute("cx", x) + attribute("cy", y) +
          attribute("r", r) + "/>\n";
}
void SvgWriter::text(double x, double y, std::string_view text, const TextStyle& style) {
  out_ += "<text" + attribute("x", x) + attribute("y", y) + style_of(style) + ">" + escaped(text) +
          "</text>\n";
}
void SvgWriter::vertical_text(double x, double y, std::string_view text, const TextStyle& style) {
  TextStyle middle = style;
  middle.anchor = Anchor::kMiddle;
  out_ += "<text transform=\"translate(" + coordinate(x) + " " + coordinate(y) + ") rotate(-90)\"" +
          style_of(middle) + ">" + escaped(text) + "</text>\n";
}

std::string move_to(double x, double y) { return "M" + coordinate(x) + " " + coordinate(y); }
std::string line_to(double x, double y) { return "L" + coordinate(x) + " " + coordinate(y); }
std::string cross_at(double x, double y, double r) {
  return move_to(x - r, y - r) + line_to(x + r, y + r) + move_to(x - r, y + r) +
         line_to(x + r, y - r);
}
std::string triangle_at(double x, double y, double r) {
  return move_to(x, y - r) + line_to(x + r, y + 0.8 * r) + line_to(x - r, y + 0.8 * r) + "Z";
}
std::string diamond_at(double x, double y, double r) {
  return move_to(x, y - r) + line_to(x + r, y) + line_to(x, y + r) + line_to(x - r, y) + "Z";
}

}  // namespace leat
