// A rule that is not a test is a wish. These read the source tree itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

struct SourceFile {
  std::string path;  // from the root: "core/base/time.h"
  std::vector<std::string> lines;
};

const fs::path kRoot = LEAT_SOURCE_DIR;

std::vector<SourceFile> sources_under(const std::vector<std::string>& tops) {
  std::vector<SourceFile> files;
  for (const std::string& top : tops) {
    if (!fs::exists(kRoot / top)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / top)) {
      const std::string extension = entry.path().extension().string();
      if (!entry.is_regular_file() || (extension != ".h" && extension != ".cc")) continue;
      SourceFile file{fs::relative(entry.path(), kRoot).string(), {}};
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) file.lines.push_back(line);
      files.push_back(std::move(file));
    }
  }
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

std::string folder_of(const std::string& path) { return path.substr(0, path.find_last_of('/')); }

// Code without its comment: a rule's own explanation may name what it bans.
std::string code_of(const std::string& line) {
  const size_t comment = line.find("//");
  return comment == std::string::npos ? line : line.substr(0, comment);
}

struct Ban {
  const char* where;  // a path prefix
  const char* text;
  const char* instead;
  std::vector<std::string> except = {};
};

const std::vector<Ban> kBans = {
    {"core/", "std::unordered_", "std::map or OrderedMap"},
    {"sim/", "std::unordered_", "std::map or OrderedMap"},
    {"viz/", "std::unordered_", "std::map or OrderedMap"},
    {"", "_distribution<", "Choices::choose"},
    {"", "std::shuffle", "Choices::choose"},
    {"", "random_device", "Choices::choose"},
    // The mistakes in there are for the checks to find.
    {"", "std::rand", "Choices::choose", {"sim/cli/jobs/mistakes_impure"}},
    {"", "std::hash<", "core/base/hash.h"},
    {"",
     "thread_local",
     "a parameter",
     {"sim/cli/jobs/mistakes_impure", "sim/explore/other_time", "sim/main/allocation"}},
    {"", "mt19937", "Choices::choose"},
    {"", "minstd_rand", "Choices::choose"},
    {"", "system_clock", "Env::now()"},
    {"", "std::time(", "Env::now()"},
    {"", "gettimeofday", "Env::now()", {"sim/explore/other_time"}},
    {"", "clock_gettime", "Env::now()", {"sim/explore/other_time"}},
    {"core/", "getenv", "a field of the configuration"},
    {"sim/world", "getenv", "a key of the scenario"},
    {"sim/oracle", "getenv", "a parameter"},
    {"core/", "std::this_thread", "a step machine", {"core/env/real_env"}},
    // Where real time is the subject: the env on the real clock, progress lines, the benchmark.
    {"core/", "steady_clock", "Env::now()", {"core/env/real_env"}},
    {"sim/world", "steady_clock", "the virtual clock"},
    {"sim/oracle", "steady_clock", "the time of a fact"},
    {"sim/scenario", "steady_clock", "a parameter"},
    {"core/", "#include <thread>", "a step machine", {"core/env/real_env"}},
    // A process has one thread and is never left in the middle of a step.
    {"core/", "std::mutex", "a step machine", {"core/env/real_env"}},
    {"core/", "std::atomic", "a step machine", {"core/env/real_env"}},
    {"core/", "std::async", "a step machine"},
    {"core/", "pthread", "a step machine"},
    {"core/", "co_await", "a step machine"},
    {"core/", "co_yield", "a step machine"},
    {"", "high_resolution_clock", "Env::now()"},
    {"", "localtime", "a number of milliseconds"},
    {"", "setlocale", "text that is the same everywhere"},
    {"core/", "nlohmann", "sim/scenario, the one JSON door"},
    {"core/", "#include \"sim/", "nothing: core does not know the simulation"},
    {"core/", "#include \"viz/", "nothing: core does not know the pictures"},
    {"", "catch (...)", "the exception's type"},
    {"", "using namespace std", "names"},
    {"core/", "friend class", "an interface"},
    {"core/", "simulated", "Env: the engine cannot know"},
    {"core/", "#ifdef TEST", "an interface"},
};

bool starts_with(const std::string& text, const std::string& prefix) {
  return text.rfind(prefix, 0) == 0;
}

TEST(Tidy, NothingBannedIsUsed) {
  for (const SourceFile& file : sources_under({"core", "sim", "viz"})) {
    for (size_t i = 0; i < file.lines.size(); ++i) {
      for (const Ban& ban : kBans) {
        if (!starts_with(file.path, ban.where)) continue;
        if (std::any_of(ban.except.begin(), ban.except.end(),
                        [&](const std::string& e) { return starts_with(file.path, e); })) {
          continue;
        }
        EXPECT_EQ(code_of(file.lines[i]).find(ban.text), std::string::npos)
            << file.path << ":" << i + 1 << ": " << ban.text << " is banned here; use "
            << ban.instead;
      }
    }
  }
}

