#include <algorithm>
#include <cctype>

#include "core/api/data_stream.h"
#include "sim/cli/jobs/tutorial_jobs.h"

namespace leat {

namespace {

Result<StreamGraph> doubling(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  env.from_collection<int64_t>({1, 2, 3, 4, 5}).map([](int64_t n) { return n * 2; }).print();
  return env.execute("Basic program");
}

using Mixed = std::variant<int64_t, double, bool, std::string>;

std::string text_of(const Mixed& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  if (const auto* n = std::get_if<int64_t>(&value)) return std::to_string(*n);
  std::string digits = std::to_string(std::get<double>(value));
  digits.erase(digits.find_last_not_of('0') + 1);
  return digits;
}

Result<StreamGraph> upper_case(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  env.from_collection<Mixed>(
         {Mixed("Hello"), Mixed("World"), Mixed(int64_t{123}), Mixed(45.67), Mixed(true)})
      .map([](const Mixed& value) {
        std::string text = text_of(value);
        std::transform(text.begin(), text.end(), text.begin(),
                       [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        return text;
      })
      .print();
  return env.execute("Mixed types");
}

Result<StreamGraph> even_numbers(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  env.from_collection<int64_t>({1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
      .filter([](int64_t n) { return n % 2 == 0; })
      .print();
  return env.execute("Even numbers");
}

Result<StreamGraph> words(const JobInput& input) {
  StreamExecutionEnvironment env(input);
  env.from_collection<std::string>({"Hello World", "Apache Flink", "Stream Processing"})
      .flat_map<std::string>([](const std::string& sentence, const auto& emit) {
        size_t at = 0;
        while (at < sentence.size()) {
          const size_t end = std::min(sentence.find(' ', at), sentence.size());
          if (end > at) emit(sentence.substr(at, end - at));
          at = end + 1;
        }
      })
      .print();
  return env.execute("Words");
}

}  // namespace

void add_transformations(JobRegistry& jobs) {
  jobs["tutorial_doubling"] = doubling;
  jobs["tutorial_upper_case"] = upper_case;
  jobs["tutorial_even_numbers"] = even_numbers;
  jobs["tutorial_words"] = words;
}

}  // namespace leat
