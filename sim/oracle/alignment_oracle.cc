// Watermark alignment: each source of a group tells the JobMaster how far it is, is told how far it
// may be (the least of the group plus its drift), and reads no split that was above that for three
// reports in a row (1.16). What it may changes with each report, and is told within the update
// interval.
#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "sim/oracle/oracles.h"

namespace leat {
namespace {

class AlignmentOracle final : public Oracle {
 public:
  AlignmentOracle(const Plan& plan, const Runs& runs)
      : Oracle("alignment", plan, runs), at_(plan.instances()) {}

  FactSet facts() const override {
    return fact_set<AlignmentReported, AlignmentLimited, AlignmentHeard, AlignmentAnnounced,
                    WatermarkAdvanced, StatusChanged, SplitAssigned, SplitFinished, SplitWatermark,
                    SplitIdle, SplitRead, JobRestored>();
  }
  void on_fact(const Fact& fact) override {
    std::visit([this](const auto& f) { on(f); }, fact);
  }
  void on_rewind(uint32_t subtask, Rewind, CheckpointId) override {
    for (const uint32_t i : plan_.instances_of(subtask)) at_[i] = Reader{};
  }

 private:
  static constexpr size_t kSamples = 3;
  // What was seen at the last reports, the oldest first.
  struct Samples {
    EventTime now = EventTime::min();
    std::deque<EventTime> seen = std::deque<EventTime>(kSamples, EventTime::min());
    void take() {
      seen.pop_front();
      seen.push_back(now);
    }
  };
  struct SplitState {
    Samples samples;
    bool idle = false;
    bool finished = false;
    bool stopped = false;
  };
  struct Reader {
    Samples samples;
    bool idle = false;
    EventTime limit = EventTime::max();
    std::map<uint32_t, SplitState> splits;
    std::optional<EventTime> sent;     // last
    std::deque<EventTime> on_its_way;  // to the JobMaster
    std::deque<EventTime> to_come;     // limits, from it
  };

  using Who = std::pair<NodeId, uint32_t>;  // source and subtask
  struct Owing {
    std::optional<EventTime> told;       // last
    std::optional<ProcTime> due;         // another limit
    std::optional<ProcTime> seen_later;  // the JobMaster was at work
  };

  template <class F>
  void on(const F&) {}

  const AlignmentSpec* alignment_of(NodeId node) const {
    const auto* source = std::get_if<SourceSpec>(&plan_.node(node).spec);
    if (source == nullptr || !source->watermark.alignment) return nullptr;
    return &*source->watermark.alignment;
  }
  // Null where the node is not aligned.
  template <class F>
  Reader* reader_of(const F& fact) {
    if (alignment_of(fact.node) == nullptr) return nullptr;
    return &at_[plan_.instance(fact.node, fact.execution.subtask.index)];
  }

  void wrong(NodeId node, uint32_t subtask, std::string subject, EventTime expected, EventTime got,
             std::string rule) {
    violate("watermark_too_high", plan_.where(plan_.instance(node, subtask)), std::move(subject),
            time_text(expected), time_text(got), std::move(rule));
  }

  // ---- how far a reader is ----

  void on(const WatermarkAdvanced& fact) {
    if (Reader* reader = reader_of(fact)) reader->samples.now = fact.time;
  }
  void on(const StatusChanged& fact) {
    if (Reader* reader = reader_of(fact)) reader->idle = fact.idle != 0;
  }
  void on(const SplitAssigned& fact) {
    if (Reader* reader = reader_of(fact)) reader->splits[fact.split] = SplitState{};
  }
  void on(const SplitFinished& fact) {
    if (Reader* reader = reader_of(fact)) reader->splits[fact.split].finished = true;
  }
  void on(const SplitWatermark& fact) {
    if (Reader* reader = reader_of(fact)) reader->splits[fact.split].samples.now = fact.time;
  }
  void on(const SplitIdle& fact) {
    Reader* reader = reader_of(fact);
    if (reader == nullptr) return;
    SplitState& split = reader->splits[fact.split];
    split.idle = fact.idle != 0;
    if (!split.idle) split.stopped |= split.samples.seen.front() > reader->limit;
  }

  static bool may_not_read(const Reader& reader, const SplitState& split) {
    return split.stopped || reader.samples.seen.front() > reader.limit;
  }

  // Only here a split may go on again. An idle one is not stopped.
  static void look_at_splits(Reader& reader) {
    for (auto& [number, split] : reader.splits) {
      const bool ahead = split.samples.seen.front() > reader.limit;
      split.stopped = ahead && (split.stopped || !split.idle);
    }
  }

  void on(const SplitRead& fact) {
    Reader* reader = reader_of(fact);
    if (reader == nullptr) return;
    report_.judged();
    const SplitState& split = reader->splits[fact.split];
    if (!may_not_read(*reader, split)) return;
    wrong(fact.node, fact.execution.subtask.index, "read of split " + std::to_string(fact.split),
          reader->limit, std::max(reader->samples.seen.front(), split.samples.seen.front()),
          "who was further ahead of its group than its drift for three reports reads nothing");
  }