// The same under the names of C, which are also parts of other words.
TEST(Tidy, ChanceAndClocksOfTheMachineAreNotAsked) {
  const std::regex machine(
      R"((^|[^\w.>])((rand|random|drand48|arc4random|clock|getpid|gettid)\(\)(?! const)|(srand|getrandom|time)\((nullptr|NULL|0)))");
  for (const SourceFile& file : sources_under({"core", "sim", "viz"})) {
    // There calls of the machine's clock are answered by the program, or made for the checks to
    // find.
    if (starts_with(file.path, "sim/explore/other_time") ||
        starts_with(file.path, "sim/cli/jobs/mistakes_impure"))
      continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      const std::string code = code_of(file.lines[i]);
      if (code.find('(') == std::string::npos) continue;
      EXPECT_FALSE(std::regex_search(code, machine))
          << file.path << ":" << i + 1 << ": use Env: " << code;
    }
  }
}

// Addresses differ from run to run, and so would the order of what is kept by them.
TEST(Tidy, NothingIsOrderedByAddresses) {
  const std::regex by_address(R"((map|set|Map)<\s*(const )?[\w:]+(<[^<>]*>)?( const)?\s*\*)");
  for (const SourceFile& file : sources_under({"core", "sim", "viz"})) {
    for (size_t i = 0; i < file.lines.size(); ++i) {
      const std::string code = code_of(file.lines[i]);
      if (code.find('*') == std::string::npos && code.find('%') == std::string::npos) continue;
      EXPECT_FALSE(std::regex_search(code, by_address) || code.find("%p") != std::string::npos)
          << file.path << ":" << i + 1 << ": use an id: " << code;
    }
  }
}

// A crash is a destructor, and nothing polite happens in it.
TEST(Tidy, DestructorsOfTheEngineDoNothing) {
  // Blocks of values are counted; a cluster on the real clock ends its threads.
  const std::set<std::string> fine = {"core/data/value.h", "core/env/real_env.cc"};
  const std::regex with_a_body(R"(~\w+\(\)[^;]*\{)");
  for (const SourceFile& file : sources_under({"core"})) {
    if (fine.contains(file.path)) continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      if (file.lines[i].find('~') == std::string::npos) continue;
      EXPECT_FALSE(std::regex_search(code_of(file.lines[i]), with_a_body))
          << file.path << ":" << i + 1 << ": a destructor that does something";
    }
  }
}

// So that a planted bug is one source more in front of the libraries, and a change is built
// quickly.
TEST(Tidy, SemanticsLiveInSourcesNotInHeaders) {
  const std::set<std::string> layers = {"core/state",      "core/window",  "core/operators",
                                        "core/connectors", "core/runtime", "core/cluster"};
  const std::regex opens(
      R"(^( {0,2})(?! |(class|struct|namespace|if|for|while|switch|else)\b|[}/]).*\).*\{$)");
  for (const SourceFile& file : sources_under({"core"})) {
    if (!file.path.ends_with(".h") || !layers.contains(folder_of(file.path))) continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      std::smatch match;
      if (!file.lines[i].ends_with("{") || !std::regex_match(file.lines[i], match, opens)) continue;
      const std::string close = match[1].str() + "}";
      size_t end = i + 1;
      while (end < file.lines.size() && !starts_with(file.lines[end], close)) ++end;
      EXPECT_LE(end - i - 1, 12U) << file.path << ":" << i + 1
                                  << ": move it to a .cc: " << file.lines[i];
    }
  }
}

// Who may include whom: each folder sees itself and those that stand here.
const std::map<std::string, std::vector<std::string>> kLayers = {
    {"core/base", {}},
    {"core/data", {"core/base"}},
    {"core/trace", {"core/base", "core/data"}},
    {"core/graph", {"core/base", "core/data", "core/trace"}},
    {"core/env", {"core/base", "core/data", "core/trace", "core/graph"}},
    {"core/state", {"core/base", "core/data", "core/trace", "core/graph", "core/env"}},
    {"core/window", {"core/base", "core/data", "core/trace", "core/graph", "core/env"}},
    {"core/operators",
     {"core/base", "core/data", "core/trace", "core/graph", "core/env", "core/state",
      "core/window"}},
    {"core/connectors",
     {"core/base", "core/data", "core/trace", "core/graph", "core/env", "core/state",
      "core/operators"}},
    {"core/runtime",
     {"core/base", "core/data", "core/trace", "core/graph", "core/env", "core/state",
      "core/operators", "core/connectors"}},
    {"core/cluster",
     {"core/base", "core/data", "core/trace", "core/graph", "core/env", "core/connectors",
      "core/runtime"}},
    {"core/api", {"core/base", "core/data", "core/trace", "core/graph", "core/operators"}},
    {"sim/oracle", {"core/base", "core/data", "core/graph", "core/trace"}},
    {"viz", {"core/base", "core/data", "core/graph", "core/trace"}},
};

