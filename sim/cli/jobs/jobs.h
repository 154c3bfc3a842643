// The C++ jobs that the shipped program knows: what "job": {"cpp": NAME} finds.
#pragma once

#include "core/graph/job_registry.h"

namespace leat {

JobRegistry shipped_jobs();

}  // namespace leat
