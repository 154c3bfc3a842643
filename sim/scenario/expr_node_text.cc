// Nodes that make or take whole values: text, case, coalesce.
#include "sim/scenario/expr_node_base.h"

namespace leat {

namespace {

class Concatenation final : public ValueNode {
 public:
  Concatenation(NodePtr a, NodePtr b)
      : ValueNode(ValueType::kString), a_(std::move(a)), b_(std::move(b)) {}
  Value value(const ExprFrame& frame) const override {
    const Value x = a_->value(frame);
    const Value y = b_->value(frame);
    if (x.is_null() || y.is_null()) return Value::null();
    const std::string both = x.to_text() + y.to_text();
    if (both.size() > kMost) {
      throw JobError("|| makes a text of " + std::to_string(both.size()) + " bytes: at most " +
                     std::to_string(kMost) + " are offered");
    }
    return Value::text(both);
  }

 private:
  // A text that is kept and doubled with every row would soon fill all memory.
  static constexpr size_t kMost = 65'536;
  NodePtr a_;
  NodePtr b_;
};

class Coalesce final : public ValueNode {
 public:
  Coalesce(ValueType type, NodePtr a, NodePtr b)
      : ValueNode(type), a_(std::move(a)), b_(std::move(b)) {}
  Value value(const ExprFrame& frame) const override {
    Value x = a_->value(frame);
    return x.is_null() ? b_->value(frame) : x;
  }

 private:
  NodePtr a_;
  NodePtr b_;
};

class Case final : public ValueNode {
 public:
  Case(ValueType type, std::vector<NodePtr> cases, NodePtr otherwise)
      : ValueNode(type), cases_(std::move(cases)), otherwise_(std::move(otherwise)) {}
  Value value(const ExprFrame& frame) const override {
    for (size_t i = 0; i < cases_.size(); i += 2) {
      if (cases_[i]->truth(frame) == Truth::kTrue) return cases_[i + 1]->value(frame);
    }
    return otherwise_ == nullptr ? Value::null() : otherwise_->value(frame);
  }

 private:
  std::vector<NodePtr> cases_;
  NodePtr otherwise_;
};

// A code point of four UTF-8 bytes takes two UTF-16 units.
int64_t utf16_units(std::string_view text) {
  int64_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) != 0x80) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}

class TextLength final : public IntegerNode {
 public:
  explicit TextLength(NodePtr a) : IntegerNode(ValueType::kInt), a_(std::move(a)) {}
  bool integer(const ExprFrame& frame, int64_t& out) const override {
    const Value x = a_->value(frame);
    if (x.is_null()) return false;
    out = utf16_units(x.as_text());
    return true;
  }

 private:
  NodePtr a_;
};

enum class LetterCase : uint8_t { kUpper, kLower };

class ChangeCase final : public ValueNode {
 public:
  ChangeCase(LetterCase to, NodePtr a) : ValueNode(ValueType::kString), to_(to), a_(std::move(a)) {}
  Value value(const ExprFrame& frame) const override {
    const Value x = a_->value(frame);
    if (x.is_null()) return Value::null();
    std::string text(x.as_text());
    for (char& c : text) {
      if (to_ == LetterCase::kUpper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
      if (to_ == LetterCase::kLower && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return Value::text(text);
  }

 private:
  LetterCase to_;
  NodePtr a_;
};

}  // namespace

NodePtr concatenate(NodePtr a, NodePtr b) {
  return std::make_shared<Concatenation>(std::move(a), std::move(b));
}
NodePtr coalesce(ValueType result, NodePtr a, NodePtr b) {
  return std::make_shared<Coalesce>(result, convert(result, std::move(a)),
                                    convert(result, std::move(b)));
}
NodePtr choose_case(ValueType result, std::vector<NodePtr> cases, NodePtr otherwise) {
  for (size_t i = 1; i < cases.size(); i += 2) cases[i] = convert(result, cases[i]);
  if (otherwise != nullptr) otherwise = convert(result, otherwise);
  return std::make_shared<Case>(result, std::move(cases), std::move(otherwise));
}
NodePtr text_length(NodePtr a) { return std::make_shared<TextLength>(std::move(a)); }
NodePtr upper(NodePtr a) { return std::make_shared<ChangeCase>(LetterCase::kUpper, std::move(a)); }
NodePtr lower(NodePtr a) { return std::make_shared<ChangeCase>(LetterCase::kLower, std::move(a)); }

}  // namespace leat
