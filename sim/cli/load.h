// From what stands on the command line to scenarios.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/graph/job_registry.h"
#include "sim/scenario/scenario.h"

namespace leat {

struct Loaded {
  std::vector<Scenario> scenarios;
  int exit_code = 0;  // 2: something was invalid (told on stderr); 4: nothing was selected
};

// Files, and folders with *.json in them (in the order of names; JSON Schemas are left out).
Loaded load_all(const std::vector<std::string>& paths, const JobRegistry& jobs);

// The files that these paths name.
std::vector<std::string> scenario_files(const std::vector<std::string>& paths);

// Reads `--until` ("": none); false (told on stderr) if it is no time.
bool read_until(const std::string& text, std::optional<ProcTime>& until);

// Whole files. Reading: nothing where that is impossible. Writing: an error's text, or "".
std::optional<std::string> read_file(const std::string& path);
std::string write_file(const std::string& path, const std::string& text);

}  // namespace leat
