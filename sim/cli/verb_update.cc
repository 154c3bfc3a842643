// run --update: writes the rows that a scenario's sinks really commit where it says which it
// expects.
//
// Refused where an oracle contradicts the engine: otherwise a bug would become what is expected.
// Refused also where another seed commits other rows: then no list of rows is right.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <numeric>

#include "sim/cli/load.h"
#include "sim/cli/text_report.h"
#include "sim/cli/verbs.h"
#include "sim/explore/run_once.h"
#include "sim/oracle/expected.h"
#include "sim/scenario/decode.h"
#include "sim/scenario/json_tree.h"
#include "sim/scenario/rewrite_rows.h"

namespace leat {

namespace {

constexpr uint64_t kOtherSeeds = 5;

class RowsBySink final : public RecordTap {
 public:
  void on_committed_rows(NodeId sink, uint64_t, const RowBatch& rows) override {
    RowBatch& all = of.try_emplace(sink, rows.width()).first->second;
    for (uint32_t i = 0; i < rows.size(); ++i) all.append_row_of(rows, i);
  }
  std::map<NodeId, RowBatch> of;
};

class Update {
 public:
  Update(const Scenario& scenario, const JobRegistry& jobs, uint64_t seed)
      : scenario_(scenario), jobs_(jobs), seed_(seed) {}

  // What was done or why not; `code` is the exit code.
  std::string run(int& code) {
    code = 1;
    if (scenario_.expect.rows.empty()) {
      code = 0;
      return "expects no rows: nothing to update";
    }
    Scenario bare = scenario_;
    bare.expect.rows.clear();
    const RunOutcome outcome = run_with(bare, seed_, nullptr);
    if (!outcome.verdict.ok()) {
      return "refused: the oracles contradict the engine\n" +
             failure_text(scenario_, outcome, "./leat run " + scenario_.path);
    }
    // Rows that a sink repeats after a restore are lawful, but nobody expects them.
    bare.random_faults.max = 0;
    bare.faults.clear();
    RowsBySink committed;
    run_with(bare, seed_, &committed);
    const std::string text = rewrite_rows(scenario_.text, lists(committed));
    if (text == scenario_.text) {
      code = 0;
      return "unchanged";
    }
    if (const std::string why = contradicted(text); !why.empty()) return "refused: " + why;
    if (const std::string error = write_file(scenario_.path, text); !error.empty()) return error;
    code = 0;
    return "updated";
  }

 private:
  static RunOutcome run_with(const Scenario& scenario, uint64_t seed, RowsBySink* tap) {
    RunRequest request;
    request.seed = seed;
    if (tap != nullptr) request.taps.push_back(tap);
    return run_once(scenario, Plan(*scenario.program), request);
  }

  std::vector<RowsToWrite> lists(const RowsBySink& committed) const {
    const auto parsed = parse_json(scenario_.text);
    const JsonMember* expect = std::get<Json>(parsed).find("expect");
    const JsonMember* rows = expect == nullptr ? nullptr : expect->value.find("rows");
    std::vector<RowsToWrite> lists;
    if (rows == nullptr) return lists;
    for (const JsonMember& member : rows->value.members) {
      const StreamGraph& graph = scenario_.program->graph;
      const auto by_sink_name = graph.find(member.key + " sink");
      const NodeId sink = by_sink_name ? *by_sink_name : *graph.find(member.key);
      lists.push_back(list_of(member.value, sink, committed));
    }
    return lists;
  }
  RowsToWrite list_of(const Json& json, NodeId sink, const RowsBySink& committed) const {
    const StreamGraph& graph = scenario_.program->graph;
    const Json& list = json.is(Json::Kind::kObject) ? json.find("rows")->value : json;
    const ExpectedRows& expected = scenario_.expect.rows.at(graph.node(sink).name);
    RowsToWrite write;
    write.list = list.span;
    for (const Json& item : list.items) write.items.push_back(item.span);
    write.before = expected.rows;
    write.ordered = expected.ordered;
    if (const auto found = committed.of.find(sink); found != committed.of.end()) {
      const RowBatch& rows = found->second;
      std::vector<uint32_t> kept(rows.size());
      std::iota(kept.begin(), kept.end(), 0);
      if (expected.last_of) kept = last_of_each(rows, *expected.last_of);
      for (const uint32_t i : kept)
        write.after.emplace_back(rows.row(i).begin(), rows.row(i).end());
    }
    if (!write.ordered) std::sort(write.after.begin(), write.after.end());
    return write;
  }

  std::string contradicted(const std::string& text) const {
    DecodeOptions options;
    options.jobs = &jobs_;
    const Decoded decoded = decode_scenario(text, scenario_.path, options);
    if (!decoded.scenario) return "the rows cannot be written in a scenario\n" + decoded.report;
    for (uint64_t seed = seed_; seed <= seed_ + kOtherSeeds; ++seed) {
      const RunOutcome outcome = run_with(*decoded.scenario, seed, nullptr);
      if (outcome.verdict.ok()) continue;
      return fmt::format("seed {} commits other rows than seed {}\n", seed, seed_) +
             failure_text(*decoded.scenario, outcome,
                          fmt::format("./leat run {} --seed {}", scenario_.path, seed));
    }
    return "";
  }

  const Scenario& scenario_;
  const JobRegistry& jobs_;
  const uint64_t seed_;
};

}  // namespace

int update_verb(const CommonOptions& common, const RunVerb& verb) {
  const Loaded loaded = load_all(common.paths, *common.jobs);
  if (loaded.exit_code != 0) return loaded.exit_code;
  int worst = 0;
  size_t failed = 0;
  for (const Scenario& scenario : loaded.scenarios) {
    int code = 0;
    const std::string said =
        Update(scenario, *common.jobs, verb.seed.value_or(scenario.seed)).run(code);
    std::cout << fmt::format("{}  {}: {}\n", code == 0 ? "ok  " : "FAIL", scenario.path, said);
    if (code != 0) ++failed;
    worst = std::max(worst, code);
  }
  std::cout << fmt::format("{} passed, {} failed, 0 skipped\n", loaded.scenarios.size() - failed,
                           failed);
  return worst;
}

}  // namespace leat
