#include "sim/scenario/expr_node.h"

#include <cmath>

#include "core/base/check.h"

namespace leat {

namespace {

Truth truth_of(bool b) { return b ? Truth::kTrue : Truth::kFalse; }

// A copy that shares no block with the original.
Value unshared(const Value& v) {
  return v.type() == ValueType::kString ? Value::text(v.as_text()) : v;
}

template <bool kExtra>
class ReadCell final : public ExprNode {
 public:
  ReadCell(uint32_t index, ValueType type) : ExprNode(type), index_(index) {}
  Value value(const ExprFrame& frame) const override { return cell(frame); }
  bool integer(const ExprFrame& frame, int64_t& out) const override {
    const Value& v = cell(frame);
    if (v.is_null()) return false;
    out = v.as_int();
    return true;
  }
  bool number(const ExprFrame& frame, double& out) const override {
    const Value& v = cell(frame);
    if (v.is_null()) return false;
    out = v.type() == ValueType::kDouble ? v.as_double() : static_cast<double>(v.as_int());
    return true;
  }
  Truth truth(const ExprFrame& frame) const override {
    const Value& v = cell(frame);
    return v.is_null() ? Truth::kNull : truth_of(v.as_bool());
  }
  const Value* peek(const ExprFrame& frame) const override { return &cell(frame); }
  int field() const override { return kExtra ? -1 : static_cast<int>(index_); }

 private:
  const Value& cell(const ExprFrame& frame) const {
    return (kExtra ? frame.extra : frame.row)[index_];
  }
  uint32_t index_;
};

class Literal final : public ExprNode {
 public:
  explicit Literal(Value v) : ExprNode(v.type()), value_(std::move(v)) {}
  Value value(const ExprFrame&) const override { return unshared(value_); }
  bool integer(const ExprFrame&, int64_t& out) const override {
    if (value_.is_null()) return false;
    out = value_.as_int();
    return true;
  }
  bool number(const ExprFrame&, double& out) const override {
    if (value_.is_null()) return false;
    out = type() == ValueType::kDouble ? value_.as_double() : static_cast<double>(value_.as_int());
    return true;
  }
  Truth truth(const ExprFrame&) const override {
    return value_.is_null() ? Truth::kNull : truth_of(value_.as_bool());
  }
  const Value* peek(const ExprFrame&) const override { return &value_; }
  bool constant() const override { return true; }

 private:
  Value value_;
};

// Nodes that compute derive value() from the one typed form that they have.
class IntegerNode : public ExprNode {
 public:
  using ExprNode::ExprNode;
  Value value(const ExprFrame& frame) const final {
    int64_t v = 0;
    if (!integer(frame, v)) return Value::null();
    return type() == ValueType::kTime ? Value::time(v) : Value::integer(v);
  }
  bool number(const ExprFrame& frame, double& out) const final {
    int64_t v = 0;
    if (!integer(frame, v)) return false;
    out = static_cast<double>(v);
    return true;
  }
};
class NumberNode : public ExprNode {
 public:
  NumberNode() : ExprNode(ValueType::kDouble) {}
  Value value(const ExprFrame& frame) const final {
    double v = 0;
    return number(frame, v) ? Value::number(v) : Value::null();
  }
};
class TruthNode : public ExprNode {
 public:
  TruthNode() : ExprNode(ValueType::kBool) {}
  Value value(const ExprFrame& frame) const final {
    const Truth t = truth(frame);
    return t == Truth::kNull ? Value::null() : Value::boolean(t == Truth::kTrue);
  }
};
// Nodes that have only the value.
class ValueNode : public ExprNode {
 public:
  using ExprNode::ExprNode;
  bool integer(const ExprFrame& frame, int64_t& out) const final {
    const Value v = value(frame);
    if (v.is_null()) return false;
    out = v.as_int();
    return true;
  }
  bool number(const ExprFrame& frame, double& out) const final {
    const Value v = value(frame);
    if (v.is_null()) return false;
    out = v.type() == ValueType::kDouble ? v.as_double() : static_cast<double>(v.as_int());
    return true;
  }
  Truth truth(const ExprFrame& frame) const final {
    const Value v = value(frame);
    return v.is_null() ? Truth::kNull : truth_of(v.as_bool());
  }
};

template <CompareOp op, class T>
bool ordered(const T& a, const T& b) {
  if constexpr (op == CompareOp::kEq) return a == b;
  if constexpr (op == CompareOp::kNe) return !(a == b);
  if constexpr (op == CompareOp::kLt) return a < b;
  if constexpr (op == CompareOp::kLe) return a <= b;
  if constexpr (op == CompareOp::kGt) return a > b;
  if constexpr (op == CompareOp::kGe) return a >= b;
}

template <CompareOp op>
class CompareIntegers final : public TruthNode {
 public:
  CompareIntegers(NodePtr a, NodePtr b) : a_(std::move(a)), b_(std::move(b)) {}
  Truth truth(const ExprFrame& frame) const override {
    int64_t x = 0;
    int64_t y = 0;
    if (!a_->integer(frame, x) || !b_->integer(frame, y)) return Truth::kNull;
    return truth_of(ordered<op>(x, y));
  }

