#include "tests/viz/svg_text.h"

#include <cstdio>

namespace leat::viz_test {
namespace {

std::string attribute(const std::string& tag, const std::string& name) {
  const size_t at = tag.find(" " + name + "=\"");
  if (at == std::string::npos) return "";
  const size_t from = at + name.size() + 3;
  return tag.substr(from, tag.find('"', from) - from);
}
double number(const std::string& text) { return text.empty() ? 0 : std::stod(text); }

std::string unescaped(std::string text) {
  const std::pair<const char*, const char*> entities[] = {
      {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&amp;", "&"}};
  for (const auto& [from, to] : entities) {
    for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + 1)) {
      text.replace(at, std::string(from).size(), to);
    }
  }
  return text;
}

DrawnText read_text(const std::string& tag, const std::string& content) {
  DrawnText drawn{unescaped(content), number(attribute(tag, "font-size")), {}};
  const Weight weight = attribute(tag, "font-weight").empty() ? Weight::kRegular : Weight::kBold;
  const double width = text_width(drawn.text, drawn.size, weight);
  const std::string anchor = attribute(tag, "text-anchor");
  const double left = anchor == "end" ? -width : anchor == "middle" ? -width / 2 : 0;
  const double up = -0.8 * drawn.size;
  const double down = 0.22 * drawn.size;
  const std::string transform = attribute(tag, "transform");
  double x = 0;
  double y = 0;
  if (std::sscanf(transform.c_str(), "translate(%lf %lf) rotate(-90)", &x, &y) == 2) {
    drawn.box = {x + up, y - left - width, x + down, y - left};
  } else {
    x = number(attribute(tag, "x"));
    y = number(attribute(tag, "y"));
    drawn.box = {x + left, y + up, x + left + width, y + down};
  }
  return drawn;
}

}  // namespace

std::vector<DrawnText> texts_of(const std::string& svg) {
  std::vector<DrawnText> out;
  for (size_t at = svg.find("<text"); at != std::string::npos; at = svg.find("<text", at + 1)) {
    const size_t end = svg.find('>', at);
    out.push_back(read_text(svg.substr(at, end - at),
                            svg.substr(end + 1, svg.find("</text>", end) - end - 1)));
  }
  return out;
}

std::string overlaps_in(const std::string& svg) {
  const std::vector<DrawnText> texts = texts_of(svg);
  std::string out;
  for (size_t i = 0; i < texts.size(); ++i) {
    for (size_t j = i + 1; j < texts.size(); ++j) {
      if (overlap(texts[i].box, texts[j].box)) out += texts[i].text + " / " + texts[j].text + "\n";
    }
  }
  return out;
}

std::string outside_of(const std::string& svg, double width, double height) {
  std::string out;
  for (const DrawnText& t : texts_of(svg)) {
    if (t.box.x0 < 0 || t.box.y0 < 0 || t.box.x1 > width || t.box.y1 > height) out += t.text + "\n";
  }
  return out;
}

size_t count_of(const std::string& svg, const std::string& what) {
  size_t n = 0;
  for (size_t at = svg.find(what); at != std::string::npos; at = svg.find(what, at + what.size()))
    ++n;
  return n;
}

}  // namespace leat::viz_test
