#include "sim/scenario/expr_node.h"

#include <cmath>

#include "core/base/check.h"
#include "sim/scenario/expr_node_base.h"

namespace leat {

namespace {

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
class CompareFieldWithNumber final : public TruthNode {
 public:
  CompareFieldWithNumber(uint32_t index, double constant) : index_(index), constant_(constant) {}
  Truth truth(const ExprFrame& frame) const override {
    const Value& v = frame.row[index_];
    return v.is_null() ? Truth::kNull : truth_of(ordered<op>(v.as_double(), constant_));
  }

 private:
  uint32_t index_;
  double constant_;
};

template <CompareOp op>
class CompareFieldWithValue final : public TruthNode {
 public:
  CompareFieldWithValue(uint32_t index, Value constant)
      : index_(index), constant_(std::move(constant)) {}
  Truth truth(const ExprFrame& frame) const override {
    const Value& v = frame.row[index_];
    return v.is_null() ? Truth::kNull : truth_of(ordered<op>(v, constant_));
  }

 private:
  uint32_t index_;
  Value constant_;  // only compared with, never handed out
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
    double constant = 0;
    if (a->field() >= 0 && a->type() == ValueType::kDouble && b->constant() &&
        b->number({}, constant)) {
      return std::make_shared<CompareFieldWithNumber<op>>(static_cast<uint32_t>(a->field()),
                                                          constant);
    }
    return std::make_shared<CompareNumbers<op>>(std::move(a), std::move(b));
  }
  if (a->field() >= 0 && b->constant() && b->type() == a->type()) {
    return std::make_shared<CompareFieldWithValue<op>>(static_cast<uint32_t>(a->field()),
                                                       b->value({}));
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

NodePtr convert(ValueType type, NodePtr a) {
  if (a->type() == type || a->type() == ValueType::kNull || !is_numeric(type)) return a;
  if (type == ValueType::kDouble) return std::make_shared<ConvertToNumber>(std::move(a));
  return std::make_shared<ConvertToInteger>(type, std::move(a));
}

}  // namespace leat
