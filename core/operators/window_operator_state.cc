// The window operator's state in bytes: panes, open windows that merge, and what the window
// function keeps of a key; all by key group.
#include "core/operators/window_operator.h"
#include "core/state/key_groups.h"

namespace leat {

namespace {

void encode(const TimeWindow& window, ByteWriter& out) {
  out.zigzag(window.start);
  out.zigzag(wrapping_sub(window.end, window.start));
}
TimeWindow decode_window(ByteReader& in) {
  const int64_t start = in.zigzag();
  return {start, wrapping_add(start, in.zigzag())};
}
Row decode_cells(size_t n, ByteReader& in) {
  Row cells(n);
  for (Value& cell : cells) cell = Value::decode(in);
  return cells;
}

}  // namespace

void WindowOperator::snapshot(CheckpointId, ByteWriter& out, OperatorContext& ctx) {
  KeyedBytesWriter sections(ctx.max_parallelism());
  const auto section_of = [&](RowView key) -> ByteWriter& {
    return sections.section(key_group_of(key, cells_of_key_, ctx.max_parallelism()));
  };
  global_.snapshot(sections);
  for (uint32_t pane = 0; pane < panes_.numbers(); ++pane) {
    if (panes_.is_live(pane)) snapshot_pane(pane, section_of(panes_.key(pane)));
  }
  open_windows_.for_each([&](const KeyCells& key, const MergingWindowSet& open) {
    ByteWriter& section = section_of(key.cells);
    for (const auto& [window, state_window] : open.open()) {
      section.varint(open_window_tag());
      for (const Value& cell : key.cells) cell.encode(section);
      encode(window, section);
      encode(state_window, section);
    }
  });
  sections.write(out);
}

void WindowOperator::snapshot_pane(uint32_t number, ByteWriter& out) {
  const Pane& pane = panes_[number];
  out.varint(pane_tag());
  for (const Value& cell : panes_.key(number)) cell.encode(out);
  encode(pane.window, out);
  out.u8(pane.flags);
  out.varint(pane.timers.size());
  for (const PaneTimer& timer : pane.timers) {
    out.u8(static_cast<uint8_t>(timer.domain));
    out.zigzag(timer.time);
  }
  for (const Value& state : panes_.states(number)) state.encode(out);
  contents_.encode(panes_, number, out);
}

void WindowOperator::restore(ByteReader& in, OperatorContext&) {
  read_keyed_bytes(in, [this](uint32_t, ByteReader& section) {
    while (!section.at_end()) {
      const uint32_t tag = section.u32();
      if (tag == pane_tag()) {
        restore_pane(section);
      } else if (tag == open_window_tag()) {
        restore_open_window(section);
      } else {
        global_.restore_entry(tag, section);
      }
    }
  });
}

void WindowOperator::restore_pane(ByteReader& in) {
  const Row key = decode_cells(cells_of_key_.size(), in);
  const TimeWindow window = decode_window(in);
  const auto [number, added] =
      panes_.find_or_add(PaneStore::hash_of_key(key, cells_of_key_), key, cells_of_key_, window);
  check(added, "a snapshot holds the same pane twice");
  Pane& pane = panes_[number];
  pane.flags = in.u8();
  if ((pane.flags & pane::kEventEnd) != 0) {
    event_timers_.add(window.max_timestamp(), panes_.handle(number));
  }
  if ((pane.flags & pane::kEventCleanup) != 0) {
    event_timers_.add(cleanup_of(window), panes_.handle(number));
  }
  if ((pane.flags & pane::kProcessingEnd) != 0) {
    processing_timers_.add(window.max_timestamp(), panes_.handle(number));
  }
  for (uint64_t left = in.varint(); left > 0; --left) {
    const auto domain = static_cast<TimeDomain>(in.u8());
    const int64_t time = in.zigzag();
    pane.timers.push_back({domain, time});
    (domain == TimeDomain::kEvent ? event_timers_ : processing_timers_)
        .add(time, panes_.handle(number));
  }
  for (Value& state : panes_.states(number)) state = Value::decode(in);
  contents_.decode(panes_, number, in);
}

void WindowOperator::restore_open_window(ByteReader& in) {
  const Row cells = decode_cells(cells_of_key_.size(), in);
  const KeyIn key{cells, cells_of_key_, PaneStore::hash_of_key(cells, cells_of_key_)};
  const TimeWindow window = decode_window(in);
  open_windows_.insert(key).first->restore(window, decode_window(in));
}

}  // namespace leat
