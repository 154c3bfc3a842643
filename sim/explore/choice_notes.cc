#include "sim/explore/choice_notes.h"

#include <fmt/format.h>

#include "core/cluster/endpoint.h"
#include "sim/world/occurrences.h"
#include "sim/world/simulation.h"

namespace leat {

namespace {

struct EventSite {
  Site site;
  const char* what;
};
constexpr EventSite kEvents[] = {{Site{"net.message"}, "message "},
                                 {Site{"world.run"}, "step of "},
                                 {Site{"world.start"}, "start of "},
                                 {Site{"world.restart"}, "return of "}};
constexpr Site kTimer{"world.timer"};

// Names as many channels of a subtask as small graphs have.
constexpr uint32_t kChannels = 16;

}  // namespace

ChoiceNotes::ChoiceNotes(const Scenario& scenario) {
  add_processes(scenario);
  if (scenario.program != nullptr) add_subtasks(scenario);
}

void ChoiceNotes::add(Entity who, const std::string& name) {
  entities_.emplace(who.key, name);
  const auto event = [&](uint64_t site, const std::string& what) {
    events_.emplace(Occurrences().next(site, who).pair, what + name);
  };
  for (const EventSite& site : kEvents) event(site.site.key, site.what);
  for (uint32_t part = 0; part < 8; ++part)
    event(kTimer.key + part * 0x9e3779b97f4a7c15ULL, "timer of ");
}

void ChoiceNotes::add_processes(const Scenario& scenario) {
  std::vector<ProcessId> all = scenario.cluster.task_managers;
  all.push_back(scenario.cluster.job_manager);
  all.push_back(scenario.cluster.log);
  const char* endpoints[] = {"dispatcher", "resource manager", "job master"};
  const auto name = [&](ProcessId p, uint32_t endpoint) {
    std::string text = process_name(scenario.cluster, p);
    if (p == scenario.cluster.job_manager) text += fmt::format(" {}", endpoints[endpoint]);
    return text;
  };
  for (const ProcessId process : all) {
    add({hash_name(process_name(scenario.cluster, process))},
        process_name(scenario.cluster, process));
    for (uint32_t kind = 0; kind < 16; ++kind) {
      add(entity(entity(entity("task_executor"), process.value), kind), name(process, 0));
    }
  }
  for (uint32_t kind = 0; kind < 32; ++kind) {
    add(entity(entity("job_master"), kind), "job master");
    add(entity(entity("resource_manager"), kind), "resource manager");
  }
  add(entity("job_master"), "job master");
  add(entity("resource_manager"), "resource manager");
  for (const ProcessId a : all) {
    for (const ProcessId b : all) {
      for (uint32_t from = 0; from <= kJobMaster; ++from) {
        for (uint32_t to = 0; to <= kJobMaster; ++to) {
          add({mix((uint64_t{a.value} << 32) | from, (uint64_t{b.value} << 32) | to, kRpcLane)},
              name(a, from) + " -> " + name(b, to));
        }
      }
    }
  }
}

void ChoiceNotes::add_subtasks(const Scenario& scenario) {
  const JobProgram& program = *scenario.program;
  const std::vector<ProcessId>& workers = scenario.cluster.task_managers;
  for (uint32_t v = 0; v < program.job.vertices.size(); ++v) {
    for (uint32_t i = 0; i < program.job.vertices[v].parallelism; ++i) {
      const std::string name = subtask_name(program.job, program.graph, {{v}, i});
      const uint64_t subtask = (uint64_t{v} << 32) | i;
      add(entity(name), name);
      for (uint32_t c = 0; c < kChannels; ++c) {
        add(entity(entity(name), c), fmt::format("{} on channel {}", name, c));
        for (const ProcessId a : workers) {
          for (const ProcessId b : workers) {
            const std::string way = fmt::format("{} -> {}", process_name(scenario.cluster, a),
                                                process_name(scenario.cluster, b));
            add({mix(a.value, b.value, mix(subtask, c, 1) | 1)},
                fmt::format("{} (data to {}, channel {})", way, name, c));
            add({mix(a.value, b.value, mix(subtask, c, 2) | 1)},
                fmt::format("{} (credits to {}, channel {})", way, name, c));
          }
        }
      }
    }
  }
  for (uint32_t n = 0; n < program.graph.nodes.size(); ++n) {
    const StreamNode& node = program.graph.nodes[n];
    for (uint32_t i = 0; i < node.parallelism; ++i) {
      const std::string name = fmt::format("{}[{}]", node.name, i);
      add(entity(name), name);
      if (!std::holds_alternative<UnionSpec>(node.spec))
        add_ways_to_log(scenario, {program.job.vertex_of({n}), i}, {n}, name);
    }
  }
}

void ChoiceNotes::add_ways_to_log(const Scenario& scenario, SubtaskId subtask, NodeId node,
                                  const std::string& name) {
  const uint64_t who = (uint64_t{subtask.vertex.value} << 32) | subtask.index;
  const uint64_t lane = mix(who, node.value, 3) | 1;
  const ProcessId log = scenario.cluster.log;
  for (const ProcessId worker : scenario.cluster.task_managers) {
    const std::string where = process_name(scenario.cluster, worker);
    add({mix(worker.value, log.value, lane)}, where + " -> log (" + name + ")");
    add({mix(log.value, worker.value, lane)}, "log -> " + where + " (" + name + ")");
  }
}

std::string ChoiceNotes::name_of(Entity who) const {
  const auto name = entities_.find(who.key);
  return name == entities_.end() ? "" : name->second;
}

std::string ChoiceNotes::of(const ChoiceKey& key, const ChoiceAnswer& answer,
                            const ChoiceMap& map) const {
  const auto name = entities_.find(key.entity);
  const auto site = map.sites.find(key.site);
  const std::string what = site == map.sites.end() ? "" : site->second;
  if (what == "storage.latency")
    return fmt::format("an operation of the storage takes {} ms longer", answer.answer);
  const bool known = name != entities_.end();
  if (what == "net.latency" && !known)
    return fmt::format("a message takes {} ms longer", answer.answer);
  if (!known) return "";
  if (what == "net.latency")
    return fmt::format("message {} takes {} ms longer", name->second, answer.answer);
  if (what == "world.step_cost")
    return fmt::format("step of {} takes {} ms", name->second, answer.answer);
  return fmt::format("{} of {}: {}", what, name->second, answer.answer);
}

std::string ChoiceNotes::name_of(const Identity& identity) const {
  const auto name = events_.find(identity.entity);
  return name == events_.end() ? "another event" : name->second;
}

std::string ChoiceNotes::of(const TurnKey& key, const Identity& chosen) const {
  return name_of(chosen) + " before " + name_of(key.plain);
}

}  // namespace leat
