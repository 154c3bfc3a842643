// Cut (CUT): at each completed checkpoint every edge carries nothing across: what receivers had
// applied before their snapshots, with what the checkpoint holds of the channels where barriers
// overtake, is what senders had emitted before theirs. And channels keep their order, and those of
// an edge hear the same watermarks, statuses, barriers and ends.
#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>

#include "sim/oracle/barrier_hashes.h"
#include "sim/oracle/flow.h"
#include "sim/oracle/oracles.h"

namespace leat {
namespace {

class CutOracle final : public Oracle {
 public:
  CutOracle(const Plan& plan, const Runs& runs)
      : Oracle("cut", plan, runs), flow_(plan, Measure::kContents) {
    for (uint32_t s = 0; s < plan.subtasks(); ++s) {
      ins_.emplace_back(plan.ins(s).size());
      outs_.emplace_back(plan.outs(s).size());
    }
    taken_.resize(plan.subtasks());
  }

  FactSet facts() const override {
    return fact_set<BatchSent, BatchProcessed, BarrierReceived, SnapshotTaken, CheckpointAborted,
                    CheckpointTriggered, BarrierOvertook, ChannelStateTaken, ChannelStateRestored,
                    RestoredProcessed>();
  }
  uint32_t taps() const override { return kInputTap | kOutputTap; }

  void on_input(uint32_t instance, const RowBatch& rows) override { flow_.in(instance, rows); }
  void on_output(uint32_t instance, uint32_t output, const RowBatch& rows) override {
    flow_.out(instance, output, rows);
  }
  void on_snapshot(uint32_t subtask, CheckpointId id) override { flow_.snapshot(subtask, id); }
  void on_rewind(uint32_t subtask, Rewind how, CheckpointId to) override {
    flow_.rewind(subtask, how, to);
    // A new attempt has new channels.
    ins_[subtask].assign(ins_[subtask].size(), {});
    outs_[subtask].assign(outs_[subtask].size(), {});
    taken_[subtask] = {};
    unequal_.erase(subtask);
    std::erase_if(spoken_, [&](const auto& entry) { return entry.first.first == subtask; });
  }
  void on_completed(CheckpointId id) override {
    report_.judged();
    for (const Flow::Gap& gap : flow_.gaps_at(id)) {
      violate("inconsistent_cut", plan_.name(gap.node), "checkpoint " + std::to_string(id.value),
              std::to_string(gap.emitted.rows) + " rows emitted before the senders' snapshots",
              std::to_string(gap.applied.rows) + " rows applied before the receivers' snapshots" +
                  (gap.emitted.rows == gap.applied.rows ? ", others than those" : ""),
              "what is applied at checkpoint " + std::to_string(id.value) +
                  " is what was sent before it: a difference is lost or doubled by a restore");
    }
    flow_.settle(id);
    aborted_.erase(aborted_.begin(), aborted_.lower_bound(id));
    given_up_.erase(given_up_.begin(), given_up_.lower_bound({id, 0}));
  }

  void on_fact(const Fact& fact) override {
    if (const auto* sent = std::get_if<BatchSent>(&fact)) {
      on_sent(*sent);
    } else if (const auto* processed = std::get_if<BatchProcessed>(&fact)) {
      on_processed(*processed);
    } else if (const auto* barrier = std::get_if<BarrierReceived>(&fact)) {
      const uint32_t subtask = runs_.live(barrier->execution);
      for (In& in : ins_[subtask]) {
        if (!in.barrier || *in.barrier >= barrier->checkpoint) continue;
        given_up_.insert({*in.barrier, subtask});
        in.barrier.reset();
      }
      // One that comes in its turn where another has overtaken holds its channel for nothing.
      if (barrier->checkpoint <= taken_[subtask]) return;
      if (barrier->channel < ins_[subtask].size() && aborted_.count(barrier->checkpoint) == 0) {
        ins_[subtask][barrier->channel].barrier = barrier->checkpoint;
      }
    } else if (const auto* overtook = std::get_if<BarrierOvertook>(&fact)) {
      const uint32_t subtask = runs_.live(overtook->execution);
      if (overtook->alone != 0) ins_[subtask][overtook->channel].passed.insert(overtook->sequence);
    } else if (const auto* taken = std::get_if<ChannelStateTaken>(&fact)) {
      on_channel_state(*taken);
    } else if (const auto* back = std::get_if<ChannelStateRestored>(&fact)) {
      const uint32_t subtask = runs_.live(back->execution);
      if (back->out == 0) {
        ins_[subtask][back->channel].restored.push_back(back->rows);
      } else {
        unequal_.insert(subtask);
      }
    } else if (const auto* restored = std::get_if<RestoredProcessed>(&fact)) {
      on_restored(*restored);
    } else if (const auto* begun = std::get_if<CheckpointTriggered>(&fact)) {
      for (const uint64_t hash : barrier_hashes(begun->checkpoint, runs_.now()))
        barriers_.insert(hash);
    } else if (const auto* snapshot = std::get_if<SnapshotTaken>(&fact)) {
      taken_[runs_.live(snapshot->execution)] = snapshot->checkpoint;
      for (In& in : ins_[runs_.live(snapshot->execution)]) {
        if (in.barrier && *in.barrier <= snapshot->checkpoint) in.barrier.reset();
      }
    } else {
      const CheckpointId aborted = std::get<CheckpointAborted>(fact).checkpoint;
      aborted_.insert(aborted);
      for (auto& channels : ins_) {
        for (In& in : channels) {
          if (in.barrier == aborted) in.barrier.reset();
        }
      }
    }
  }

