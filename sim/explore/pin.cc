#include "sim/explore/pin.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/explore/choice_notes.h"
#include "sim/scenario/json_text.h"

namespace leat {

namespace {

std::string moment_text(const AtMoment& moment, const Scenario& scenario) {
  std::string text = kind_name(moment.kind);
  if (moment.checkpoint) text += fmt::format("({})", moment.checkpoint->value);
  if (moment.subtask) {
    text += " at " + subtask_name(scenario.program->job, scenario.program->graph, *moment.subtask);
  }
  return text;
}

// Sites of what is drawn before the world begins: once its faults are explicit, nobody asks.
bool draws_faults(const std::string& site) { return site.starts_with("fault."); }

struct PinnedRow {
  int64_t at = 0;
  uint32_t split = 0;
  uint64_t offset = 0;
};

Json rows_json(const SplitData& data, uint32_t width) {
  std::vector<PinnedRow> order;
  std::vector<RowBatch> batches;
  for (uint32_t split = 0; split < data.splits(); ++split) {
    RowBatch batch(width);
    data.read(split, 0, static_cast<uint32_t>(data.size(split)), batch);
    for (uint64_t offset = 0; offset < data.size(split); ++offset)
      order.push_back({data.arrival(split, offset).ms, split, offset});
    batches.push_back(std::move(batch));
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const PinnedRow& a, const PinnedRow& b) { return a.at < b.at; });
  Json rows = json_list();
  for (const PinnedRow& row : order) {
    Json line = json_list({json_integer(row.at)});
    if (data.splits() > 1) line.items.push_back(json_integer(row.split));
    for (uint32_t field = 0; field < width; ++field)
      line.items.push_back(
          value_json(batches[row.split].row(static_cast<uint32_t>(row.offset))[field]));
    rows.items.push_back(std::move(line));
  }
  return rows;
}

void pin_source(Json& source, const StreamNode& node, const SplitData& data) {
  if (find_member(source, "fields") == nullptr) {
    Json fields = json_list();
    for (const Field& field : node.output.fields)
      fields.items.push_back(json_text(field.name + ":" + name_of(field.type)));
    set_member(source, "fields", std::move(fields));
  }
  if (const Json* file = find_member(source, "file"); file != nullptr) {
    const JsonMember* ts = file->find("ts");
    if (ts != nullptr && source.find("ts") == nullptr) set_member(source, "ts", ts->value);
  }
  for (const char* key :
       {"generate", "generate_logs", "file", "table", "partition_by", "where", "every", "rows"})
    remove_member(source, key);
  if (data.splits() > 1) {
    set_member(source, "partitions", json_integer(data.splits()));
  } else {
    remove_member(source, "partitions");
  }
  set_member(source, "rows", rows_json(data, static_cast<uint32_t>(node.output.width())));
}

}  // namespace

Json value_json(const Value& value) {
  switch (value.type()) {
    case ValueType::kNull:
      return {};
    case ValueType::kBool: {
      Json json;
      json.kind = Json::Kind::kBool;
      json.boolean = value.as_bool();
      return json;
    }
    case ValueType::kInt:
    case ValueType::kTime:
      return json_integer(value.as_int());
    case ValueType::kDouble: {
      Json json;
      json.kind = Json::Kind::kDouble;
      json.number = value.as_double();
      return json;
    }
    case ValueType::kString:
      return json_text(std::string(value.as_text()));
    case ValueType::kList: {
      Json list = json_list();
      for (const Value& item : value.as_list()) list.items.push_back(value_json(item));
      return list;
    }
    case ValueType::kMap: {
      Json object = json_object();
      for (const auto& [key, item] : value.as_map())
        set_member(object, key.to_text(), value_json(item));
      return object;
    }
  }
  return {};
}

