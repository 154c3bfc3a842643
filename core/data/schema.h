// Names and types of the fields of a row.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/value.h"

namespace leat {

struct Field {
  std::string name;
  ValueType type = ValueType::kNull;
  friend bool operator==(const Field&, const Field&) = default;
};

struct Schema {
  std::vector<Field> fields;

  uint32_t width() const { return static_cast<uint32_t>(fields.size()); }
  std::optional<uint32_t> find(std::string_view name) const;
  friend bool operator==(const Schema&, const Schema&) = default;
};

}  // namespace leat
