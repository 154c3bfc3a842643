// A Scenario from JSON: scenario files, and the recorded jobs, which are scenarios with nothing
// around them. Everything is checked here once; what comes out needs no second look.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/graph/job_registry.h"
#include "core/graph/stream_graph.h"
#include "sim/scenario/diagnostics.h"
#include "sim/scenario/node_script.h"
#include "sim/scenario/scenario.h"

namespace leat {

struct DecodeOptions {
  const JobRegistry* jobs = nullptr;  // for "job": {"cpp": name}
  std::string directory;              // that files are looked for in; default: the scenario's own
  const NodeScripts* scripts = nullptr;  // nodes besides those of the language
};

struct Decoded {
  std::optional<Scenario> scenario;  // only without errors
  Diagnostics diagnostics;           // errors and warnings
  std::string report;                // the same as text, for people; empty if there are none
};

Decoded decode_scenario(std::string_view text, const std::string& path,
                        const DecodeOptions& options = {});
// Reads the file too; one that cannot be read is an error as well.
Decoded load_scenario(const std::string& path, const DecodeOptions& options = {});

// Whether the text is a scenario, and what is wrong: "" where nothing is (warnings are told, too).
std::string validate(std::string_view text, const std::string& path,
                     const DecodeOptions& options = {});

// The JSON Schema for editors and the table of all keys as Markdown, both made of the key table.
std::string json_schema();
std::string key_reference();

}  // namespace leat
