#include "core/base/check.h"

namespace leat {

namespace {
std::string describe(const Claim& claim) {
  // Only the file's own name: the path of the build directory would differ between machines.
  std::string file = claim.where.file_name();
  const size_t slash = file.find_last_of('/');
  if (slash != std::string::npos) file.erase(0, slash + 1);
  return file + ":" + std::to_string(claim.where.line()) + ": broken invariant: " + claim.text;
}
}  // namespace

InvariantViolation::InvariantViolation(const Claim& claim) : std::logic_error(describe(claim)) {}

void fail_check(const Claim& claim) { throw InvariantViolation(claim); }

}  // namespace leat
