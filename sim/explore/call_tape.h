// One call of a user function as the list of what it asked of the engine and what it gave: enough
// to make the call again, with the same answers, and to say where the second differs.
//
// A pure function that is given equal arguments and equal answers asks the same and gives the same.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/graph/functions.h"

namespace leat {

struct TapeEntry {
  enum class What : uint8_t {
    kArgument,  // of the call
    kRead,      // of state; the answer is first, what was asked with follows
    kWrite,     // to state
    kTimer,     // registered or deleted
    kGave,      // a result, or an emitted row
    kThrew
  };
  What what = What::kGave;
  uint64_t which = 0;  // state and operation, side output, kind of timer
  Row values;
  friend bool operator==(const TapeEntry&, const TapeEntry&) = default;
};

std::string to_text(const TapeEntry& entry);

class CallTape {
 public:
  const std::vector<TapeEntry>& entries() const { return entries_; }
  void add(TapeEntry entry) { entries_.push_back(std::move(entry)); }

 private:
  std::vector<TapeEntry> entries_;
};

// Plays a tape back to a second call and compares.
class TapePlayer {
 public:
  explicit TapePlayer(const CallTape& tape) : tape_(tape) { skip_arguments(); }

  // The second call does this; it must be what the first did here.
  void expect(TapeEntry entry);
  // The second call reads, asking with this (a key of a map); the answer is the first's. Null where
  // it no longer follows the tape.
  Value answer(uint64_t which, Row asked = {});
  // The second call has ended.
  void end();

  bool differs() const { return differs_; }
  const std::string& expected() const { return expected_; }
  const std::string& got() const { return got_; }

 private:
  void skip_arguments();
  void differ(std::string expected, std::string got);

  const CallTape& tape_;
  size_t at_ = 0;
  bool differs_ = false;
  std::string expected_;
  std::string got_;
};

}  // namespace leat
