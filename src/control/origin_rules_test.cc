#include "control/origin_rules.h"

#include <gtest/gtest.h>

namespace control {
namespace {

TEST(OriginRules, MatchAsTheServiceDocuments) {
  const struct {
    const char* list;
    const char* origin;
    bool matches;
  } rows[] = {
      {"*", "https://anything.example", true},
      {"https://a.example", "https://a.example", true},
      {"https://a.example", "https://A.EXAMPLE", true},
      {"https://a.example", "http://a.example", false},
      {"https://a.example", "https://a.example:8443", false},
      {"https://a.example:8443", "https://a.example:8443", true},
      {"https://a.example", "https://a.example.evil.example", false},
      {"https://*.example.com", "https://www.example.com", true},
      {"https://*.example.com", "https://a.b.example.com", true},
      {"https://*.example.com", "https://example.com", false},
      {"https://*.example.com", "https://.example.com", false},
      {"https://*.example.com", "https://www.example.com.evil.example", false},
      {"https://*.example.com", "https://evil.example/www.example.com", false},
      {"https://*.example.com", "http://www.example.com", false},
      {"https://*.example.com:8443", "https://www.example.com:8443", true},
      {"https://a.example, https://b.example", "https://b.example", true},
      {" https://a.example ,, https://b.example ", "https://c.example", false},
      {"", "https://a.example", false},
      {"https://a.example", "null", false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(origin_matches(split_origins(row.list), row.origin), row.matches)
        << row.list << " " << row.origin;
  }
}

}  // namespace
}  // namespace control
