#include "core/state/keyed_bytes.h"

namespace leat {

uint32_t key_group_of_value(const Value& key, uint32_t max_parallelism) {
  if (key.is_null()) return key_group_of(0, max_parallelism);
  if (key.type() != ValueType::kList) return key_group_of(java_hash(key), max_parallelism);
  // A key of several fields hashes as a tuple, not as a list.
  const RowView cells = key.as_list();
  static constexpr uint32_t kInOrder[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  check(cells.size() <= std::size(kInOrder), "a key has at most 16 fields");
  return key_group_of(cells, {kInOrder, cells.size()}, max_parallelism);
}

ByteWriter& KeyedBytesWriter::section_of(const Value& key) {
  return section(key_group_of_value(key, max_parallelism_));
}

void KeyedBytesWriter::write(ByteWriter& out) {
  size_t size = 10;
  for (const auto& [group, section] : sections_) size += section.size() + 20;
  out.reserve(size);
  out.varint(sections_.size());
  for (const auto& [group, section] : sections_) {
    out.varint(group);
    out.text(section.bytes());
  }
  sections_.clear();
}

}  // namespace leat
