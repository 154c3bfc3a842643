// The same work on several threads.
#pragma once

#include <cstdint>
#include <functional>

namespace leat {

// Calls `work` on `threads` threads, once on each; the caller's is one of them. Comes back when all
// calls have ended. Where some have thrown, what was thrown first is thrown here then: no thread is
// left behind that works with what the caller takes down.  REQUIRES: threads > 0.
void on_threads(uint32_t threads, const std::function<void()>& work);

}  // namespace leat
