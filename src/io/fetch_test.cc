#include "io/fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>
#include <string>

#include "base/guarded.h"
#include "io/address.h"
#include "io/curl.h"
#include "io/talk_server_test_support.h"

namespace io {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Heard {
  std::string head;
  std::string body;
  int connections = 0;
};

// Answers every request with the same text, or by its path.
class WebHost {
 public:
  explicit WebHost(std::function<std::string(const std::string& line)> answer)
      : answer_(std::move(answer)), server_([this](test::Conversation& client) { talk(client); }) {}

  std::string url(const std::string& path = "/") const {
    return "http://" + server_.authority() + path;
  }
  Heard heard() const {
    return heard_.with([](const Heard& heard) { return heard; });
  }

 private:
  void talk(test::Conversation& client) {
    heard_.with([](Heard& heard) { ++heard.connections; });
    while (const auto first = client.line()) {
      std::string head = *first + "\n";
      std::size_t length = 0;
      while (const auto line = client.line()) {
        if (line->empty()) break;
        head += *line + "\n";
        if (line->starts_with("Content-Length: ")) length = std::stoul(line->substr(16));
      }
      const std::string body = client.octets(length);
      heard_.with([&](Heard& heard) {
        heard.head = head;
        heard.body = body;
      });
      client.say(answer_(*first));
    }
  }
  std::function<std::string(const std::string&)> answer_;
  base::Guarded<Heard> heard_;
  test::TalkServer server_;
};

std::string answer(const std::string& body, const std::string& fields = {}) {
  return "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

TEST(FetchTest, AsksAndTellsWhatWasAnswered) {
  WebHost host([](const std::string&) { return answer("[1]", "X-Thing:  One \r\n"); });
  const auto got = fetch({.method = "POST",
                          .url = host.url("/a?b=c"),
                          .headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}},
                          .body = "{}"});
  ASSERT_TRUE(got.has_value()) << got.error().message;
  EXPECT_EQ(got->status, 200);
  EXPECT_EQ(got->body, "[1]");
  EXPECT_EQ(got->header("x-thing").value_or(""), "One ");
  EXPECT_FALSE(got->header("nothing").has_value());
  const Heard heard = host.heard();
  EXPECT_TRUE(heard.head.starts_with("POST /a?b=c HTTP/1.1\n"));
  EXPECT_THAT(heard.head, HasSubstr("Content-Type: application/json\n"));
  EXPECT_THAT(heard.head, HasSubstr("X-Empty:\n"));
  EXPECT_THAT(heard.head, Not(HasSubstr("Expect")));
  EXPECT_EQ(heard.body, "{}");
}

TEST(FetchTest, MethodsAreSentAsTheyAre) {
  WebHost host([](const std::string& line) {
    return line.starts_with("HEAD") ? "HTTP/1.1 204 No\r\nContent-Length: 0\r\n\r\n" : answer("x");
  });
  for (const char* method : {"GET", "PUT", "DELETE", "PATCH"}) {
    ASSERT_TRUE(fetch({.method = method, .url = host.url()}).has_value());
    EXPECT_TRUE(host.heard().head.starts_with(method)) << host.heard().head;
    EXPECT_THAT(host.heard().head, Not(HasSubstr("Content-Type")));
  }
  EXPECT_EQ(fetch({.method = "HEAD", .url = host.url()})->status, 204);
}

TEST(FetchTest, AConnectionIsKept) {
  WebHost host([](const std::string&) { return answer("x"); });
  Fetcher fetcher;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(fetcher.run({.url = host.url()}).has_value());
  EXPECT_EQ(host.heard().connections, 1);
}

TEST(FetchTest, RedirectionsAreAnswersUnlessAskedFor) {
  WebHost host([](const std::string& line) -> std::string {
    if (line.starts_with("GET /there")) return answer("there");
    if (line.starts_with("GET /round")) {
      return "HTTP/1.1 302 Found\r\nLocation: /round\r\nContent-Length: 0\r\n\r\n";
    }
    if (line.starts_with("GET /file")) {
      return "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n";
    }
    return "HTTP/1.1 302 Found\r\nLocation: /there\r\nX-First: 1\r\nContent-Length: 0\r\n\r\n";
  });
  EXPECT_EQ(fetch({.url = host.url("/go")})->status, 302);
  const auto followed = fetch({.url = host.url("/go"), .max_redirects = 2});
  EXPECT_EQ(followed->body, "there");
  EXPECT_FALSE(followed->header("x-first").has_value());
  EXPECT_EQ(fetch({.url = host.url("/round"), .max_redirects = 2}).error().code,
            base::ErrorCode::kLimit);
  EXPECT_EQ(fetch({.url = host.url("/file"), .max_redirects = 2}).error().code,
            base::ErrorCode::kInvalid);
}

