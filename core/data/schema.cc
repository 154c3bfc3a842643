#include "core/data/schema.h"

namespace leat {

std::optional<uint32_t> Schema::find(std::string_view name) const {
  for (uint32_t i = 0; i < width(); ++i) {
    if (fields[i].name == name) return i;
  }
  return std::nullopt;
}

}  // namespace leat
