// What the nodes of a compiled expression have in common. Internal to this folder.
#pragma once

#include "sim/scenario/expr_node.h"

namespace leat {

inline Truth truth_of(bool b) { return b ? Truth::kTrue : Truth::kFalse; }

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

}  // namespace leat
