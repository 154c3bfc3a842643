// Watch: a subtask behind a key that cannot keep up, while its neighbours have little to do.
#include <algorithm>
#include <map>

#include "sim/explore/upstream.h"
#include "sim/explore/watch.h"

namespace leat {

namespace {

// Rows that are read so long after they came stand in a queue.
constexpr int64_t kLongLag = 30'000;
// So many times the rows of an even share are more than chance.
constexpr double kUneven = 1.5;
constexpr uint64_t kEnoughLoad = 200;

class UnevenLoad final : public Watch {
 public:
  explicit UnevenLoad(const Scenario& scenario) : graph_(scenario.program->graph) {}
  FactSet facts() const override { return fact_set<SplitRead, JobStatusChanged>(); }
  std::string excuse() const override { return "load"; }
  uint64_t judged() const override { return reads_; }

  void on_fact(ProcTime at, const Fact& fact) override {
    const auto* read = std::get_if<SplitRead>(&fact);
    if (read == nullptr || read->count == 0) return;
    ++reads_;
    const SplitData* data = std::get<SourceSpec>(graph_.node(read->node).spec).data.get();
    if (data == nullptr) return;
    if (!started_) started_ = at.ms;
    const int64_t came = data->arrival(read->split, read->first).ms;
    lag_ = std::max(lag_, at.ms - std::max(*started_, came));
  }
  void on_operator_input(ExecutionId execution, NodeId node, uint32_t,
                         const RowBatch& rows) override {
    const StreamNode& at = graph_.node(node);
    if (at.key_fields.empty() || at.parallelism < 2) return;
    std::vector<Share>& shares = shares_[node];
    shares.resize(at.parallelism);
    Share& share = shares[execution.subtask.index];
    share.rows += rows.size();
    for (uint32_t i = 0; i < rows.size(); ++i) {
      Row key;
      for (const uint32_t field : at.key_fields) key.push_back(rows.row(i)[field]);
      ++share.keys[std::move(key)];
    }
  }

  std::optional<Violation> finding() override {
    if (lag_ < kLongLag) return std::nullopt;
    for (const auto& [node, shares] : shares_) {
      if (std::optional<Violation> found = uneven(node, shares)) return found;
    }
    return std::nullopt;
  }

 private:
  struct Share {
    uint64_t rows = 0;
    std::map<Row, uint64_t> keys;
  };

  std::optional<Violation> uneven(NodeId node, const std::vector<Share>& shares) const {
    uint64_t all = 0;
    size_t most = 0;
    for (size_t s = 0; s < shares.size(); ++s) {
      all += shares[s].rows;
      if (shares[s].rows > shares[most].rows) most = s;
    }
    const auto mine = static_cast<double>(shares[most].rows);
    const double even = static_cast<double>(all) / static_cast<double>(shares.size());
    if (all < kEnoughLoad || mine < kUneven * even) return std::nullopt;
    const auto hot =
        std::max_element(shares[most].keys.begin(), shares[most].keys.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    const std::string where = graph_.node(node).name + "[" + std::to_string(most) + "]";
    Violation v = seen_in_job(
        "liveness", where,
        "more subtasks make the job faster: its keys share the work out; repair: a key that is "
        "spread (a salt in the key), and a second step that puts the parts of a key together");
    v.subject = "rows in time";
    v.expected = "rows are read within " + describe(Duration{kLongLag}) + " of their coming";
    v.got = "they wait for up to " + describe(Duration{lag_}) + ": one of " +
            std::to_string(shares.size()) + " subtasks has " + percent(shares[most].rows, all) +
            " of the rows, the key (" + to_text(RowView(hot->first)) + ") alone " +
            percent(hot->second, all);
    return v;
  }
  static std::string percent(uint64_t part, uint64_t all) {
    return std::to_string(100 * part / all) + " %";
  }

  const StreamGraph& graph_;
  std::map<NodeId, std::vector<Share>> shares_;
  std::optional<int64_t> started_;
  int64_t lag_ = 0;
  uint64_t reads_ = 0;
};

}  // namespace

WatchPtr watch_uneven_load(const Scenario& scenario) {
  return std::make_unique<UnevenLoad>(scenario);
}

}  // namespace leat
