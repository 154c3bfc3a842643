// The stream node that a recorded case means by its "node".
#pragma once

#include <initializer_list>

#include "core/graph/stream_graph.h"
#include "sim/conform/harness_context.h"

namespace leat {

struct CaseNode {
  Schema input;
  StreamNode node;
  JobConfig config;
  RowForm form = RowForm::kCells;
  Value assign;  // of {"assign":...}: a scripted operator, made by the subject itself
};

// Throws UnknownRequest where the object has other members.
void only_members(const Value& object, std::initializer_list<std::string_view> known);
// A row of a case as the schema types it: JSON's ints and texts ("NaN") may stand for doubles.
Row typed_row(RowView cells, const Schema& schema);

// Throws UnknownRequest for what is not known.
CaseNode node_of_case(const Value& body);

}  // namespace leat
