#include "core/cluster/alignment_groups.h"

#include <algorithm>

#include "core/base/check.h"

namespace leat {

AlignmentGroups::AlignmentGroups(const StreamGraph& graph) {
  for (uint32_t n = 0; n < graph.nodes.size(); ++n) {
    const auto* spec = std::get_if<SourceSpec>(&graph.nodes[n].spec);
    if (spec == nullptr || !spec->watermark.alignment) continue;
    sources_[NodeId{n}].spec = *spec->watermark.alignment;
  }
}

void AlignmentGroups::start(ProcTime now) {
  started_ = now;
  for (auto& [node, source] : sources_) {
    source.subtasks.clear();
    source.due.reset();
  }
}

EventTime AlignmentGroups::limit_of(const Source& source) const {
  EventTime least = EventTime::max();
  for (const auto& [node, other] : sources_) {
    if (other.spec.group != source.spec.group) continue;
    for (const auto& [number, subtask] : other.subtasks) least = std::min(least, subtask.watermark);
  }
  const EventTime limit = least + source.spec.max_drift;
  return limit < least ? EventTime::max() : limit;  // Java's overflow
}

void AlignmentGroups::report(NodeId node, uint32_t subtask, EventTime watermark, ProcTime now) {
  const auto reporting = sources_.find(node);
  check(reporting != sources_.end(), "a source tells how far it is that is not aligned");
  reporting->second.subtasks[subtask].watermark = watermark;
  for (auto& [other, source] : sources_) {
    if (source.due || source.spec.group != reporting->second.spec.group) continue;
    const EventTime limit = limit_of(source);
    const bool news =
        std::any_of(source.subtasks.begin(), source.subtasks.end(),
                    [&](const auto& one) { return !one.second.ended && one.second.told != limit; });
    if (!news) continue;
    const int64_t interval = source.spec.update_interval.ms;
    source.due = started_ + Duration{((now - started_).ms / interval + 1) * interval};
  }
}

void AlignmentGroups::end(NodeId node, uint32_t subtask) {
  const auto source = sources_.find(node);
  if (source == sources_.end()) return;
  const auto found = source->second.subtasks.find(subtask);
  if (found != source->second.subtasks.end()) found->second.ended = true;
}

std::vector<AlignmentGroups::Announcement> AlignmentGroups::due(ProcTime now) {
  std::vector<Announcement> all;
  for (auto& [node, source] : sources_) {
    if (!source.due || now < *source.due) continue;
    source.due.reset();
    const EventTime limit = limit_of(source);
    for (auto& [number, subtask] : source.subtasks) {
      if (subtask.ended || subtask.told == limit) continue;
      subtask.told = limit;
      all.push_back({node, number, limit});
    }
  }
  return all;
}

ProcTime AlignmentGroups::next_due() const {
  ProcTime next = ProcTime::max();
  for (const auto& [node, source] : sources_) next = std::min(next, source.due.value_or(next));
  return next;
}

}  // namespace leat
