#include "sim/cli/leat_main.h"

#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "sim/cli/verbs.h"
#include "sim/conform/conform.h"
#include "sim/explore/capsule.h"
#include "sim/explore/crash_points.h"
#include "sim/explore/exhaustive.h"
#include "sim/scenario/decode.h"

namespace leat {

namespace {

constexpr const char* kFooter =
    "Exit codes: 0 pass, 1 a check failed, 2 bad command line or scenario, 3 not finished within "
    "its\n"
    "limits, 4 nothing selected, 5 a replay diverged, 70 internal error.";

// One object that owns the options while the line is parsed, and runs the verb that was named.
class CommandLine {
 public:
  explicit CommandLine(const JobRegistry& jobs)
      : app_("Is stream processing right when data is late and machines die?", "leat") {
    common_.jobs = &jobs;
    app_.footer(kFooter);
    app_.require_subcommand(1);
    app_.set_version_flag("--version", build_id());
    add_run();
    add_explore();
    add_others();
    add_pictures();
  }

  int run(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app_.exit(error, std::cout, std::cerr) == 0 ? 0 : 2;
    }
    return verb_();
  }

 private:
  CLI::App* add(const char* name, const char* what, const char* paths) {
    CLI::App* verb = app_.add_subcommand(name, what);
    if (paths != nullptr) verb->add_option("PATH", common_.paths, paths)->required();
    verb->add_option("--format", format_, "human or json")->check(CLI::IsMember({"human", "json"}));
    return verb;
  }

  template <class F>
  void on(CLI::App* verb, F&& call) {
    verb->callback([this, call] {
      common_.format = format_ == "json" ? Format::kJson : Format::kHuman;
      verb_ = call;
    });
  }

  void add_run() {
    CLI::App* verb =
        add("run", "Run scenarios once each and judge them", "scenario files or folders");
    verb->add_option("--seed", run_.seed, "seed of the run (default: the scenario's)");
    verb->add_option("--strategy", run_.strategy, "how the seed answers, as explore said");
    verb->add_flag("--trace", run_.trace, "print every fact");
    verb->add_flag("--step", run_.step, "print every fact and wait after each for Enter or a word");
    verb->add_option("--from", run_.from,
                     "print facts from this time on, or from the first that says this: 4500ms, "
                     "BarrierAligned, sum[0]");
    verb->add_option("--until", run_.until, "stop at this virtual time, such as 7020ms");
    verb->add_option("--report", run_.reports,
                     fmt::format("KIND=PATH; KIND is {}", fmt::join(report_kinds(), ", ")));
    verb->add_flag(
        "--fork-every-checkpoint", run_.forks,
        "go on from every completed checkpoint as well, each in a simulation of its own");
    verb->add_flag("--digest", run_.digest, "print the digest of the run and nothing else");
    verb->add_flag("--update", run_.update,
                   "write the rows that are committed where the scenario says what it expects");
    on(verb, [this] { return run_.update ? update_verb(common_, run_) : run_verb(common_, run_); });
  }

  void add_explore() {
    CLI::App* verb =
        add("explore", "Run scenarios under many seeds of faults and disorder", nullptr);
    verb->add_option("PATH", common_.paths, "scenario files or folders");
    verb->add_flag("--generate", explore_.generate, "draw whole jobs from the seed, too");
    verb->add_flag("--points", explore_.points,
                   "one run of each scenario, and again with a crash at every point of it");
    verb->add_flag("--exhaustive", explore_.exhaustive,
                   "all interleavings of small scenarios, and a crash at every step of them");
    verb->add_flag("--guided", explore_.guided,
                   "vary runs that did something new, and compare with as many random seeds");
    verb->add_option("--crash", explore_.crash, "--exhaustive: who crashes, such as jobmanager");
    verb->add_option("--after-crash", explore_.after_crash,
                     "--exhaustive: all orders after a crash, or those with at most N turns other "
                     "than plain (default 1)");
    verb->add_flag("--naive", explore_.naive, "--exhaustive without reduction, to count again");
    verb->add_flag(
        "--fork-every-checkpoint", explore_.forks,
        "go on from every completed checkpoint as well, each in a simulation of its own");
    verb->add_flag("--first", explore_.first, "stop at the first failure of any scenario");
    verb->add_option("--shard", explore_.shard, "I/N: only the I-th of N parts of the seeds");
    verb->add_option("--out", explore_.out,
                     "write what is seen to this file of JSON Lines, and go on where it ends");
    verb->add_option("--strategy", explore_.strategy,
                     "one strategy for all seeds: random, chains, few, extreme or calm");
    CLI::Option* runs =
        verb->add_option("--runs", explore_.runs,
                         "runs in all (default 1000; --points: 20000; --exhaustive: 10 million)")
            ->check(CLI::Range(1, 1000000000));
    verb->add_option("--jobs", explore_.jobs, "threads")->check(CLI::Range(1, 256));
    verb->add_option("--seed", explore_.seed, "first seed");
    verb->add_option("--max-failures", explore_.failures_max, "of one scenario")
        ->check(CLI::Range(1, 1000));
    verb->add_option("--oracle", explore_.oracles, "only this oracle (may be given several times)");
    verb->add_option("--until", explore_.until,
                     "stop each run at this virtual time, such as 7020ms");
    verb->add_option("--twins", explore_.twins,
                     "runs of each scenario repeated in a fresh process");
    verb->add_flag("!--no-shrink", explore_.shrink, "report failures as they were found");
    verb->add_flag("--digest", explore_.digest, "print the digest of all runs and nothing else");
    on(verb, [this, runs] {
      if (explore_.exhaustive) {
        if (runs->count() == 0) explore_.runs = ExhaustiveRequest().runs_max;
        return exhaustive_verb(common_, explore_);
      }
      if (explore_.guided) return guided_verb(common_, explore_);
      if (!explore_.points) return explore_verb(common_, explore_);
      if (runs->count() == 0) explore_.runs = PointsRequest().runs_max;
      return points_verb(common_, explore_);
    });
  }

