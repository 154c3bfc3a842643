#include "sim/oracle/window_of_two.h"

#include <vector>

namespace leat {
namespace {

class Answers final : public Collector {
 public:
  Answers(const TimeWindow& window, RowBatch& out) : time_{window.max_timestamp()}, out_(out) {}
  void collect(RowView row) override { out_.append(row, time_); }

 private:
  const EventTime time_;
  RowBatch& out_;
};

}  // namespace

const WindowSpec* windows_of_two(const NodeSpec& spec) {
  if (const auto* join = std::get_if<WindowJoinSpec>(&spec)) return &join->window;
  if (const auto* group = std::get_if<CoGroupSpec>(&spec)) return &group->window;
  return nullptr;
}

const WindowSpec* windows_of_node(const NodeSpec& spec) {
  if (const auto* window = std::get_if<WindowSpec>(&spec)) return window;
  return windows_of_two(spec);
}

WindowOfTwo::WindowOfTwo(const StreamNode& node)
    : node_(node), keys_(static_cast<uint32_t>(node.key_fields.size())), window_(node) {
  window_.spec = *windows_of_two(node.spec);
  for (uint32_t i = 0; i < keys_; ++i) window_.key_fields[i] = i;
}

// The key, which side it is, and the row itself.
void WindowOfTwo::put_together(uint32_t input, const RowBatch& rows, RowBatch& out) const {
  const auto& fields = input == 0 ? node_.key_fields : node_.second_key_fields;
  for (uint32_t i = 0; i < rows.size(); ++i) {
    const RowView row = rows.row(i);
    Row cells;
    for (const uint32_t field : fields) cells.push_back(row[field]);
    cells.push_back(Value::integer(input));
    cells.push_back(Value::list({row.begin(), row.end()}));
    out.append(cells, rows.timestamp(i));
  }
}

void WindowOfTwo::answer(const TimeWindow& window, const RowBatch& rows, RowBatch& out) const {
  std::vector<RowView> sides[2];
  for (uint32_t i = 0; i < rows.size(); ++i) {
    const RowView row = rows.row(i);
    sides[row[keys_].as_int()].push_back(row[keys_ + 1].as_list());
  }
  Answers answers(window, out);
  if (const auto* group = std::get_if<CoGroupSpec>(&node_.spec))
    return group->function->co_group(sides[0], sides[1], answers);
  const auto& join = std::get<WindowJoinSpec>(node_.spec);
  for (const RowView left : sides[0]) {
    for (const RowView right : sides[1]) join.function->join(left, right, answers);
  }
}

}  // namespace leat
