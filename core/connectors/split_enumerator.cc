#include "core/connectors/split_enumerator.h"

#include <algorithm>

#include "core/connectors/source_events.h"

namespace leat {

SplitEnumerator::SplitEnumerator(uint32_t splits, uint32_t parallelism)
    : parallelism_(parallelism), given_(splits, 0) {
  check(parallelism > 0, "a source runs nowhere");
}

Bytes SplitEnumerator::on_reader_event(uint32_t subtask, std::string_view event) {
  check(subtask < parallelism_, "an event of a reader that does not exist");
  // What a restored reader brings may have been given to it after this enumerator's snapshot was
  // taken (FLINK-21996): it counts as given.
  for (const uint32_t split : ReaderStarted::decode(event).splits) {
    check(split < given_.size(), "a reader brings a split that does not exist");
    given_[split] = 1;
  }
  SplitsAssigned answer;
  for (uint32_t split = subtask; split < given_.size(); split += parallelism_) {
    if (given_[split] != 0) continue;
    given_[split] = 1;
    answer.splits.push_back(split);
  }
  answer.no_more = true;  // splits are known from the start
  return answer.encode();
}

Bytes SplitEnumerator::snapshot() const {
  ByteWriter out;
  out.varint(given_.size());
  for (const uint8_t given : given_) out.u8(given);
  return out.take();
}

void SplitEnumerator::restore(std::string_view state) {
  ByteReader in(state);
  check(in.varint() == given_.size(), "a snapshot of an enumerator with other splits");
  for (uint8_t& given : given_) given = in.u8();
}

void SplitEnumerator::reset() { std::fill(given_.begin(), given_.end(), uint8_t{0}); }

}  // namespace leat
