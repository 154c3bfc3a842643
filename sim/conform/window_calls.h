// Functions of the cases that windows answer: pure tables (conformance window.md, "assigners").
#pragma once

#include "sim/conform/recorded.h"

namespace leat {

Value call_window_start(const Value& args);
Value call_assign_windows(const Value& args);
Value call_merge_windows(const Value& args);
Value call_stagger_offset(const Value& args);

}  // namespace leat
