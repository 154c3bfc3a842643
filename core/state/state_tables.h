// The tables of each kind of state.
#pragma once

#include "core/state/state_table.h"

namespace leat {

std::unique_ptr<StateTable> make_value_table(const StateDescriptor& descriptor,
                                             const StateMoment& moment);
std::unique_ptr<StateTable> make_list_table(const StateDescriptor& descriptor,
                                            const StateMoment& moment);
std::unique_ptr<StateTable> make_map_table(const StateDescriptor& descriptor,
                                           const StateMoment& moment);
std::unique_ptr<StateTable> make_reducing_table(const StateDescriptor& descriptor,
                                                const StateMoment& moment);
std::unique_ptr<StateTable> make_aggregating_table(const StateDescriptor& descriptor,
                                                   const StateMoment& moment);

}  // namespace leat
