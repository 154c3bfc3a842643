// Another thread for something that must not notice in which it runs.
#pragma once

#include <exception>
#include <thread>

namespace leat {

// Does it there, and waits for it; what it throws comes here.
template <class F>
void in_another_thread(F&& f) {
  std::exception_ptr broken;
  std::thread other([&] {
    try {
      f();
    } catch (const std::exception&) {
      broken = std::current_exception();
    }
  });
  other.join();
  if (broken) std::rethrow_exception(broken);
}

}  // namespace leat
