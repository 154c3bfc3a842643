#include "sim/oracle/two_input_reference.h"

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>

#include "sim/oracle/pane.h"
#include "sim/oracle/plan.h"
#include "sim/oracle/window_of_two.h"

namespace leat {
namespace {

// Rows of both sides, by their numbers.
struct Members {
  std::vector<uint32_t> left;
  std::vector<uint32_t> right;
};

std::map<Value, Members> by_key(const StreamNode& node, const RowBatch& left,
                                const RowBatch& right) {
  std::map<Value, Members> keys;
  for (uint32_t i = 0; i < left.size(); ++i)
    keys[key_of(left.row(i), node.key_fields)].left.push_back(i);
  for (uint32_t i = 0; i < right.size(); ++i)
    keys[key_of(right.row(i), node.second_key_fields)].right.push_back(i);
  return keys;
}

class Pairs final : public JoinContext, public Collector {
 public:
  explicit Pairs(RowBatch& out) : out_(out) {}
  void at(EventTime left, EventTime right) {
    left_ = left;
    right_ = right;
  }
  EventTime left_timestamp() const override { return left_; }
  EventTime right_timestamp() const override { return right_; }
  EventTime timestamp() const override { return std::max(left_, right_); }
  void emit(RowView row) override { out_.append(row, timestamp()); }
  void emit_side(uint32_t, RowView) override {}  // side outputs are not compared
  void collect(RowView row) override { emit(row); }

