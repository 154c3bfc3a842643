// Sources (SRC): every split has one reader, which reads it gap-free from the restored position to
// its end, and finishes only there.
#include <algorithm>
#include <map>
#include <set>

#include "sim/oracle/oracles.h"

namespace leat {
namespace {

class SourceOracle final : public Oracle {
 public:
  SourceOracle(const Plan& plan, const Runs& runs)
      : Oracle("sources", plan, runs), tasks_(plan.subtasks()) {
    for (uint32_t n = 0; n < plan.graph().nodes.size(); ++n) {
      const auto* spec = std::get_if<SourceSpec>(&plan.graph().nodes[n].spec);
      if (spec == nullptr) continue;
      for (uint32_t split = 0; split < spec->data->splits(); ++split) {
        splits_[{NodeId{n}, split}] = Split{spec->data->size(split)};
      }
      if (spec->kind == SourceSpec::Kind::kLog && !spec->group.empty())
        groups_[group_hash(spec->topic, spec->group)] = NodeId{n};
    }
  }

  FactSet facts() const override {
    return fact_set<SplitAssigned, SplitRead, SplitFinished, GroupOffsetCommitted>();
  }
  uint32_t taps() const override { return kSourceTap; }

  void on_fact(const Fact& fact) override {
    if (const auto* assigned = std::get_if<SplitAssigned>(&fact)) {
      on_assigned(*assigned);
    } else if (const auto* read = std::get_if<SplitRead>(&fact)) {
      on_read(*read);
    } else if (const auto* committed = std::get_if<GroupOffsetCommitted>(&fact)) {
      on_group(*committed);
    } else {
      on_finished(std::get<SplitFinished>(fact));
    }
  }

  // The records that came are those of the offsets, with the times that the source's strategy
  // gives.
  void on_source_rows(uint32_t instance, uint32_t split, uint64_t first,
                      const RowBatch& rows) override {
    const NodeId node = plan_.node_of(instance);
    const auto& spec = std::get<SourceSpec>(plan_.node(node).spec);
    if (split >= spec.data->splits() || first + rows.size() > spec.data->size(split)) return;
    again_.clear();
    again_.set_width(rows.width());
    spec.data->read(split, first, rows.size(), again_);
    for (uint32_t i = 0; i < rows.size() && i < again_.size(); ++i) {
      report_.judged();
      if (std::ranges::equal(rows.row(i), again_.row(i))) {
        if (judge_time(instance, spec, rows, i)) continue;
        return;
      }
      violate("offset_gap", plan_.where(instance),
              name(node, split) + " offset " + std::to_string(first + i),
              "(" + to_text(again_.row(i)) + ")", "(" + to_text(rows.row(i)) + ")",
              "the record of an offset is the same at every reading");
      return;
    }
  }

  void on_snapshot(uint32_t subtask, CheckpointId id) override { tasks_[subtask].take(id); }
  void on_completed(CheckpointId id) override {
    for (auto& task : tasks_) {
      if (const Positions* at = groups_.empty() ? nullptr : task.at(id)) {
        for (const auto& [key, position] : *at) completed_[key].insert(position.position);
      }
      task.settle(id);
    }
  }
  void on_rewind(uint32_t subtask, Rewind how, CheckpointId to) override {
    tasks_[subtask].rewind(how, to);
    fresh(subtask, how);
  }

  void finish(const EndOfRun& end) override {
    if (!end.finished()) return;
    for (const auto& [key, split] : splits_) {
      report_.judged();
      uint64_t read = 0;
      bool owned = false;
      for (const auto& task : tasks_) {
        const auto at = task.now.find(key);
        if (at == task.now.end()) continue;
        owned = true;
        read = std::max(read, at->second.position);
      }
      if (owned ? read == split.size : split.size == 0) continue;
      violate(owned ? "offset_gap" : "split_unowned", plan_.name(key.first),
              name(key.first, key.second), "read to its end at " + std::to_string(split.size),
              "read up to " + std::to_string(read),
              "every split has a reader, which reads it to its end");
    }
  }

 private:
  // False: wrong, and told.
  bool judge_time(uint32_t instance, const SourceSpec& spec, const RowBatch& rows, uint32_t i) {
    EventTime expected = EventTime::min();
    try {
      if (spec.ingestion_time) {
        expected = EventTime{runs_.now().ms};
      } else if (spec.event_time != nullptr) {
        expected = EventTime{spec.event_time->eval(rows.row(i), std::nullopt).as_int()};
      }
    } catch (const InvariantViolation&) {
      throw;
    } catch (const std::exception&) {
      return true;  // the function fails on this record, and the task with it
    }
    if (rows.timestamp(i) == expected) return true;
    const Timestamp got = rows.timestamp(i);
    violate("wrong_value", plan_.where(instance), "event time of (" + to_text(rows.row(i)) + ")",
            std::to_string(expected.ms), got ? std::to_string(got->ms) : "none",
            spec.ingestion_time ? "in ingestion time a record is as old as its reading"
                                : "the event time of a record is what the source's strategy makes "
                                  "of it");
    return false;
  }