TEST(Tidy, LayersIncludeOnlyDownwards) {
  for (const SourceFile& file : sources_under({"core", "sim", "viz"})) {
    const auto layer = kLayers.find(folder_of(file.path));
    if (layer == kLayers.end()) continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      const std::string& line = file.lines[i];
      if (!starts_with(line, "#include \"")) continue;
      const std::string target = folder_of(line.substr(10));
      const auto& allowed = layer->second;
      const bool fine = target == layer->first ||
                        std::find(allowed.begin(), allowed.end(), target) != allowed.end();
      EXPECT_TRUE(fine) << file.path << ":" << i + 1 << ": " << layer->first << " may not include "
                        << target;
    }
  }
}

TEST(Tidy, EveryFolderOfCoreHasALayer) {
  for (const SourceFile& file : sources_under({"core"})) {
    EXPECT_TRUE(kLayers.contains(folder_of(file.path))) << file.path << " is in no layer";
  }
}

TEST(Tidy, FilesStopAtFiveHundredLines) {
  for (const SourceFile& file : sources_under({"core", "sim", "viz"})) {
    EXPECT_LE(file.lines.size(), 500U) << file.path;
  }
}

// A function's body, between a line that opens it at column 0..2 and the matching close.
TEST(Tidy, FunctionsFitOnAScreen) {
  for (const SourceFile& file : sources_under({"core", "sim", "viz"})) {
    if (!file.path.ends_with(".cc")) continue;
    size_t opened = 0;
    bool open = false;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      const std::string& line = file.lines[i];
      const bool starts = !line.empty() && line[0] != ' ' && line[0] != '}' && line[0] != '#' &&
                          line.ends_with("{") && line.find('(') != std::string::npos &&
                          !starts_with(line, "namespace") && !starts_with(line, "class") &&
                          !starts_with(line, "struct");
      // A table is data, however many rows it has.
      if (starts && line.find("key_table()") == std::string::npos) {
        open = true;
        opened = i;
      } else if (open && line == "}") {
        EXPECT_LE(i - opened, 70U) << file.path << ":" << opened + 1 << ": " << file.lines[opened];
        open = false;
      }
    }
  }
}

TEST(Tidy, HeadersOpenWithPragmaOnceAndAWordOnWhatTheyAreFor) {
  for (const SourceFile& file : sources_under({"core", "sim", "viz"})) {
    if (!file.path.ends_with(".h")) continue;
    ASSERT_FALSE(file.lines.empty()) << file.path;
    EXPECT_TRUE(starts_with(file.lines[0], "//")) << file.path << ": say what it is for";
    EXPECT_NE(std::find(file.lines.begin(), file.lines.end(), "#pragma once"), file.lines.end())
        << file.path;
  }
}

TEST(Tidy, NothingIsLeftOver) {
  // Spelled in halves, so that this file does not find itself.
  const std::vector<std::string> marks = {std::string("TO") + "DO", std::string("FIX") + "ME",
                                          std::string("XX") + "X", std::string("HA") + "CK"};
  for (const SourceFile& file : sources_under({"core", "sim", "viz", "tests"})) {
    for (size_t i = 0; i < file.lines.size(); ++i) {
      for (const std::string& mark : marks) {
        EXPECT_EQ(file.lines[i].find(mark), std::string::npos) << file.path << ":" << i + 1;
      }
    }
  }
}

TEST(Tidy, EveryFolderHasAReadme) {
  std::set<std::string> folders;
  for (const SourceFile& file : sources_under({"core", "sim", "viz"})) {
    folders.insert(folder_of(file.path));
  }
  for (const std::string& folder : folders) {
    EXPECT_TRUE(fs::exists(kRoot / folder / "README.md")) << folder;
  }
}

// Two simulations in one process share nothing that can change: no variable outlives its owner.
TEST(Tidy, NothingStaticCanChange) {
  for (const SourceFile& file : sources_under({"core", "sim", "viz"})) {
    if (file.path == "sim/cli/jobs/mistakes_impure.cc") continue;  // it is what these jobs show
    for (size_t i = 0; i < file.lines.size(); ++i) {
      const std::string code = code_of(file.lines[i]);
      const size_t word = code.find_first_not_of(' ');
      if (word == std::string::npos || code.compare(word, 7, "static ") != 0) continue;
      const std::string rest = code.substr(word + 7);
      const bool constant = starts_with(rest, "const ") || starts_with(rest, "constexpr ") ||
                            starts_with(rest, "inline constexpr ");
      const size_t call = rest.find('(');
      const bool function = call != std::string::npos && rest.find('=') >= call;
      EXPECT_TRUE(constant || function)
          << file.path << ":" << i + 1 << ": a static that can change: " << rest;
    }
  }
}

