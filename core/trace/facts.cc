#include "core/trace/facts.h"

#include <array>

#include "core/base/check.h"

namespace leat {

const char* name_of(JobStatus status) {
  static constexpr const char* kNames[] = {"CREATED", "RUNNING", "RESTARTING",
                                           "FAILING", "FAILED",  "FINISHED"};
  return kNames[static_cast<size_t>(status)];
}

const char* name_of(ExecutionState state) {
  static constexpr const char* kNames[] = {"CREATED",  "DEPLOYING", "INITIALIZING", "RUNNING",
                                           "FINISHED", "CANCELING", "CANCELED",     "FAILED"};
  return kNames[static_cast<size_t>(state)];
}

const char* name_of(AbortReason reason) {
  static constexpr const char* kNames[] = {"expired",         "declined",     "subsumed",
                                           "storage failed",  "job failover", "coordinator suspend",
                                           "task not running"};
  return kNames[static_cast<size_t>(reason)];
}

const char* name_of(FailureKind kind) {
  static constexpr const char* kNames[] = {"user code", "lost connection", "unreadable state",
                                           "refused by the log", "too much work"};
  return kNames[static_cast<size_t>(kind)];
}

namespace {

template <size_t... I>
constexpr std::array<const char*, sizeof...(I)> all_names(std::index_sequence<I...>) {
  return {std::variant_alternative_t<I, Fact>::kName...};
}
constexpr auto kKindNames = all_names(std::make_index_sequence<kFactKinds>{});

struct Folder {
  Digest& digest;
  void operator()(const char*, uint64_t v) { digest.add(v); }
  void operator()(const char*, int64_t v) { digest.add(v); }
  void operator()(const char*, uint32_t v) { digest.add(uint64_t{v}); }
  void operator()(const char*, uint8_t v) { digest.add(uint64_t{v}); }
  void operator()(const char*, const std::string& v) { digest.add(std::string_view(v)); }
  void operator()(const char*, LinkId v) { digest.add(v.value); }
  void operator()(const char*, FaultKindId v) { digest.add(uint64_t{v.value}); }
  void operator()(const char*, ProcessId v) { digest.add(uint64_t{v.value}); }
  void operator()(const char*, NodeId v) { digest.add(uint64_t{v.value}); }
  void operator()(const char*, CheckpointId v) { digest.add(v.value); }
  void operator()(const char*, EventTime v) { digest.add(v.ms); }
  void operator()(const char*, ExecutionId v) {
    digest.add((uint64_t{v.subtask.vertex.value} << 32) | v.subtask.index);
    digest.add(uint64_t{v.attempt});
  }
  template <class E>
    requires std::is_enum_v<E>
  void operator()(const char*, E v) {
    digest.add(static_cast<uint64_t>(v));
  }
};

struct Printer {
  std::string& text;
  const FactNames& names;
  void put(const char* name, const std::string& value) {
    text += ' ';
    text += name;
    text += '=';
    if (value.find(' ') == std::string::npos) {
      text += value;
    } else {
      text += '"' + value + '"';
    }
  }
  void operator()(const char* n, uint64_t v) { put(n, std::to_string(v)); }
  void operator()(const char* n, int64_t v) { put(n, std::to_string(v)); }
  void operator()(const char* n, uint32_t v) { put(n, std::to_string(v)); }
  void operator()(const char* n, uint8_t v) { put(n, std::to_string(v)); }
  void operator()(const char* n, const std::string& v) { put(n, v); }
  void operator()(const char* n, LinkId v) { put(n, names.link(v.value)); }
  void operator()(const char* n, FaultKindId v) { put(n, names.fault_kind(v.value)); }
  void operator()(const char* n, ProcessId v) { put(n, names.process(v)); }
  void operator()(const char* n, NodeId v) { put(n, names.node(v)); }
  void operator()(const char* n, CheckpointId v) { put(n, std::to_string(v.value)); }
  void operator()(const char* n, EventTime v) {
    put(n, v == EventTime::max() ? "MAX" : v == EventTime::min() ? "MIN" : std::to_string(v.ms));
  }
  void operator()(const char* n, ExecutionId v) {
    put(n, names.subtask(v.subtask) + "#" + std::to_string(v.attempt));
  }
  void operator()(const char* n, TimeDomain v) {
    put(n, v == TimeDomain::kEvent ? "event" : "processing");
  }
  void operator()(const char* n, JobStatus v) { put(n, name_of(v)); }
  void operator()(const char* n, ExecutionState v) { put(n, name_of(v)); }
  void operator()(const char* n, AbortReason v) { put(n, name_of(v)); }
  void operator()(const char* n, FailureKind v) { put(n, name_of(v)); }
};

}  // namespace

const char* kind_name(uint32_t kind) {
  check(kind < kFactKinds, "a fact has an unknown kind");
  return kKindNames[kind];
}

uint32_t kind_named(std::string_view name) {
  for (uint32_t i = 0; i < kFactKinds; ++i) {
    if (name == kKindNames[i]) return i;
  }
  return kFactKinds;
}

void fold(const Fact& fact, ProcTime at, Digest& digest) {
  digest.add(at.ms);
  digest.add(uint64_t{fact.index()});
  std::visit([&](const auto& f) { f.fields(Folder{digest}); }, fact);
}

std::string FactNames::subtask(SubtaskId id) const {
  return std::to_string(id.vertex.value) + "[" + std::to_string(id.index) + "]";
}
std::string FactNames::node(NodeId id) const { return std::to_string(id.value); }
std::string FactNames::process(ProcessId id) const { return std::to_string(id.value); }
std::string FactNames::link(uint64_t link) const { return std::to_string(link); }
std::string FactNames::fault_kind(uint32_t kind) const { return std::to_string(kind); }

std::string to_text(const Fact& fact, const FactNames& names) {
  std::string text = kKindNames[fact.index()];
  std::visit([&](const auto& f) { f.fields(Printer{text, names}); }, fact);
  return text;
}

}  // namespace leat
