#include "alone.h"

#include <utility>

namespace leat {

Alone::Alone(StreamNode node) : node_(std::move(node)), out_(node_.output.width()) {
  for (const SideOutput& side : node_.sides) sides_.emplace_back(side.schema.width());
  operator_ = make_operator(node_);
}

void Alone::take(RowBatch& rows, const std::string& prefix) {
  for (uint32_t i = 0; i < rows.size(); ++i) {
    std::string line = prefix;
    for (const Value& cell : std::as_const(rows).row(i)) line += cell.to_text() + " ";
    const Timestamp time = rows.timestamp(i);
    log_.push_back(line + (time ? "@" + std::to_string(time->ms) : "@-"));
  }
  rows.clear();
}

void Alone::flush() {
  take(out_, "");
  for (size_t i = 0; i < sides_.size(); ++i) take(sides_[i], node_.sides[i].tag + ": ");
}

void Alone::emit(Watermark watermark) {
  flush();
  log_.push_back(to_text(Control(watermark)));
}

void Alone::emit(StreamStatus status) {
  flush();
  log_.push_back(to_text(Control(status)));
}

std::vector<std::string> Alone::told() {
  while (wake_ && now_ > *wake_) {
    const ProcTime due = *std::exchange(wake_, std::nullopt);
    operator_->on_processing_time(due, *this);
  }
  flush();
  return std::exchange(log_, {});
}

std::vector<std::string> Alone::open() {
  operator_->open(*this);
  return told();
}

std::vector<std::string> Alone::row(Row row, Timestamp time, uint32_t input) {
  RowBatch rows(static_cast<uint32_t>(row.size()));
  rows.append(row, time);
  operator_->on_rows(input, rows, *this);
  return told();
}

std::vector<std::string> Alone::watermark(int64_t time) {
  operator_->on_watermark({time}, *this);
  return told();
}

std::vector<std::string> Alone::status(StreamStatus status) {
  operator_->on_status(status, *this);
  return told();
}

std::vector<std::string> Alone::clock(int64_t time) {
  now_ = {time};
  return told();
}

Bytes Alone::snapshot() {
  ByteWriter out;
  operator_->snapshot({1}, out, *this);
  return out.take();
}

void Alone::restart(const Bytes& bytes) {
  wake_.reset();
  operator_ = make_operator(node_);
  ByteReader in(bytes);
  operator_->restore(in, *this);
}

}  // namespace leat
