// When a window answers. (Flink: Trigger.) A trigger is shared by all windows of its operator; what
// it remembers of one window stands in cells that the operator keeps in the window's pane.
#pragma once

#include <memory>
#include <span>

#include "core/graph/specs.h"
#include "core/window/time_window.h"

namespace leat {

struct TriggerResult {
  bool fire = false;
  bool purge = false;  // drops the contents only: not timers, not the trigger's own cells
};

class TriggerContext {
 public:
  virtual ~TriggerContext() = default;
  virtual const TimeWindow& window() const = 0;
  virtual EventTime watermark() const = 0;
  virtual ProcTime now() const = 0;
  virtual void set_timer(EventTime time) = 0;
  virtual void set_timer(ProcTime time) = 0;
  virtual void delete_timer(EventTime time) = 0;
  virtual void delete_timer(ProcTime time) = 0;
  // The trigger's cells of this window; null at first.
  virtual std::span<Value> cells() = 0;
};

class Trigger {
 public:
  virtual ~Trigger() = default;
  // How many cells it needs in each pane.
  virtual uint32_t cells() const { return 0; }
  virtual TriggerResult on_element(RowView row, Timestamp time, TriggerContext& ctx) const = 0;
  virtual TriggerResult on_event_time(EventTime time, TriggerContext& ctx) const = 0;
  virtual TriggerResult on_processing_time(ProcTime time, TriggerContext& ctx) const = 0;
  // The window is dropped.
  virtual void clear(TriggerContext& ctx) const = 0;
  // True for the plain event time trigger, whose decisions the operator knows by heart for speed.
  virtual bool is_event_time_default() const { return false; }
};

// Throws JobError for what does not fit the windows.
std::unique_ptr<Trigger> make_trigger(const TriggerSpec& spec, WindowTime domain);

}  // namespace leat
