#include "sim/scenario/json_tree.h"

#include <nlohmann/json.hpp>

namespace leat {

namespace {

constexpr size_t kMaxBytes = 64u << 20;
constexpr size_t kMaxDepth = 64;
constexpr size_t kMaxValues = 1'000'000;

// Builds the tree from SAX events. The events carry no places, so each token is looked up in the
// text from where the last one ended.
class TreeBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit TreeBuilder(std::string_view text) : text_(text) {
    if (text.starts_with("\xef\xbb\xbf")) at_ = 3;
  }

  bool null() override { return scalar(Json::Kind::kNull); }
  bool boolean(bool v) override {
    made_.boolean = v;
    return scalar(Json::Kind::kBool);
  }
  bool number_integer(number_integer_t v) override { return integer(v); }
  bool number_unsigned(number_unsigned_t v) override {
    if (v <= static_cast<uint64_t>(INT64_MAX)) return integer(static_cast<int64_t>(v));
    made_.number = static_cast<double>(v);
    return scalar(Json::Kind::kDouble);
  }
  bool number_float(number_float_t v, const string_t&) override {
    made_.number = v;
    return scalar(Json::Kind::kDouble);
  }
  bool string(string_t& v) override {
    made_.text = std::move(v);
    return scalar(Json::Kind::kText);
  }
  bool binary(binary_t&) override { return false; }  // no such thing in text

  bool start_object(std::size_t) override { return open(Json::Kind::kObject); }
  bool start_array(std::size_t) override { return open(Json::Kind::kList); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    const Span span = next_token();
    Json& object = *open_.back();
    for (const JsonMember& member : object.members) {
      if (member.key != name) continue;
      Diagnostic d;
      d.code = "SC003";
      d.what = "the key \"" + name + "\" stands here twice";
      d.label = "again";
      d.span = span;
      d.notes = {"the first one is in line " +
                 std::to_string(line_of(text_, member.key_span.begin))};
      return refuse(std::move(d));
    }
    if (object.members.size() >= kMaxMembers) {
      return refuse(error_at("SC004", span, "the object has more than 1000 keys"));
    }
    object.members.push_back({std::move(name), span, {}});
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    std::string what = error.what();
    // Of nlohmann's message only the reason is for people: "... - unexpected x; expected y".
    const size_t dash = what.find(" - ");
    if (dash != std::string::npos)
      what = what.substr(dash + 3);
    else if (what.find("number overflow") != std::string::npos)
      what = "the number is too large";
    else
      what = "no JSON";
    if (const size_t last = what.find("; last read"); last != std::string::npos) what.resize(last);
    Diagnostic d;
    d.code = "SC001";
    d.what = "this is not JSON: " + printable(what);
    d.span.begin = std::min(position == 0 ? 0 : position - 1, text_.size());
    d.span.end = d.span.begin + 1;
    return refuse(std::move(d));
  }

  Diagnostic take_error() { return std::move(error_); }
  Json take_root() { return std::move(root_); }

 private:
  static constexpr size_t kMaxMembers = 1000;  // duplicates are found by looking through

  static std::string printable(std::string text) {
    for (char& c : text) {
      if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e) c = '?';
    }
    return text;
  }

  bool refuse(Diagnostic d) {
    error_ = std::move(d);
    return false;
  }

  bool integer(int64_t v) {
    made_.integer = v;
    made_.number = static_cast<double>(v);
    return scalar(Json::Kind::kInt);
  }

  bool scalar(Json::Kind kind) {
    made_.kind = kind;
    made_.span = next_token();
    if (kind == Json::Kind::kInt || kind == Json::Kind::kDouble) {
      made_.text = text_.substr(made_.span.begin, made_.span.end - made_.span.begin);
    }
    Json* place = place_for_value(made_.span);
    if (place == nullptr) return false;
    *place = std::move(made_);
    made_ = Json();
    return true;
  }

  bool open(Json::Kind kind) {
    const Span span = next_token();
    if (open_.size() >= kMaxDepth) {
      return refuse(error_at("SC004", span, "values are nested deeper than 64 levels"));
    }
    Json* place = place_for_value(span);
    if (place == nullptr) return false;
    place->kind = kind;
    place->span = span;
    open_.push_back(place);
    return true;
  }

  bool close() {
    open_.back()->span.end = next_token().end;
    open_.pop_back();
    return true;
  }

  // Null where there are too many.
  Json* place_for_value(Span span) {
    if (++values_ > kMaxValues) {
      refuse(error_at("SC004", span, "the file holds more than a million values"));
      return nullptr;
    }
    if (open_.empty()) return &root_;
    Json& parent = *open_.back();
    if (parent.kind == Json::Kind::kObject) return &parent.members.back().value;
    return &parent.items.emplace_back();
  }

  // The next token of well-formed JSON: skips spaces, separators and comments.
  Span next_token() {
    skip();
    const size_t begin = at_;
    if (at_ >= text_.size()) return {begin, begin};
    const char c = text_[at_];
    if (c == '"') {
      ++at_;
      while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
      ++at_;
    } else if (c == '{' || c == '}' || c == '[' || c == ']') {
      ++at_;
    } else {
      while (at_ < text_.size() &&
             std::string_view(" \t\r\n,:]}/").find(text_[at_]) == std::string_view::npos)
        ++at_;
    }
    at_ = std::min(at_, text_.size());
    return {begin, at_};
  }

  void skip() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == ':') {
        ++at_;
      } else if (c == '/' && at_ + 1 < text_.size()) {
        const bool block = text_[at_ + 1] == '*';
        const size_t end = text_.find(block ? "*/" : "\n", at_ + 2);
        at_ = end == std::string_view::npos ? text_.size() : end + (block ? 2 : 1);
      } else {
        return;
      }
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t values_ = 0;
  Json root_;
  Json made_;
  std::vector<Json*> open_;  // stays valid: a list grows only while its last item is not open
  Diagnostic error_;
};

}  // namespace

const JsonMember* Json::find(std::string_view key) const {
  for (const JsonMember& member : members) {
    if (member.key == key) return &member;
  }
  return nullptr;
}

const char* name_of(Json::Kind kind) {
  static constexpr const char* kNames[] = {"null",     "true or false", "an integer", "a decimal",
                                           "a string", "a list",        "an object"};
  return kNames[static_cast<size_t>(kind)];
}

std::variant<Json, Diagnostic> parse_json(std::string_view text) {
  if (text.size() > kMaxBytes) {
    return error_at("SC004", {0, 1}, "the file is larger than 64 MB");
  }
  TreeBuilder builder(text);
  const bool good = nlohmann::json::sax_parse(text.begin(), text.end(), &builder,
                                              nlohmann::json::input_format_t::json, true, true);
  if (!good) return builder.take_error();
  return builder.take_root();
}

}  // namespace leat
