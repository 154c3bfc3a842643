#include "viz/theme.h"

#include <string_view>

#include "core/base/check.h"

namespace leat {
namespace {

// Names ending in "-text" have a contrast of 4.5 and more on the background and on the tints.
constexpr ThemeColour kColours[] = {
    {"bg", "#ffffff", "#12161b"},           {"ink", "#1b1f24", "#e8ebef"},
    {"soft", "#59626e", "#a7b1bc"},         {"grid", "#e3e7eb", "#2a313a"},
    {"band", "#f5f7f9", "#191f26"},         {"line", "#c4ccd4", "#3d4752"},
    {"edge", "#74808c", "#8b96a3"},         {"in-time", "#0072b2", "#4fa8e0"},
    {"in-time-text", "#005f96", "#7cc1ee"}, {"late", "#e69f00", "#f0b13a"},
    {"late-text", "#855600", "#f3c068"},    {"error", "#d55e00", "#ff8a3d"},
    {"error-text", "#a84300", "#ffa469"},   {"checkpoint", "#cc79a7", "#dd94bd"},
    {"good", "#009e73", "#2fc79b"},         {"good-text", "#006e51", "#58d8b3"},
    {"sky", "#56b4e9", "#6cc0ef"},          {"hatch", "#76828f", "#76828f"},
    {"state", "#eaf3fa", "#16273a"},        {"state-line", "#9cc3e0", "#33597b"},
    {"source", "#f4f6f8", "#1a2027"},       {nullptr, nullptr, nullptr}};

// "fill:#fff;fill:var(--bg)"
std::string painted(const char* property, const char* name) {
  const std::string p = property;
  return p + ":" + light(name) + ";" + p + ":var(--" + name + ");";
}
std::string rule(const char* selector, const std::string& body) {
  return std::string(selector) + "{" + body + "}\n";
}
std::string stroke(const char* name, const char* width, const char* more = "") {
  return painted("stroke", name) + "fill:none;stroke-width:" + width + ";" + more;
}

}  // namespace

const ThemeColour* theme_colours() { return kColours; }

std::string light(const char* name) {
  for (const ThemeColour* c = kColours; c->name != nullptr; ++c) {
    if (std::string_view(c->name) == name) return c->light;
  }
  fail_check("the theme has no such colour");
}

std::string theme_variables() {
  std::string day = ":root{color-scheme:light dark;";
  std::string night = "@media (prefers-color-scheme:dark){:root{";
  for (const ThemeColour* c = kColours; c->name != nullptr; ++c) {
    day += std::string("--") + c->name + ":" + c->light + ";";
    night += std::string("--") + c->name + ":" + c->dark + ";";
  }
  return day + "}\n" + night + "}}\n";
}

std::string recolour_style() {
  std::string out;
  for (const ThemeColour* c = kColours; c->name != nullptr; ++c) {
    out += std::string("[fill=\"") + c->light + "\"]{fill:var(--" + c->name + ")}[stroke=\"" +
           c->light + "\"]{stroke:var(--" + c->name + ")}\n";
  }
  return out;
}

std::string timeline_style() {
  return rule(".bg", painted("fill", "bg")) + rule(".ink", painted("fill", "ink")) +
         rule(".soft", painted("fill", "soft")) + rule(".t-in", painted("fill", "in-time-text")) +
         rule(".t-late", painted("fill", "late-text")) +
         rule(".t-err", painted("fill", "error-text")) +
         rule(".t-good", painted("fill", "good-text")) +
         rule(".halo", painted("stroke", "bg") +
                           "stroke-width:3px;stroke-linejoin:round;paint-order:stroke;") +
         rule(".grid", stroke("grid", "1")) + rule(".frame", stroke("line", "1")) +
         rule(".band", painted("fill", "band")) +
         rule(".answered", painted("fill", "in-time") + "opacity:.1;") +
         rule(".accepts", painted("fill", "late") + "opacity:.09;") +
         rule(".ideal", stroke("edge", "1", "stroke-dasharray:4 4;")) +
         rule(".wm", stroke("ink", "2.4", "stroke-linejoin:round;")) +
         rule(".split", "fill:none;stroke-width:1.1;opacity:.8;") +
         rule(".s0,.s3", painted("stroke", "good")) +
         rule(".s1,.s4", painted("stroke", "checkpoint")) +
         rule(".s2,.s5", painted("stroke", "sky")) +
         rule(".s6", painted("stroke", "edge") + "opacity:.45;") +
         rule(".s3,.s4,.s5", "stroke-dasharray:5 2.5;") +
         // Behind the dashes: an idle stretch is dotted whatever its line looks like.
         rule(".idle",
              "fill:none;stroke-width:1.4;stroke-dasharray:1.2 "
              "3.4;stroke-linecap:round;opacity:.8;") +
         rule(".on", painted("fill", "in-time") + "opacity:.75;") +
         rule(".again", stroke("in-time", ".8", "opacity:.75;")) +
         rule(".late", painted("fill", "late")) + rule(".drop", stroke("error", "1.4")) +
         rule(".first", stroke("in-time", "2.2")) +
         rule(".amend", stroke("late", "1.2", "stroke-dasharray:1.2 2.6;")) +
         rule(".ck", painted("fill", "checkpoint")) + rule(".ck-off", stroke("checkpoint", "1.3")) +
         rule(".crash", stroke("error", "1.8")) + rule(".hatch", "fill:url(#hatch);") +
         rule(".hatch-line", painted("stroke", "hatch") + "opacity:.5;") +
         rule(".waiting", painted("fill", "in-time") + "opacity:.22;") +
         rule(".late-tick", stroke("late", "1.1", "opacity:.8;")) +
         rule(".drop-tick", stroke("error", "1.1", "opacity:.8;")) +
         "@media print{svg{background:#fff}}\n";
}

}  // namespace leat
