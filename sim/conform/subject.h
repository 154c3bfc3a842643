// What a case drives: one part of the engine, alone, step by step.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/data/element.h"
#include "sim/conform/recorded.h"

namespace leat {

// One thing that came out.
struct Emitted {
  enum class Kind : uint8_t { kRow, kWatermark, kStatus, kControl };
  Kind kind = Kind::kRow;
  Row row;         // kRow
  Timestamp time;  // of the row, or the watermark
  StreamStatus status = StreamStatus::kActive;
  std::string to;  // a side output's tag; empty: the main output
  Value control;   // kControl: {"barrier":1}, {"cancel_barrier":1}, {"end":"drain"}

  static Emitted watermark(EventTime time);
  static Emitted status_of(StreamStatus status);
  static Emitted control_of(const char* name, Value value);
};
std::string to_json(const Emitted& emitted);
Emitted parse_emitted(const Value& value);

// What one step did.
struct StepResult {
  std::vector<Emitted> out;
  std::vector<Value> split_watermarks;  // [split, time]
  std::map<std::string, Value> told;    // "calls", "reported", ..: absent where there is nothing
  // A processing timer was overdue when a row set it: it fires after that row; of a batch, after
  // the batch.
  bool overdue = false;
};

// Whether a subject was restarted, or else why that would change what follows.
enum class Restarted : uint8_t {
  kYes,
  kNotKept,  // not all of it is in a snapshot: it has no key, or its input has ended
  // An event timer at or behind the watermark waits for the next one, and would fire with the
  // watermark that is sent again, as in Flink.
  kTimerBehind,
};

class Subject {
 public:
  virtual ~Subject() = default;
  // Throws what the engine throws; UnknownRequest for a step that it does not know.
  virtual void step(const Value& step, StepResult& result) = 0;
  // The rows of several steps as one batch.  REQUIRES: they come in at one place.
  virtual void rows(std::span<const Value> steps, StepResult& result) = 0;
  virtual std::optional<uint64_t> late_dropped() const { return std::nullopt; }
  // Snapshots, and goes on in a new one that was restored from it; its watermark is sent again,
  // which must not be seen.
  virtual Restarted restart() { return Restarted::kNotKept; }
};

// The rows of steps with their timestamps, as they stand.
RowBatch batch_of(std::span<const Value> steps);

// Throws UnknownRequest for a node that is not known, and what the engine throws for one that it
// refuses.
std::unique_ptr<Subject> make_subject(const RecordedCase& recorded);

std::unique_ptr<Subject> make_valve_subject(const Value& node);
std::unique_ptr<Subject> make_source_output_subject(const Value& body);
std::unique_ptr<Subject> make_chain_subject(const Value& node);
std::unique_ptr<Subject> make_alignment_subject(const Value& body);
std::unique_ptr<Subject> make_async_subject(const Value& node);
std::unique_ptr<Subject> make_task_subject(const Value& node);
std::unique_ptr<Subject> make_operator_subject(const RecordedCase& recorded);

// The pure functions: the result, or what the engine throws.
Value call_function(const RecordedCase& recorded);

}  // namespace leat
