// Output (EO): what a read_committed reader of each sink sees, against the reference of the sink's
// class: the batch reference over the source log, or the rows that the committed lineage put in.
#include <algorithm>
#include <map>

#include "sim/oracle/expected.h"
#include "sim/oracle/oracles.h"
#include "sim/oracle/pane.h"
#include "sim/oracle/reference.h"

namespace leat {
namespace {

// Rows with the hash of each, for comparing multisets.
struct Table {
  explicit Table(uint32_t width = 0) : rows(width) {}
  RowBatch rows;
  std::vector<uint64_t> hashes;

  void add(RowView row) {
    rows.append(row, std::nullopt);
    hashes.push_back(hash_row(row, std::nullopt));
  }
  void add(const RowBatch& more) {
    for (uint32_t i = 0; i < more.size(); ++i) add(more.row(i));
  }
  void keep(size_t count) {
    if (count >= hashes.size()) return;
    RowBatch kept(rows.width());
    for (uint32_t i = 0; i < count; ++i) kept.append_row_of(rows, i);
    rows = std::move(kept);
    hashes.resize(count);
  }
  std::vector<uint32_t> sorted() const {
    std::vector<uint32_t> order(hashes.size());
    for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](uint32_t a, uint32_t b) { return hashes[a] < hashes[b]; });
    return order;
  }
};

// One row that one side has more often than the other.
struct Difference {
  uint32_t row;    // in the table that has it more often
  uint32_t times;  // how often the expected table has it
  uint32_t got;
};
struct Comparison {
  std::vector<Difference> missing;  // rows of `expected`
  std::vector<Difference> extra;    // rows of `got`
};

Comparison compare(const Table& expected, const Table& got) {
  Comparison result;
  const std::vector<uint32_t> a = expected.sorted();
  const std::vector<uint32_t> b = got.sorted();
  size_t i = 0;
  size_t j = 0;
  while (i < a.size() || j < b.size()) {
    const uint64_t hash = std::min(i < a.size() ? expected.hashes[a[i]] : ~uint64_t{0},
                                   j < b.size() ? got.hashes[b[j]] : ~uint64_t{0});
    const size_t i0 = i;
    const size_t j0 = j;
    while (i < a.size() && expected.hashes[a[i]] == hash) ++i;
    while (j < b.size() && got.hashes[b[j]] == hash) ++j;
    const auto want = static_cast<uint32_t>(i - i0);
    const auto have = static_cast<uint32_t>(j - j0);
    if (want > have) result.missing.push_back({a[i0], want, have});
    if (have > want) result.extra.push_back({b[j0], want, have});
  }
  // In the order of the tables, so that the first difference is the earliest row.
  const auto earlier = [](const Difference& x, const Difference& y) { return x.row < y.row; };
  std::sort(result.missing.begin(), result.missing.end(), earlier);
  std::sort(result.extra.begin(), result.extra.end(), earlier);
  return result;
}

class OutputOracle final : public Oracle {
 public:
  OutputOracle(const Plan& plan, const Runs& runs)
      : Oracle("output", plan, runs), lineage_(plan.instances()) {
    for (uint32_t n = 0; n < plan.graph().nodes.size(); ++n) {
      const StreamNode& node = plan.graph().nodes[n];
      const auto* spec = std::get_if<SinkSpec>(&node.spec);
      if (spec == nullptr) continue;
      const uint32_t width = plan.graph().schema_of(node.inputs[0]).width();
      sinks_.push_back(
          {NodeId{n}, spec->kind == SinkSpec::Kind::kTransactional, Table(width), Table(width)});
      for (uint32_t i = 0; i < plan.parallelism(NodeId{n}); ++i) {
        lineage_[plan.instance(NodeId{n}, i)] = Line{true, Table(width), {}};
      }
    }
  }

  uint32_t taps() const override { return kInputTap | kCommittedTap; }

