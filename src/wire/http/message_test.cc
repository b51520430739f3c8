#include "wire/http/message.h"

#include <gtest/gtest.h>

namespace wire::http {
namespace {

TEST(Headers, FindsWithoutRegardToCase) {
  Headers headers;
  headers.add("Content-Type", "text/plain");
  headers.add("Vary", "Origin");
  headers.add("vary", "Accept-Encoding, x");
  EXPECT_EQ(headers.find("content-TYPE"), "text/plain");
  EXPECT_EQ(headers.get("VARY"), "Origin");
  EXPECT_EQ(headers.get("Var"), "");
  EXPECT_FALSE(headers.has("Content_Type"));
  EXPECT_TRUE(headers.has_token("vary", "ACCEPT-encoding"));
  EXPECT_FALSE(headers.has_token("vary", "accept"));
  headers.set("VARY", "none");
  ASSERT_EQ(headers.size(), 2U);
  EXPECT_EQ(headers[1].name, "VARY");
  EXPECT_EQ(headers.get("vary"), "none");
}

TEST(Headers, CannotCarryALineEnd) {
  Headers headers;
  headers.add("Location", std::string_view("/a\r\nSet-Cookie: x\0y", 19));
  EXPECT_EQ(headers.get("location"), "/a  Set-Cookie: x y");
}

TEST(Headers, ListElements) {
  std::string_view list = " a ,, b;q=1,\t";
  EXPECT_EQ(next_list_element(list), "a");
  EXPECT_EQ(next_list_element(list), "b;q=1");
  EXPECT_EQ(next_list_element(list), std::nullopt);
}

TEST(Request, TakesTargetForms) {
  struct Row {
    std::string_view received;
    std::string_view target;  // empty: refused
    std::string_view path;
    std::string_view query;
    std::string_view host;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"/a%20b?c=%20", "/a%20b?c=%20", "/a b", "c=%20", ""},
           {"/?", "/?", "/", "", ""},
           {"/a?b?c", "/a?b?c", "/a", "b?c", ""},
           {"*", "*", "*", "", ""},
           {"http://h:1/x?y", "/x?y", "/x", "y", "h:1"},
           {"HTTPS://h", "/", "/", "", "h"},
           {"http://h?q", "/?q", "/", "q", "h"},
           {"ftp://h/x", "", "", "", ""},
           {"h:443", "", "", "", ""},
           {"a", "", "", "", ""},
           {"/a#b", "", "", "", ""},
           {"/../x", "", "", "", ""},
       }) {
    Request request;
    ASSERT_EQ(request.set_target(row.received).has_value(), !row.target.empty()) << row.received;
    if (row.target.empty()) continue;
    EXPECT_EQ(request.target, row.target);
    EXPECT_EQ(request.path, row.path);
    EXPECT_EQ(request.query(), row.query);
    EXPECT_EQ(request.host, row.host);
  }
}

TEST(Request, MethodsAreCaseSensitive) {
  EXPECT_EQ(method_from("GET"), Method::kGet);
  EXPECT_EQ(method_from("get"), Method::kOther);
  EXPECT_EQ(to_string(Method::kOptions), "OPTIONS");
}

TEST(Response, ErrorsAreOneSentence) {
  const Response text = error_response(404, "No such \"thing\".");
  EXPECT_EQ(text.body.at(0).text(), "No such \"thing\".\n");
  EXPECT_EQ(text.headers.get("Cache-Control"), "no-store");
  const Response json = error_response(404, "No such \"thing\".", ErrorFormat::kJson);
  EXPECT_EQ(json.body.at(0).text(), "{\"message\":\"No such \\\"thing\\\".\"}\n");
  EXPECT_EQ(json.headers.get("content-type"), "application/json");
}

TEST(DateText, IsAnImfFixdate) {
  DateText date(base::WallTime(std::chrono::seconds(784111777)));
  EXPECT_EQ(date.text(), "Sun, 06 Nov 1994 08:49:37 GMT");
  date.update(base::WallTime(std::chrono::seconds(1709164799) + std::chrono::milliseconds(999)));
  EXPECT_EQ(date.text(), "Wed, 28 Feb 2024 23:59:59 GMT");
  date.update(base::WallTime(std::chrono::seconds(1709164800)));
  EXPECT_EQ(date.text(), "Thu, 29 Feb 2024 00:00:00 GMT");
}

}  // namespace
}  // namespace wire::http
