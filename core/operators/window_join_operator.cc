#include "core/operators/window_join_operator.h"

#include <utility>

#include "core/operators/window_operator.h"

namespace leat {

namespace {

// A tagged row: the cells of its key, the number of its side, and the row itself as one list.
struct TaggedLayout {
  uint32_t keys = 0;
  uint32_t side() const { return keys; }
  uint32_t row() const { return keys + 1; }
  uint32_t width() const { return keys + 2; }
};

struct Sides {
  std::vector<RowView> left;
  std::vector<RowView> right;
};

// Each side in the order in which its rows came.
Sides part(const RowBatch& elements, TaggedLayout layout) {
  Sides sides;
  for (uint32_t i = 0; i < elements.size(); ++i) {
    const RowView tagged = elements.row(i);
    const bool is_left = tagged[layout.side()].as_int() == 0;
    (is_left ? sides.left : sides.right).push_back(tagged[layout.row()].as_list());
  }
  return sides;
}

class Answers final : public Collector {
 public:
  explicit Answers(WindowContext& ctx) : ctx_(ctx) {}
  void collect(RowView row) override { ctx_.emit(row); }

 private:
  WindowContext& ctx_;
};

class JoinSides final : public WindowFunction {
 public:
  JoinSides(std::unique_ptr<const JoinFunction> function, TaggedLayout layout)
      : function_(std::move(function)), layout_(layout) {}
  void process(const RowBatch& elements, WindowContext& ctx) const override {
    const Sides sides = part(elements, layout_);
    Answers answers(ctx);
    for (const RowView left : sides.left) {
      for (const RowView right : sides.right) function_->join(left, right, answers);
    }
  }
  std::unique_ptr<WindowFunction> clone() const override {
    return std::make_unique<JoinSides>(function_->clone(), layout_);
  }

 private:
  std::unique_ptr<const JoinFunction> function_;
  TaggedLayout layout_;
};

class GroupSides final : public WindowFunction {
 public:
  GroupSides(std::unique_ptr<const CoGroupFunction> function, TaggedLayout layout)
      : function_(std::move(function)), layout_(layout) {}
  void process(const RowBatch& elements, WindowContext& ctx) const override {
    const Sides sides = part(elements, layout_);
    Answers answers(ctx);
    function_->co_group(sides.left, sides.right, answers);
  }
  std::unique_ptr<WindowFunction> clone() const override {
    return std::make_unique<GroupSides>(function_->clone(), layout_);
  }

 private:
  std::unique_ptr<const CoGroupFunction> function_;
  TaggedLayout layout_;
};

// The window node over tagged rows that a join stands for.
StreamNode window_node(const StreamNode& node) {
  const TaggedLayout layout{static_cast<uint32_t>(node.key_fields.size())};
  StreamNode inner = node;
  inner.inputs.clear();
  for (uint32_t i = 0; i < layout.keys; ++i) inner.key_fields[i] = i;
  WindowSpec window;
  if (const auto* join = std::get_if<WindowJoinSpec>(&node.spec)) {
    window = join->window;
    window.function = std::make_shared<JoinSides>(join->function->clone(), layout);
  } else {
    const auto& group = std::get<CoGroupSpec>(node.spec);
    window = group.window;
    window.function = std::make_shared<GroupSides>(group.function->clone(), layout);
  }
  inner.spec = std::move(window);
  return inner;
}

class WindowJoinOperator final : public Operator, public CountsLateRecords {
 public:
  explicit WindowJoinOperator(const StreamNode& node)
      : key_fields_{node.key_fields, node.second_key_fields},
        layout_{static_cast<uint32_t>(node.key_fields.size())},
        windows_(window_node(node)) {}

  void open(OperatorContext& ctx) override { windows_.open(ctx); }
  void on_rows(uint32_t input, RowBatch& rows, OperatorContext& ctx) override {
    RowBatch tagged(layout_.width());
    for (uint32_t i = 0; i < rows.size(); ++i) {
      const RowView row = std::as_const(rows).row(i);
      const std::span<Value> cells = tagged.append(rows.timestamp(i));
      for (uint32_t k = 0; k < layout_.keys; ++k) cells[k] = row[key_fields_[input][k]];
      cells[layout_.side()] = Value::integer(input);
      cells[layout_.row()] = Value::list({row.begin(), row.end()});
    }
    windows_.on_rows(0, tagged, ctx);
  }
  void on_watermark(EventTime time, OperatorContext& ctx) override {
    windows_.on_watermark(time, ctx);
  }
  void on_processing_time(ProcTime time, OperatorContext& ctx) override {
    windows_.on_processing_time(time, ctx);
  }
  void snapshot(CheckpointId id, ByteWriter& out, OperatorContext& ctx) override {
    windows_.snapshot(id, out, ctx);
  }
  void restore(ByteReader& in, OperatorContext& ctx) override { windows_.restore(in, ctx); }
  uint64_t late_dropped() const override { return windows_.late_dropped(); }

 private:
  std::vector<uint32_t> key_fields_[2];
  TaggedLayout layout_;
  WindowOperator windows_;
};

}  // namespace

std::unique_ptr<Operator> make_window_join(const StreamNode& node) {
  return std::make_unique<WindowJoinOperator>(node);
}

}  // namespace leat
