// Joins (REF): an interval join makes a row of each pair that its instance was given: two rows of
// one key, near enough in time, the later of which came before the watermark had passed the last
// time that the earlier one reaches. (Flink: IntervalJoinOperator, rules 6.2, 6.3.)
#include <algorithm>
#include <optional>

#include "sim/oracle/expected.h"
#include "sim/oracle/oracles.h"

namespace leat {
namespace {

struct KeptRow {
  Value key;
  EventTime time;
  Row row;
};
struct KeptRows {
  std::vector<KeptRow> sides[2];
};

class Emitted final : public JoinContext {
 public:
  Emitted(EventTime left, EventTime right, std::vector<ExpectedRowsQueue>& out)
      : left_(left), right_(right), out_(out) {}
  EventTime left_timestamp() const override { return left_; }
  EventTime right_timestamp() const override { return right_; }
  EventTime timestamp() const override { return std::max(left_, right_); }
  void emit(RowView row) override { out_[0].rows().append(row, timestamp()); }
  void emit_side(uint32_t side, RowView row) override {
    out_.at(size_t{side} + 1).rows().append(row, timestamp());
  }

 private:
  const EventTime left_;
  const EventTime right_;
  std::vector<ExpectedRowsQueue>& out_;
};

class JoinOracle final : public Oracle {
 public:
  JoinOracle(const Plan& plan, const Runs& runs)
      : Oracle("joins", plan, runs), joins_(plan.instances()) {
    // In batch mode all rows are told before anything is made of them.
    if (plan.graph().config.mode == ExecutionMode::kBatch) return;
    for (uint32_t i = 0; i < plan.instances(); ++i) {
      const StreamNode& node = plan.node(plan.node_of(i));
      if (std::holds_alternative<IntervalJoinSpec>(node.spec)) joins_[i].emplace(node);
    }
  }

  FactSet facts() const override { return fact_set<WatermarkAdvanced, LateRecord>(); }
  uint32_t taps() const override { return kInputTap | kOutputTap; }

  void on_input_of(uint32_t instance, uint32_t input, const RowBatch& rows) override {
    if (!joins_[instance]) return;
    Join& join = *joins_[instance];
    settle(instance, join);
    report_.judged(rows.size());
    try {
      for (uint32_t i = 0; i < rows.size() && !join.lost; ++i) {
        take(join, input, rows.row(i), rows.timestamp(i));
      }
    } catch (const InvariantViolation&) {
      throw;
    } catch (const std::exception&) {
      join.lost = true;  // the function fails on this row, and the task with it
    }
  }

  void on_output(uint32_t instance, uint32_t output, const RowBatch& rows) override {
    if (!joins_[instance] || joins_[instance]->lost) return;
    Join& join = *joins_[instance];
    const size_t which = output == kMainOutput ? 0 : size_t{output} + 1;
    for (uint32_t i = 0; i < rows.size(); ++i) {
      report_.judged();
      if (which < join.owed.size() && join.owed[which].take(rows.row(i), rows.timestamp(i)))
        continue;
      wrong(instance, join, which, rows.row(i));
      join.lost = true;
      return;
    }
  }

  void on_fact(const Fact& fact) override {
    if (const auto* advanced = std::get_if<WatermarkAdvanced>(&fact)) {
      const uint32_t i = plan_.instance(advanced->node, advanced->execution.subtask.index);
      if (i == kNowhere || !joins_[i]) return;
      settle(i, *joins_[i]);
      joins_[i]->watermark = advanced->time;
      forget(*joins_[i]);
      return;
    }
    const auto& late = std::get<LateRecord>(fact);
    const uint32_t i = plan_.instance(late.node, late.execution.subtask.index);
    if (i == kNowhere || !joins_[i] || joins_[i]->lost) return;
    Join& join = *joins_[i];
    report_.judged();
    if (!join.late.empty() && join.late.front() == late.time) {
      join.late.erase(join.late.begin());
      return;
    }
    violate("late_lost", plan_.where(i), "row @" + std::to_string(late.time.ms), "accepted",
            "declared late",
            "a row is late only below the watermark " + std::to_string(join.watermark.ms));
    join.lost = true;
  }

  void on_snapshot(uint32_t subtask, CheckpointId id) override {
    for (const uint32_t i : plan_.instances_of(subtask)) {
      if (!joins_[i]) continue;
      settle(i, *joins_[i]);
      joins_[i]->history.take(id);
    }
  }
  void on_completed(CheckpointId id) override {
    for (auto& join : joins_) {
      if (join) join->history.settle(id);
    }
  }
  void on_rewind(uint32_t subtask, Rewind how, CheckpointId to) override {
    for (const uint32_t i : plan_.instances_of(subtask)) {
      if (!joins_[i]) continue;
      joins_[i]->drop_owed();
      if (how == Rewind::kKeep) continue;
      joins_[i]->history.rewind(how, to);
      joins_[i]->watermark = EventTime::min();
      joins_[i]->lost = how == Rewind::kUnknown;
    }
  }
  void finish(const EndOfRun& end) override {
    if (!end.finished()) return;
    for (uint32_t i = 0; i < joins_.size(); ++i) {
      if (joins_[i]) settle(i, *joins_[i]);
    }
  }

