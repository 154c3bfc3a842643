// One look for all pictures: the colours of Okabe and Ito, light and dark.
//
// Every rule names a plain colour first and a variable second: a program that does not know
// variables (rsvg) draws the light colours, a browser follows prefers-color-scheme.
#pragma once

#include <string>

namespace leat {

struct ThemeColour {
  const char* name;  // of the variable, without "--": "ink"
  const char* light;
  const char* dark;
};
// Ends with an entry whose name is null.
const ThemeColour* theme_colours();
// The light colour of a name, for programs that take colours as they are (dot).
std::string light(const char* name);

// ":root{--ink:...}" and its dark counterpart.
std::string theme_variables();
// The rules of the timeline's classes.
std::string timeline_style();
// Rules that turn the light colours written into a picture into variables.
std::string recolour_style();

}  // namespace leat