  using Key = std::pair<NodeId, uint32_t>;
  struct Split {
    uint64_t size = 0;
  };
  struct Position {
    uint64_t position = 0;
    bool held = false;  // assigned in the attempt that counts
  };
  using Positions = std::map<Key, Position>;

  std::string name(NodeId node, uint32_t split) const {
    const auto& spec = std::get<SourceSpec>(plan_.node(node).spec);
    return "split " +
           (split < spec.data->splits() ? spec.data->split_name(split) : std::to_string(split));
  }

  template <class F>
  std::string where(const F& fact) const {
    return plan_.where(plan_.instance(fact.node, fact.execution.subtask.index));
  }

  // A new attempt holds nothing until it says so; where it goes on is what the snapshot knows.
  void fresh(uint32_t subtask, Rewind how) {
    if (how == Rewind::kKeep) return;
    for (auto& [key, position] : tasks_[subtask].now) position.held = false;
  }

  void on_assigned(const SplitAssigned& fact) {
    report_.judged();
    const uint32_t subtask = runs_.live(fact.execution);
    const Key key{fact.node, fact.split};
    for (uint32_t other = 0; other < tasks_.size(); ++other) {
      const auto at = tasks_[other].now.find(key);
      if (at == tasks_[other].now.end() || !at->second.held) continue;
      // An older attempt is about to be replaced; its successor will not have the split.
      if (other != subtask && runs_.attempt(other) < fact.execution.attempt) continue;
      violate("split_shared", where(fact), name(fact.node, fact.split), "one reader",
              "also at " + plan_.where_subtask(other), "a split has one reader at a time");
      return;
    }
    Positions& mine = tasks_[subtask].now;
    const uint64_t expected = mine[key].position;
    if (fact.offset != expected) {
      violate("offset_gap", where(fact), name(fact.node, fact.split),
              "goes on at offset " + std::to_string(expected),
              "goes on at offset " + std::to_string(fact.offset),
              "a reader goes on where the restored checkpoint had read to");
    }
    mine[key] = {fact.offset, true};
  }

  void on_read(const SplitRead& fact) {
    report_.judged();
    const uint32_t subtask = runs_.live(fact.execution);
    Position& at = tasks_[subtask].now[{fact.node, fact.split}];
    if (!at.held) {
      violate("split_unowned", where(fact), name(fact.node, fact.split), "read by its owner",
              "read without being assigned", "a reader reads the splits that it was given");
      at.held = true;
    } else if (fact.first != at.position) {
      violate("offset_gap", where(fact), name(fact.node, fact.split),
              "offset " + std::to_string(at.position), "offset " + std::to_string(fact.first),
              "a split is read offset by offset");
    }
    at.position = fact.first + fact.count;
  }

  void on_finished(const SplitFinished& fact) {
    report_.judged();
    const uint32_t subtask = runs_.live(fact.execution);
    const auto split = splits_.find({fact.node, fact.split});
    const Position& at = tasks_[subtask].now[{fact.node, fact.split}];
    const uint64_t size = split == splits_.end() ? 0 : split->second.size;
    if (fact.offset == size && at.position == size) return;
    violate("offset_gap", plan_.where(plan_.instance(fact.node, fact.execution.subtask.index)),
            name(fact.node, fact.split), "finished at its end " + std::to_string(size),
            "finished at " + std::to_string(fact.offset) + ", read up to " +
                std::to_string(at.position),
            "a split is finished when all of it has been read");
  }

  // A group's offset is that of a completed checkpoint; word of it may be late, and of an attempt
  // that is over.
  void on_group(const GroupOffsetCommitted& fact) {
    report_.judged();
    const auto group = groups_.find(fact.group);
    const Key key{group == groups_.end() ? NodeId{} : group->second, fact.partition};
    if (group != groups_.end() && completed_[key].count(fact.offset) != 0) return;
    violate("offset_gap", group == groups_.end() ? "log" : plan_.name(key.first),
            group == groups_.end() ? "a group" : name(key.first, key.second),
            "committed to the group where a completed checkpoint stands",
            "committed at " + std::to_string(fact.offset),
            "the offsets of a consumer group are those of completed checkpoints");
  }

  std::map<Key, Split> splits_;
  std::map<uint64_t, NodeId> groups_;            // consumer groups
  std::map<Key, std::set<uint64_t>> completed_;  // positions at completed checkpoints; of groups
  std::vector<Snapshots<Positions>> tasks_;      // by subtask
  RowBatch again_;
};

}  // namespace

OraclePtr make_source_oracle(const Plan& plan, const Runs& runs) {
  return std::make_unique<SourceOracle>(plan, runs);
}

}  // namespace leat