// A line that begins a variable outside of all functions and classes (what stands in a namespace is
// not indented).
bool defines_a_variable(const std::string& code) {
  static const std::regex no_variable(
      "^(using|typedef|namespace|class|struct|enum|union|template|friend|concept|return|goto|"
      "static_assert|public|private|protected|case|default|else)\\b.*|extern \"C\".*");
  if (code.empty() || (std::isalpha(static_cast<unsigned char>(code[0])) == 0 && code[0] != '_'))
    return false;
  const size_t value = code.find_first_of("={");
  const bool ends = code.ends_with(";") || (value != std::string::npos && code.ends_with("{"));
  if (!ends || code.find(' ') == std::string::npos || code.find("operator") != std::string::npos)
    return false;
  static const std::regex arguments("<[^<>]*>");
  std::string left = code.substr(0, value);
  for (std::string before; before != left;) {
    before = left;
    left = std::regex_replace(left, arguments, "");
  }
  // "(*" opens a pointer to a function.
  const size_t call = left.find('(');
  const bool function = call != std::string::npos && left.compare(call, 2, "(*") != 0;
  return !function && !std::regex_match(code, no_variable);
}

// Constant is also the pointer itself: in `const char* p` only what it points at is.
bool is_constant(const std::string& code) {
  const std::string left = code.substr(0, code.find_first_of("={"));
  if (left.find("constexpr ") != std::string::npos) return true;
  const size_t pointer = left.rfind('*');
  if (pointer != std::string::npos) return left.find("const ", pointer) != std::string::npos;
  return starts_with(left, "const ") || left.find(" const ") != std::string::npos;
}

// What no word `static` gives away: a variable of a namespace.
TEST(Tidy, NothingGlobalCanChange) {
  // The surroundings of the process, the clock that is ahead where calls are made again, and small
  // blocks of memory that are kept at hand.
  const std::set<std::string> fine = {"extern char** environ;",
                                      "thread_local int64_t ahead_of_clock = 0;",
                                      "thread_local Shelf shelves[kSizes];"};
  size_t constants = 0;
  for (const SourceFile& file : sources_under({"core", "sim", "viz"})) {
    if (file.path == "sim/cli/jobs/mistakes_impure.cc") continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      std::string code = code_of(file.lines[i]);
      code.erase(code.find_last_not_of(' ') + 1);
      if (!defines_a_variable(code) || fine.contains(code)) continue;
      EXPECT_TRUE(is_constant(code))
          << file.path << ":" << i + 1 << ": a global that can change: " << code;
      ++constants;
    }
  }
  EXPECT_GT(constants, 100u);
}

// The linker takes two types of one name for one, and keeps either's functions for both: where they
// are not inlined, that is memory overwritten. So a name outside of all classes has one type.
TEST(Tidy, EveryTypeHasANameOfItsOwn) {
  const std::regex definition(
      R"(^(?:struct|class|enum class) (\w+)(?: final)?(?: : .*)?(?: \{.*)?$)");
  std::map<std::string, std::string> defined;
  for (const SourceFile& file : sources_under({"core", "sim", "viz"})) {
    bool unnamed = false;
    for (const std::string& line : file.lines) {
      if (starts_with(line, "namespace {")) unnamed = true;
      if (line == "}  // namespace") unnamed = false;
      std::smatch match;
      if (unnamed || line.ends_with(";") || !std::regex_match(line, match, definition)) continue;
      const auto [at, fresh] = defined.emplace(match[1], file.path);
      EXPECT_TRUE(fresh) << match[1] << " is defined in " << at->second << " and in " << file.path;
    }
  }
  EXPECT_GT(defined.size(), 200u);
}

// What is committed at the top of the tree, and nothing else: reports that a user writes there are
// his.
TEST(Tidy, TheTopLevelIsWhatTheDesignSays) {
  const std::set<std::string> expected = {
      "CMakeLists.txt", "core", "sim",     "scenarios",         "tests",        "viz",
      "README.md",      "leat", "LICENSE", "CMakePresets.json", "CHANGELOG.md", "docs"};
  const std::string list = "git -C '" + kRoot.string() + "' ls-files 2>/dev/null";
  FILE* const files = popen(list.c_str(), "r");
  ASSERT_NE(files, nullptr);
  char line[4096];
  while (std::fgets(line, sizeof line, files) != nullptr) {
    const std::string path = line;
    const std::string name = path.substr(0, path.find_first_of("/\n"));
    EXPECT_TRUE(name[0] == '.' || expected.contains(name)) << name;
  }
  pclose(files);
}

}  // namespace
