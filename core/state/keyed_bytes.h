// The bytes of keyed state: one section a key group, so that a restore at another parallelism deals
// sections out without looking inside. Canonical: sections by key group, and inside one whatever
// order the writer keeps; restoring and writing again gives the same bytes.
#pragma once

#include <map>

#include "core/base/bytes.h"
#include "core/state/key_groups.h"

namespace leat {

class KeyedBytesWriter {
 public:
  explicit KeyedBytesWriter(uint32_t max_parallelism) : max_parallelism_(max_parallelism) {}

  // The section that a key belongs to.
  ByteWriter& section_of(const Value& key);
  ByteWriter& section(uint32_t key_group) { return sections_[key_group]; }
  uint32_t max_parallelism() const { return max_parallelism_; }
  void write(ByteWriter& out);

 private:
  uint32_t max_parallelism_;
  std::map<uint32_t, ByteWriter> sections_;
};

// Calls visit(key_group, ByteReader&) for each section; visit reads it to its end.
template <class F>
void read_keyed_bytes(ByteReader& in, F&& visit) {
  const uint64_t sections = in.varint();
  for (uint64_t i = 0; i < sections; ++i) {
    const uint32_t group = in.u32();
    ByteReader section(in.text());
    visit(group, section);
    check(section.at_end(), "a section of keyed state was not read to its end");
  }
}

// The key group of a key that is one value (see key_value).
uint32_t key_group_of_value(const Value& key, uint32_t max_parallelism);

}  // namespace leat
