#include "sim/explore/interleaving.h"

#include <algorithm>
#include <array>

namespace leat {

namespace {

// Delays, which the search takes at their least, and what only says where and in which portions the
// same work is done.
constexpr std::array kFixed = {Site{"net.latency"},
                               Site{"net.local_latency"},
                               Site{"net.notice_latency"},
                               Site{"world.step_cost"},
                               Site{"storage.latency"},
                               Site{"async.latency"},
                               Site{"restart.jitter"},
                               Site{"task.batch_rows"},
                               Site{"task.hold_batches"},
                               Site{"window.stagger"},
                               Site{"cluster.first_checkpoint_delay"}};
constexpr Site kNext{"world.next"};

uint64_t name_of(const Identity& id) { return mix(id.entity, id.epoch, id.sequence); }

}  // namespace

bool Branching::sleeps() const {
  return std::ranges::any_of(asleep, [&](const Sleeping& s) { return s.step == ready[chosen]; });
}

bool is_fixed(const Site& site) {
  return std::ranges::any_of(kFixed, [&](const Site& fixed) { return fixed.key == site.key; });
}

std::vector<std::string> fixed_sites() {
  std::vector<std::string> names;
  for (const Site& site : kFixed) names.emplace_back(site.name);
  return names;
}

Interleaving::Interleaving(const Scenario& scenario, Path& path, const Rules& rules)
    : rules_(rules),
      path_(path),
      reader_(scenario.program->job, scenario.cluster),
      histories_(scenario.cluster.task_managers.size() + 2, 0),
      log_(scenario.cluster.log) {}

// ---- what is open ----

uint32_t Interleaving::choose(const Site& site, Entity, uint32_t count) {
  if (count < 2) return 0;
  uint32_t answer = 0;
  if (begun_ && !is_fixed(site)) {
    if (at_ == path_.branchings.size()) {
      Branching here;
      here.what = Branching::What::kAnswer;
      here.count = count;
      here.step = steps_;
      path_.branchings.push_back(std::move(here));
    }
    const Branching& here = path_.branchings[at_++];
    check(here.what == Branching::What::kAnswer && here.count == count,
          "a path of the search leads elsewhere than before");
    answer = here.chosen;
  }
  answers_.push_back(answer);
  step_.answers = mix(step_.answers, site.key, answer);
  return answer;
}

Identity Interleaving::choose_among(const Site&, std::span<const Identity> candidates) {
  return *std::min_element(candidates.begin(), candidates.end());
}

size_t Interleaving::choose_event(ProcTime at, std::span<const Event> ready) {
  now_ = at;
  note_remains(ready);
  begun_ |= at >= rules_.begin;
  const size_t chosen = begun_ ? take_turn(ready) : 0;
  const Event& event = ready[chosen];
  if (ready.size() > 1) turns_.push_back(event.identity);
  step_ = {};
  step_.identity = event.identity;
  step_.resting = resting_;
  facts_before_ = facts_;
  process_ = event.process.value;
  said_ = {};
  reader_.begin(event);
  return chosen;
}

bool Interleaving::comes_at_once(const Event& event) const {
  if (rules_.messages == Messages::kOpen) return false;
  return event.kind == EventKind::kMessage || event.kind == EventKind::kBlob ||
         event.kind == EventKind::kDisconnect;
}

size_t Interleaving::take_turn(std::span<const Event> ready) {
  for (size_t i = 0; i < ready.size(); ++i) {
    if (comes_at_once(ready[i])) return i;
  }
  // Somebody asleep was woken for the sake of the crashes in it; what follows has been searched.
  cut_ = turn_ && path_.branchings[*turn_].sleeps();
  end_turn();
  if (cut_) return 0;
  const auto position = [&](const Identity& who) -> size_t {
    for (size_t i = 0; i < ready.size(); ++i) {
      if (ready[i].identity == who) return i;
    }
    fail_check("a path of the search leads elsewhere than before");
  };
  if (at_ == path_.branchings.size()) {
    Branching here;
    for (const Event& event : ready) here.ready.push_back(event.identity);
    here.count = static_cast<uint32_t>(ready.size());
    if (is_bounded()) {
      asleep_.clear();
      if (deviations_ >= *rules_.deviations) here.count = 1;
    }
    here.asleep = std::move(asleep_);
    here.step = steps_;
    while (rules_.victims.empty() && here.chosen < here.count && here.sleeps()) ++here.chosen;
    cut_ = here.chosen == here.count;
    if (cut_) return 0;
    path_.branchings.push_back(std::move(here));
  }
  const Branching& here = path_.branchings[at_];
  check(here.what == Branching::What::kTurn, "a path of the search leads elsewhere than before");
  turn_ = at_++;
  if (is_bounded() && here.chosen > 0) ++deviations_;
  turn_name_ = name_of(here.ready[here.chosen]);
  return position(here.ready[here.chosen]);
}

// What was asleep or has been taken before stays asleep until something happens that it depends on.
void Interleaving::end_turn() {
  if (!turn_) return;
  Branching& last = path_.branchings[*turn_];
  if (steps_ > path_.steps_kept) last.footprint.add(since_turn_);
  asleep_.clear();
  if (rules_.reduce && !is_bounded() && at_ == path_.branchings.size()) {
    for (const std::vector<Sleeping>* list : {&last.asleep, &last.done}) {
      for (const Sleeping& s : *list) {
        if (!dependent(s.footprint, since_turn_)) asleep_.push_back(s);
      }
    }
  }
  turns_taken_.push_back({turn_name_, std::move(since_turn_)});
  since_turn_ = {};
  turn_.reset();
}

// ---- what happens ----

void Interleaving::happens_at(ProcessId process, uint32_t endpoint) {
  reader_.happens_at(process, endpoint);
}

void Interleaving::touches(uint64_t what) { reader_.touches(what); }

void Interleaving::on_fact(ProcTime at, const Fact& fact) {
  ++facts_;
  reader_.on_fact(fact);
  if (const auto* changed = std::get_if<JobStatusChanged>(&fact)) {
    resting_ |= changed->status == JobStatus::kFinished || changed->status == JobStatus::kFailed;
  }
  if (std::holds_alternative<ProcessDied>(fact)) crashed_ = true;
  if (crashed_ || rules_.victims.empty()) return;
  if (const auto* written = std::get_if<BlobWritten>(&fact)) {
    storage_[written->name] = written->hash;
  } else if (const auto* removed = std::get_if<BlobRemoved>(&fact)) {
    storage_.erase(removed->name);
  }
  constexpr FactSet kDecisions =
      fact_set<CheckpointTriggered, CheckpointCompleted, CheckpointAborted, JobRestored,
               JobStatusChanged, ExecutionStateChanged>();
  if (holds(kDecisions, fact.index())) {
    Digest decision;
    fold(fact, at, decision);
    decided_ = mix(decided_, decision.low());
  }
  fold(fact, at, said_);
}

bool Interleaving::end_step() {
  step_.footprint = reader_.end();
  since_turn_.add(step_.footprint);
  note_history();
  if (!begun_ || cut_) return !cut_;
  ++steps_;
  if (crashed_ || steps_ <= path_.steps.size()) return true;
  step_.facts = facts_;
  step_.said = facts_ > facts_before_;
  step_.name = mix(name_of(step_.identity), step_.answers);
  uint64_t before = 0;
  for (const NotedStep& earlier : path_.steps) {
    if (dependent(earlier.footprint, step_.footprint)) before += earlier.name;
  }
  step_.name = mix(step_.name, before);
  step_.state = step_.name + (path_.steps.empty() ? 0 : path_.steps.back().state);
  path_.steps.push_back(std::move(step_));
  return true;
}

void Interleaving::end_run() { end_turn(); }

void Interleaving::note_history() {
  if (crashed_ || rules_.victims.empty()) return;
  histories_[process_] = mix(histories_[process_], name_of(step_.identity), said_.low());
}

// What a process that dies takes along is its memory and what it has sent and nobody has got.
// What the others have lived through, and what is stored, stays; whether a blob that it is writing
// is stored is open.
void Interleaving::note_remains(std::span<const Event> ready) {
  if (!begun_ || crashed_ || rules_.victims.empty() || path_.steps.size() != steps_) return;
  if (path_.steps.empty() || !path_.steps.back().remains.empty()) return;
  uint64_t stored = static_cast<uint64_t>(now_.ms);
  for (const auto& [name, hash] : storage_) stored = mix(stored, hash_name(name), hash);
  for (const ProcessId victim : rules_.victims) {
    uint64_t writing = mix(stored, victim.value);
    for (const Event& event : ready) {
      if (event.kind == EventKind::kBlob && event.process == victim)
        writing = mix(writing, name_of(event.identity));
    }
    uint64_t world = writing;
    for (uint32_t p = 0; p < histories_.size(); ++p) {
      if (p != victim.value) world = mix(world, p, histories_[p]);
    }
    path_.steps.back().remains.push_back({world, mix(writing, histories_[log_.value], decided_)});
  }
}

uint64_t Interleaving::class_name() const {
  std::vector<uint64_t> names;
  uint64_t sum = 0;
  for (size_t i = 0; i < turns_taken_.size(); ++i) {
    uint64_t before = 0;
    for (size_t j = 0; j < i; ++j) {
      if (dependent(turns_taken_[j].footprint, turns_taken_[i].footprint)) before += names[j];
    }
    names.push_back(mix(turns_taken_[i].name, before));
    sum += names.back();
  }
  return sum;
}

// ---- again ----

uint32_t RepeatedAnswers::choose(const Site&, Entity, uint32_t count) {
  if (count < 2) return 0;
  return answer_ < answers_.size() ? answers_[answer_++] : 0;
}

Identity RepeatedAnswers::choose_among(const Site& site, std::span<const Identity> candidates) {
  if (site.key != kNext.key || turn_ == turns_.size())
    return *std::min_element(candidates.begin(), candidates.end());
  return turns_[turn_++];
}

}  // namespace leat
