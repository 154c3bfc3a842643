// Sinks that commit with checkpoints: transactions; writer and committer.
#include <set>

#include "core/connectors/sink_committer.h"
#include "core/connectors/two_phase_commit.h"
#include "sim/conform/machine.h"

namespace leat {

namespace {

bool flag(const Value& settings, const char* name, bool otherwise) {
  return has_member(settings, name) ? member(settings, name).as_bool() : otherwise;
}
CheckpointId checkpoint_in(const Value& step, const char* name) {
  return {static_cast<uint64_t>(number_of(member(step, name)))};
}
uint32_t u32_in(const Value& object, const char* name) {
  return static_cast<uint32_t>(number_of(member(object, name)));
}

// A sink function with begin, pre-commit, commit and abort.
class TransactionMachine final : public Machine {
 public:
  explicit TransactionMachine(const Value& settings) {
    if (settings.is_null()) return;
    if (has_member(settings, "fail_commit")) {
      const Value fail_commit = member(settings, "fail_commit");
      for (const auto& [name, times] : fail_commit.as_map()) {
        failing_[std::string(name.as_text())] = number_of(times);
      }
    }
    if (has_member(settings, "transaction_timeout")) {
      timeout_ = {number_of(member(settings, "transaction_timeout"))};
    }
    forgives_ = flag(settings, "ignore_failures_after_timeout", false);
  }

  void step(const Value& step, MachineResult& result) override {
    did_ = &result.did;
    if (has_member(step, "open")) {
      start();
      begin();
    } else if (has_member(step, "write")) {
      if (protocol_->current() == 0) throw JobError("no transaction is open");
      protocol_->add_rows(1);
      did_->push_back(object_of({{"write", member(step, "write")}, {"in", current()}}));
    } else if (has_member(step, "snapshot")) {
      snapshot(checkpoint_in(step, "snapshot"));
    } else if (has_member(step, "complete")) {
      complete(checkpoint_in(step, "complete"));
    } else if (has_member(step, "restore")) {
      restore(checkpoint_in(step, "restore"));
    } else if (has_member(step, "finish")) {
      protocol_->finish();
      say("finish_processing", protocol_->current() == 0 ? Value::text("none") : current());
    } else if (has_member(step, "close")) {
      if (protocol_->current() != 0) say("abort", current());
    } else if (has_member(step, "now")) {
      now_ = {number_of(member(step, "now"))};
    } else if (!has_member(step, "aborted")) {  // that does nothing
      throw UnknownRequest("transactions do not know the step " + to_json(step));
    }
  }

 private:
  void say(std::string_view what, Value transaction) {
    did_->push_back(object_of({{what, std::move(transaction)}}));
  }
  const std::string& name(TransactionId id) const { return names_.at(id); }
  Value current() const { return Value::text(name(protocol_->current())); }

  void start() { protocol_.emplace(0, ++attempt_, EmptyTransaction::kIsFrozen); }
  void begin() {
    const std::string name = "t" + std::to_string(names_.size() + 1);
    names_[protocol_->current()] = name;
    began_[name] = now_;
    say("begin", current());
  }

  void snapshot(CheckpointId id) {
    if (const auto frozen = protocol_->freeze(id)) {
      say("pre_commit", Value::text(name(frozen->transaction)));
      if (protocol_->current() != 0) begin();
    }
    snapshots_[id] = protocol_->state(id);
  }

  // False: it failed.
  bool commit(std::string_view how, TransactionId id) {
    const std::string& transaction = name(id);
    int64_t& left = failing_[transaction];
    if (left <= 0) {
      say(how, Value::text(transaction));
      return true;
    }
    --left;
    did_->push_back(object_of({{how, Value::text(transaction)}, {"fails", Value::boolean(true)}}));
    return false;
  }

  // If one fails the others are tried all the same, and none is kept.
  void complete(CheckpointId id) {
    bool failed = false;
    for (const TransactionId transaction : protocol_->complete(id)) {
      failed |= !commit("commit", transaction);
      protocol_->committed(transaction);
    }
    if (failed) throw JobError("a commit has failed");
  }

  void restore(CheckpointId id) {
    const TwoPhaseCommit::State state = snapshots_.at(id);
    start();
    protocol_->restore(state);
    for (const TransactionId transaction : protocol_->complete(id)) {
      const bool done = commit("recover_commit", transaction);
      protocol_->committed(transaction);
      const bool old = timeout_ && now_ - began_.at(name(transaction)) > *timeout_;
      if (!done && !(forgives_ && old)) throw JobError("a commit has failed at a restore");
    }
    if (state.current != 0) say("recover_abort", Value::text(name(state.current)));
    begin();
  }

  std::map<std::string, int64_t> failing_;
  std::optional<Duration> timeout_;
  bool forgives_ = false;
  ProcTime now_{0};
  uint32_t attempt_ = 0;
  std::optional<TwoPhaseCommit> protocol_;
  std::map<CheckpointId, TwoPhaseCommit::State> snapshots_;
  std::map<TransactionId, std::string> names_;
  std::map<std::string, ProcTime> began_;
  std::vector<Value>* did_ = nullptr;
};

// A committer, and in front of it a writer where the case has one.
class SinkMachine final : public Machine {
 public:
  enum class Writer : uint8_t { kChained, kElsewhere };
  SinkMachine(const Value& settings, Writer writer)
      : with_writer_(writer == Writer::kChained), committer_(0) {
    if (!settings.is_null()) {
      if (has_member(settings, "retries")) retries_ = u32_in(settings, "retries");
      const Value outcomes = member(settings, "outcomes");
      if (!outcomes.is_null()) {
        for (const auto& [committable, list] : outcomes.as_map()) {
          outcomes_[committable].assign(list.as_list().begin(), list.as_list().end());
        }
      }
      emits_ = flag(settings, "emit", false);
      at_end_ = flag(settings, "batch", false) || !flag(settings, "checkpointing", true);
    }
    committer_ = SinkCommitter(retries_);
  }