 private:
  struct In {
    uint64_t next = 0;
    std::optional<CheckpointId> barrier;  // taken, and the snapshot is still to come
    std::set<uint64_t> passed;            // batches that were barriers, and have overtaken
    std::deque<uint32_t> restored;        // rows of batches that come before all others
  };
  struct Out {
    uint64_t next = 0;
    std::vector<uint32_t> rows;  // of batches on the way, from `first`
    uint64_t first = 0;
    uint64_t controls = 0;  // elements that it has heard
  };
  struct Spoken {                    // to the channels of one edge
    std::vector<uint64_t> controls;  // hashes, from `first`
    uint64_t first = 0;
  };

  std::string channel_name(uint32_t subtask, uint32_t channel) const {
    return plan_.where_subtask(plan_.ins(subtask)[channel].subtask) + " -> " +
           plan_.where_subtask(subtask);
  }

  void on_sent(const BatchSent& sent) {
    const uint32_t subtask = runs_.live(sent.execution);
    if (sent.channel >= outs_[subtask].size()) return;
    Out& out = outs_[subtask][sent.channel];
    report_.judged();
    if (sent.sequence != out.next) {
      violate("inconsistent_cut", plan_.where_subtask(subtask),
              "channel " + std::to_string(sent.channel), "batch " + std::to_string(out.next),
              "batch " + std::to_string(sent.sequence),
              "batches of a channel are sent in order, without a gap");
    }
    out.next = sent.sequence + 1;
    out.rows.push_back(sent.rows);
    // Where barriers overtake, each channel hears them at another place.
    const bool overtakes = plan_.graph().config.checkpoint.is_unaligned();
    const bool apart =
        overtakes && (barriers_.count(sent.control) > 0 || unequal_.count(subtask) > 0);
    if (sent.control != 0 && !apart) hear(subtask, sent);
  }

  // The first channel of an edge that comes to its n-th control element says what the n-th is.
  void hear(uint32_t subtask, const BatchSent& sent) {
    const uint32_t edge = plan_.outs(subtask)[sent.channel].edge;
    Spoken& spoken = spoken_[{subtask, edge}];
    uint64_t& heard = outs_[subtask][sent.channel].controls;
    report_.judged();
    if (heard == spoken.first + spoken.controls.size()) {
      spoken.controls.push_back(sent.control);
    } else if (heard >= spoken.first && spoken.controls[heard - spoken.first] != sent.control) {
      violate("inconsistent_cut", plan_.where_subtask(subtask),
              "channel " + std::to_string(sent.channel),
              "the control element that the other channels heard", "another one",
              "all channels of an edge hear the same watermarks, statuses, barriers and ends");
    }
    ++heard;
    if (spoken.controls.size() <= kSentKept) return;
    uint64_t least = heard;
    for (uint32_t c = 0; c < outs_[subtask].size(); ++c) {
      if (plan_.outs(subtask)[c].edge == edge) least = std::min(least, outs_[subtask][c].controls);
    }
    if (least <= spoken.first) return;
    spoken.controls.erase(
        spoken.controls.begin(),
        spoken.controls.begin() + static_cast<std::ptrdiff_t>(least - spoken.first));
    spoken.first = least;
  }

  // What the checkpoint holds of a channel, for the node that it leads to.
  void on_channel_state(const ChannelStateTaken& taken) {
    const uint32_t subtask = runs_.live(taken.execution);
    const std::vector<Plan::End>& ends = taken.out != 0 ? plan_.outs(subtask) : plan_.ins(subtask);
    if (taken.channel >= ends.size()) return;
    const NodeId to = plan_.job().edges[ends[taken.channel].edge].to;
    flow_.in_flight(to, taken.checkpoint, {taken.rows, taken.sum});
  }

