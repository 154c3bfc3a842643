// A campaign as a file of JSON Lines: first what it is, then each block as it ends. The same file
// resumes a campaign that was killed, is a shard's part, and is what `merge` reads.
#pragma once

#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "sim/cli/verbs.h"
#include "sim/explore/campaign.h"

namespace leat {

// What makes two parts belong together.
struct CampaignHead {
  std::vector<std::string> paths;
  uint64_t runs = 0;
  uint64_t seed = 1;
  uint32_t failures_max = 1;
  bool generate = false;
  bool first = false;
  bool forks = false;
  std::string strategy;
  std::string until;
  std::string build;
  friend bool operator==(const CampaignHead&, const CampaignHead&) = default;
};
CampaignHead head_of(const CommonOptions& common, const ExploreVerb& verb);
std::string to_line(const CampaignHead& head);

struct CampaignFile {
  CampaignHead head;
  std::map<size_t, BlockResult> blocks;
};
// A last line that was cut off (by a kill) is left out. Nothing where the file is none of these.
std::optional<CampaignFile> read_campaign(const std::string& path);

// Writes blocks as they end; what is there already is kept if it belongs to the same campaign.
class CampaignWriter {
 public:
  CampaignWriter(std::string path, const CampaignHead& head);

  const std::map<size_t, BlockResult>& known() const { return known_; }
  void add(size_t block, const BlockResult& result);

 private:
  const std::string path_;
  std::map<size_t, BlockResult> known_;
  std::ofstream out_;
};

// Where a campaign is written if nothing else was said: by what it is, and by the program.
std::string default_campaign_path(const CampaignHead& head);

}  // namespace leat
