// Where a key lives, against the places that were recorded from Flink itself.
#include "sim/oracle/key_place.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace leat {
namespace {

Value value_of(const nlohmann::json& json, const std::string& type) {
  if (type == "bool") return Value::boolean(json.get<bool>());
  if (type == "string") return Value::text(json.get<std::string>());
  if (type != "int") throw std::invalid_argument("a key of type " + type);
  if (json == "MAX") return Value::integer(INT64_MAX);
  if (json == "MIN") return Value::integer(INT64_MIN);
  return Value::integer(json.get<int64_t>());
}

Row row_of(const nlohmann::json& args) {
  const auto type = args.at("type").get<std::string>();
  if (!args.at("key").is_array()) return {value_of(args.at("key"), type)};
  Row row;
  size_t begin = 0;
  for (const nlohmann::json& cell : args.at("key")) {
    const size_t end = std::min(type.find(',', begin), type.size());
    row.push_back(value_of(cell, type.substr(begin, end - begin)));
    begin = end + 1;
  }
  return row;
}

TEST(KeyPlace, IsWhereFlinkPutIt) {
  std::ifstream file(LEAT_SOURCE_DIR "/tests/conformance/jobs/key_placement.jsonl");
  uint32_t groups = 0;
  uint32_t subtasks = 0;
  for (std::string line; std::getline(file, line);) {
    const auto recorded = nlohmann::json::parse(line);
    if (recorded.at("kind") != "function") continue;
    const auto& args = recorded.at("args");
    const Row row = row_of(args);
    std::vector<uint32_t> fields;
    for (uint32_t i = 0; i < row.size(); ++i) fields.push_back(i);
    const auto all = args.at("max_parallelism").get<uint32_t>();
    // With as many subtasks as there are groups, a subtask is a group.
    const bool group = recorded.at("function") == "key_group";
    ++(group ? groups : subtasks);
    const uint32_t parallelism = group ? all : args.at("parallelism").get<uint32_t>();
    EXPECT_EQ(place_of_key(row, fields, all, parallelism), recorded.at("result").get<uint32_t>())
        << line;
  }
  EXPECT_GT(groups, 20U);
  EXPECT_GT(subtasks, 20U);
}

TEST(KeyPlace, IsNowhereForAKeyThatIsNull) {
  EXPECT_EQ(place_of_key(Row{Value::null()}, {0}, 128, 2), std::nullopt);
  EXPECT_NE(place_of_key(Row{Value::null(), Value::integer(1)}, {0, 1}, 128, 2), std::nullopt);
}

TEST(KeyPlace, TheNumberOfGroupsIsAskedForOrFollowsFromTheParallelism) {
  StreamGraph graph;
  StreamNode node;
  node.max_parallelism = 7;
  EXPECT_EQ(key_groups_of(graph, node, 2), 7U);
  node.max_parallelism.reset();
  graph.config.max_parallelism = 12;
  EXPECT_EQ(key_groups_of(graph, node, 2), 12U);
  graph.config.max_parallelism = 0;
  EXPECT_EQ(key_groups_of(graph, node, 2), 128U);
  EXPECT_EQ(key_groups_of(graph, node, 86), 256U);
  EXPECT_EQ(key_groups_of(graph, node, 30000), 32768U);
}

}  // namespace
}  // namespace leat
