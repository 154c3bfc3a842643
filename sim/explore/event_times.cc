#include "sim/explore/event_times.h"

#include <algorithm>
#include <exception>

#include "core/base/check.h"
#include "sim/explore/upstream.h"
#include "sim/oracle/reference.h"

namespace leat {

namespace {

template <class F>
void each_reader(const StreamGraph& graph, NodeId from, F&& f) {
  for (uint32_t n = 0; n < graph.nodes.size(); ++n) {
    for (const StreamEdge& edge : graph.nodes[n].inputs) {
      if (edge.from == from) f(NodeId{n}, edge.output);
    }
  }
}

}  // namespace

EventTimes::EventTimes(const StreamGraph& graph, NodeId source) : graph_(graph), source_(source) {
  const SourceSpec& spec = std::get<SourceSpec>(graph.node(source).spec);
  if (spec.event_time && spec.watermark.kind != WatermarkSpec::Kind::kNone)
    assigners_.push_back({source, spec.watermark});
  find(source);
}

void EventTimes::find(NodeId from) {
  each_reader(graph_, from, [&](NodeId reader, uint32_t) {
    const NodeSpec& spec = graph_.node(reader).spec;
    if (const auto* assign = std::get_if<AssignSpec>(&spec)) {
      const bool known = std::any_of(assigners_.begin(), assigners_.end(),
                                     [&](const Assigner& a) { return a.node == reader; });
      if (!known && !assign->ingestion_time && assign->watermark.kind != WatermarkSpec::Kind::kNone)
        assigners_.push_back({reader, assign->watermark});
    } else if (is_stateless(spec) || std::holds_alternative<UnionSpec>(spec)) {
      find(reader);
    }
  });
}

std::vector<RecordTimes> EventTimes::of_split(uint32_t split) const {
  const SourceSpec& spec = std::get<SourceSpec>(graph_.node(source_).spec);
  const uint64_t size = spec.data->size(split);
  std::vector<RecordTimes> times;
  times.reserve(size);
  RowBatch row(graph_.node(source_).output.width());
  for (uint64_t offset = 0; offset < size; ++offset) {
    row.clear();
    spec.data->read(split, offset, 1, row);
    times.push_back(of_row(row));
  }
  return times;
}

RecordTimes EventTimes::of_row(RowBatch& row) const {
  RecordTimes times(assigners_.size());
  const SourceSpec& spec = std::get<SourceSpec>(graph_.node(source_).spec);
  try {
    row.set_timestamp(0, spec.event_time
                             ? EventTime{spec.event_time->eval(row.row(0), std::nullopt).as_int()}
                             : EventTime::min());
    note(source_, row, times);
    follow(source_, kMainOutput, row, times);
  } catch (const InvariantViolation&) {
    throw;
  } catch (const std::exception&) {
    // A user function fails on this record; where it would have got to nobody knows.
  }
  return times;
}

void EventTimes::follow(NodeId from, uint32_t output, const RowBatch& rows,
                        RecordTimes& times) const {
  if (rows.empty()) return;
  each_reader(graph_, from, [&](NodeId reader, uint32_t which) {
    if (which != output) return;
    const StreamNode& node = graph_.node(reader);
    if (std::holds_alternative<UnionSpec>(node.spec))
      return follow(reader, kMainOutput, rows, times);
    const bool assigns = std::holds_alternative<AssignSpec>(node.spec);
    if (!assigns && !is_stateless(node.spec)) return;
    RowBatch main(node.output.width());
    RowBatch side(node.sides.empty() ? 0 : node.sides[0].schema.width());
    apply_stateless(node, rows, main, node.sides.empty() ? nullptr : &side);
    if (assigns) return note(reader, main, times);
    follow(reader, kMainOutput, main, times);
    follow(reader, 0, side, times);
  });
}

void EventTimes::note(NodeId assigner, const RowBatch& rows, RecordTimes& times) const {
  for (size_t a = 0; a < assigners_.size(); ++a) {
    if (assigners_[a].node != assigner) continue;
    for (uint32_t i = 0; i < rows.size(); ++i) {
      const int64_t time = rows.timestamp(i).value_or(EventTime::min()).ms;
      if (!times[a]) times[a] = TimeSpan{time, time};
      times[a]->least = std::min(times[a]->least, time);
      times[a]->largest = std::max(times[a]->largest, time);
    }
  }
}

bool is_late(const WatermarkSpec& watermark, int64_t time, std::optional<int64_t> largest) {
  if (!largest) return false;
  const int64_t mark = wrapping_sub(wrapping_sub(*largest, watermark.bound.ms), 1);
  return mark < *largest && time <= mark;
}

bool stays_in_bound(const EventTimes& times, const SplitData& data) {
  for (uint32_t split = 0; split < data.splits(); ++split) {
    std::vector<std::optional<int64_t>> largest(times.assigners().size());
    for (const RecordTimes& record : times.of_split(split)) {
      for (size_t a = 0; a < record.size(); ++a) {
        if (!record[a]) continue;
        if (is_late(times.assigners()[a].watermark, record[a]->least, largest[a])) return false;
        largest[a] = std::max(largest[a].value_or(record[a]->largest), record[a]->largest);
      }
    }
  }
  return true;
}

}  // namespace leat
