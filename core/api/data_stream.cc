#include "core/api/data_stream.h"

namespace leat {

NodeId StreamExecutionEnvironment::add_described(const std::string& name, const Schema& schema) {
  const auto found = sources_.find(name);
  if (found == sources_.end()) {
    builder_->fail("the scenario describes no source \"" + name + "\"");
    StreamNode nothing;
    nothing.name = name;
    nothing.output = schema;
    return builder_->add(std::move(nothing), "source");
  }
  if (!(found->second.output == schema)) {
    builder_->fail("the source \"" + name + "\" does not have the fields of the job's struct");
  }
  return builder_->add(found->second, "source");
}

}  // namespace leat
