#include "sim/cli/progress.h"

#include <gtest/gtest.h>

#include <sstream>

namespace leat {
namespace {

using std::chrono::milliseconds;

class ProgressStory : public testing::Test {
 protected:
  ProgressLine::Clock clock() {
    return [this] { return milliseconds(now_); };
  }
  std::string seen() {
    const std::string text = out_.str();
    out_.str("");
    return text;
  }

  std::ostringstream out_;
  int64_t now_ = 5000;
};

TEST_F(ProgressStory, TheFirstSecondIsSilentThenALineIsRedrawnTenTimesASecond) {
  ProgressLine line(out_, ProgressLine::Terminal::kYes, clock());
  now_ += 999;
  EXPECT_FALSE(line.due());
  now_ += 1;
  EXPECT_TRUE(line.due());
  line.draw("half");
  EXPECT_EQ(seen(), "\rhalf\033[K");
  now_ += 99;
  EXPECT_FALSE(line.due());
  now_ += 1;
  EXPECT_TRUE(line.due());
}

TEST_F(ProgressStory, TheLineIsGoneAtTheEnd) {
  {
    ProgressLine line(out_, ProgressLine::Terminal::kYes, clock());
    line.draw("half");
    seen();
  }
  EXPECT_EQ(seen(), "\r\033[K");
}

TEST_F(ProgressStory, NothingIsSaidWhereThereIsNoTerminal) {
  ProgressLine line(out_, ProgressLine::Terminal::kNo, clock());
  now_ += 60000;
  EXPECT_FALSE(line.due());
  line.draw("half");
  line.clear();
  EXPECT_EQ(seen(), "");
}

TEST_F(ProgressStory, ARunTellsItsVirtualTimeAndItsFacts) {
  ProgressLine line(out_, ProgressLine::Terminal::kYes, clock());
  RunProgress progress(line, "quakes");
  now_ += 2000;
  for (int i = 0; i < 1024; ++i) progress.on_fact({90'000}, CheckpointTriggered{{1}});
  EXPECT_EQ(seen(), "\rquakes  1,024 facts, 1 min 30 s of virtual time\033[K");
}

}  // namespace
}  // namespace leat