 private:
  NodePtr a_;
  NodePtr b_;
};

// The commonest filter, without a further call: a field against a constant.
template <CompareOp op>
class CompareFieldWithInteger final : public TruthNode {
 public:
  CompareFieldWithInteger(uint32_t index, int64_t constant) : index_(index), constant_(constant) {}
  Truth truth(const ExprFrame& frame) const override {
    const Value& v = frame.row[index_];
    return v.is_null() ? Truth::kNull : truth_of(ordered<op>(v.as_int(), constant_));
  }

 private:
  uint32_t index_;
  int64_t constant_;
};

template <CompareOp op>
class CompareNumbers final : public TruthNode {
 public:
  CompareNumbers(NodePtr a, NodePtr b) : a_(std::move(a)), b_(std::move(b)) {}
  Truth truth(const ExprFrame& frame) const override {
    double x = 0;
    double y = 0;
    if (!a_->number(frame, x) || !b_->number(frame, y)) return Truth::kNull;
    return truth_of(ordered<op>(x, y));
  }

 private:
  NodePtr a_;
  NodePtr b_;
};

template <CompareOp op>
class CompareValues final : public TruthNode {
 public:
  CompareValues(NodePtr a, NodePtr b) : a_(std::move(a)), b_(std::move(b)) {}
  Truth truth(const ExprFrame& frame) const override {
    const Value* x = a_->peek(frame);
    const Value* y = b_->peek(frame);
    Value x_made;
    Value y_made;
    if (x == nullptr) x = &(x_made = a_->value(frame));
    if (y == nullptr) y = &(y_made = b_->value(frame));
    if (x->is_null() || y->is_null()) return Truth::kNull;
    return truth_of(ordered<op>(*x, *y));
  }

 private:
  NodePtr a_;
  NodePtr b_;
};

template <CompareOp op>
NodePtr compare_with(NodePtr a, NodePtr b) {
  if (is_integral(a->type()) && is_integral(b->type())) {
    int64_t constant = 0;
    if (a->field() >= 0 && b->constant() && b->integer({}, constant)) {
      return std::make_shared<CompareFieldWithInteger<op>>(static_cast<uint32_t>(a->field()),
                                                           constant);
    }
    return std::make_shared<CompareIntegers<op>>(std::move(a), std::move(b));
  }
  if (is_numeric(a->type()) && is_numeric(b->type())) {
    return std::make_shared<CompareNumbers<op>>(std::move(a), std::move(b));
  }
  return std::make_shared<CompareValues<op>>(std::move(a), std::move(b));
}

int64_t apply(ArithmeticOp op, int64_t a, int64_t b) {
  switch (op) {
    case ArithmeticOp::kAdd:
      return wrapping_add(a, b);
    case ArithmeticOp::kSub:
      return wrapping_sub(a, b);
    case ArithmeticOp::kMul:
      return wrapping_mul(a, b);
    default:
      break;
  }
  if (b == 0) throw JobError("/ by zero");  // Java's ArithmeticException
  if (b == -1) {  // the smallest int by -1 wraps; in C++ it would be undefined
    return op == ArithmeticOp::kDiv || op == ArithmeticOp::kFloorDiv ? wrapping_sub(0, a) : 0;
  }
  const int64_t quotient = a / b;
  const int64_t rest = a % b;
  const bool below = rest != 0 && (rest < 0) != (b < 0);
  switch (op) {
    case ArithmeticOp::kDiv:
      return quotient;
    case ArithmeticOp::kMod:
      return rest;
    case ArithmeticOp::kFloorDiv:
      return below ? quotient - 1 : quotient;
    default:
      return below ? rest + b : rest;
  }
}

double apply(ArithmeticOp op, double a, double b) {
  switch (op) {
    case ArithmeticOp::kAdd:
      return a + b;
    case ArithmeticOp::kSub:
      return a - b;
    case ArithmeticOp::kMul:
      return a * b;
    case ArithmeticOp::kDiv:
      return a / b;
    default:
      return std::fmod(a, b);
  }
}

class IntegerArithmetic final : public IntegerNode {
 public:
  IntegerArithmetic(ArithmeticOp op, ValueType type, NodePtr a, NodePtr b)
      : IntegerNode(type), op_(op), a_(std::move(a)), b_(std::move(b)) {}
  bool integer(const ExprFrame& frame, int64_t& out) const override {
    int64_t x = 0;
    int64_t y = 0;
    if (!a_->integer(frame, x) || !b_->integer(frame, y)) return false;
    out = apply(op_, x, y);
    return true;
  }

