#include "sim/explore/call_tape.h"

namespace leat {

std::string to_text(const TapeEntry& entry) {
  const std::string row = "(" + to_text(RowView(entry.values)) + ")";
  switch (entry.what) {
    case TapeEntry::What::kArgument:
      return "called with " + row;
    case TapeEntry::What::kRead:
      return "read state " + std::to_string(entry.which);
    case TapeEntry::What::kWrite:
      return "wrote " + row + " to state " + std::to_string(entry.which);
    case TapeEntry::What::kTimer:
      return "asked for a timer " + row;
    case TapeEntry::What::kGave:
      return "gave " + row;
    case TapeEntry::What::kThrew:
      return "threw " + row;
  }
  return row;
}

void TapePlayer::skip_arguments() {
  while (at_ < tape_.entries().size() && tape_.entries()[at_].what == TapeEntry::What::kArgument)
    ++at_;
}

void TapePlayer::differ(std::string expected, std::string got) {
  if (differs_) return;
  differs_ = true;
  expected_ = std::move(expected);
  got_ = std::move(got);
}

void TapePlayer::expect(TapeEntry entry) {
  if (differs_) return;
  if (at_ == tape_.entries().size()) return differ("nothing more", to_text(entry));
  const TapeEntry& first = tape_.entries()[at_++];
  if (!(first == entry)) differ(to_text(first), to_text(entry));
}

Value TapePlayer::answer(uint64_t which, Row asked) {
  TapeEntry now{TapeEntry::What::kRead, which, std::move(asked)};
  now.values.insert(now.values.begin(), Value::null());
  if (differs_) return Value::null();
  if (at_ == tape_.entries().size()) {
    differ("nothing more", to_text(now));
    return Value::null();
  }
  const TapeEntry& first = tape_.entries()[at_++];
  if (first.what == TapeEntry::What::kRead) now.values[0] = first.values[0];
  if (first == now) return first.values[0];
  differ(to_text(first), to_text(now));
  return Value::null();
}

void TapePlayer::end() {
  if (!differs_ && at_ < tape_.entries().size())
    differ(to_text(tape_.entries()[at_]), "nothing more");
}

}  // namespace leat