  void add_others() {
    CLI::App* replay = add("replay", "Run a stored failure again, bit for bit", "capsules");
    on(replay, [this] { return replay_verb(common_); });
    CLI::App* merge = add("merge", "Join parts of a campaign", "files that explore --out wrote");
    merge->add_flag("!--no-shrink", merge_.shrink, "report failures as they were found");
    on(merge, [this] { return merge_verb(common_, merge_); });
    CLI::App* shrinks =
        add("shrink", "Make a failure small", "capsules, or FILE@SEED for a run of a scenario");
    shrinks->add_option("--jobs", shrink_.jobs, "threads")->check(CLI::Range(1, 256));
    shrinks->add_option("--seconds", shrink_.seconds, "patience; default 60");
    on(shrinks, [this] { return shrink_verb(common_, shrink_); });
    CLI::App* validate =
        add("validate", "Check scenario files without running them", "scenario files or folders");
    on(validate, [this] { return validate_verb(common_); });
    CLI::App* recorded =
        add("conform", "Run recorded cases of the real Flink", "case files or folders");
    recorded->add_option("--case", conform_.only, "one case, with each of its steps");
    recorded->add_option(
        "--seeds", conform_.seeds,
        "jobs also under so many variations of what their results do not depend on");
    recorded->add_option("--batch", conform_.batch, "rows that come at once; default 1")
        ->check(CLI::Range(1, 256));
    recorded->add_flag("--restore-everywhere", conform_.restart_between_steps,
                       "snapshot and restore a keyed operator before each step");
    on(recorded, [this] { return conform(common_.paths, conform_, std::cout); });
    CLI::App* bench = add("bench", "Measure the engine against a hand-written loop", nullptr);
    on(bench, [this] { return bench_verb(common_); });
    CLI::App* schema = add("schema", "Print the JSON Schema of scenario files", nullptr);
    on(schema, [] {
      std::cout << json_schema();
      return 0;
    });
  }

  void add_pictures() {
    CLI::App* graph = add("graph", "Draw the job graph of a run", "a scenario file");
    graph->add_option("-o,--out", picture_.out, "x.svg, x.dot, x.png or x.mmd")->required();
    graph->add_option("--seed", picture_.seed, "seed of the run");
    graph->add_flag("--physical", picture_.physical, "subtasks and channels");
    on(graph, [this] { return graph_verb(common_, picture_); });
    CLI::App* timeline = add("timeline", "Draw the watermark timeline of a run", "a scenario file");
    timeline->add_option("-o,--out", picture_.out, "x.svg or x.html")->required();
    timeline->add_option("--seed", picture_.seed, "seed of the run");
    on(timeline, [this] { return timeline_verb(common_, picture_); });
  }

  CLI::App app_;
  CommonOptions common_;
  std::string format_ = "human";
  RunVerb run_;
  ExploreVerb explore_;
  ShrinkVerb shrink_;
  MergeVerb merge_;
  PictureVerb picture_;
  ConformOptions conform_;
  std::function<int()> verb_;
};

}  // namespace

int main(int argc, char** argv, const JobRegistry& jobs) {
  try {
    return CommandLine(jobs).run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "internal error: " << error.what() << "\n";
    return 70;
  }
}

}  // namespace leat