 private:
  struct Join {
    explicit Join(const StreamNode& n)
        : node(n), spec(std::get<IntervalJoinSpec>(n.spec)), owed(1 + n.sides.size()) {
      using Bound = IntervalJoinSpec::Bound;
      // In whole milliseconds: more than 5 is 6 and more.
      lower = {wrapping_add(spec.lower.ms, spec.lower_bound == Bound::kExclusive ? 1 : 0)};
      upper = {wrapping_sub(spec.upper.ms, spec.upper_bound == Bound::kExclusive ? 1 : 0)};
      owed[0].set_width(n.output.width());
      for (size_t s = 0; s < n.sides.size(); ++s) owed[1 + s].set_width(n.sides[s].schema.width());
    }
    // How long after its own time a row may still meet one of the other side.
    Duration reach(uint32_t side) const {
      const Duration last = side == 0 ? upper : Duration{wrapping_sub(0, lower.ms)};
      return std::max(last, Duration{0});
    }
    void drop_owed() {
      for (ExpectedRowsQueue& queue : owed) queue.clear();
      late.clear();
    }
    const StreamNode& node;
    const IntervalJoinSpec& spec;
    Duration lower;
    Duration upper;
    Snapshots<KeptRows> history;
    EventTime watermark = EventTime::min();
    std::vector<ExpectedRowsQueue> owed;
    std::vector<EventTime> late;  // rows that are to be declared late, in order
    uint64_t rank = 0;
    bool lost = false;
  };

  void take(Join& join, uint32_t side, RowView row, Timestamp time) {
    if (!time || *time == EventTime::min()) {
      join.lost = true;  // the task fails on it
      return;
    }
    ++join.rank;
    if (*time < join.watermark) {
      join.late.push_back(*time);
      const auto& to = side == 0 ? join.spec.late_left : join.spec.late_right;
      if (!to) return;
      join.owed[1 + *to].rows().append(row, *time);
      join.owed[1 + *to].added(join.rank);
      return;
    }
    const auto& fields = side == 0 ? join.node.key_fields : join.node.second_key_fields;
    const Value key = key_of(row, fields);
    for (const KeptRow& other : join.history.now.sides[1 - side]) {
      if (!(other.key == key)) continue;
      const EventTime left = side == 0 ? *time : other.time;
      const EventTime right = side == 0 ? other.time : *time;
      if (right < left + join.lower || right > left + join.upper) continue;
      Emitted out(left, right, join.owed);
      if (side == 0) {
        join.spec.function->process(row, other.row, out);
      } else {
        join.spec.function->process(other.row, row, out);
      }
    }
    for (ExpectedRowsQueue& queue : join.owed) queue.added(join.rank);
    join.history.now.sides[side].push_back({key, *time, {row.begin(), row.end()}});
  }

  void wrong(uint32_t instance, const Join& join, size_t which, RowView got) {
    const char* rule = "a join makes one row of each pair of one key that is near enough in time";
    const std::string row = "(" + to_text(got) + ")";
    const auto same = [&](RowView owed) {
      return std::equal(owed.begin(), owed.end(), got.begin());
    };
    if (which >= join.owed.size() || join.owed[which].find(same) == ExpectedRowsQueue::kNone) {
      violate("extra_result", plan_.where(instance), "row " + row, "no row", row, rule);
      return;
    }
    const ExpectedRowsQueue& queue = join.owed[which];
    const std::string first = "(" + to_text(queue.rows().row(queue.first())) + ")";
    violate("missing_result", plan_.where(instance), "row " + first, first, row, rule);
  }

  static void forget(Join& join) {
    for (uint32_t side = 0; side < 2; ++side) {
      std::erase_if(join.history.now.sides[side], [&](const KeptRow& kept) {
        return kept.time + join.reach(side) <= join.watermark;
      });
    }
  }

  void settle(uint32_t instance, Join& join) {
    if (!join.lost && !join.late.empty()) {
      violate("late_wrongly_accepted", plan_.where(instance),
              "row @" + std::to_string(join.late.front().ms), "declared late", "accepted",
              "the row is below the watermark " + std::to_string(join.watermark.ms));
      join.lost = true;
    }
    for (const ExpectedRowsQueue& queue : join.owed) {
      if (join.lost || queue.empty()) continue;
      const RowView owed = queue.rows().row(queue.first());
      violate("missing_result", plan_.where(instance), "row (" + to_text(owed) + ")",
              "(" + to_text(owed) + ")", "nothing",
              "a join makes one row of each pair of one key that is near enough in time");
      join.lost = true;
    }
    join.drop_owed();
  }

  std::vector<std::optional<Join>> joins_;  // by instance
};

}  // namespace

OraclePtr make_join_oracle(const Plan& plan, const Runs& runs) {
  return std::make_unique<JoinOracle>(plan, runs);
}

}  // namespace leat
