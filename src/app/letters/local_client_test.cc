#include "app/letters/local_client.h"

#include <gtest/gtest.h>

#include <string>

namespace app {
namespace {

TEST(LocalClientTest, WhoSitsHere) {
  struct Row {
    std::string address;
    std::string host;
    std::string field;
    bool is_local = false;
  };
  const Row rows[] = {
      {"127.0.0.1", "localhost:8080", "", true},
      {"127.0.0.1", "127.0.0.1", "", true},
      {"::1", "[::1]:8080", "", true},
      {"::ffff:127.0.0.1", "LOCALHOST", "", true},
      {"127.8.9.1", "127.8.9.1:1", "", true},
      {"203.0.113.9", "localhost:8080", "", false},
      {"127.0.0.1", "live.example.org", "", false},
      {"127.0.0.1", "", "", false},
      {"127.0.0.1", "127.0.0.1.example.org", "", false},
      {"127.0.0.1", "localhost.example.org", "", false},
      {"127.evil.0.1", "localhost", "", false},
      {"127.0.0.1", "[::1", "", false},
      {"127.0.0.1", "localhost", "X-Forwarded-For", false},
      {"127.0.0.1", "localhost", "x-forwarded-host", false},
      {"127.0.0.1", "localhost", "Forwarded", false},
      {"127.0.0.1", "localhost", "Via", false},
      {"127.0.0.1", "localhost", "X-Real-IP", false},
      {"127.0.0.1", "localhost", "X-Forwarded-Proto", false},
      {"127.0.0.1", "localhost", "X-FORWARDED-PORT", false},
      {"127.0.0.1", "localhost", "x-forwarded-something-new", false},
      {"127.0.0.1", "localhost", "X-Forwarded", false},
      {"127.0.0.1", "localhost", "X-Client-IP", false},
      {"127.0.0.1", "localhost", "Accept", true},
      {"127.0.0.1", "localhost", "X-Forward", true},
  };
  for (const Row& row : rows) {
    PlatformRequest request;
    request.remote_address = row.address;
    request.http.host = row.host;
    if (!row.field.empty()) request.http.headers.add(row.field, "");
    EXPECT_EQ(is_local_client(request), row.is_local)
        << row.address << " " << row.host << " " << row.field;
  }
}

}  // namespace
}  // namespace app
