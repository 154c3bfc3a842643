// The verbs, as functions: options in, exit code out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/graph/job_registry.h"

namespace leat {

enum class Format : uint8_t { kHuman, kJson };

// What every verb is given.
struct CommonOptions {
  std::vector<std::string> paths;
  Format format = Format::kHuman;
  const JobRegistry* jobs = nullptr;
};

struct RunVerb {
  std::optional<uint64_t> seed;
  std::string strategy = "random";
  bool trace = false;                // print every fact
  bool step = false;                 // and wait after each
  std::string from;                  // where printing begins: "4500ms", "BarrierAligned", "sum[0]"
  std::string until;                 // "7020ms": where it stops; "": at its end
  std::vector<std::string> reports;  // KIND=PATH
  bool digest = false;               // print the digest of each run and nothing else
  bool update = false;               // write the committed rows where rows are expected
  bool forks = false;                // go on from every checkpoint of the run
};
int run_verb(const CommonOptions& common, const RunVerb& verb);
int update_verb(const CommonOptions& common, const RunVerb& verb);  // run --update

struct ExploreVerb {
  uint64_t runs = 1000;
  uint32_t jobs = 1;
  uint64_t seed = 1;
  uint32_t failures_max = 1;
  bool digest = false;               // print the campaign's digest and nothing else
  std::vector<std::string> oracles;  // only these; empty: all
  bool shrink = true;
  bool generate = false;           // generated jobs, too
  bool points = false;             // a crash at every point of one run, in place of many seeds
  bool exhaustive = false;         // all interleavings, in place of many seeds
  bool guided = false;             // coverage-guided search, beside random seeds
  std::vector<std::string> crash;  // who crashes in it; empty: the workers, if the scenario kills
  std::string after_crash = "1";   // "all": orders; a number: of turns that differ from the plain
  bool naive = false;              // without reduction
  bool first = false;              // stop at the first failure of any scenario
  bool forks = false;              // go on from every checkpoint of each run
  std::string strategy;            // "": the portfolio
  std::string shard;               // "2/4": the second of four parts
  std::string out;                 // JSON Lines; "": under .leat, until the campaign has ended
  std::string until;               // "7020ms": where each run stops; "": at its end
  uint64_t twins = 2;              // runs of each scenario that are run again in a fresh process
};
int points_verb(const CommonOptions& common, const ExploreVerb& verb);      // explore --points
int exhaustive_verb(const CommonOptions& common, const ExploreVerb& verb);  // --exhaustive
int guided_verb(const CommonOptions& common, const ExploreVerb& verb);      // --guided
int explore_verb(const CommonOptions& common, const ExploreVerb& verb);

int replay_verb(const CommonOptions& common);  // paths: capsules

// Parts of one campaign, as explore --out wrote them, to one verdict.
struct MergeVerb {
  bool shrink = true;
};
int merge_verb(const CommonOptions& common, const MergeVerb& verb);

struct ShrinkVerb {
  uint32_t jobs = 1;
  uint32_t seconds = 60;
};
int shrink_verb(const CommonOptions& common, const ShrinkVerb& verb);  // capsules, FILE@SEED
int validate_verb(const CommonOptions& common);

struct PictureVerb {
  std::string out;  // path; the ending says the form
  std::optional<uint64_t> seed;
  bool physical = false;
};
int graph_verb(const CommonOptions& common, const PictureVerb& verb);
int timeline_verb(const CommonOptions& common, const PictureVerb& verb);

int bench_verb(const CommonOptions& common);

}  // namespace leat
