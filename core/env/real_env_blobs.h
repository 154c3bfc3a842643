// Durable storage as files of a directory; a blob's name is its path there.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace leat {

// Whole or absent: written beside its place, then renamed. `writer` tells apart who writes.
Result<uint64_t> write_blob(const std::string& directory, const std::string& name,
                            std::string_view bytes, const std::string& writer);
Result<Bytes> read_blob(const std::string& directory, const std::string& name);
// False only where there surely is none.
bool has_blob(const std::string& directory, const std::string& name);
void remove_blob(const std::string& directory, const std::string& name);

// All blobs whose names begin with `prefix`, by name.
std::map<std::string, Bytes> read_blobs(const std::string& directory, const std::string& prefix);

}  // namespace leat
