#include "viz/run_recorder.h"

#include "viz/recording.h"

namespace leat {

RunRecorder::RunRecorder(const JobProgram& program, RecorderLimits limits, AssignedTimes assigned)
    : recording_(std::make_unique<Recording>(program, limits, std::move(assigned))) {}
RunRecorder::~RunRecorder() = default;

void RunRecorder::on_fact(ProcTime at, const Fact& fact) { recording_->add(at, fact); }
void RunRecorder::on_source_rows(ExecutionId, NodeId node, uint32_t split, uint64_t first,
                                 const RowBatch& rows) {
  recording_->source_rows(node, split, first, rows);
}
void RunRecorder::on_operator_input(ExecutionId execution, NodeId node, uint32_t,
                                    const RowBatch& rows) {
  recording_->operator_input(execution, node, rows);
}
void RunRecorder::on_operator_output(ExecutionId execution, NodeId node, uint32_t output,
                                     const RowBatch& rows) {
  recording_->operator_output(execution, node, output, rows);
}
void RunRecorder::on_committed_rows(NodeId sink, uint64_t, const RowBatch& rows) {
  recording_->committed_rows(sink, rows);
}
RunView RunRecorder::view() const { return recording_->view(); }

}  // namespace leat
