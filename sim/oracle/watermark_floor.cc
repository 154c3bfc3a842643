#include "sim/oracle/watermark_floor.h"

#include <algorithm>

#include "sim/oracle/barrier_hashes.h"

namespace leat {

WatermarkFloor::WatermarkFloor(const Plan& plan)
    : plan_(plan),
      idle_(hash_control(Control(StreamStatus::kIdle))),
      active_(hash_control(Control(StreamStatus::kActive))) {
  for (uint32_t s = 0; s < plan.subtasks(); ++s) {
    ins_.emplace_back(plan.ins(s).size());
    sent_.emplace_back(plan.outs(s).size());
    const NodeId first = plan.node_of(plan.instances_of(s).front());
    const NodeSpec& spec = plan.node(first).spec;
    one_input_.push_back(unites_inputs(spec) || inputs_of(spec).value_or(1) == 1);
  }
  owed_.assign(plan.subtasks(), EventTime::min());
  timeless_ = {hash_control(Control()), hash_control(EndOfData{true}),
               hash_control(EndOfData{false}), hash_control(EndOfPartition{})};
  may_be_sent(EventTime::max());
}

void WatermarkFloor::may_be_sent(EventTime time) {
  watermarks_.emplace(hash_control(Control(Watermark{time})), time);
}

void WatermarkFloor::on_sent(uint32_t subtask, uint32_t channel, uint64_t sequence,
                             uint64_t control) {
  if (channel >= sent_[subtask].size()) return;
  Sent& sent = sent_[subtask][channel];
  if (sequence != sent.first + sent.controls.size()) return;  // the cut oracle speaks of that
  sent.controls.push_back(control);
}

void WatermarkFloor::on_taken(uint32_t subtask, uint32_t channel, uint64_t sequence,
                              EventTime said) {
  if (channel >= ins_[subtask].size()) return;
  const Plan::End& sender = plan_.ins(subtask)[channel];
  Sent& sent = sent_[sender.subtask][sender.channel];
  if (sequence < sent.first || sequence >= sent.first + sent.controls.size())
    return lose_track(subtask, channel);
  const uint64_t control = sent.controls[sequence - sent.first];
  while (sent.first <= sequence) {
    sent.controls.pop_front();
    ++sent.first;
  }
  take(subtask, ins_[subtask][channel], control, said);
}

void WatermarkFloor::take(uint32_t subtask, In& in, uint64_t control, EventTime said) {
  if (control == idle_ || control == active_) {
    in.idle = control == idle_;
    if (!in.idle) return;
    if (!one_input_[subtask]) {
      look_at_inputs(subtask);
    } else if (in.watermark == said) {
      look(subtask, said);
    }
  } else if (const auto at = watermarks_.find(control); at != watermarks_.end()) {
    if (in.idle) return;
    in.watermark = std::max(in.watermark, at->second);
    in.unclear = false;
    look(subtask, said);
  } else {
    in.unclear |= timeless_.count(control) == 0;
  }
}

void WatermarkFloor::on_triggered(CheckpointId id, ProcTime at) {
  for (const uint64_t hash : barrier_hashes(id, at)) timeless_.insert(hash);
  timeless_.insert(hash_control(CancelCheckpointMarker{id}));
}

void WatermarkFloor::lose_track(uint32_t subtask, uint32_t channel) {
  if (channel < ins_[subtask].size()) ins_[subtask][channel].unclear = true;
}

void WatermarkFloor::lose_track_for_good(uint32_t subtask, uint32_t channel) {
  if (channel < ins_[subtask].size()) ins_[subtask][channel].restored = true;
}

std::optional<EventTime> WatermarkFloor::ceiling(uint32_t subtask, EventTime said) const {
  EventTime largest = EventTime::min();
  std::optional<EventTime> least;
  bool live = false;
  for (const In& in : ins_[subtask]) {
    if (in.unclear || in.restored) return std::nullopt;
    largest = std::max(largest, in.watermark);
    if (in.idle) continue;
    live = true;
    if (in.watermark >= said && (!least || in.watermark < *least)) least = in.watermark;
  }
  // Where all are idle nobody will advance any more. Of several inputs each has channels of its
  // own: at any rate somebody has said it.
  if (!live || !one_input_[subtask]) return largest;
  return least.value_or(said);
}

void WatermarkFloor::look(uint32_t subtask, EventTime said) {
  std::optional<EventTime> least;
  bool live = false;
  for (const In& in : ins_[subtask]) {
    if (in.idle) continue;
    live = true;
    const bool behind = in.watermark < said && !in.unclear && !in.restored;
    if (behind && one_input_[subtask]) continue;  // it has come back, and holds nothing back
    least = std::min(least.value_or(in.watermark), in.watermark);
  }
  if (least) owed_[subtask] = std::max(owed_[subtask], *least);
  if (live || !one_input_[subtask]) return;
  for (const In& in : ins_[subtask]) owed_[subtask] = std::max(owed_[subtask], in.watermark);
}

// Each input says at least what all its channels have brought. Those that are not idle hold the
// operator back; where all are, the furthest counts. (Flink: CombinedWatermarkStatus, FLINK-38454.)
void WatermarkFloor::look_at_inputs(uint32_t subtask) {
  if (!is_clear(subtask)) return;
  std::map<uint32_t, In> inputs;
  for (uint32_t c = 0; c < ins_[subtask].size(); ++c) {
    const In& in = ins_[subtask][c];
    const auto [input, first] =
        inputs.emplace(plan_.job().edges[plan_.ins(subtask)[c].edge].to_input, in);
    if (first) continue;
    input->second.watermark = std::min(input->second.watermark, in.watermark);
    input->second.idle &= in.idle;
  }
  std::optional<EventTime> least;  // of those that are not idle
  EventTime furthest = EventTime::min();
  for (const auto& [number, input] : inputs) {
    furthest = std::max(furthest, input.watermark);
    if (!input.idle) least = std::min(least.value_or(input.watermark), input.watermark);
  }
  owed_[subtask] = std::max(owed_[subtask], least.value_or(furthest));
}

bool WatermarkFloor::all_idle(uint32_t subtask) const {
  return !ins_[subtask].empty() && std::all_of(ins_[subtask].begin(), ins_[subtask].end(),
                                               [](const In& in) { return in.idle; });
}

bool WatermarkFloor::is_clear(uint32_t subtask) const {
  return std::none_of(ins_[subtask].begin(), ins_[subtask].end(),
                      [](const In& in) { return in.unclear || in.restored; });
}

void WatermarkFloor::reset(uint32_t subtask) {
  ins_[subtask].assign(ins_[subtask].size(), {});
  sent_[subtask].assign(sent_[subtask].size(), {});
  owed_[subtask] = EventTime::min();
}

}  // namespace leat
