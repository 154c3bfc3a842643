// The commands that several scripts of twoinput.md have in common.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/graph/functions.h"

namespace leat {

// What a script reads off a row [k, cmd, arg].
struct ScriptCommand {
  explicit ScriptCommand(RowView row) : key(row[0]), name(row[1].as_text()), arg(row[2]) {}
  Value key;
  std::string_view name;
  Value arg;
};

// The number of the input stands in what is emitted, except in broadcast scripts.
using InputNumber = std::optional<uint32_t>;  // from 0

// The scripts emit rows of several widths, each as one list; the harness takes it apart.
void emit_cells(ProcessContext& ctx, std::vector<Value> cells);
Value script_text(std::string_view text);
Value script_time(Timestamp time);  // null where there is none

// emit, side, both, other, null_tag, fail. False: the command is none of these.
bool run_output_command(const ScriptCommand& command, InputNumber input, ProcessContext& ctx);

// The keyed script: sum, chain_step, chain_left and side_on_timer are its state, in this order.
std::vector<StateDescriptor> keyed_script_states();
void run_keyed_command(const ScriptCommand& command, InputNumber input, ProcessContext& ctx);
void run_keyed_timer(TimeDomain domain, int64_t time, ProcessContext& ctx);

}  // namespace leat
