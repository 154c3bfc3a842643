// Marks along the facts of a run, small enough to be stored with a failure: where a replay leaves
// the run that was recorded is found without the facts of that run.
//
// A mark is half a digest of all facts so far. There is one after every `stride` facts: 1 for up to
// kMostMarks facts; beyond, every second mark is dropped and the stride doubled, so that the memory
// is bounded whatever the length of the run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/trace/trace.h"

namespace leat {

struct FactMarks {
  uint64_t facts = 0;  // in all
  uint64_t stride = 1;
  std::vector<uint32_t> marks;

  bool empty() const { return facts == 0; }
  friend bool operator==(const FactMarks&, const FactMarks&) = default;
};

inline constexpr size_t kMostMarks = 4096;

// "3015 1 0a1b2c3d...": facts, stride, and eight hexadecimal digits a mark.
std::string to_text(const FactMarks& marks);
std::optional<FactMarks> parse_fact_marks(std::string_view text);

class FactMarker final : public FactObserver {
 public:
  void on_fact(ProcTime at, const Fact& fact) override;
  const FactMarks& marks() const { return marks_; }

 private:
  Digest digest_;
  FactMarks marks_;
};

// Watches a run beside the marks of another.
class FactComparison final : public FactObserver {
 public:
  // `recorded` outlives this.
  explicit FactComparison(const FactMarks& recorded) : recorded_(recorded) {}
  void on_fact(ProcTime at, const Fact& fact) override;

  // The first difference is at one of the facts `first`.. `last` (from 1) of this run; they are
  // kept. None kept: this run ended there, and the other went on.
  struct Difference {
    uint64_t first = 0;
    uint64_t last = 0;
    std::vector<std::pair<ProcTime, Fact>> here;
  };
  // After the run. None: every mark agrees, and so does their number.
  std::optional<Difference> difference() const;

 private:
  const FactMarks& recorded_;
  Digest digest_;
  uint64_t facts_ = 0;
  std::vector<std::pair<ProcTime, Fact>> since_;  // the last mark that agreed
  std::optional<Difference> found_;
};

}  // namespace leat
