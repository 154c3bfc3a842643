#include <fmt/format.h>

#include <charconv>

#include "core/trace/facts.h"
#include "sim/scenario/decode_parts.h"

namespace leat {

namespace {

std::vector<std::string> fact_names() {
  std::vector<std::string> names;
  for (uint32_t kind = 0; kind < kFactKinds; ++kind) names.emplace_back(kind_name(kind));
  return names;
}

std::optional<uint32_t> fact_named(std::string_view name, Span span, Diagnostics& d) {
  const uint32_t kind = kind_named(name);
  if (kind < kFactKinds) return kind;
  report_unknown(d, "SC115", span, "fact", name, fact_names());
  return std::nullopt;
}

std::optional<ProcessId> process_named(const Json& json, const ClusterConfig& cluster,
                                       Diagnostics& d) {
  std::vector<std::string> known = {"jobmanager", "log"};
  for (size_t i = 1; i <= cluster.task_managers.size(); ++i)
    known.push_back(fmt::format("worker-{}", i));
  if (json.is(Json::Kind::kText)) {
    if (json.text == "jobmanager") return cluster.job_manager;
    if (json.text == "log") return cluster.log;
    for (size_t i = 0; i < cluster.task_managers.size(); ++i) {
      if (json.text == known[i + 2]) return cluster.task_managers[i];
    }
  }
  report_unknown(d, "SC116", json.span, "process",
                 json.is(Json::Kind::kText) ? json.text : name_of(json.kind), known);
  return std::nullopt;
}

// "sum[1]": the subtask of the task that runs this node.
std::optional<SubtaskId> subtask_named(std::string_view text, Span span, const JobProgram& program,
                                       Diagnostics& d) {
  const size_t bracket = text.find('[');
  uint32_t index = 0;
  const std::string_view name = text.substr(0, bracket);
  const std::optional<NodeId> node = program.graph.find(name);
  std::vector<std::string> known;
  for (const StreamNode& n : program.graph.nodes) {
    if (!std::holds_alternative<UnionSpec>(n.spec)) known.push_back(n.name);
  }
  if (!node || std::holds_alternative<UnionSpec>(program.graph.node(*node).spec)) {
    report_unknown(d, "SC112", span, "node", name, known);
    return std::nullopt;
  }
  if (bracket != std::string_view::npos) {
    const char* const end = text.data() + text.size();
    const std::from_chars_result read = std::from_chars(text.data() + bracket + 1, end, index);
    if (read.ec != std::errc() || read.ptr + 1 != end || *read.ptr != ']') {
      d.error("SC117", span, fmt::format("\"{}\" is no subtask", text),
              "write node[index], for example sum[0]");
      return std::nullopt;
    }
  }
  if (index >= program.graph.node(*node).parallelism) {
    d.error("SC117", span,
            fmt::format("\"{}\" has {} subtasks, numbered from 0", name,
                        program.graph.node(*node).parallelism));
    return std::nullopt;
  }
  return SubtaskId{program.job.vertex_of(*node), index};
}

// "BarrierAligned(2) at sum[1]"
std::optional<AtMoment> decode_moment(const Json& json, const JobProgram& program, Diagnostics& d) {
  if (!json.is(Json::Kind::kText)) {
    d.error("SC102", json.span, "a moment is written \"Fact(checkpoint) at node[index]\"");
    return std::nullopt;
  }
  std::string_view text = json.text;
  AtMoment moment;
  if (const size_t at = text.find(" at "); at != std::string_view::npos) {
    moment.subtask = subtask_named(text.substr(at + 4), json.span, program, d);
    if (!moment.subtask) return std::nullopt;
    text = text.substr(0, at);
  }
  if (const size_t open = text.find('('); open != std::string_view::npos) {
    uint64_t checkpoint = 0;
    const char* const end = text.data() + text.size();
    const std::from_chars_result read = std::from_chars(text.data() + open + 1, end, checkpoint);
    if (read.ec != std::errc() || read.ptr + 1 != end || *read.ptr != ')' || checkpoint == 0) {
      d.error("SC117", json.span, "the number of a checkpoint stands in parentheses, from 1 on");
      return std::nullopt;
    }
    moment.checkpoint = CheckpointId{checkpoint};
    text = text.substr(0, open);
  }
  const std::optional<uint32_t> kind = fact_named(text, json.span, d);
  if (!kind) return std::nullopt;
  moment.kind = *kind;
  return moment;
}

// 100, or "3 CheckpointCompleted"
std::optional<AfterFact> decode_after(const Json& json, Diagnostics& d) {
  AfterFact after;
  if (json.is(Json::Kind::kInt) && json.integer > 0) {
    after.nth = static_cast<uint64_t>(json.integer);
    return after;
  }
  if (json.is(Json::Kind::kText)) {
    const char* const end = json.text.data() + json.text.size();
    const std::from_chars_result read = std::from_chars(json.text.data(), end, after.nth);
    if (read.ec == std::errc() && after.nth > 0 && read.ptr != end && *read.ptr == ' ') {
      after.kind = fact_named(
          std::string_view(read.ptr + 1, static_cast<size_t>(end - read.ptr - 1)), json.span, d);
      if (after.kind) return after;
      return std::nullopt;
    }
  }
  d.error("SC117", json.span, "after which fact? a number from 1 on, or \"3 CheckpointCompleted\"");
  return std::nullopt;
}

struct Verb {
  const char* name;
  FaultKind kind;
  enum class Target : uint8_t { kProcess, kPair, kStorage } target;
};
constexpr Verb kVerbs[] = {{"kill", FaultKind::kKill, Verb::Target::kProcess},
                           {"kill_silently", FaultKind::kKillSilently, Verb::Target::kProcess},
                           {"pause", FaultKind::kPause, Verb::Target::kProcess},
                           {"reset", FaultKind::kReset, Verb::Target::kPair},
                           {"partition", FaultKind::kPartition, Verb::Target::kPair},
                           {"delay", FaultKind::kDelay, Verb::Target::kPair},
                           {"fail", FaultKind::kStorageFail, Verb::Target::kStorage},
                           {"slow", FaultKind::kStorageSlow, Verb::Target::kStorage}};

bool decode_target(const Verb& verb, const Json& json, const ClusterConfig& cluster, Fault& fault,
                   Diagnostics& d) {
  switch (verb.target) {
    case Verb::Target::kProcess: {
      const auto process = process_named(json, cluster, d);
      if (!process) return false;
      fault.process = *process;
      if (*process == cluster.log && fault.kind != FaultKind::kPause) {
        d.error("SC118", json.span, "the log does not die: it is an external system",
                "pause it, or cut it off with partition");
        return false;
      }
      return true;
    }
    case Verb::Target::kPair: {
      if (!json.is(Json::Kind::kList) || json.items.size() != 2) {
        d.error("SC102", json.span, "here must stand two processes",
                "for example [\"worker-1\", \"worker-2\"]");
        return false;
      }
      const auto a = process_named(json.items[0], cluster, d);
      const auto b = process_named(json.items[1], cluster, d);
      if (!a || !b) return false;
      if (*a == *b) {
        d.error("SC118", json.span, "a connection has two different ends");
        return false;
      }
      fault.process = *a;
      fault.peer = *b;
      return true;
    }
    case Verb::Target::kStorage:
      if (json.is(Json::Kind::kText) && json.text == "storage") return true;
      d.error("SC118", json.span, "only \"storage\" fails or is slow");
      return false;
  }
  return false;
}

void decode_lasts(const Fields& fields, const ClusterConfig& cluster, Fault& fault,
                  Diagnostics& d) {
  const Json* lasts = fields.get("for");
  if (lasts == nullptr || !lasts->is(Json::Kind::kText) || lasts->text != "ever") {
    fault.lasts = fields.duration("for", fault.lasts);
    return;
  }
  const bool kills = fault.kind == FaultKind::kKill || fault.kind == FaultKind::kKillSilently;
  const auto& workers = cluster.task_managers;
  if (!kills || std::find(workers.begin(), workers.end(), fault.process) == workers.end())
    d.error("SC118", lasts->span, "only a worker that is killed is gone for ever");
  fault.lasts = kForever;
}

std::optional<Fault> decode_fault(const Json& json, const Scenario& scenario, Diagnostics& d) {
  const size_t errors = d.errors();
  const Fields fields(json, "fault", d);
  Fault fault;
  int verbs = 0;
  for (const Verb& verb : kVerbs) {
    const Json* target = fields.get(verb.name);
    if (target == nullptr) continue;
    ++verbs;
    fault.kind = verb.kind;
    decode_target(verb, *target, scenario.cluster, fault, d);
  }
  const int triggers =
      (fields.has("at") ? 1 : 0) + (fields.has("when") ? 1 : 0) + (fields.has("after") ? 1 : 0);
  if (d.errors() > errors) return std::nullopt;
  if (verbs != 1) {
    d.error("SC106", json.span, "a fault is one thing",
            "one of: kill, kill_silently, pause, reset, partition, delay, fail, slow");
    return std::nullopt;
  }
  if (triggers != 1) {
    d.error("SC106", json.span, "a fault says once when it happens", "one of: at, when, after");
    return std::nullopt;
  }
  if (fields.has("at")) fault.when = AtTime{ProcTime{fields.duration("at", {0}).ms}};
  if (const Json* when = fields.get("when"); when != nullptr) {
    if (const auto moment = decode_moment(*when, *scenario.program, d)) fault.when = *moment;
  }
  if (const Json* after = fields.get("after"); after != nullptr) {
    if (const auto fact = decode_after(*after, d)) fault.when = *fact;
  }
  decode_lasts(fields, scenario.cluster, fault, d);
  fault.amount = fields.duration("by", fault.amount);
  fault.count = static_cast<uint32_t>(fields.integer("count", fault.count, 1, 1'000'000));
  if (d.errors() > errors) return std::nullopt;
  return fault;
}

}  // namespace

std::vector<Fault> decode_faults(const Json* json, const Scenario& scenario, Diagnostics& d) {
  std::vector<Fault> faults;
  if (json == nullptr) return faults;
  if (!json->is(Json::Kind::kList)) {
    d.error("SC102", json->span, "here must stand a list of faults");
    return faults;
  }
  if (json->items.size() > 1000) d.error("SC103", json->span, "a scenario has at most 1000 faults");
  for (const Json& item : json->items) {
    if (auto fault = decode_fault(item, scenario, d)) faults.push_back(std::move(*fault));
    if (d.errors() > Diagnostics::kMost) break;
  }
  return faults;
}

}  // namespace leat
