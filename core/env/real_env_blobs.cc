#include "core/env/real_env_blobs.h"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace leat {

namespace {

namespace fs = std::filesystem;

constexpr const char* kUnfinished = ".unfinished";  // end of the names of files being written

fs::path place_of(const std::string& directory, const std::string& name) {
  check(!name.empty() && name.front() != '/' && name.find("..") == std::string::npos,
        "a blob's name leads out of its directory");
  return fs::path(directory) / name;
}

std::optional<Bytes> read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return std::move(bytes).str();
}

}  // namespace

Result<uint64_t> write_blob(const std::string& directory, const std::string& name,
                            std::string_view bytes, const std::string& writer) {
  const fs::path path = place_of(directory, name);
  const fs::path unfinished = path.string() + "." + writer + kUnfinished;
  std::error_code failure;
  fs::create_directories(path.parent_path(), failure);
  {
    std::ofstream out(unfinished, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    if (!out) return Error{"blob " + name + " cannot be written"};
  }
  fs::rename(unfinished, path, failure);
  if (failure) return Error{"blob " + name + " cannot be put in place: " + failure.message()};
  return uint64_t{bytes.size()};
}

Result<Bytes> read_blob(const std::string& directory, const std::string& name) {
  std::optional<Bytes> bytes = read_file(place_of(directory, name));
  if (!bytes) return Error{"blob " + name + " is not there"};
  return std::move(*bytes);
}

bool has_blob(const std::string& directory, const std::string& name) {
  std::error_code unknown;
  const fs::file_status status = fs::status(place_of(directory, name), unknown);
  return status.type() != fs::file_type::not_found;
}

void remove_blob(const std::string& directory, const std::string& name) {
  std::error_code absent_is_fine;
  fs::remove(place_of(directory, name), absent_is_fine);
}

std::map<std::string, Bytes> read_blobs(const std::string& directory, const std::string& prefix) {
  std::map<std::string, Bytes> blobs;
  if (!fs::exists(directory)) return blobs;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file() || entry.path().extension() == kUnfinished) continue;
    const std::string name = entry.path().lexically_relative(directory).generic_string();
    if (!name.starts_with(prefix)) continue;
    if (std::optional<Bytes> bytes = read_file(entry.path())) blobs[name] = std::move(*bytes);
  }
  return blobs;
}

}  // namespace leat
