#include "server/srt_stream_name.h"

#include <gtest/gtest.h>

namespace server {
namespace {

TEST(SrtStreamName, ReadsEveryForm) {
  const struct {
    std::string_view text, key;
    std::uint32_t priority;
    bool is_valid;
  } rows[] = {
      {"sk_key", "sk_key", 0, true},
      {"", "", 0, false},
      {"#!::u=sk_key", "sk_key", 0, true},
      {"%23!::u=sk_key,priority=2", "sk_key", 2, true},
      {"#!::u=sk_key,priority=7,m=publish", "sk_key", 7, true},
      {"#!::r=live,u=sk_key", "sk_key", 0, true},
      {"#!::u=sk_key,r=live", "sk_key", 0, true},
      {"#!::r=sk_key", "sk_key", 0, true},
      {"#!::priority=2147483647,u=k", "k", 2'147'483'647, true},
      {"#!::u=k,priority=0", "k", 0, false},
      {"#!::u=k,priority=2147483648", "k", 2'147'483'648, false},
      {"#!::u=k,priority=4294967296", "k", 0, false},
      {"#!::u=k,priority=-1", "k", 0, false},
      {"#!::u=k,priority=1x", "k", 1, false},
      {"#!::u=k,priority=", "k", 0, false},
      {"#!::", "", 0, false},
      {"#!::,,,", "", 0, false},
      {"#!::m=publish", "", 0, false},
      {"#!::u=", "", 0, false},
  };
  for (const auto& row : rows) {
    const SrtStreamName name = parse_srt_stream_id(row.text);
    EXPECT_EQ(name.key, row.key) << row.text;
    EXPECT_EQ(name.is_valid, row.is_valid) << row.text;
    if (row.is_valid) {
      EXPECT_EQ(name.priority, row.priority) << row.text;
    }
  }
}

}  // namespace
}  // namespace server
