#include <fmt/format.h>

#include <charconv>

#include "sim/scenario/decode_parts.h"
#include "sim/scenario/generate_logs.h"

namespace leat {

namespace {

void decode_users(const Fields& fields, uint32_t partitions, GenerateLogsSpec& spec) {
  spec.users = static_cast<uint32_t>(fields.integer("users", 5, 1, 100'000));
  spec.zipf = fields.number("zipf", 0, 0, 10);
  if (spec.users < partitions)
    fields.diagnostics().error("SC131", fields.span(),
                               fmt::format("{} partitions need as many users", partitions));
}

void decode_actions(const Fields& fields, GenerateLogsSpec& spec) {
  Diagnostics& d = fields.diagnostics();
  const Json* actions = fields.get("actions");
  if (actions == nullptr) {
    for (const char* action :
         {"login_success", "logout", "view", "purchase", "download", "login_failed"})
      spec.actions.emplace_back(action, 1);
    return;
  }
  if (!actions->is(Json::Kind::kObject) || actions->members.empty())
    return fields.wrong_type(*actions, "an object: actions and how often each comes");
  for (const JsonMember& member : actions->members) {
    if (!member.value.is(Json::Kind::kInt) || member.value.integer < 1 ||
        member.value.integer > 1'000'000) {
      d.error("SC131", member.value.span, "how often an action comes is a number from 1 on");
      return;
    }
    // It stands in JSON text as it is.
    for (const char c : member.key) {
      if (static_cast<unsigned char>(c) >= ' ' && c != '"' && c != '\\') continue;
      d.error("SC131", member.key_span, "an action has no quotes and no backslashes");
      return;
    }
    spec.actions.emplace_back(member.key, static_cast<uint32_t>(member.value.integer));
  }
}

}  // namespace

std::shared_ptr<const SplitData> decode_generate_logs(const Fields& source, const Schema& schema,
                                                      uint32_t partitions, uint64_t seed) {
  Diagnostics& d = source.diagnostics();
  const Json& json = *source.get("generate_logs");
  const size_t errors = d.errors();
  const Fields fields(json, "generate_logs", d);
  if (schema.width() != 1 || schema.fields[0].type != ValueType::kString)
    d.error("SC131", json.span, "log lines have one field, a string",
            "\"fields\": [\"line:string\"]");
  GenerateLogsSpec spec;
  spec.seed = seed;
  spec.partitions = partitions;
  spec.count = decode_count(fields, json, "generate_logs");
  spec.every = fields.duration("every", {1000}).ms;
  if (spec.every > 86'400'000)
    d.error("SC103", fields.key_span("every"), "\"every\" is at most a day");
  decode_users(fields, partitions, spec);
  decode_actions(fields, spec);
  for (const Json* address : fields.texts("addresses")) spec.addresses.push_back(address->text);
  if (spec.addresses.empty()) spec.addresses = {"192.0.2.1", "192.0.2.2", "198.51.100.7"};
  spec.start = fields.integer("start", 0, 0, int64_t{1} << 40);
  spec.disorder = fields.duration("disorder", {0}).ms / 1000;
  spec.unparsable_permille = static_cast<uint32_t>(fields.number("unparsable", 0, 0, 1) * 1000);
  if (d.errors() > errors) return nullptr;
  return generate_logs(std::move(spec));
}

}  // namespace leat
