#include "sim/scenario/decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/graph/batch_mode.h"
#include "sim/scenario/decode_parts.h"
#include "sim/scenario/fields.h"
#include "sim/scenario/guarantee.h"

namespace leat {

namespace {

class ScenarioDecoder {
 public:
  ScenarioDecoder(const Json& root, std::string_view text, const std::string& path,
                  const DecodeOptions& options, Diagnostics& diagnostics)
      : root_(root), options_(options), d_(diagnostics), fields_(root, "scenario", diagnostics) {
    scenario_.path = path;
    scenario_.text = text;
  }

  std::optional<Scenario> decode() {
    if (!root_.is(Json::Kind::kObject)) return std::nullopt;
    decode_head();
    GraphInProgress progress{d_, directory(), scenario_.seed, {}, {}, {}, options_.scripts};
    progress.graph.config = decode_job_config(fields_, scenario_.name);
    scenario_.cluster = decode_cluster(fields_.get("cluster"), d_);
    scenario_.topics.transaction_timeout = decode_transaction_timeout(fields_.get("cluster"), d_);
    scenario_.world = decode_world(fields_.get("world"), d_);
    scenario_.limits = decode_limits(fields_.get("limits"), scenario_.cluster, d_);
    scenario_.random_faults = decode_random_faults(fields_.get("random_faults"), d_);
    decode_reports();
    decode_graph(progress);
    if (d_.errors() > 0) return std::nullopt;
    if (!plan(std::move(progress.graph))) return std::nullopt;
    scenario_.faults = decode_faults(fields_.get("faults"), scenario_, d_);
    decode_choices();
    scenario_.expect = decode_expect(fields_.get("expect"), scenario_.program->graph, d_);
    if (const Json* result = fields_.get("result"); result != nullptr) {
      decode_result(*result, scenario_.program->graph, scenario_.expect, d_);
    }
    if (d_.errors() > 0) return std::nullopt;
    refuse_outside_guarantee();
    if (d_.errors() > 0) return std::nullopt;
    bound_virtual_time();
    warn();
    return std::move(scenario_);
  }

 private:
  void decode_head() {
    const int64_t version = fields_.integer("leat", 1, 0, 1'000'000);
    if (version != 1) {
      d_.error("SC100", fields_.get("leat")->span,
               fmt::format("version {} of the format is not known", version),
               "this program reads version 1");
    }
    const std::string file = std::filesystem::path(scenario_.path).stem().string();
    scenario_.name = fields_.text("scenario", fields_.text("name", fields_.text("case", file)));
    if (scenario_.name.empty()) scenario_.name = "job";
    scenario_.why = fields_.text("why", "");
    scenario_.seed = static_cast<uint64_t>(fields_.integer("seed", 1, 0, INT64_MAX));
    const std::string kind = fields_.text("kind", "job");
    if (kind != "job")
      report_unknown(d_, "SC110", fields_.get("kind")->span, "kind of case", kind, {"job"});
  }

  std::string directory() const {
    if (!options_.directory.empty()) return options_.directory;
    return std::filesystem::path(scenario_.path).parent_path().string();
  }

  void decode_reports() {
    const Json* json = fields_.get("reports");
    if (json == nullptr) return;
    const Fields reports(*json, "reports", d_);
    for (const std::string& kind : report_kinds()) {
      const Json* path = reports.get(kind);
      if (path == nullptr) continue;
      if (path->is(Json::Kind::kText) && !path->text.empty()) {
        scenario_.reports[kind] = path->text;
      } else {
        reports.wrong_type(*path, "a path");
      }
    }
  }

  void decode_choices() {
    const Json* lines = fields_.get("choices");
    if (lines == nullptr) return;
    if (!lines->is(Json::Kind::kList)) return fields_.wrong_type(*lines, "a list of lines");
    std::string text;
    for (const Json& line : lines->items) {
      if (!line.is(Json::Kind::kText)) return fields_.wrong_type(line, "a line of a choice map");
      const auto read = parse_choice_map(line.text);
      if (!read.ok()) d_.error("SC119", line.span, "this is no answer of a choice map");
      text += line.text + "\n";
    }
    auto map = parse_choice_map(text);
    if (d_.errors() > 0) return;
    if (map.ok())
      scenario_.choices = std::move(map.value());
    else
      d_.error("SC119", lines->span, map.error());
  }