  void on_restored(const RestoredProcessed& taken) {
    const uint32_t subtask = runs_.live(taken.execution);
    In& in = ins_[subtask][taken.channel];
    report_.judged();
    const bool first = !in.restored.empty() && in.restored.front() == taken.rows && in.next == 0;
    if (!in.restored.empty()) in.restored.pop_front();
    if (first) return;
    violate("inconsistent_cut", channel_name(subtask, taken.channel), "rows of the checkpoint",
            "in their order, before all others", "processed otherwise",
            "what a checkpoint holds of a channel is read first, in its order");
  }

  void on_processed(const BatchProcessed& taken) {
    const uint32_t subtask = runs_.live(taken.execution);
    if (taken.channel >= ins_[subtask].size()) return;
    In& in = ins_[subtask][taken.channel];
    report_.judged();
    while (in.passed.erase(in.next) > 0) ++in.next;
    if (!in.restored.empty()) {
      wrong(taken, "the rows of the checkpoint first", "processed",
            "what a checkpoint holds of a channel is read first, in its order");
    } else if (taken.sequence != in.next) {
      wrong(taken, "batch " + std::to_string(in.next) + " first", "processed",
            "a channel is read in the order in which it was sent");
    } else if (in.barrier && is_given_up_above(subtask, *in.barrier)) {
      in.barrier.reset();
    } else if (in.barrier) {
      wrong(taken, "not before the snapshot of checkpoint " + std::to_string(in.barrier->value),
            "processed", "a channel whose barrier has come is blocked until the snapshot is taken");
    }
    in.next = taken.sequence + 1;
    compare_with_sender(subtask, taken);
  }

  // A task that meets a newer barrier gives the older checkpoint up and says so to all below it,
  // which then wait for it no longer.
  bool is_given_up_above(uint32_t subtask, CheckpointId id) const {
    std::set<uint32_t> seen;
    std::vector<uint32_t> open{subtask};
    while (!open.empty()) {
      const uint32_t below = open.back();
      open.pop_back();
      for (const Plan::End& sender : plan_.ins(below)) {
        if (given_up_.count({id, sender.subtask}) > 0) return true;
        if (seen.insert(sender.subtask).second) open.push_back(sender.subtask);
      }
    }
    return false;
  }

  // The batch as its sender knows it: it must have been sent, and with as many rows.
  void compare_with_sender(uint32_t subtask, const BatchProcessed& taken) {
    const Plan::End& sender = plan_.ins(subtask)[taken.channel];
    // What comes from an attempt that has been replaced meanwhile is undone soon.
    if (runs_.attempt(sender.subtask) != taken.execution.attempt) return;
    Out& out = outs_[sender.subtask][sender.channel];
    if (taken.sequence >= out.next) {
      return wrong(taken, "not sent yet", "processed", "what is received has been sent");
    }
    if (taken.sequence < out.first) return;  // read twice: the order has said so
    const uint32_t rows = out.rows[taken.sequence - out.first];
    if (taken.rows != rows) {
      wrong(taken, std::to_string(rows) + " rows", std::to_string(taken.rows) + " rows",
            "what is received is what was sent");
    }
    if (out.rows.size() <= kSentKept) return;
    const uint64_t done = taken.sequence + 1 - out.first;
    out.rows.erase(out.rows.begin(), out.rows.begin() + static_cast<std::ptrdiff_t>(done));
    out.first = taken.sequence + 1;
  }

  void wrong(const BatchProcessed& taken, std::string expected, std::string got, std::string rule) {
    const uint32_t subtask = runs_.live(taken.execution);
    violate("inconsistent_cut", channel_name(subtask, taken.channel),
            "batch " + std::to_string(taken.sequence), std::move(expected), std::move(got),
            std::move(rule));
  }

  static constexpr size_t kSentKept = 64;
  Flow flow_;
  std::vector<CheckpointId> taken_;  // by subtask: the last snapshot of this attempt
  std::set<uint64_t> barriers_;      // hashes
  // Subtasks whose channels have different elements from a checkpoint before them.
  std::set<uint32_t> unequal_;
  std::set<CheckpointId>
      aborted_;  // their barriers may still be on the way, and block nothing for long
  std::set<std::pair<CheckpointId, uint32_t>> given_up_;  // by which subtask, for a newer one
  std::vector<std::vector<In>> ins_;                      // by subtask and channel
  std::vector<std::vector<Out>> outs_;
  std::map<std::pair<uint32_t, uint32_t>, Spoken> spoken_;  // by subtask and edge
};

}  // namespace

OraclePtr make_cut_oracle(const Plan& plan, const Runs& runs) {
  return std::make_unique<CutOracle>(plan, runs);
}

}  // namespace leat