  void on_input(uint32_t instance, const RowBatch& rows) override {
    Line& line = lineage_[instance];
    if (line.sink) line.table.add(rows);
  }
  void on_stale_input(uint32_t instance, const RowBatch& rows) override {
    if (lineage_[instance].sink) sink_of(plan_.node_of(instance)).undone.add(rows);
  }
  void on_snapshot(uint32_t subtask, CheckpointId id) override {
    for (const uint32_t instance : plan_.instances_of(subtask)) {
      Line& line = lineage_[instance];
      if (line.sink) line.marks.push_back({id, line.table.hashes.size()});
    }
  }
  void on_rewind(uint32_t subtask, Rewind how, CheckpointId to) override {
    if (how == Rewind::kKeep) return;
    for (const uint32_t instance : plan_.instances_of(subtask)) {
      Line& line = lineage_[instance];
      if (!line.sink) continue;
      while (!line.marks.empty() && (how != Rewind::kToSnapshot || line.marks.back().id > to)) {
        line.marks.pop_back();
      }
      const size_t kept = line.marks.empty() ? 0 : line.marks.back().rows;
      Table& undone = sink_of(plan_.node_of(instance)).undone;
      for (size_t i = kept; i < line.table.hashes.size(); ++i) {
        undone.add(line.table.rows.row(static_cast<uint32_t>(i)));
      }
      line.table.keep(kept);
    }
  }
  void on_committed(NodeId sink, uint64_t, const RowBatch& rows) override {
    sink_of(sink).committed.add(rows);
  }

  void finish(const EndOfRun& end) override {
    for (const Sink& sink : sinks_) judge(sink, end);
  }

 private:
  struct Mark {
    CheckpointId id;
    size_t rows = 0;
  };
  // What one instance of a sink was given, in the lineage that counts.
  struct Line {
    bool sink = false;
    Table table;
    std::vector<Mark> marks;
  };
  struct Sink {
    NodeId node;
    bool exactly_once;
    Table committed;
    Table undone;  // what attempts had put in that were cut back
  };

  Sink& sink_of(NodeId node) {
    for (Sink& sink : sinks_) {
      if (sink.node == node) return sink;
    }
    fail_check("rows were committed to a node that is no sink");
  }

  Table put_in(const Sink& sink) const {
    Table all(sink.committed.rows.width());
    for (uint32_t i = 0; i < plan_.parallelism(sink.node); ++i) {
      all.add(lineage_[plan_.instance(sink.node, i)].table.rows);
    }
    return all;
  }

  void judge(const Sink& sink, const EndOfRun& end) {
    const bool confluent = plan_.flow(sink.node).c == SinkClass::kConfluent;
    report_.judged(sink.committed.hashes.size() + 1);
    const RowBatch* batch = confluent ? plan_.reference().at_sink(sink.node) : nullptr;
    Table expected(sink.committed.rows.width());
    if (batch != nullptr) {
      expected.add(*batch);
    } else {
      expected = put_in(sink);
    }
    const char* what = batch != nullptr ? "in the batch reference over the source log"
                                        : "in what the committed lineage put into the sink";
    report(sink, compare(expected, sink.committed), expected, what, end);
    judge_expectation(sink, end);
  }

  void report(const Sink& sink, Comparison difference, const Table& expected, const char* what,
              const EndOfRun& end) {
    if (!sink.exactly_once) forgive_repeats(sink, difference);
    if (!end.finished()) difference.missing.clear();  // they may still have been on their way
    const std::string where = plan_.name(sink.node);
    for (const Difference& d : difference.extra) {
      if (report_.full()) return;
      const RowView row = sink.committed.rows.row(d.row);
      const auto twin = std::find_if(
          difference.missing.begin(), difference.missing.end(), [&](const Difference& m) {
            return same_subject(sink.node, expected.rows.row(m.row), row);
          });
      if (d.times > 0) {
        violate("duplicate_result", where, subject(sink.node, row),
                std::to_string(d.times) + " x (" + to_text(row) + ")",
                std::to_string(d.got) + " x (" + to_text(row) + ")",
                "a row that is " + std::to_string(d.times) + " times " + what + " is committed " +
                    std::to_string(d.got) + " times");
      } else if (twin != difference.missing.end()) {
        violate(
            "wrong_value", where, subject(sink.node, row),
            "(" + to_text(expected.rows.row(twin->row)) + ")", "(" + to_text(row) + ")",
            std::string("the committed row of this key and window differs from the one ") + what);
        difference.missing.erase(twin);
      } else {
        violate("extra_result", where, subject(sink.node, row), "no such row",
                "(" + to_text(row) + ")", std::string("a committed row is not ") + what);
      }
    }
    for (const Difference& d : difference.missing) {
      if (report_.full()) return;
      const RowView row = expected.rows.row(d.row);
      violate("missing_result", where, subject(sink.node, row),
              std::to_string(d.times) + " x (" + to_text(row) + ")", std::to_string(d.got) + " x",
              "a row that is " + std::to_string(d.times) + " times " + what + " is committed " +
                  std::to_string(d.got) + " times");
    }
  }