 private:
  RowBatch& out_;
  EventTime left_;
  EventTime right_;
};

// left + lower <= right <= left + upper, or < where a bound is exclusive.
bool within(const IntervalJoinSpec& spec, EventTime left, EventTime right) {
  using Bound = IntervalJoinSpec::Bound;
  const EventTime low = left + spec.lower;
  const EventTime high = left + spec.upper;
  const bool above = spec.lower_bound == Bound::kExclusive ? right > low : right >= low;
  const bool below = spec.upper_bound == Bound::kExclusive ? right < high : right <= high;
  return above && below;
}

void interval_join(const IntervalJoinSpec& spec, const StreamNode& node, const RowBatch& left,
                   const RowBatch& right, RowBatch& out) {
  Pairs pairs(out);
  for (const auto& [key, members] : by_key(node, left, right)) {
    for (const uint32_t l : members.left) {
      for (const uint32_t r : members.right) {
        const EventTime left_time = left.timestamp(l).value();
        const EventTime right_time = right.timestamp(r).value();
        if (!within(spec, left_time, right_time)) continue;
        pairs.at(left_time, right_time);
        spec.function->process(left.row(l), right.row(r), pairs);
      }
    }
  }
}

using Windows = std::map<TimeWindow, Members>;

// Sorted by start, a row whose window begins after the session's end so far begins the next one.
Windows sessions_of(const WindowSpec& spec, const Members& members, const RowBatch& left,
                    const RowBatch& right) {
  struct Alone {
    TimeWindow window;
    uint32_t side;
    uint32_t row;
    auto operator<=>(const Alone&) const = default;
  };
  std::vector<Alone> all;
  for (const uint32_t i : members.left)
    all.push_back({windows_of(spec, left.row(i), left.timestamp(i), {})[0], 0, i});
  for (const uint32_t i : members.right)
    all.push_back({windows_of(spec, right.row(i), right.timestamp(i), {})[0], 1, i});
  std::sort(all.begin(), all.end());
  Windows windows;
  for (size_t first = 0; first < all.size();) {
    TimeWindow session = all[first].window;
    Members inside;
    size_t next = first;
    for (; next < all.size() && all[next].window.start <= session.end; ++next) {
      session.end = std::max(session.end, all[next].window.end);
      (all[next].side == 0 ? inside.left : inside.right).push_back(all[next].row);
    }
    // The order of arrival.
    std::sort(inside.left.begin(), inside.left.end());
    std::sort(inside.right.begin(), inside.right.end());
    windows[session] = std::move(inside);
    first = next;
  }
  return windows;
}

Windows windows_of_key(const WindowSpec& spec, const Members& members, const RowBatch& left,
                       const RowBatch& right) {
  if (merges(spec)) return sessions_of(spec, members, left, right);
  Windows windows;
  for (const uint32_t i : members.left) {
    for (const TimeWindow& w : windows_of(spec, left.row(i), left.timestamp(i), {}))
      windows[w].left.push_back(i);
  }
  for (const uint32_t i : members.right) {
    for (const TimeWindow& w : windows_of(spec, right.row(i), right.timestamp(i), {}))
      windows[w].right.push_back(i);
  }
  return windows;
}

bool answers(const WindowSpec& spec) {
  using Kind = TriggerSpec::Kind;
  const TriggerSpec* trigger = &spec.trigger;
  while (trigger->kind == Kind::kPurging) trigger = trigger->nested.get();
  return trigger->kind != Kind::kNever && !(trigger->kind == Kind::kDefault && spec.is_global());
}

// Calls visit(window, members) for each key and window.
template <class F>
void for_each_window(const WindowSpec& spec, const StreamNode& node, const RowBatch& left,
                     const RowBatch& right, F&& visit) {
  if (!answers(spec)) return;
  for (const auto& [key, members] : by_key(node, left, right)) {
    for (const auto& [window, inside] : windows_of_key(spec, members, left, right)) {
      visit(window, inside);
    }
  }
}

void window_join(const WindowJoinSpec& spec, const StreamNode& node, const RowBatch& left,
                 const RowBatch& right, RowBatch& out) {
  Pairs pairs(out);
  for_each_window(spec.window, node, left, right,
                  [&](const TimeWindow& window, const Members& inside) {
                    const EventTime time{window.max_timestamp()};
                    pairs.at(time, time);
                    for (const uint32_t l : inside.left) {
                      for (const uint32_t r : inside.right)
                        spec.function->join(left.row(l), right.row(r), pairs);
                    }
                  });
}

void co_group(const CoGroupSpec& spec, const StreamNode& node, const RowBatch& left,
              const RowBatch& right, RowBatch& out) {
  Pairs pairs(out);
  for_each_window(spec.window, node, left, right,
                  [&](const TimeWindow& window, const Members& inside) {
                    const EventTime time{window.max_timestamp()};
                    pairs.at(time, time);
                    std::vector<RowView> of_left;
                    std::vector<RowView> of_right;
                    for (const uint32_t l : inside.left) of_left.push_back(left.row(l));
                    for (const uint32_t r : inside.right) of_right.push_back(right.row(r));
                    spec.function->co_group(of_left, of_right, pairs);
                  });
}

void co_map(const CoMapSpec& spec, uint32_t input, const RowBatch& in, RowBatch& out) {
  for (uint32_t i = 0; i < in.size(); ++i) {
    spec.function->map(input, in.row(i), in.timestamp(i), out.append(in.timestamp(i)));
  }
}

// The answer of one call, however late.
class OnlyAnswer final : public ResultFuture {
 public:
  std::optional<std::vector<Row>> rows;
  uint64_t number() const override { return 1; }
  void complete(std::vector<Row> answer) override {
    if (!rows) rows = std::move(answer);
  }
  void fail(const std::string& cause) override {
    if (!rows) throw JobError(cause);
  }
  void complete_later(std::vector<Row> answer) override { complete(std::move(answer)); }
  void fail_later(const std::string& cause) override { fail(cause); }
};

}  // namespace

bool is_defined_by_pairs(const StreamNode& node) {
  return std::holds_alternative<IntervalJoinSpec>(node.spec) ||
         std::holds_alternative<WindowJoinSpec>(node.spec) ||
         std::holds_alternative<CoGroupSpec>(node.spec) ||
         std::holds_alternative<CoMapSpec>(node.spec);
}

void apply_two_input(const StreamNode& node, const RowBatch& left, const RowBatch& right,
                     RowBatch& out) {
  if (const auto* interval = std::get_if<IntervalJoinSpec>(&node.spec)) {
    interval_join(*interval, node, left, right, out);
  } else if (const auto* join = std::get_if<WindowJoinSpec>(&node.spec)) {
    window_join(*join, node, left, right, out);
  } else if (const auto* group = std::get_if<CoGroupSpec>(&node.spec)) {
    co_group(*group, node, left, right, out);
  } else {
    co_map(std::get<CoMapSpec>(node.spec), 0, left, out);
    co_map(std::get<CoMapSpec>(node.spec), 1, right, out);
  }
}

bool sessions_meet(const StreamNode& node, const RowBatch& left, const RowBatch& right) {
  const WindowSpec* spec = windows_of_two(node.spec);
  if (spec == nullptr || !merges(*spec)) return false;
  for (const auto& entry : by_key(node, left, right)) {
    const Members& members = entry.second;
    std::vector<TimeWindow> windows;
    for (const uint32_t l : members.left)
      windows.push_back(windows_of(*spec, left.row(l), left.timestamp(l), {})[0]);
    for (const uint32_t r : members.right)
      windows.push_back(windows_of(*spec, right.row(r), right.timestamp(r), {})[0]);
    if (sessions_meet(std::move(windows))) return true;
  }
  return false;
}

void apply_async(const AsyncSpec& spec, const RowBatch& in, RowBatch& out) {
  for (uint32_t i = 0; i < in.size(); ++i) {
    OnlyAnswer answer;
    spec.function->invoke(in.row(i), 1, answer);
    if (!answer.rows) throw JobError("an async call is never answered");
    for (const Row& row : *answer.rows) out.append(row, in.timestamp(i));
  }
}

}  // namespace leat
