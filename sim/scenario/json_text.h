// A JSON tree as text that a person likes to read and edit: what is short stands on one line, rows
// and lists of objects have a line each.
#pragma once

#include <string>

#include "sim/scenario/json_tree.h"

namespace leat {

// The inverse of parse_json, up to places and comments.
std::string to_text(const Json& json);

// Small trees.
Json json_text(std::string text);
Json json_integer(int64_t value);
Json json_list(std::vector<Json> items = {});
Json json_object();
void set_member(Json& object, const std::string& key, Json value);
void remove_member(Json& object, const std::string& key);
Json* find_member(Json& object, std::string_view key);

}  // namespace leat