TEST(FetchTest, AnswersAreBounded) {
  WebHost host([](const std::string& line) {
    return line.starts_with("GET /fields")
               ? answer("x", "X-Long: " + std::string(80'000, 'a') + "\r\n")
               : answer(std::string(2000, 'x'));
  });
  EXPECT_EQ(fetch({.url = host.url(), .max_body = 2000})->body.size(), 2000U);
  EXPECT_EQ(fetch({.url = host.url(), .max_body = 1999}).error().code, base::ErrorCode::kLimit);
  EXPECT_EQ(fetch({.url = host.url("/fields")}).error().code, base::ErrorCode::kLimit);
}

TEST(FetchTest, ErrorsSayWhereAndKeepSecrets) {
  test::TalkServer silent([](test::Conversation& client) {
    while (client.line()) {
    }
  });
  const auto late = fetch({.url = "http://" + silent.authority() + "/path?token=secret",
                           .time_limit = std::chrono::milliseconds(200)});
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().code, base::ErrorCode::kTimeout);
  EXPECT_THAT(late.error().message, HasSubstr("http://" + silent.authority()));
  EXPECT_THAT(late.error().message, Not(HasSubstr("secret")));
  EXPECT_THAT(late.error().message, Not(HasSubstr("path")));

  test::TalkServer rude([](test::Conversation& client) { (void)client.line(); });
  EXPECT_EQ(fetch({.url = "http://" + rude.authority()}).error().code, base::ErrorCode::kClosed);
}

TEST(FetchTest, RequestsThatCannotBeMade) {
  const FetchRequest rows[] = {
      {.url = ""},
      {.url = "file:///etc/passwd"},
      {.url = "ftp://x/"},
      {.url = "http://"},
      {.url = "https:///path"},
      {.url = "http://user:pw@127.0.0.1/"},
      {.url = "http://127.0.0.1/a b"},
      {.url = "http://127.0.0.1/\r\nX: 1"},
      {.method = "GET X", .url = "http://127.0.0.1/"},
      {.method = "", .url = "http://127.0.0.1/"},
      {.url = "http://127.0.0.1/", .headers = {{"X", "1\r\nY: 2"}}},
      {.url = "http://127.0.0.1/", .headers = {{"X Y", "1"}}},
  };
  for (const FetchRequest& row : rows) {
    const auto got = fetch(row);
    ASSERT_FALSE(got.has_value()) << row.url;
    EXPECT_EQ(got.error().code, base::ErrorCode::kInvalid) << row.url;
  }
}

TEST(FetchTest, WhatIsNotPublicIsOutOfReach) {
  WebHost host([](const std::string&) { return answer("x"); });
  const std::string port = host.url().substr(host.url().rfind(':'));
  for (const std::string& url :
       {host.url(), "http://localhost" + port, "http://[::ffff:127.0.0.1]" + port}) {
    const auto got = fetch({.url = url, .reach = FetchReach::kPublic});
    ASSERT_FALSE(got.has_value());
    EXPECT_EQ(got.error().code, base::ErrorCode::kUnauthorized) << got.error().message;
  }
  // A connection that was made for others is not used.
  Fetcher fetcher;
  ASSERT_TRUE(fetcher.run({.url = host.url()}).has_value());
  EXPECT_FALSE(fetcher.run({.url = host.url(), .reach = FetchReach::kPublic}).has_value());
}

TEST(FetchTest, PublicAddresses) {
  const std::pair<const char*, bool> rows[] = {
      {"8.8.8.8", true},
      {"1.1.1.1", true},
      {"0.0.0.0", false},
      {"10.1.2.3", false},
      {"100.64.0.1", false},
      {"100.128.0.1", true},
      {"127.0.0.1", false},
      {"169.254.169.254", false},
      {"172.15.0.1", true},
      {"172.16.0.1", false},
      {"172.31.255.255", false},
      {"172.32.0.1", true},
      {"192.0.0.8", false},
      {"192.168.1.1", false},
      {"198.18.0.1", false},
      {"198.19.255.1", false},
      {"198.20.0.1", true},
      {"224.0.0.1", false},
      {"255.255.255.255", false},
      {"223.255.255.1", true},
      {"::", false},
      {"::1", false},
      {"fe80::1", false},
      {"fd00::1", false},
      {"64:ff9b::7f00:1", false},
      {"2001:db8::1", false},
      {"2001::1", false},
      {"2002:7f00:1::1", false},
      {"2a00:1450::1", true},
      {"2606:4700::1111", true},
  };
  for (const auto& [text, is_public] : rows) {
    sockaddr_storage native{};
    const unsigned length = Address::parse(text, 80)->to_native(native);
    EXPECT_EQ(is_public_address(&native, length), is_public) << text;
  }
  sockaddr_in6 mapped{};
  mapped.sin6_family = AF_INET6;
  const std::uint8_t octets[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 1};
  std::memcpy(&mapped.sin6_addr, octets, sizeof octets);
  EXPECT_FALSE(is_public_address(&mapped, sizeof mapped));
  EXPECT_FALSE(is_public_address(&mapped, 4));
}

TEST(FetchTest, Origins) {
  EXPECT_EQ(origin_of("https://a.example:8443/x?y"), "https://a.example:8443");
  EXPECT_EQ(origin_of("https://u:p@a.example/"), "an address");
  EXPECT_EQ(origin_of("nonsense"), "an address");
}

}  // namespace
}  // namespace io
