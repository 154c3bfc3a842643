#include "sim/oracle/window_model.h"

#include <algorithm>

#include "sim/oracle/open_order.h"
#include "sim/oracle/pane.h"

namespace leat {
namespace {

constexpr uint32_t kUsualRows = 8;  // of a pane

uint64_t id_of(RowView key, const TimeWindow& window) {
  return mix(mix(hash_row(key, std::nullopt), static_cast<uint64_t>(window.start)),
             static_cast<uint64_t>(window.end));
}

bool touch(const TimeWindow& a, const TimeWindow& b) {
  return a.start <= b.end && b.start <= a.end;
}

}  // namespace

WindowModel::WindowModel(const StreamNode& node, uint32_t input_width, ExecutionMode mode)
    : node_(node),
      spec_(std::get<WindowSpec>(node.spec)),
      input_width_(input_width),
      mode_(mode),
      key_(node.key_fields.size()),
      trigger_(spec_) {}

// 4.1: maxTimestamp + lateness, or MAX where that overflows; on the clock, maxTimestamp.
EventTime WindowModel::cleanup_time(const TimeWindow& window) const {
  const EventTime last{window.max_timestamp()};
  if (!is_event_time(spec_)) return last;
  const EventTime cleanup = last + spec_.allowed_lateness;
  return cleanup < last ? EventTime::max() : cleanup;
}

// 4.2.
bool WindowModel::is_late(const TimeWindow& window) const {
  return is_event_time(spec_) && cleanup_time(window) <= watermark_;
}

// ---- panes ----

WindowModel::Added WindowModel::open(RowView key, const TimeWindow& window) {
  const uint64_t id = id_of(key, window);
  const auto [pane, fresh] = panes_.insert(id);
  if (fresh) {
    pane->key = std::make_shared<const Row>(key.begin(), key.end());
    pane->window = window;
    purge(*pane);
    pane->rows->reserve(kUsualRows);
    if (merges(spec_)) sessions_[hash_row(key, std::nullopt)].push_back(id);
  }
  return {pane, id};
}

void WindowModel::close(uint64_t id) {
  if (merges(spec_)) {
    const uint64_t key = hash_row(*panes_.find(id)->key, std::nullopt);
    std::erase(sessions_[key], id);
    if (sessions_[key].empty()) sessions_.erase(key);
  }
  panes_.erase(id);
}

// The pane that an element of this window goes to; null where the window is over.
WindowModel::Added WindowModel::place_of(RowView key, const TimeWindow& window, ProcTime now) {
  if (merges(spec_)) return place_of_session(key, window, now);
  return is_late(window) ? Added{nullptr, 0} : open(key, window);
}

WindowModel::Added WindowModel::place_of_session(RowView key, const TimeWindow& window,
                                                 ProcTime now) {
  std::vector<uint64_t> touched;
  TimeWindow cover = window;
  if (const auto at = sessions_.find(hash_row(key, std::nullopt)); at != sessions_.end()) {
    for (const uint64_t id : at->second) {
      const TimeWindow& other = panes_.find(id)->window;
      if (!touch(other, window)) continue;
      touched.push_back(id);
      cover = {std::min(cover.start, other.start), std::max(cover.end, other.end)};
    }
  }
  if (is_late(cover)) return {nullptr, 0};
  if (touched.size() == 1 && panes_.find(touched[0])->window == cover) {
    return {panes_.find(touched[0]), touched[0]};
  }
  if (touched.empty()) return open(key, window);
  std::vector<ModelPane> parts;
  for (const uint64_t id : touched) {
    parts.push_back(*panes_.find(id));
    close(id);
  }
  const Added added = open(key, cover);
  *added.pane = merged(parts, cover, now);
  note_event_timers(added.id, *added.pane);
  return added;
}

ModelPane WindowModel::merged(const std::vector<ModelPane>& parts, const TimeWindow& window,
                              ProcTime now) const {
  ModelPane pane;
  pane.key = parts[0].key;
  pane.window = window;
  purge(pane);
  for (const ModelPane& part : parts) {
    for (uint32_t i = 0; i < part.count; ++i) pane.rows->append_row_of(*part.rows, i);
  }
  pane.count = pane.rows->size();
  const auto filled = std::count_if(parts.begin(), parts.end(),
                                    [](const ModelPane& part) { return part.count > 0; });
  pane.order_open = filled > 1 || std::any_of(parts.begin(), parts.end(),
                                              [](const ModelPane& p) { return p.order_open; });
  trigger_.on_merge(pane, parts, {watermark_, now});
  return pane;
}

void WindowModel::purge(ModelPane& pane) const {
  pane.rows = std::make_shared<RowBatch>(input_width_);
  pane.count = 0;
  pane.order_open = false;
}

void WindowModel::note_event_timers(uint64_t id, const ModelPane& pane) {
  for (const PendingTimer& timer : pane.timers) {
    if (timer.domain == TimeDomain::kEvent) due_.insert({timer.time, id});
  }
}

// ---- answers ----

void WindowModel::act(ModelPane& pane, Answer what, uint64_t rank, ExpectedRowsQueue& answers) {
  // 4.5: an answer without contents says nothing.
  if (what.fire && pane.count > 0) {
    const bool after = spec_.evictor.when == EvictorSpec::When::kAfter;
    if (!after) evict(pane);
    if (answer_) {
      answer_(pane.window, *pane.rows, answers.rows());
      answers.added(rank);
    } else {
      append_answer(node_, *pane.key, pane.window, *pane.rows, answers.rows());
      answers.added(rank, pane.order_open ? cells_that_show_order(node_, *pane.rows)
                                          : std::vector<uint32_t>{});
    }
    if (after) evict(pane);
  }
  if (what.purge) purge(pane);
}

void WindowModel::evict(ModelPane& pane) {
  using Kind = EvictorSpec::Kind;
  if (spec_.evictor.kind == Kind::kNone || spec_.evictor.kind == Kind::kCustom) return;
  const std::vector<bool> out = evicted(pane);
  const auto gone = static_cast<size_t>(std::count(out.begin(), out.end(), true));
  // By time all orders leave the same; else what is left is the same only of all or none.
  const bool by_time = spec_.evictor.kind == Kind::kTime;
  const bool open = pane.order_open && !by_time;
  const bool by_size = spec_.evictor.kind == Kind::kCount && (gone == 0 || gone == out.size());
  if (open && !by_size) shows_order_ = true;
  const bool stays_open = pane.order_open;
  keep(pane, out);
  pane.order_open = stays_open && pane.count > 1;
}

std::vector<bool> WindowModel::evicted(const ModelPane& pane) const {
  const EvictorSpec& evictor = spec_.evictor;
  std::vector<bool> out(pane.count, false);
  switch (evictor.kind) {
    case EvictorSpec::Kind::kNone:
    case EvictorSpec::Kind::kCustom:
      return out;
    case EvictorSpec::Kind::kCount:
      for (uint32_t i = 0; i < pane.count; ++i) out[i] = pane.count - i > evictor.count;
      break;
    case EvictorSpec::Kind::kTime: {
      if (!pane.rows->timestamp(0)) return out;
      EventTime newest = EventTime::min();
      for (uint32_t i = 0; i < pane.count; ++i) {
        newest = std::max(newest, pane.rows->timestamp(i).value_or(EventTime::min()));
      }
      const EventTime cutoff = newest - evictor.keep;
      for (uint32_t i = 0; i < pane.count; ++i) {
        out[i] = pane.rows->timestamp(i).value_or(EventTime::min()) <= cutoff;
      }
      break;
    }
    case EvictorSpec::Kind::kDelta: {
      const auto value = [&](uint32_t i) {
        return as_number(evictor.of->eval(pane.rows->row(i), pane.rows->timestamp(i)));
      };
      for (uint32_t i = 0; i < pane.count; ++i) {
        out[i] = value(pane.count - 1) - value(i) >= evictor.threshold;
      }
      break;
    }
  }
  return out;
}

void WindowModel::keep(ModelPane& pane, const std::vector<bool>& out) const {
  const std::shared_ptr<const RowBatch> all = pane.rows;
  purge(pane);
  for (uint32_t i = 0; i < out.size(); ++i) {
    if (!out[i]) pane.rows->append_row_of(*all, i);
  }
  pane.count = pane.rows->size();
}

// ---- what happens ----

void WindowModel::on_rows(const RowBatch& rows, ProcTime now, ExpectedRowsQueue& answers,
                          std::vector<uint32_t>& late) {
  for (uint32_t i = 0; i < rows.size(); ++i) {
    const RowView row = rows.row(i);
    for (size_t k = 0; k < key_.size(); ++k) key_[k] = row[node_.key_fields[k]];
    bool taken = false;
    windows_of(spec_, row, rows.timestamp(i), now, windows_);
    for (const TimeWindow& window : windows_) {
      const auto [pane, id] = place_of(key_, window, now);
      if (pane == nullptr) continue;
      taken = true;
      pane->rows->append_row_of(rows, i);
      pane->count = pane->rows->size();
      const size_t timers = pane->timers.size();
      const Answer answer = trigger_.on_element(*pane, row, rows.timestamp(i), {watermark_, now});
      act(*pane, answer, next_rank(), answers);
      const int64_t cleanup = cleanup_time(pane->window).ms;
      const bool event = is_event_time(spec_);
      if (cleanup != EventTime::max().ms) {
        pane->set_timer(event ? TimeDomain::kEvent : TimeDomain::kProcessing, cleanup);
      }
      // What an element takes back it sets no other time for: new ones show in their number.
      if (!event || pane->timers.size() != timers) note_event_timers(id, *pane);
    }
    // 4.3: late only if no window took it and it is itself behind the watermark.
    const EventTime time = rows.timestamp(i).value_or(EventTime::min());
    if (!taken && is_event_time(spec_) && time + spec_.allowed_lateness <= watermark_) {
      late.push_back(i);
    }
  }
}

void WindowModel::on_watermark(EventTime time, ProcTime, ExpectedRowsQueue& answers) {
  watermark_ = time;
  while (!due_.empty() && due_.begin()->first <= time.ms) {
    const int64_t at = due_.begin()->first;
    const uint64_t rank = next_rank();
    while (!due_.empty() && due_.begin()->first == at) {
      const uint64_t id = due_.begin()->second;
      due_.erase(due_.begin());
      on_timer(id, TimeDomain::kEvent, at, rank, answers);
    }
  }
}

void WindowModel::on_processing_timer(int64_t time, const Value& pane, ExpectedRowsQueue& answers) {
  const auto cells = pane.as_list();
  const TimeWindow window{cells[cells.size() - 2].as_int(), cells.back().as_int()};
  on_timer(id_of(cells.first(cells.size() - 2), window), TimeDomain::kProcessing, time, next_rank(),
           answers);
}

void WindowModel::on_timer(uint64_t id, TimeDomain domain, int64_t time, uint64_t rank,
                           ExpectedRowsQueue& answers) {
  ModelPane* pane = panes_.find(id);
  if (pane == nullptr || !pane->has_timer(domain, time)) return;
  pane->delete_timer(domain, time);
  act(*pane, trigger_.on_timer(*pane, domain, time), rank, answers);
  const bool own = (domain == TimeDomain::kEvent) == is_event_time(spec_);
  if (own && time == cleanup_time(pane->window).ms) {
    close(id);
  } else {
    note_event_timers(id, *pane);
  }
}

const ModelPane* WindowModel::pane_of(RowView answer) const {
  const size_t keys = node_.key_fields.size();
  TimeWindow window = TimeWindow::global();
  if (spec_.reduce != nullptr) return nullptr;
  if (!spec_.is_global()) {
    if (answer.size() < keys + 2) return nullptr;
    for (size_t i = keys; i < keys + 2; ++i) {
      if (answer[i].type() != node_.output.fields[i].type) return nullptr;
    }
    window = {answer[keys].as_int(), answer[keys + 1].as_int()};
  }
  return panes_.find(id_of(answer.first(keys), window));
}

void WindowModel::restart(Panes panes) {
  panes_ = std::move(panes);
  watermark_ = EventTime::min();  // watermarks are not checkpointed (1.14)
  due_.clear();
  sessions_.clear();
  panes_.for_each([&](uint64_t id, ModelPane& pane) {
    if (merges(spec_)) sessions_[hash_row(*pane.key, std::nullopt)].push_back(id);
    note_event_timers(id, pane);
    if (pane.rows->size() == pane.count) return;
    auto rows = std::make_shared<RowBatch>(input_width_);
    for (uint32_t i = 0; i < pane.count; ++i) rows->append_row_of(*pane.rows, i);
    pane.rows = std::move(rows);
  });
}

}  // namespace leat
