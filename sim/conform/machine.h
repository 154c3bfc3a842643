// Cases of protocol objects (conformance machine.md): a set-up, and steps that are one call each.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/conform/conform.h"

namespace leat {

// What one step did.
struct MachineResult {
  std::vector<Value> did;             // compared with the step's "did", where it has one
  std::map<std::string, Value> seen;  // each compared with the step's member of that name
};

class Machine {
 public:
  virtual ~Machine() = default;
  // Throws what the engine throws; UnknownRequest for a step that it does not know.
  virtual void step(const Value& step, MachineResult& result) = 0;
  // What the case itself says of the object, by the name of its member.
  virtual std::map<std::string, Value> summary() { return {}; }
};

std::unique_ptr<Machine> make_restart_machine(const Value& body);
std::unique_ptr<Machine> make_barrier_machine(const Value& body);
std::unique_ptr<Machine> make_coordinator_machine(const Value& body);
std::unique_ptr<Machine> make_two_phase_machine(const Value& body);
std::unique_ptr<Machine> make_failover_machine(const Value& body);

// Which strategy a job's options choose.
Value chosen_restart_strategy(const Value& args);

CaseVerdict run_machine_case(const RecordedCase& recorded, Transcript transcript);

// {"trigger": 3} and the like.
Value object_of(std::vector<std::pair<std::string_view, Value>> members);
Value id_value(uint64_t id);

}  // namespace leat