  // An at-least-once sink may show again what an attempt had put in before it was cut back.
  void forgive_repeats(const Sink& sink, Comparison& difference) const {
    std::map<uint64_t, uint32_t> undone;
    for (const uint64_t hash : sink.undone.hashes) ++undone[hash];
    std::erase_if(difference.extra, [&](const Difference& d) {
      const auto known = undone.find(sink.committed.hashes[d.row]);
      return known != undone.end() && d.got - d.times <= known->second;
    });
  }

  // The window that answered, looking up through what hands rows on unchanged.
  const StreamNode* window_behind(NodeId node) const {
    for (;;) {
      const StreamNode& n = plan_.node(node);
      // A window function gives its rows any form, and a reduced row does not name its window.
      if (const auto* window = std::get_if<WindowSpec>(&n.spec)) {
        return window->function == nullptr && window->reduce == nullptr ? &n : nullptr;
      }
      const bool hands_on = std::holds_alternative<SinkSpec>(n.spec) ||
                            std::holds_alternative<FilterSpec>(n.spec) ||
                            std::holds_alternative<SplitSpec>(n.spec);
      if (!hands_on || n.inputs.size() != 1) return nullptr;
      if (n.inputs[0].output != kMainOutput &&
          !std::holds_alternative<SplitSpec>(plan_.node(n.inputs[0].from).spec)) {
        return nullptr;
      }
      node = n.inputs[0].from;
    }
  }
  bool same_subject(NodeId sink, RowView a, RowView b) const {
    const StreamNode* window = window_behind(sink);
    if (window == nullptr || a.size() != b.size()) return false;
    const size_t fields = subject_cells(*window);
    return std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(fields), b.begin());
  }
  std::string subject(NodeId sink, RowView row) const {
    const StreamNode* window = window_behind(sink);
    if (window == nullptr) return "row (" + to_text(row) + ")";
    const size_t keys = window->key_fields.size();
    if (subject_cells(*window) == keys) return "key=" + to_text(row.first(keys));
    return "key=" + to_text(row.first(keys)) + " window=[" + row[keys].to_text() + ", " +
           row[keys + 1].to_text() + ")";
  }

  // What the scenario itself says.
  void judge_expectation(const Sink& sink, const EndOfRun& end) {
    const auto given = end.expected.find(plan_.name(sink.node));
    if (given == end.expected.end()) return;
    Table expected(sink.committed.rows.width());
    for (const Row& row : given->second.rows) expected.add(RowView(row));
    report_.judged(expected.hashes.size());
    Sink seen{sink.node, sink.exactly_once, sink.committed, sink.undone};
    if (given->second.last_of) {
      seen.committed = Table(sink.committed.rows.width());
      for (const uint32_t i : last_of_each(sink.committed.rows, *given->second.last_of))
        seen.committed.add(sink.committed.rows.row(i));
    }
    if (given->second.ordered && end.finished() && expected.hashes != seen.committed.hashes) {
      Comparison same = compare(expected, seen.committed);
      if (same.missing.empty() && same.extra.empty()) {
        size_t i = 0;
        while (expected.hashes[i] == seen.committed.hashes[i]) ++i;
        const auto at = static_cast<uint32_t>(i);
        violate("inconsistent_output", plan_.name(sink.node), "row " + std::to_string(i + 1),
                "(" + to_text(expected.rows.row(at)) + ")",
                "(" + to_text(seen.committed.rows.row(at)) + ")",
                "the scenario expects its rows in this order");
        return;
      }
    }
    report(seen, compare(expected, seen.committed), expected, "among the scenario's expected rows",
           end);
  }

  std::vector<Line> lineage_;  // by instance
  std::vector<Sink> sinks_;
};

}  // namespace

OraclePtr make_output_oracle(const Plan& plan, const Runs& runs) {
  return std::make_unique<OutputOracle>(plan, runs);
}

}  // namespace leat
