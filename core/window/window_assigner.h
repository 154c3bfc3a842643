// Which windows an element falls into. (Flink: WindowAssigner.)
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/graph/specs.h"
#include "core/window/time_window.h"

namespace leat {

class WindowAssigner {
 public:
  virtual ~WindowAssigner() = default;

  // The timeline that `time` below is on.
  virtual WindowTime domain() const = 0;
  // Appends the windows of an element, in the order of assignment (overlapping ones: newest first).
  virtual void assign(int64_t time, std::vector<TimeWindow>& out) const = 0;
  // Every element falls into exactly one window: a batch can be assigned in one call.
  virtual bool one_each() const = 0;
  // REQUIRES: one_each(); windows.size() == times.size().
  virtual void assign_each(std::span<const int64_t> times, std::span<TimeWindow> windows) const;
};

// Throws JobError for what Flink refuses (a size of 0, an offset not smaller than the size).
std::unique_ptr<WindowAssigner> make_assigner(const WindowSpec& spec);

}  // namespace leat
