// The stream node that a recorded case means by its "node".
#pragma once

#include <initializer_list>

#include "core/graph/stream_graph.h"
#include "sim/conform/harness_context.h"

namespace leat {

struct CaseNode {
  StreamNode node;
  JobConfig config;
  RowForm form = RowForm::kCells;
  Value assign;  // of {"assign":...}: a scripted operator, made by the subject itself
};

// Throws UnknownRequest where the object has other members.
void only_members(const Value& object, std::initializer_list<std::string_view> known);

// Throws UnknownRequest for what is not known.
CaseNode node_of_case(const Value& body);

}  // namespace leat
