// Which cells of a merged window's answer are the same in whatever order its rows stand.
#include "sim/oracle/open_order.h"

#include <gtest/gtest.h>

#include "sim/oracle/expected.h"

namespace leat {
namespace {

// The first cell comes from the older row, the second is folded.
template <class Fold>
class Folded final : public ReduceFunction {
 public:
  void reduce(RowView a, RowView b, std::span<Value> out) const override {
    out[0] = a[0];
    out[1] = Value::integer(Fold::of(a[1].as_int(), b[1].as_int()));
  }
  std::unique_ptr<ReduceFunction> clone() const override { return std::make_unique<Folded>(); }
};
struct Sum {
  static int64_t of(int64_t a, int64_t b) { return a + b; }
};
struct Difference {
  static int64_t of(int64_t a, int64_t b) { return a - b; }
};

StreamNode session_of(std::shared_ptr<const ReduceFunction> reduce) {
  WindowSpec spec;
  spec.assigner = WindowSpec::Assigner::kSession;
  spec.gap = {10};
  spec.reduce = std::move(reduce);
  StreamNode node;
  node.name = "n";
  node.keyed = true;
  node.key_fields = {0};
  node.output = Schema{{{"k", ValueType::kString}, {"v", ValueType::kInt}}};
  node.spec = std::move(spec);
  return node;
}

RowBatch rows(const std::vector<int64_t>& values) {
  RowBatch batch(2);
  for (const int64_t v : values) {
    batch.append(Row{Value::text("k" + std::to_string(v)), Value::integer(v)}, EventTime{v});
  }
  return batch;
}

using Cells = std::vector<uint32_t>;

TEST(OpenOrder, ASumIsTheSameAndWhatComesFromTheFirstRowIsNot) {
  const StreamNode node = session_of(std::make_shared<Folded<Sum>>());
  EXPECT_EQ(cells_that_show_order(node, rows({3, 5, 8})), (Cells{0}));
  EXPECT_EQ(cells_that_show_order(node, rows({3})), Cells{});
  EXPECT_EQ(cells_that_show_order(node, rows({3, 3})), Cells{});
}

TEST(OpenOrder, OneRowThatDiffersFromAllOthersIsSeenWhereverItStands) {
  const StreamNode node = session_of(std::make_shared<Folded<Sum>>());
  for (size_t at = 0; at < 40; ++at) {
    std::vector<int64_t> values(40, 3);
    values[at] = 5;
    EXPECT_EQ(cells_that_show_order(node, rows(values)), (Cells{0})) << at;
  }
}

TEST(OpenOrder, ADifferenceShowsIt) {
  const StreamNode node = session_of(std::make_shared<Folded<Difference>>());
  EXPECT_EQ(cells_that_show_order(node, rows({3, 5})), (Cells{0, 1}));
  // Of rows that are all alike too: parts that were made before count.
  EXPECT_EQ(cells_that_show_order(node, rows({3, 3, 3, 3})), (Cells{1}));
}

TEST(OpenOrder, AnAnswerIsTakenIfItsOtherCellsAreRight) {
  ExpectedRowsQueue owed;
  owed.set_width(2);
  owed.rows().append(Row{Value::text("a"), Value::integer(1)}, EventTime{9});
  owed.added(0, {0});
  EXPECT_FALSE(owed.take(Row{Value::text("b"), Value::integer(2)}, EventTime{9}));
  EXPECT_FALSE(owed.take(Row{Value::text("b"), Value::integer(1)}, EventTime{8}));
  EXPECT_TRUE(owed.take(Row{Value::text("b"), Value::integer(1)}, EventTime{9}));
  EXPECT_TRUE(owed.empty());
}

}  // namespace
}  // namespace leat
