#include "core/runtime/record_writer.h"

namespace leat {

RecordWriter::RecordWriter(Outputs& outputs, const JobEdge& edge, uint32_t max_parallelism,
                           uint32_t first, uint32_t count, Choices& choices, Entity who)
    : outputs_(outputs), selector_(edge, max_parallelism, count, choices, who), first_(first) {}

void RecordWriter::write(RowBatch& rows) {
  if (selector_.channels() == 1 && !selector_.may_refuse()) {
    outputs_.add_rows(first_, rows);
  } else {
    write_copy(rows);
  }
}

void RecordWriter::write_copy(const RowBatch& rows) {
  if (selector_.is_broadcast()) {
    for (uint32_t c = 0; c < selector_.channels(); ++c) {
      for (uint32_t i = 0; i < rows.size(); ++i) outputs_.add_row(first_ + c, rows, i);
    }
    return;
  }
  for (uint32_t i = 0; i < rows.size(); ++i) {
    outputs_.add_row(first_ + selector_.select(rows.row(i)), rows, i);
  }
}

void RecordWriter::broadcast(const Control& control) {
  for (uint32_t c = 0; c < selector_.channels(); ++c) outputs_.add_control(first_ + c, control);
}

}  // namespace leat
