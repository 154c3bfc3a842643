#include "sim/cli/load.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "sim/scenario/decode.h"
#include "sim/scenario/fields.h"

namespace leat {

namespace fs = std::filesystem;

namespace {
bool is_scenario(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.ends_with(".json") && !name.ends_with(".schema.json");
}
}  // namespace

std::vector<std::string> scenario_files(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(path, error)) {
      if (entry.is_regular_file() && is_scenario(entry.path()))
        found.push_back(entry.path().string());
    }
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

Loaded load_all(const std::vector<std::string>& paths, const JobRegistry& jobs) {
  Loaded loaded;
  for (const std::string& file : scenario_files(paths)) {
    DecodeOptions options;
    options.jobs = &jobs;
    Decoded decoded = load_scenario(file, options);
    std::cerr << decoded.report;
    if (decoded.scenario) {
      loaded.scenarios.push_back(std::move(*decoded.scenario));
    } else {
      loaded.exit_code = 2;
    }
  }
  if (loaded.exit_code == 0 && loaded.scenarios.empty()) {
    std::cerr << "error: no scenario was selected\n  = help: name a scenario file or a folder with "
                 "some\n";
    loaded.exit_code = 4;
  }
  return loaded;
}

bool read_until(const std::string& text, std::optional<ProcTime>& until) {
  if (text.empty()) return true;
  const auto time = parse_duration(text);
  if (time) {
    until = ProcTime{*time};
    return true;
  }
  std::cerr << "error: --until takes a time such as 7020ms or 4s, not \"" << text << "\"\n";
  return false;
}

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) return std::nullopt;
  return text.str();
}

std::string write_file(const std::string& path, const std::string& text) {
  const fs::path parent = fs::path(path).parent_path();
  std::error_code error;
  if (!parent.empty()) fs::create_directories(parent, error);
  std::ofstream out(path, std::ios::binary);
  if (out && (out << text) && out.flush()) return "";
  return "error: cannot write " + path;
}

}  // namespace leat
