#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "core/graph/table_data.h"
#include "sim/scenario/decode_parts.h"
#include "sim/scenario/expr_functions.h"
#include "sim/scenario/generate.h"

namespace leat {

namespace {

AlignmentSpec decode_alignment(const Json& json, Diagnostics& d) {
  const Fields fields(json, "align", d);
  AlignmentSpec spec;
  spec.group = fields.text("group", "");
  spec.max_drift = fields.duration("max_drift", {0});
  spec.update_interval = fields.duration("update_interval", spec.update_interval, {1});
  if (!fields.has("group") || !fields.has("max_drift"))
    d.error("SC108", fields.span(), "\"align\" needs \"group\" and \"max_drift\"");
  return spec;
}

}  // namespace

WatermarkSpec decode_watermark(const Json* json, Diagnostics& d, WatermarksOf whose) {
  WatermarkSpec spec;
  if (json == nullptr) return spec;
  const Fields fields(*json, "watermark", d);
  int given = 0;
  for (const char* key : {"bounded", "bounded_disorder"}) {
    if (!fields.has(key)) continue;
    ++given;
    spec.kind = WatermarkSpec::Kind::kBounded;
    spec.bound = fields.duration(key, {0});
  }
  if (fields.boolean("ascending", false)) {
    ++given;
    spec.kind = WatermarkSpec::Kind::kBounded;
  }
  if (fields.has("punctuated")) {
    ++given;
    spec.kind = WatermarkSpec::Kind::kPunctuated;
    spec.bound = fields.duration("punctuated", {0});
  }
  if (given > 1)
    d.error("SC106", json->span, "a watermark is made in one way",
            "keep one of: bounded, ascending, punctuated");
  spec.idle_after = fields.maybe_duration("idle_after", {1});
  if (const Json* align = fields.get("align"); align != nullptr) {
    if (whose == WatermarksOf::kSource) {
      spec.alignment = decode_alignment(*align, d);
    } else {
      d.error("SC106", align->span, "only sources are aligned, not assigners in midstream");
    }
  }
  return spec;
}

bool decode_ingestion_time(const Fields& fields) {
  const bool by_clock = fields.boolean("ingestion_time", false);
  if (by_clock && fields.has("ts")) {
    fields.diagnostics().error("SC106", fields.key_span("ts"),
                               "in ingestion time the clock says how old a record is",
                               "leave out \"ts\" or \"ingestion_time\"");
  }
  return by_clock;
}

namespace {

// [at,] [partition,] fields
struct RowForm {
  const Schema& schema;
  uint32_t partitions = 1;
  int64_t every = 0;
};

bool decode_row(const Json& json, size_t index, const RowForm& form,
                std::vector<TableSplit>& splits, Diagnostics& d) {
  const size_t width = form.schema.width() + (form.partitions > 1 ? 1 : 0);
  if (!json.is(Json::Kind::kList) ||
      (json.items.size() != width && json.items.size() != width + 1)) {
    d.error("SC107", json.span, fmt::format("a row here is a list of {} values", width),
            fmt::format("[{}{}fields]; an arrival time may stand in front", "at, ",
                        form.partitions > 1 ? "partition, " : ""));
    return false;
  }
  size_t cell = 0;
  int64_t at = static_cast<int64_t>(index) * form.every;
  if (json.items.size() == width + 1) {
    const std::optional<int64_t> given = parse_time(json.items[cell]);
    if (!given || *given < 0) {
      d.error("SC107", json.items[cell].span, "the arrival time is not a time from 0 on");
      return false;
    }
    at = *given;
    ++cell;
  }
  uint32_t partition = 0;
  if (form.partitions > 1) {
    const Json& p = json.items[cell++];
    if (!p.is(Json::Kind::kInt) || p.integer < 0 || p.integer >= form.partitions) {
      d.error("SC107", p.span,
              fmt::format("the partition must be between 0 and {}", form.partitions - 1));
      return false;
    }
    partition = static_cast<uint32_t>(p.integer);
  }
  Row row;
  for (const Field& field : form.schema.fields) {
    std::optional<Value> value = decode_value(json.items[cell++], field.type, d);
    if (!value) return false;
    row.push_back(std::move(*value));
  }
  TableSplit& split = splits[partition];
  if (!split.arrivals.empty() && at < split.arrivals.back()) {
    d.error("SC107", json.span, "the row arrives before the one above it in its partition",
            "rows stand in the order of arrival");
    return false;
  }
  split.rows.push_back(std::move(row));
  split.arrivals.push_back(at);
  return true;
}

std::shared_ptr<const SplitData> decode_rows(const Fields& fields, const std::string& name,
                                             const Schema& schema, uint32_t partitions) {
  const Json& rows = *fields.get("rows");
  if (!rows.is(Json::Kind::kList)) {
    fields.wrong_type(rows, "a list of rows");
    return nullptr;
  }
  std::vector<TableSplit> splits(partitions);
  for (uint32_t p = 0; p < partitions; ++p) splits[p].name = fmt::format("{}-{}", name, p);
  const RowForm form{schema, partitions, fields.duration("every", {0}).ms};
  if (form.every > 86'400'000)
    fields.diagnostics().error("SC103", fields.key_span("every"), "\"every\" is at most a day");
  bool good = true;
  for (size_t i = 0; i < rows.items.size(); ++i) {
    good = decode_row(rows.items[i], i, form, splits, fields.diagnostics()) && good;
    if (fields.diagnostics().errors() > Diagnostics::kMost) return nullptr;
  }
  if (!good) return nullptr;
  return std::make_shared<TableData>(schema.width(), std::move(splits));
}

std::optional<Expression> decode_where(const Fields& fields, const Schema& schema) {
  const Json* where = fields.get("where");
  if (where == nullptr) return std::nullopt;
  return decode_condition(*where, scope_of(schema), fields.diagnostics());
}

std::shared_ptr<const SplitData> read_or_report(const FileRequest& request, const Json& place,
                                                Diagnostics& d) {
  auto read = read_table(request);
  if (const auto* problem = std::get_if<FileProblem>(&read)) {
    d.error("SC130", place.span, problem->what, problem->help);
    return nullptr;
  }
  return std::get<std::shared_ptr<const SplitData>>(read);
}

std::string beside(const std::string& directory, const std::string& path) {
  return (std::filesystem::path(directory) / path).string();
}

std::shared_ptr<const SplitData> decode_table(const Fields& fields, const Schema& schema,
                                              const GraphInProgress& progress) {
  FileRequest request;
  request.path = beside(progress.directory, fields.text("table", ""));
  request.format = "csv";
  request.schema = schema;
  for (const Field& field : schema.fields) request.columns.push_back(field.name);
  request.partition = fields.text("partition_by", "");
  request.every = fields.duration("every", {0}).ms;
  request.where = decode_where(fields, schema);
  return read_or_report(request, *fields.get("table"), fields.diagnostics());
}

std::shared_ptr<const SplitData> decode_file(const Fields& source, const Schema& schema,
                                             const GraphInProgress& progress, std::string& ts) {
  Diagnostics& d = source.diagnostics();
  const Json& json = *source.get("file");
  const Fields fields(json, "file", d);
  if (!json.is(Json::Kind::kObject)) return nullptr;
  FileRequest request;
  request.path = beside(progress.directory, fields.text("path", ""));
  request.schema = schema;
  const std::string ending = std::filesystem::path(request.path).extension().string();
  request.format = fields.text("format", ending.empty() ? "" : ending.substr(1));
  if (request.format == "ndjson") request.format = "jsonl";
  if (request.format != "csv" && request.format != "json" && request.format != "jsonl") {
    d.error("SC130", json.span,
            fmt::format("the format of \"{}\" is not known", fields.text("path", "")),
            "write \"format\": \"csv\", \"json\" or \"jsonl\"");
    return nullptr;
  }
  request.records = fields.text("records", "");
  for (const Field& field : schema.fields) request.columns.push_back(field.name);
  if (const Json* columns = fields.object("columns"); columns != nullptr) {
    for (const JsonMember& member : columns->members) {
      const std::optional<uint32_t> index = schema.find(member.key);
      if (!index || !member.value.is(Json::Kind::kText)) {
        d.error("SC130", member.key_span, "columns gives the column of a field, as a string");
        continue;
      }
      request.columns[*index] = member.value.text;
    }
  }
  request.at = fields.text("at", "");
  request.partition = fields.text("partition", "");
  request.speed = fields.integer("speed", 1, 1, 1'000'000'000);
  request.every = source.duration("every", {0}).ms;
  request.where = decode_where(source, schema);
  ts = fields.text("ts", "");
  return read_or_report(request, json, d);
}

void decode_keys(const Fields& fields, GenerateSpec& spec) {
  const Json* keys = fields.get("keys");
  if (keys == nullptr) return;
  constexpr int64_t kMostKeys = 1'000'000;
  if (keys->is(Json::Kind::kInt)) {
    spec.keys = static_cast<uint32_t>(fields.integer("keys", 10, 1, kMostKeys));
    return;
  }
  // "zipf(n, s)"
  int64_t n = 0;
  double s = 0;
  if (keys->is(Json::Kind::kText) && keys->text.starts_with("zipf(") && keys->text.ends_with(")")) {
    const char* at = keys->text.data() + 5;
    const char* const end = keys->text.data() + keys->text.size() - 1;
    std::from_chars_result read = std::from_chars(at, end, n);
    while (read.ptr != end && (*read.ptr == ',' || *read.ptr == ' ')) ++read.ptr;
    read = std::from_chars(read.ptr, end, s);
    if (read.ec == std::errc() && read.ptr == end && n >= 1 && n <= kMostKeys && s > 0 && s <= 10) {
      spec.keys = static_cast<uint32_t>(n);
      spec.zipf = s;
      return;
    }
  }
  fields.diagnostics().error("SC131", keys->span,
                             "keys is a number from 1 to 1,000,000, or \"zipf(n, s)\"",
                             "for example \"zipf(50, 1.1)\"");
}

void decode_rate(const Fields& fields, GenerateSpec& spec) {
  Diagnostics& d = fields.diagnostics();
  spec.every_us = fields.duration("every", {10}).ms * 1000;
  if (spec.every_us > 86'400'000'000LL)
    d.error("SC103", fields.key_span("every"), "\"every\" is at most a day");
  const Json* rate = fields.get("rate");
  if (rate == nullptr) return;
  int64_t n = 0;
  const std::string text = fields.text("rate", "");
  const std::from_chars_result read = std::from_chars(text.data(), text.data() + text.size(), n);
  if (read.ec != std::errc() || std::string_view(read.ptr) != "/s" || n < 1 || n > 1'000'000) {
    d.error("SC131", rate->span,
            "rate is a number of rows a second, from \"1/s\" to \"1000000/s\"");
    return;
  }
  spec.every_us = 1'000'000 / n;
}

std::shared_ptr<const SplitData> decode_generate(const Fields& source, const Schema& schema,
                                                 uint32_t partitions, uint64_t seed) {
  Diagnostics& d = source.diagnostics();
  const Json& json = *source.get("generate");
  const size_t errors = d.errors();
  const Fields fields(json, "generate", d);
  const bool fits = schema.width() == 3 && schema.fields[0].type == ValueType::kTime &&
                    schema.fields[1].type == ValueType::kString &&
                    schema.fields[2].type == ValueType::kInt;
  if (!fits) {
    d.error("SC131", json.span,
            "generated rows have three fields: a time, a string (the key) and an int",
            "for example \"fields\": [\"ts:time\", \"key:string\", \"value:int\"]");
  }
  GenerateSpec spec;
  spec.seed = seed;
  spec.partitions = partitions;
  spec.count = decode_count(fields, json, "generate");
  decode_rate(fields, spec);
  decode_keys(fields, spec);
  spec.key_prefix = fields.text("key_prefix", spec.key_prefix);
  if (const Json* values = fields.get("values"); values != nullptr) {
    if (values->is(Json::Kind::kList) && values->items.size() == 2 &&
        values->items[0].is(Json::Kind::kInt) && values->items[1].is(Json::Kind::kInt) &&
        values->items[0].integer <= values->items[1].integer) {
      spec.value_min = values->items[0].integer;
      spec.value_max = values->items[1].integer;
    } else {
      d.error("SC131", values->span, "values is [least, most]");
    }
  }
  spec.disorder = fields.duration("disorder", {0}).ms;
  spec.round = std::max<int64_t>(fields.duration("round", {1}, {1}).ms, 1);
  spec.late_permille = static_cast<uint32_t>(fields.number("late", 0, 0, 1) * 1000);
  spec.late_by = fields.duration("late_by", {spec.disorder * 10}).ms;
  spec.duplicates_permille = static_cast<uint32_t>(fields.number("duplicates", 0, 0, 0.9) * 1000);
  if (const Json* start = fields.get("start"); start != nullptr) {
    const std::optional<int64_t> ms = parse_time(*start);
    if (ms)
      spec.start = *ms;
    else
      d.error("SC102", start->span, "here must stand a time");
  }
  if (const Json* silence = fields.list("silence"); silence != nullptr) {
    for (const Json& item : silence->items) {
      const Fields span(item, "silence", d);
      spec.silence.push_back(
          {static_cast<uint32_t>(span.integer("partition", 0, 0, partitions - 1)),
           span.duration("from", {0}).ms, span.duration("for", {0}).ms});
    }
    // Spans are taken in their order, so that one may lead into the next.
    std::sort(spec.silence.begin(), spec.silence.end(),
              [](const auto& a, const auto& b) { return a.from < b.from; });
  }
  if (d.errors() > errors) return nullptr;
  return generate_splits(std::move(spec));
}

std::shared_ptr<const SplitData> decode_data(const Fields& fields, const std::string& name,
                                             const Schema& schema, GraphInProgress& progress,
                                             std::string& ts) {
  Diagnostics& d = progress.diagnostics;
  int ways = 0;
  for (const char* key : {"rows", "table", "file", "generate", "generate_logs"})
    ways += fields.has(key) ? 1 : 0;
  if (ways != 1) {
    d.error("SC108", fields.span(),
            ways == 0 ? "the source has no rows" : "the source has several kinds of rows",
            "give one of: rows, table, file, generate, generate_logs");
    return nullptr;
  }
  const auto partitions = static_cast<uint32_t>(fields.integer("partitions", 1, 1, kMaxPartitions));
  if (fields.has("rows")) return decode_rows(fields, name, schema, partitions);
  if (fields.has("table")) return decode_table(fields, schema, progress);
  if (fields.has("file")) return decode_file(fields, schema, progress, ts);
  const uint64_t seed = mix(progress.seed, hash_name(name));
  if (fields.has("generate_logs")) return decode_generate_logs(fields, schema, partitions, seed);
  return decode_generate(fields, schema, partitions, seed);
}

}  // namespace

uint64_t decode_count(const Fields& generator, const Json& json, const std::string& key) {
  if (!generator.has("count"))
    generator.diagnostics().error("SC108", json.span, key + " needs \"count\"");
  const int64_t most = static_cast<int64_t>(kMaxGenerated);
  return static_cast<uint64_t>(generator.integer("count", 0, 0, most));
}

void decode_source(const std::string& name, const Json& json, GraphInProgress& progress) {
  Diagnostics& d = progress.diagnostics;
  const size_t errors = d.errors();
  const Fields fields(json, "source", d);
  if (d.errors() > errors && !json.is(Json::Kind::kObject)) return progress.announce_broken(name);
  StreamNode node;
  node.name = name;
  if (const Json* schema = fields.get("fields"); schema != nullptr) {
    node.output = decode_schema(*schema, d).value_or(Schema{});
  } else if (fields.has("generate")) {
    node.output =
        Schema{{{"ts", ValueType::kTime}, {"key", ValueType::kString}, {"value", ValueType::kInt}}};
  } else if (fields.has("generate_logs")) {
    node.output = Schema{{{"line", ValueType::kString}}};
  } else {
    d.error("SC108", json.span, "the source has no \"fields\"",
            "for example \"fields\": [\"ts:time\", \"user:string\"]");
  }
  if (d.errors() > errors) return progress.announce_broken(name);

  SourceSpec spec;
  std::string ts;
  spec.data = decode_data(fields, name, node.output, progress, ts);
  if (fields.has("topic")) {
    spec.kind = SourceSpec::Kind::kLog;
    spec.topic = fields.text("topic", name);
    spec.group = fields.text("group", progress.graph.config.name);
  } else if (fields.has("group")) {
    d.error("SC109", fields.key_span("group"), "only a source over a topic has a consumer group");
  }
  spec.ingestion_time = decode_ingestion_time(fields);
  if (const Json* expression = fields.get("ts"); expression != nullptr) {
    const auto e = decode_expression(*expression, scope_of(node.output), d);
    if (e && !is_integral(e->type()))
      d.error("SC121", expression->span, "an event time is a time or an int");
    if (e) spec.event_time = scalar_function(*e);
  } else if (!ts.empty() && !spec.ingestion_time) {
    if (const std::optional<uint32_t> index = node.output.find(ts))
      spec.event_time = read_field(*index);
    else
      report_unknown(d, "SC112", fields.key_span("file"), "field", ts, {});
  }
  spec.watermark = decode_watermark(fields.get("watermark"), d);
  const auto most = static_cast<uint32_t>(
      fields.integer("parallelism", progress.graph.config.parallelism, 1, kMaxParallelism));
  if (d.errors() > errors || spec.data == nullptr) return progress.announce_broken(name);
  // A source runs at the smaller of the job's parallelism and its number of partitions.
  node.parallelism = std::max<uint32_t>(1, std::min(most, spec.data->splits()));
  node.spec = std::move(spec);
  progress.graph.nodes.push_back(std::move(node));
  progress.announce(progress.graph.nodes.back());
}

}  // namespace leat
