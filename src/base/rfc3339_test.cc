#include "base/rfc3339.h"

#include <gtest/gtest.h>

namespace base {
namespace {

std::int64_t microseconds_of(std::string_view text) {
  const auto time = parse_rfc3339(text);
  return time ? time->time_since_epoch().count() : -1;
}

TEST(Rfc3339, ReadsWhatIsWritten) {
  EXPECT_EQ(microseconds_of("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(microseconds_of("1970-01-02T03:04:05.678901Z"), 97'445'678'901);
  EXPECT_EQ(microseconds_of("1970-01-01T02:00:00.5+02:00"), 500'000);
  EXPECT_EQ(microseconds_of("1969-12-31T22:00:00-0200"), 0);
  EXPECT_EQ(microseconds_of("1970-01-01 00:00:00.1234567z"), 123'456);
  const WallTime time(std::chrono::microseconds(1'793'000'000'123'000));
  EXPECT_EQ(parse_rfc3339(to_rfc3339_ms(time)), time);
}

TEST(Rfc3339, RefusesEverythingElse) {
  for (const std::string_view text :
       {"", "1970-01-01", "1970-01-01T00:00:00", "1970-13-01T00:00:00Z", "1970-02-30T00:00:00Z",
        "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "1970-01-01T00:00:00.Z",
        "1970-01-01T00:00:00+2:00", "1970-01-01T00:00:00Zx", "1970-01-01T00:00:00+25:00",
        "x970-01-01T00:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

}  // namespace
}  // namespace base