Json fault_json(const Fault& fault, const Scenario& scenario) {
  const auto process = [&](ProcessId id) { return process_name(scenario.cluster, id); };
  Json json = json_object();
  const char* verb = name_of(fault.kind);
  switch (fault.kind) {
    case FaultKind::kKill:
    case FaultKind::kKillSilently:
    case FaultKind::kPause:
      set_member(json, verb, json_text(process(fault.process)));
      break;
    case FaultKind::kReset:
    case FaultKind::kPartition:
    case FaultKind::kDelay:
      set_member(json, verb,
                 json_list({json_text(process(fault.process)),
                            json_text(process(fault.peer.value_or(fault.process)))}));
      break;
    case FaultKind::kStorageFail:
    case FaultKind::kStorageSlow:
      set_member(json, verb, json_text("storage"));
      break;
  }
  if (const auto* at = std::get_if<AtTime>(&fault.when)) {
    set_member(json, "at", json_integer(at->time.ms));
  } else if (const auto* after = std::get_if<AfterFact>(&fault.when)) {
    const auto nth = static_cast<int64_t>(after->nth);
    set_member(json, "after",
               after->kind ? json_text(fmt::format("{} {}", nth, kind_name(*after->kind)))
                           : json_integer(nth));
  } else {
    set_member(json, "when", json_text(moment_text(std::get<AtMoment>(fault.when), scenario)));
  }
  const bool is_slow = fault.kind == FaultKind::kDelay || fault.kind == FaultKind::kStorageSlow;
  if (is_slow) set_member(json, "by", json_integer(fault.amount.ms));
  if (fault.kind == FaultKind::kStorageFail) {
    set_member(json, "count", json_integer(fault.count));
  } else if (fault.kind != FaultKind::kReset) {
    set_member(json, "for",
               fault.lasts == kForever ? json_text("ever") : json_integer(fault.lasts.ms));
  }
  return json;
}

Json choices_json(const ChoiceMap& choices, const Scenario& scenario) {
  const ChoiceNotes notes(scenario);
  Json lines = json_list();
  const auto add = [&](std::string line, const std::string& note) {
    if (!note.empty()) line += "  -- " + note;
    lines.items.push_back(json_text(std::move(line)));
  };
  for (const auto& [key, answer] : choices.answers)
    add(choose_line(choices, key, answer), notes.of(key, answer, choices));
  for (const auto& [key, chosen] : choices.turns)
    add(turn_line(choices, key, chosen), notes.of(key, chosen));
  return lines;
}

std::optional<Json> pin_run(const Scenario& scenario, const RunOutcome& recorded) {
  if (scenario.text.empty()) return std::nullopt;
  auto parsed = parse_json(scenario.text);
  if (std::holds_alternative<Diagnostic>(parsed)) return std::nullopt;
  Json document = std::move(std::get<Json>(parsed));
  ChoiceMap choices = recorded.choices;
  std::erase_if(choices.answers, [&](const auto& entry) {
    const auto site = choices.sites.find(entry.first.site);
    return site != choices.sites.end() && draws_faults(site->second);
  });
  remove_member(document, "random_faults");
  remove_member(document, "faults");
  if (!recorded.faults.empty()) {
    Json faults = json_list();
    for (const Fault& fault : recorded.faults) faults.items.push_back(fault_json(fault, scenario));
    set_member(document, "faults", std::move(faults));
  }
  set_member(document, "choices", choices_json(choices, scenario));
  return document;
}

void pin_rows(Json& document, const Scenario& scenario, uint64_t most) {
  Json* sources = find_member(document, "sources");
  if (sources == nullptr) return;
  for (const StreamNode& node : scenario.program->graph.nodes) {
    const auto* spec = std::get_if<SourceSpec>(&node.spec);
    Json* source = find_member(*sources, node.name);
    if (spec == nullptr || source == nullptr || spec->data == nullptr) continue;
    uint64_t rows = 0;
    for (uint32_t split = 0; split < spec->data->splits(); ++split) rows += spec->data->size(split);
    if (rows <= most) pin_source(*source, node, *spec->data);
  }
}

}  // namespace leat