 private:
  ArithmeticOp op_;
  NodePtr a_;
  NodePtr b_;
};

class NumberArithmetic final : public NumberNode {
 public:
  NumberArithmetic(ArithmeticOp op, NodePtr a, NodePtr b)
      : op_(op), a_(std::move(a)), b_(std::move(b)) {}
  bool number(const ExprFrame& frame, double& out) const override {
    double x = 0;
    double y = 0;
    if (!a_->number(frame, x) || !b_->number(frame, y)) return false;
    out = apply(op_, x, y);
    return true;
  }

 private:
  ArithmeticOp op_;
  NodePtr a_;
  NodePtr b_;
};

enum class SignOp : uint8_t { kNegate, kAbsolute };

class IntegerSign final : public IntegerNode {
 public:
  IntegerSign(SignOp op, NodePtr a) : IntegerNode(a->type()), op_(op), a_(std::move(a)) {}
  bool integer(const ExprFrame& frame, int64_t& out) const override {
    int64_t x = 0;
    if (!a_->integer(frame, x)) return false;
    out = op_ == SignOp::kNegate || x < 0 ? wrapping_sub(0, x) : x;
    return true;
  }

 private:
  SignOp op_;
  NodePtr a_;
};

class NumberSign final : public NumberNode {
 public:
  NumberSign(SignOp op, NodePtr a) : op_(op), a_(std::move(a)) {}
  bool number(const ExprFrame& frame, double& out) const override {
    double x = 0;
    if (!a_->number(frame, x)) return false;
    out = op_ == SignOp::kNegate ? -x : std::fabs(x);
    return true;
  }

 private:
  SignOp op_;
  NodePtr a_;
};

// SQL's three-valued logic: what decides alone (false for and, true for or) wins over null.
template <Truth decisive>
class Junction final : public TruthNode {
 public:
  Junction(NodePtr a, NodePtr b) : a_(std::move(a)), b_(std::move(b)) {}
  Truth truth(const ExprFrame& frame) const override {
    const Truth x = a_->truth(frame);
    if (x == decisive) return decisive;
    const Truth y = b_->truth(frame);
    if (y == decisive) return decisive;
    return x == Truth::kNull ? x : y;
  }

 private:
  NodePtr a_;
  NodePtr b_;
};

class Negation final : public TruthNode {
 public:
  explicit Negation(NodePtr a) : a_(std::move(a)) {}
  Truth truth(const ExprFrame& frame) const override {
    const Truth x = a_->truth(frame);
    return x == Truth::kNull ? x : truth_of(x == Truth::kFalse);
  }

 private:
  NodePtr a_;
};

class IsNull final : public TruthNode {
 public:
  explicit IsNull(NodePtr a) : a_(std::move(a)) {}
  Truth truth(const ExprFrame& frame) const override {
    const Value* x = a_->peek(frame);
    return truth_of(x != nullptr ? x->is_null() : a_->value(frame).is_null());
  }

