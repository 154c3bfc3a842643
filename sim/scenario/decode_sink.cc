#include "sim/scenario/decode_parts.h"

namespace leat {

void decode_sink(const std::string& name, Span name_span, const Json& json,
                 GraphInProgress& progress) {
  Diagnostics& d = progress.diagnostics;
  const size_t errors = d.errors();
  SinkSpec spec;
  StreamNode node;
  // A sink may have the name of a node: the two kinds of name are not used in one place.
  node.name = progress.graph.find(name) ? name + " sink" : name;
  node.parallelism = progress.graph.config.parallelism;
  spec.topic = name;
  spec.prefix = name;
  const Json* from = &json;
  if (json.is(Json::Kind::kObject)) {
    const Fields fields(json, "sink", d);
    from = fields.get("from");
    if (from == nullptr)
      return d.error("SC108", json.span, "the sink does not say what it reads",
                     "\"from\": \"node\"");
    const std::string kind = fields.text("kind", "transactional");
    if (kind == "at_least_once")
      spec.kind = SinkSpec::Kind::kAtLeastOnce;
    else if (kind == "print")
      spec.kind = SinkSpec::Kind::kPrint;
    else if (kind != "transactional")
      report_unknown(d, "SC110", fields.get("kind")->span, "kind of sink", kind,
                     {"transactional", "at_least_once", "print"});
    spec.topic = fields.text("topic", name);
    spec.prefix = fields.text("prefix", name);
    node.parallelism =
        static_cast<uint32_t>(fields.integer("parallelism", node.parallelism, 1, kMaxParallelism));
  }
  const NamedOutput* input = resolve_input(*from, progress);
  if (name.empty()) d.error("SC111", name_span, "a name is not empty");
  if (input == nullptr || input->broken || d.errors() > errors) return;
  node.inputs.push_back(input->edge);
  node.output = input->schema;
  node.spec = std::move(spec);
  progress.graph.nodes.push_back(std::move(node));
}

}  // namespace leat
