// What the parts of a scenario are called where facts are told: sum[0], out, worker-1, kill. The
// same names stand in scenario files and in reports.
#pragma once

#include <string>

#include "core/trace/facts.h"
#include "sim/explore/choice_notes.h"
#include "sim/scenario/scenario.h"

namespace leat {

class ScenarioNames final : public FactNames {
 public:
  // REQUIRES: the scenario outlives the names.
  explicit ScenarioNames(const Scenario& scenario) : scenario_(scenario), notes_(scenario) {}

  // Of a chain: its first node.
  std::string subtask(SubtaskId id) const override;
  std::string node(NodeId id) const override;
  std::string process(ProcessId id) const override;
  // Ends and purpose: "worker-1 -> worker-2 (data to sum[0], channel 1)".
  std::string link(uint64_t link) const override;
  std::string fault_kind(uint32_t kind) const override;

  // One line for each chain of more than one node, which says what runs under its name.
  std::vector<std::string> chains() const;

 private:
  const Scenario& scenario_;
  const ChoiceNotes notes_;
};

}  // namespace leat
