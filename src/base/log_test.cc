#include "base/log.h"

#include <gtest/gtest.h>

namespace base {
namespace {

std::string line(LogFormat format, std::initializer_list<LogField> fields) {
  return format_log_line(format, "T", LogLevel::kWarn, "it broke", fields);
}

TEST(LogTest, TextQuotesWhatIsNotPlain) {
  EXPECT_EQ(line(LogFormat::kText, {{"a", "plain"}, {"b", "two words"}, {"n", 7}, {"t", true}}),
            R"(T warn  it broke a=plain b="two words" n=7 t=true)");
  EXPECT_EQ(line(LogFormat::kText, {{"empty", ""}, {"nl", "x\ny=\"z\""}}),
            R"(T warn  it broke empty="" nl="x\u000ay=\"z\"")");
}

TEST(LogTest, JsonIsOneObjectWhateverTheTextHolds) {
  EXPECT_EQ(line(LogFormat::kJson, {{"a", "q\"\\"}, {"f", 1.5}, {"bad", "\xff\xc3\xa9"}}),
            R"({"time":"T","level":"warn","event":"it broke","a":"q\"\\","f":1.500,"bad":"\ufffd)"
            "\xc3\xa9\"}");
}

TEST(LogTest, LevelsBelowTheConfiguredAreNotLogged) {
  configure_log(LogLevel::kWarn, LogFormat::kText);
  EXPECT_FALSE(is_logged(LogLevel::kInfo));
  EXPECT_TRUE(is_logged(LogLevel::kWarn));
  configure_log(LogLevel::kInfo, LogFormat::kText);
  EXPECT_TRUE(is_logged(LogLevel::kInfo));
}

}  // namespace
}  // namespace base
