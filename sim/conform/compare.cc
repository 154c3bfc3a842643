#include "sim/conform/compare.h"

#include <algorithm>
#include <set>

namespace leat {

OutputOrder order_named(const std::string& name) {
  if (name == "exact") return OutputOrder::kExact;
  if (name == "by_ts") return OutputOrder::kByTime;
  if (name == "any") return OutputOrder::kAny;
  throw UnknownRequest("the order \"" + name + "\" is not known");
}

bool same_value(const Value& expected, const Value& got) {
  if (expected == got) return true;
  if (got.type() == ValueType::kTime && expected.type() == ValueType::kInt) {
    return got.as_int() == expected.as_int();
  }
  if (got.type() == ValueType::kDouble) {
    if (expected.type() == ValueType::kInt)
      return got == Value::number(static_cast<double>(expected.as_int()));
    return expected.type() == ValueType::kString &&
           expected.as_text() == java_text(got.as_double());
  }
  if (got.type() != ValueType::kList || expected.type() != ValueType::kList) return false;
  const auto a = expected.as_list();
  const auto b = got.as_list();
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_value);
}

namespace {

bool same(const Emitted& expected, const Emitted& got) {
  return expected.kind == got.kind && expected.time == got.time && expected.status == got.status &&
         expected.control == got.control && expected.row.size() == got.row.size() &&
         std::equal(expected.row.begin(), expected.row.end(), got.row.begin(), same_value);
}

// Every element of `expected` finds one of its own in `got`.
bool same_multiset(std::vector<Emitted> expected, std::vector<Emitted> got) {
  if (expected.size() != got.size()) return false;
  for (const Emitted& wanted : expected) {
    const auto found =
        std::find_if(got.begin(), got.end(), [&](const Emitted& e) { return same(wanted, e); });
    if (found == got.end()) return false;
    got.erase(found);
  }
  return true;
}

using Elements = std::vector<Emitted>;

bool same_sequence(const Elements& a, const Elements& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

bool same_by_time(const Elements& expected, const Elements& got) {
  if (expected.size() != got.size()) return false;
  for (size_t i = 0; i < expected.size();) {
    size_t end = i + 1;
    const auto joins = [&](const Emitted& e) {
      return e.kind == Emitted::Kind::kRow && expected[i].kind == Emitted::Kind::kRow &&
             e.time == expected[i].time;
    };
    while (end < expected.size() && joins(expected[end])) ++end;
    const auto part = [&](const Elements& all) {
      return Elements(all.begin() + static_cast<long>(i), all.begin() + static_cast<long>(end));
    };
    if (!same_multiset(part(expected), part(got))) return false;
    i = end;
  }
  return true;
}

bool same_in_any_order(const Elements& expected, const Elements& got) {
  const auto split = [](const Elements& all, Elements& rows, Elements& controls) {
    for (const Emitted& e : all) (e.kind == Emitted::Kind::kRow ? rows : controls).push_back(e);
  };
  Elements expected_rows;
  Elements expected_controls;
  Elements rows;
  Elements controls;
  split(expected, expected_rows, expected_controls);
  split(got, rows, controls);
  return same_multiset(expected_rows, rows) && same_sequence(expected_controls, controls);
}

}  // namespace

bool same_output(const Elements& expected, const Elements& got, OutputOrder order) {
  std::set<std::string> outputs;
  for (const Emitted& e : expected) outputs.insert(e.to);
  for (const Emitted& e : got) outputs.insert(e.to);
  for (const std::string& output : outputs) {
    const auto of_output = [&](const Elements& all) {
      Elements part;
      for (const Emitted& e : all) {
        if (e.to == output) part.push_back(e);
      }
      return part;
    };
    const Elements a = of_output(expected);
    const Elements b = of_output(got);
    const bool equal = order == OutputOrder::kExact    ? same_sequence(a, b)
                       : order == OutputOrder::kByTime ? same_by_time(a, b)
                                                       : same_in_any_order(a, b);
    if (!equal) return false;
  }
  return true;
}

}  // namespace leat