  // ---- what is told ----

  // MIN: nothing was to be told, but samples were taken.
  void on(const AlignmentReported& fact) {
    Reader* reader = reader_of(fact);
    if (reader == nullptr) return;
    report_.judged();
    const bool ended = std::all_of(reader->splits.begin(), reader->splits.end(),
                                   [](const auto& split) { return split.second.finished; });
    const EventTime expected = reader->idle && reader->samples.now != EventTime::min()
                                   ? EventTime::max()
                                   : reader->samples.now;
    if (fact.time != expected && !(ended && fact.time == EventTime::max())) {
      wrong(fact.node, fact.execution.subtask.index, "report", expected, fact.time,
            "a source tells its present watermark, MAX where it is idle or at its end");
    }
    reader->samples.take();
    for (auto& [number, split] : reader->splits) split.samples.take();
    look_at_splits(*reader);
    if (fact.time == EventTime::min() || reader->sent == fact.time) return;
    reader->sent = fact.time;
    reader->on_its_way.push_back(fact.time);
  }

  void on(const AlignmentHeard& fact) {
    report_.judged();
    std::deque<EventTime>& sent = at_[plan_.instance(fact.node, fact.subtask)].on_its_way;
    const EventTime expected = sent.empty() ? EventTime::min() : sent.front();
    if (!sent.empty()) sent.pop_front();
    if (fact.time != expected)
      wrong(fact.node, fact.subtask, "what is known of it", expected, fact.time,
            "the JobMaster knows what the source has told, in that order");
    heard_[{fact.node, fact.subtask}] = fact.time;
    for (const auto& [who, time] : heard_) {
      if (alignment_of(who.first)->group == alignment_of(fact.node)->group) look_whom_to_tell(who);
    }
  }

  EventTime limit_of(NodeId node) const {
    const AlignmentSpec& own = *alignment_of(node);
    EventTime least = EventTime::max();
    for (const auto& [who, time] : heard_) {
      if (alignment_of(who.first)->group == own.group) least = std::min(least, time);
    }
    const EventTime sum = least + own.max_drift;
    return sum < least ? EventTime::max() : sum;  // MAX where it overflows
  }

  // The JobMaster has something to tell a source within an interval of the report that changed its
  // limit. While it is paused it tells nothing, and so is at fault only if it has heard of somebody
  // at two later times.
  void look_whom_to_tell(const Who& who) {
    Owing& owing = owing_[who];
    if (owing.told == limit_of(who.first) || heard_.at(who) == EventTime::max()) {
      owing.due.reset();
    } else if (!owing.due) {
      owing.due = runs_.now() + alignment_of(who.first)->update_interval;
      owing.seen_later.reset();
    } else if (runs_.now() > *owing.due && !owing.seen_later) {
      owing.seen_later = runs_.now();
    } else if (owing.seen_later && runs_.now() > *owing.seen_later) {
      violate("watermark_stalled", plan_.where(plan_.instance(who.first, who.second)), "limit",
              time_text(limit_of(who.first)) + " by " + std::to_string(owing.due->ms) + " ms",
              owing.told ? time_text(*owing.told) : "none was told",
              "a source is told how far it may be within the update interval");
      owing.due.reset();
    }
  }

  void on(const AlignmentAnnounced& fact) {
    report_.judged();
    owing_[{fact.node, fact.subtask}] = Owing{fact.limit, {}, {}};
    const EventTime expected = limit_of(fact.node);
    if (fact.limit != expected)
      wrong(fact.node, fact.subtask, "limit", expected, fact.limit,
            "a source may be its drift above the least of its group");
    at_[plan_.instance(fact.node, fact.subtask)].to_come.push_back(fact.limit);
  }

  void on(const AlignmentLimited& fact) {
    Reader* reader = reader_of(fact);
    if (reader == nullptr) return;
    report_.judged();
    const EventTime expected = reader->to_come.empty() ? EventTime::max() : reader->to_come.front();
    if (!reader->to_come.empty()) reader->to_come.pop_front();
    if (fact.limit != expected)
      wrong(fact.node, fact.execution.subtask.index, "limit as it came", expected, fact.limit,
            "what the JobMaster announces comes to the source, in that order");
    reader->limit = fact.limit;
    look_at_splits(*reader);
  }

  // All begin anew, and nobody has told anything.
  void on(const JobRestored&) {
    heard_.clear();
    owing_.clear();
  }

  std::vector<Reader> at_;  // by instance
  std::map<Who, EventTime> heard_;
  std::map<Who, Owing> owing_;
};

}  // namespace

OraclePtr make_alignment_oracle(const Plan& plan, const Runs& runs) {
  return std::make_unique<AlignmentOracle>(plan, runs);
}

}  // namespace leat
