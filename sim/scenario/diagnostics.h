// What is wrong with a file, said in rustc's manner: a code, the place, the line, a caret, why,
// help.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leat {

// Bytes [begin, end) of the text.
struct Span {
  size_t begin = 0;
  size_t end = 0;
};

struct Diagnostic {
  enum class Level : uint8_t { kError, kWarning };
  Level level = Level::kError;
  std::string code;  // "SC112"
  Span span;
  std::string what;   // the headline
  std::string label;  // stands beside the carets
  std::vector<std::string> notes;
  std::string help;
};

Diagnostic error_at(std::string code, Span span, std::string what);

size_t line_of(std::string_view text, size_t offset);    // from 1
size_t column_of(std::string_view text, size_t offset);  // in code points, from 1

// One diagnostic as text, ending with a newline.
std::string render(const Diagnostic& diagnostic, std::string_view path, std::string_view text);

// All that is wrong, at most 20 errors; what comes after is only counted.
class Diagnostics {
 public:
  static constexpr size_t kMost = 20;

  void add(Diagnostic diagnostic);
  void error(std::string code, Span span, std::string what, std::string help = {},
             std::string label = {});
  void warning(std::string code, Span span, std::string what, std::string help = {});

  size_t errors() const { return errors_; }
  const std::vector<Diagnostic>& all() const { return list_; }
  std::string render_all(std::string_view path, std::string_view text) const;

 private:
  std::vector<Diagnostic> list_;
  size_t errors_ = 0;
};

}  // namespace leat
