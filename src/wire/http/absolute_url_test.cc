#include "wire/http/absolute_url.h"

#include <gtest/gtest.h>

namespace wire::http {
namespace {

TEST(AbsoluteUrl, TakesApart) {
  const struct {
    std::string_view url;
    std::string_view scheme, host;
    std::uint16_t port;
    std::string_view path, host_field;
  } rows[] = {
      {"http://example.org", "http", "example.org", 80, "/", "example.org"},
      {"https://example.org/a?b=c#d", "https", "example.org", 443, "/a?b=c", "example.org"},
      {"HTTPS://Example.org:443/", "https", "Example.org", 443, "/", "Example.org"},
      {"http://example.org:8080/x", "http", "example.org", 8080, "/x", "example.org:8080"},
      {"http://example.org?q=1", "http", "example.org", 80, "/?q=1", "example.org"},
      {"http://[::1]:81/x", "http", "::1", 81, "/x", "[::1]:81"},
      {"http://[::1]/x", "http", "::1", 80, "/x", "[::1]"},
      {"http://10.0.0.1#f", "http", "10.0.0.1", 80, "/", "10.0.0.1"},
      {"http://h/a@b", "http", "h", 80, "/a@b", "h"},
  };
  for (const auto& row : rows) {
    const auto url = parse_http_url(row.url);
    ASSERT_TRUE(url) << row.url << ": " << url.error().message;
    EXPECT_EQ(url->scheme, row.scheme) << row.url;
    EXPECT_EQ(url->host, row.host) << row.url;
    EXPECT_EQ(url->port, row.port) << row.url;
    EXPECT_EQ(url->path, row.path) << row.url;
    EXPECT_EQ(url->host_field(), row.host_field) << row.url;
    EXPECT_EQ(url->is_secure(), row.scheme == "https") << row.url;
  }
}

TEST(AbsoluteUrl, RefusesWithoutRepeatingSecrets) {
  for (const std::string_view url :
       {"", "secret", "ftp://h/secret", "http://", "http:///secret", "http://u:secret@h/",
        "http://h:0/secret", "http://h:70000/secret", "http://h:/secret", "http://h:8x/secret",
        "http://[::1/secret", "http://[::1]8/secret", "http://h h/secret",
        "http://h/secret\r\nX: y", "http://h/secr\xc3\xa9t", "http://h%41/secret",
        "http://h\\secret"}) {
    const auto parsed = parse_http_url(url);
    ASSERT_FALSE(parsed) << url;
    EXPECT_EQ(parsed.error().code, base::ErrorCode::kInvalid);
    EXPECT_EQ(parsed.error().message.find("secr"), std::string::npos) << parsed.error().message;
  }
  EXPECT_EQ(parse_http_url("ftp://h/").error().message,
            "the address must start with http or https");
}

}  // namespace
}  // namespace wire::http