  void step(const Value& step, MachineResult& result) override {
    did_ = &result.did;
    if (has_member(step, "snapshot")) {
      snapshot(checkpoint_in(step, "snapshot"));
    } else if (has_member(step, "complete")) {
      complete(checkpoint_in(step, "complete"));
    } else if (has_member(step, "restore")) {
      restore(checkpoint_in(step, "restore"));
    } else if (has_member(step, "write")) {
      if (writer_.ended()) throw JobError("a row comes behind the end");
      written_.push_back(member(step, "write"));
    } else if (has_member(step, "end")) {
      end();
    } else if (has_member(step, "summary")) {
      const Value summary = member(step, "summary");
      committer_.add({u32_in(summary, "subtask"), u32_in(summary, "subtasks"),
                      checkpoint_in(summary, "checkpoint"), u32_in(summary, "count")});
    } else if (has_member(step, "committable")) {
      committer_.add(member(step, "committable"), checkpoint_in(step, "checkpoint"),
                     u32_in(step, "subtask"));
    } else if (!has_member(step, "open") && !has_member(step, "aborted") &&
               !has_member(step, "close")) {
      throw UnknownRequest("a sink does not know the step " + to_json(step));
    }
  }

 private:
  void say(std::vector<std::pair<std::string_view, Value>> what) {
    did_->push_back(object_of(std::move(what)));
  }
  void say_summary(const char* how, CheckpointId id, size_t count) {
    say({{how, Value::text("summary")},
         {"checkpoint", id_value(id.value)},
         {"subtask", Value::integer(0)},
         {"subtasks", Value::integer(1)},
         {"count", id_value(count)},
         {"failed", Value::integer(0)}});
  }
  void say_one(const char* how, CheckpointId id, const Value& committable) {
    say({{how, committable}, {"checkpoint", id_value(id.value)}, {"subtask", Value::integer(0)}});
  }

  void hand_over(CheckpointId id) {
    say_summary("hands_over", id, written_.size());
    committer_.add({0, 1, id, static_cast<uint32_t>(written_.size())});
    for (Value& row : std::exchange(written_, {})) {
      say_one("hands_over", id, row);
      committer_.add(std::move(row), id, 0);
    }
  }
  void snapshot(CheckpointId id) {
    if (with_writer_ && writer_.at_checkpoint(id)) {
      say({{"flush", Value::text("checkpoint")}});
      hand_over(id);
    }
    snapshots_.insert_or_assign(id, committer_);
  }
  void end() {
    if (with_writer_) {
      say({{"flush", Value::text("end")}});
      hand_over(writer_.at_end());
    }
    if (at_end_) complete({~uint64_t{0}});
  }
  void complete(CheckpointId id) {
    committer_.complete(
        id, [this](std::vector<CommitRequest>& requests) { commit(requests); },
        [this](CheckpointId checkpoint, const std::vector<Value>& done) {
          if (!emits_) return;
          say_summary("emits", checkpoint, done.size());
          for (const Value& committable : done) say_one("emits", checkpoint, committable);
        });
  }
  void restore(CheckpointId id) {
    committer_ = snapshots_.at(id);
    written_.clear();
    writer_ = HandOver(id);
    complete(id);
  }

  void commit(std::vector<CommitRequest>& requests) {
    std::vector<Value> committables;
    for (const CommitRequest& request : requests) committables.push_back(request.committable);
    say({{"commit", Value::list(std::move(committables))}});
    for (CommitRequest& request : requests) answer(request);
  }
  void answer(CommitRequest& request) {
    std::vector<Value>& left = outcomes_[request.committable];
    if (left.empty()) return;
    const std::string outcome = text_of(left.front());
    left.erase(left.begin());
    if (outcome == "retry") {
      request.outcome = CommitRequest::Outcome::kRetry;
    } else if (outcome == "failed_known") {
      request.outcome = CommitRequest::Outcome::kFailed;
    } else if (outcome.starts_with("update:")) {
      request.outcome = CommitRequest::Outcome::kRetry;
      request.committable = Value::text(outcome.substr(7));
    } else if (outcome == "throw" || outcome == "failed_unknown") {
      throw JobError("the committer gives up: " + outcome);
    } else if (outcome != "ok" && outcome != "already") {
      throw UnknownRequest("a committer does not answer " + outcome);
    }
  }

  const bool with_writer_;
  uint32_t retries_ = 10;
  std::map<Value, std::vector<Value>> outcomes_;
  bool emits_ = false;
  bool at_end_ = false;  // without checkpoints the end commits
  HandOver writer_;
  std::vector<Value> written_;
  SinkCommitter committer_;
  std::map<CheckpointId, SinkCommitter> snapshots_;
  std::vector<Value>* did_ = nullptr;
};

}  // namespace

std::unique_ptr<Machine> make_two_phase_machine(const Value& body) {
  const std::string protocol = text_of(member(body, "protocol"));
  const Value settings = member(body, "settings");
  if (protocol == "transactions") return std::make_unique<TransactionMachine>(settings);
  if (protocol == "sink")
    return std::make_unique<SinkMachine>(settings, SinkMachine::Writer::kChained);
  if (protocol == "committer")
    return std::make_unique<SinkMachine>(settings, SinkMachine::Writer::kElsewhere);
  throw UnknownRequest("the protocol \"" + protocol + "\" is not known");
}

}  // namespace leat