  void decode_graph(GraphInProgress& progress) {
    const Json* sources = fields_.object("sources");
    const Json* nodes = fields_.object("nodes");
    const Json* sinks = fields_.object("sinks");
    if (const Json* job = fields_.get("job"); job != nullptr) {
      if (nodes != nullptr || sinks != nullptr) {
        d_.error("SC106", fields_.key_span("job"),
                 "the job is written in C++ or in this file, not both",
                 "leave out \"nodes\" and \"sinks\"");
      }
      if (sources != nullptr) decode_sources(*sources, progress);
      return decode_cpp(*job, progress);
    }
    if (sources == nullptr || sources->members.empty())
      d_.error("SC108", root_.span, "the scenario has no sources");
    if (sinks == nullptr || sinks->members.empty())
      d_.error("SC108", root_.span, "the scenario has no sinks");
    if (sources != nullptr && nodes != nullptr) {
      for (const JsonMember& member : nodes->members) progress.later.push_back(member.key);
    }
    if (sources != nullptr) decode_sources(*sources, progress);
    if (nodes != nullptr) {
      if (nodes->members.size() > kMaxNodes)
        d_.error("SC103", nodes->span, "a job has at most 1000 nodes");
      for (const JsonMember& member : nodes->members) {
        decode_node(member.key, member.key_span, member.value, progress);
        std::erase(progress.later, member.key);
      }
    }
    if (sinks != nullptr) {
      for (const JsonMember& member : sinks->members)
        decode_sink(member.key, member.key_span, member.value, progress);
    }
  }

  void decode_sources(const Json& sources, GraphInProgress& progress) {
    if (sources.members.size() > 100)
      d_.error("SC103", sources.span, "a job has at most 100 sources");
    for (const JsonMember& member : sources.members) {
      if (member.key.empty() || member.key.find('.') != std::string::npos) {
        d_.error("SC111", member.key_span, "a name is not empty and has no dot");
        continue;
      }
      decode_source(member.key, member.value, progress);
    }
  }

  void decode_cpp(const Json& json, GraphInProgress& progress) {
    const Fields job(json, "job", d_);
    const std::string name = job.text("cpp", "");
    std::vector<std::string> known;
    if (options_.jobs != nullptr) {
      for (const auto& entry : *options_.jobs) known.push_back(entry.first);
    }
    if (options_.jobs == nullptr || !options_.jobs->contains(name)) {
      const Json* at = job.get("cpp");
      return report_unknown(d_, "SC112", at == nullptr ? json.span : at->span, "C++ job", name,
                            known);
    }
    if (d_.errors() > 0) return;
    JobInput input;
    input.config = progress.graph.config;
    for (const StreamNode& node : progress.graph.nodes) input.sources[node.name] = node;
    Result<StreamGraph> graph = options_.jobs->at(name)(input);
    if (!graph.ok())
      return d_.error("SC141", json.span,
                      fmt::format("the job \"{}\" refuses: {}", name, graph.error()));
    progress.graph = std::move(graph.value());
    scenario_.is_cpp = true;
  }

  bool plan(StreamGraph asked) {
    StreamGraph graph = settle_mode(std::move(asked));
    Result<JobGraph> job = make_job_graph(graph);
    if (!job.ok()) {
      d_.error("SC142", fields_.key_span("nodes"), job.error());
      return false;
    }
    const uint32_t slots = slots_needed(job.value());
    const auto workers = static_cast<uint32_t>(scenario_.cluster.task_managers.size());
    uint32_t& each = scenario_.cluster.slots_per_task_manager;
    if (each == 0) each = (slots + workers - 1) / workers;
    if (uint64_t{each} * workers < slots) {
      d_.error("SC140", fields_.key_span("cluster"),
               fmt::format("the job needs {} slots, and {} workers with {} slots each have {}",
                           slots, workers, each, each * workers),
               "raise workers or slots, or lower parallelism");
      return false;
    }
    for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
      if (!name_topic(graph.nodes[i], NodeId{i})) return false;
    }
    scenario_.program =
        std::make_shared<JobProgram>(JobProgram{std::move(graph), std::move(job.value())});
    return true;
  }

  bool name_topic(const StreamNode& node, NodeId id) {
    std::string topic;
    bool fresh = true;
    if (const auto* source = std::get_if<SourceSpec>(&node.spec);
        source != nullptr && source->kind == SourceSpec::Kind::kLog) {
      topic = source->topic;
      fresh = scenario_.topics.topics.try_emplace(topic, source->data).second &&
              !scenario_.topics.sinks.contains(topic);
    } else if (const auto* sink = std::get_if<SinkSpec>(&node.spec); sink != nullptr) {
      topic = sink->topic;
      fresh = scenario_.topics.sinks.try_emplace(topic, id).second &&
              !scenario_.topics.topics.contains(topic);
    }
    if (!fresh) {
      d_.error("SC143", fields_.key_span("sinks"),
               fmt::format("the topic \"{}\" is used twice", topic),
               "give one of them another \"topic\"");
    }
    return fresh;
  }

  // When the last record can be read.
  int64_t input_length() const {
    Duration last{0};
    for (const StreamNode& node : scenario_.program->graph.nodes) {
      const auto* source = std::get_if<SourceSpec>(&node.spec);
      if (source != nullptr) last = std::max(last, last_arrival(*source->data));
    }
    return last.ms;
  }

