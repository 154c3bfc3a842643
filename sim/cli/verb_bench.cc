#include "sim/cli/verbs.h"

namespace leat {
int bench_verb(const CommonOptions&) { return 70; }
}  // namespace leat
