#include "sim/cli/campaign_file.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "sim/cli/load.h"
#include "sim/explore/capsule.h"

namespace leat {

namespace {

using OrderedJson = nlohmann::ordered_json;

std::optional<CampaignHead> parse_head(const std::string& line) {
  try {
    const OrderedJson json = OrderedJson::parse(line);
    CampaignHead head;
    if (json.at("leat_campaign") != 1) return std::nullopt;
    head.paths = json.at("paths").get<std::vector<std::string>>();
    head.runs = json.at("runs");
    head.seed = json.at("seed");
    head.failures_max = json.at("failures_max");
    head.generate = json.at("generate");
    head.first = json.at("first");
    head.forks = json.at("forks");
    head.strategy = json.at("strategy");
    head.until = json.at("until");
    head.build = json.at("build");
    return head;
  } catch (const OrderedJson::exception&) {
    return std::nullopt;
  }
}

}  // namespace

CampaignHead head_of(const CommonOptions& common, const ExploreVerb& verb) {
  return {common.paths, verb.runs,  verb.seed,     verb.failures_max, verb.generate,
          verb.first,   verb.forks, verb.strategy, verb.until,        build_id()};
}

std::string to_line(const CampaignHead& head) {
  const OrderedJson json = {{"leat_campaign", 1},
                            {"paths", head.paths},
                            {"runs", head.runs},
                            {"seed", head.seed},
                            {"failures_max", head.failures_max},
                            {"generate", head.generate},
                            {"first", head.first},
                            {"forks", head.forks},
                            {"strategy", head.strategy},
                            {"until", head.until},
                            {"build", head.build}};
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

std::optional<CampaignFile> read_campaign(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string line;
  if (!in || !std::getline(in, line)) return std::nullopt;
  const auto head = parse_head(line);
  if (!head) return std::nullopt;
  CampaignFile file{*head, {}};
  while (std::getline(in, line)) {
    auto block = parse_block(line);
    if (!block.ok()) continue;
    file.blocks[block.value().block] = std::move(block.value().result);
  }
  return file;
}

CampaignWriter::CampaignWriter(std::string path, const CampaignHead& head)
    : path_(std::move(path)) {
  if (auto before = read_campaign(path_); before && before->head == head) {
    known_ = std::move(before->blocks);
  }
  // Written anew, so that a line that was cut off does not stay in the middle.
  std::string text = to_line(head);
  for (const auto& [block, result] : known_) text += to_line(block, result);
  write_file(path_, text);
  out_.open(path_, std::ios::binary | std::ios::app);
}

void CampaignWriter::add(size_t block, const BlockResult& result) {
  out_ << to_line(block, result) << std::flush;
}

std::string default_campaign_path(const CampaignHead& head) {
  std::error_code error;
  const std::filesystem::path self = "/proc/self/exe";
  const auto size = std::filesystem::file_size(std::filesystem::read_symlink(self, error), error);
  const auto changed =
      std::filesystem::last_write_time(std::filesystem::read_symlink(self, error), error);
  const uint64_t program = mix(size, static_cast<uint64_t>(changed.time_since_epoch().count()));
  return fmt::format(".leat/campaigns/{:016x}.jsonl", mix(hash_bytes(to_line(head)), program));
}

}  // namespace leat