 private:
  NodePtr a_;
};

class Concatenation final : public ValueNode {
 public:
  Concatenation(NodePtr a, NodePtr b)
      : ValueNode(ValueType::kString), a_(std::move(a)), b_(std::move(b)) {}
  Value value(const ExprFrame& frame) const override {
    const Value x = a_->value(frame);
    const Value y = b_->value(frame);
    if (x.is_null() || y.is_null()) return Value::null();
    return Value::text(x.to_text() + y.to_text());
  }

 private:
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

class ConvertToNumber final : public NumberNode {
 public:
  explicit ConvertToNumber(NodePtr a) : a_(std::move(a)) {}
  bool number(const ExprFrame& frame, double& out) const override { return a_->number(frame, out); }

 private:
  NodePtr a_;
};
class ConvertToInteger final : public IntegerNode {
 public:
  ConvertToInteger(ValueType type, NodePtr a) : IntegerNode(type), a_(std::move(a)) {}
  bool integer(const ExprFrame& frame, int64_t& out) const override {
    return a_->integer(frame, out);
  }

 private:
  NodePtr a_;
};

}  // namespace

bool ExprNode::integer(const ExprFrame&, int64_t&) const { fail_check("the node is no integer"); }
bool ExprNode::number(const ExprFrame&, double&) const { fail_check("the node is no number"); }
Truth ExprNode::truth(const ExprFrame&) const { fail_check("the node is no condition"); }

NodePtr read_row(uint32_t index, ValueType type) {
  return std::make_shared<ReadCell<false>>(index, type);
}
NodePtr read_extra(uint32_t index, ValueType type) {
  return std::make_shared<ReadCell<true>>(index, type);
}
NodePtr literal(Value value) { return std::make_shared<Literal>(std::move(value)); }

NodePtr compare(CompareOp op, NodePtr a, NodePtr b) {
  switch (op) {
    case CompareOp::kEq:
      return compare_with<CompareOp::kEq>(std::move(a), std::move(b));
    case CompareOp::kNe:
      return compare_with<CompareOp::kNe>(std::move(a), std::move(b));
    case CompareOp::kLt:
      return compare_with<CompareOp::kLt>(std::move(a), std::move(b));
    case CompareOp::kLe:
      return compare_with<CompareOp::kLe>(std::move(a), std::move(b));
    case CompareOp::kGt:
      return compare_with<CompareOp::kGt>(std::move(a), std::move(b));
    case CompareOp::kGe:
      return compare_with<CompareOp::kGe>(std::move(a), std::move(b));
  }
  fail_check("an unknown comparison");
}

NodePtr arithmetic(ArithmeticOp op, ValueType result, NodePtr a, NodePtr b) {
  if (result == ValueType::kDouble) {
    return std::make_shared<NumberArithmetic>(op, std::move(a), std::move(b));
  }
  return std::make_shared<IntegerArithmetic>(op, result, std::move(a), std::move(b));
}

namespace {
NodePtr sign(SignOp op, NodePtr a) {
  if (a->type() == ValueType::kDouble) return std::make_shared<NumberSign>(op, std::move(a));
  return std::make_shared<IntegerSign>(op, std::move(a));
}
}  // namespace

NodePtr negate(NodePtr a) { return sign(SignOp::kNegate, std::move(a)); }
NodePtr absolute(NodePtr a) { return sign(SignOp::kAbsolute, std::move(a)); }
NodePtr logical_and(NodePtr a, NodePtr b) {
  return std::make_shared<Junction<Truth::kFalse>>(std::move(a), std::move(b));
}
NodePtr logical_or(NodePtr a, NodePtr b) {
  return std::make_shared<Junction<Truth::kTrue>>(std::move(a), std::move(b));
}
NodePtr logical_not(NodePtr a) { return std::make_shared<Negation>(std::move(a)); }
NodePtr is_null(NodePtr a) { return std::make_shared<IsNull>(std::move(a)); }
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

NodePtr convert(ValueType type, NodePtr a) {
  if (a->type() == type || a->type() == ValueType::kNull || !is_numeric(type)) return a;
  if (type == ValueType::kDouble) return std::make_shared<ConvertToNumber>(std::move(a));
  return std::make_shared<ConvertToInteger>(type, std::move(a));
}

}  // namespace leat
