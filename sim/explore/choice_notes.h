// What the answers of a choice map mean, in words: keys are hashes of names, and a scenario's names
// are few, so they are looked up.
#pragma once

#include <map>
#include <string>

#include "sim/scenario/scenario.h"

namespace leat {

class ChoiceNotes {
 public:
  explicit ChoiceNotes(const Scenario& scenario);

  // "message worker-1 -> worker-2 (sum[1], channel 0): 12 of at most 19"; "" where nothing is
  // known.
  std::string of(const ChoiceKey& key, const ChoiceAnswer& answer, const ChoiceMap& map) const;
  // "A before B".
  std::string of(const TurnKey& key, const Identity& chosen) const;
  // A process, a subtask, a node in a subtask, a channel or a link; "" where it is none of them.
  std::string name_of(Entity who) const;

 private:
  void add_processes(const Scenario& scenario);
  void add_subtasks(const Scenario& scenario);
  void add_ways_to_log(const Scenario& scenario, SubtaskId subtask, NodeId node,
                       const std::string& name);
  // The entity, and the events that happen to it.
  void add(Entity who, const std::string& name);
  std::string name_of(const Identity& identity) const;

  std::map<uint64_t, std::string> entities_;
  std::map<uint64_t, std::string> events_;
};

}  // namespace leat