  // A job that has nothing more to wait for is finished long before a day has passed, even where a
  // checkpoint runs into its timeout or a restart waits; a longer wait would only make a stalled
  // run slow to judge.
  void bound_virtual_time() {
    const Json* limits = fields_.get("limits");
    if (limits != nullptr && limits->find("virtual_time") != nullptr) return;
    int64_t last = input_length();
    for (const Fault& fault : scenario_.faults) {
      const auto* at = std::get_if<AtTime>(&fault.when);
      if (at != nullptr) last = std::max(last, at->time.ms);
    }
    const Duration longest = Limits{}.virtual_time;
    scenario_.limits.virtual_time = Duration{std::min(longest.ms, last + 86'400'000)};
  }

  void refuse_outside_guarantee() {
    // A scenario that exists to show this is run; what is refused is its verdict.
    if (scenario_.expect.violation == "refused") return;
    for (const OutsideGuarantee& problem : outside_guarantee(scenario_)) {
      d_.error(problem.code, place_of(problem), problem.what, problem.help);
    }
  }

  Span place_of(const OutsideGuarantee& problem) const {
    switch (problem.subject) {
      case OutsideGuarantee::Subject::kRestart:
        for (const char* key : {"restart", "faults", "random_faults"}) {
          if (fields_.has(key)) return fields_.key_span(key);
        }
        return root_.span;
      case OutsideGuarantee::Subject::kTransactionTimeout: {
        const Json* cluster = fields_.get("cluster");
        const JsonMember* given =
            cluster == nullptr ? nullptr : cluster->find("transaction_timeout");
        return given == nullptr ? fields_.key_span("checkpoint") : given->value.span;
      }
      case OutsideGuarantee::Subject::kFault:
        return fields_.get("faults")->items[problem.fault].span;
    }
    return root_.span;
  }

  // What is no mistake but can hardly be meant.
  void warn() {
    const int64_t length = input_length();
    if (length > scenario_.limits.virtual_time.ms) {
      d_.warning("SC304", fields_.key_span("limits"),
                 "the input arrives for longer than limits.virtual_time lets the run go on");
    }
    if (scenario_.program->graph.config.mode == ExecutionMode::kBatch &&
        fields_.has("checkpoint")) {
      d_.warning("SC307", fields_.key_span("checkpoint"),
                 "batch mode takes no checkpoints: a failure ends the job");
    }
    const Json* faults = fields_.get("faults");
    for (size_t i = 0; faults != nullptr && i < scenario_.faults.size() && i < faults->items.size();
         ++i) {
      const auto* at = std::get_if<AtTime>(&scenario_.faults[i].when);
      if (at != nullptr && at->time.ms > length + 60'000) {
        d_.warning(
            "SC305", faults->items[i].span,
            fmt::format(
                "this fault comes at {}, and the last row arrives at {}: it may hit an idle job",
                describe(Duration{at->time.ms}), describe(Duration{length})));
      }
    }
    const bool restarts =
        scenario_.program->graph.config.restart.kind != RestartConfig::Kind::kNone;
    if (scenario_.random_faults.max > 0 && !restarts) {
      d_.warning("SC306", fields_.key_span("random_faults"),
                 "the job does not restart: the first crash will end it");
    }
  }

  const Json& root_;
  const DecodeOptions& options_;
  Diagnostics& d_;
  Fields fields_;
  Scenario scenario_;
};

}  // namespace

Decoded decode_scenario(std::string_view text, const std::string& path,
                        const DecodeOptions& options) {
  Decoded decoded;
  const std::variant<Json, Diagnostic> parsed = parse_json(text);
  if (const auto* diagnostic = std::get_if<Diagnostic>(&parsed)) {
    decoded.diagnostics.add(*diagnostic);
  } else {
    ScenarioDecoder decoder(std::get<Json>(parsed), text, path, options, decoded.diagnostics);
    decoded.scenario = decoder.decode();
  }
  decoded.report = decoded.diagnostics.render_all(path, text);
  return decoded;
}

Decoded load_scenario(const std::string& path, const DecodeOptions& options) {
  std::ifstream file(path, std::ios::binary);
  std::error_code no_directory;
  if (!file || std::filesystem::is_directory(path, no_directory)) {
    Decoded decoded;
    decoded.diagnostics.add(error_at("SC000", {}, path + " cannot be read"));
    decoded.report = fmt::format("error[SC000]: {} cannot be read\n", path);
    return decoded;
  }
  std::ostringstream text;
  text << file.rdbuf();
  return decode_scenario(std::move(text).str(), path, options);
}

std::string validate(std::string_view text, const std::string& path, const DecodeOptions& options) {
  return decode_scenario(text, path, options).report;
}

}  // namespace leat
