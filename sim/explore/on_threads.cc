#include "sim/explore/on_threads.h"

#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "core/base/check.h"

namespace leat {

void on_threads(uint32_t threads, const std::function<void()>& work) {
  check(threads > 0, "work needs a thread");
  std::mutex mutex;
  std::exception_ptr first;
  const auto caught = [&] {
    try {
      work();
    } catch (const std::exception&) {
      const std::lock_guard lock(mutex);
      if (!first) first = std::current_exception();
    }
  };
  std::vector<std::thread> others;
  for (uint32_t i = 1; i < threads; ++i) others.emplace_back(caught);
  caught();
  for (std::thread& other : others) other.join();
  if (first) std::rethrow_exception(first);
}

}  // namespace leat
