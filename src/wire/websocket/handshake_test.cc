#include "wire/websocket/handshake.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace wire::websocket {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

const Fields kGood = {{"Connection", "keep-alive, Upgrade"},
                      {"Upgrade", "websocket"},
                      {"Sec-WebSocket-Version", "13"},
                      {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};

http::Request request_with(const Fields& fields, http::Method method = http::Method::kGet) {
  http::Request request;
  request.method = method;
  request.is_upgrade = true;
  for (const auto& [name, value] : fields) request.headers.add(name, value);
  return request;
}

Fields with(Fields fields, const std::string& name, const std::string& value) {
  for (auto& field : fields) {
    if (field.first == name) {
      field.second = value;
      return fields;
    }
  }
  fields.emplace_back(name, value);
  return fields;
}

Fields without(Fields fields, const std::string& name) {
  std::erase_if(fields, [&](const auto& field) { return field.first == name; });
  return fields;
}

Fields twice(Fields fields, const std::string& name, const std::string& value) {
  fields.emplace_back(name, value);
  return fields;
}

TEST(WebSocketHandshake, AcceptsTheExampleOfTheStandard) {
  EXPECT_EQ(accept_for("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  const http::Request request =
      request_with(with(kGood, "Sec-WebSocket-Protocol", "chat, superchat"));
  ASSERT_TRUE(is_websocket_upgrade(request));
  const auto offer = check_upgrade(request);
  ASSERT_TRUE(offer);
  EXPECT_EQ(offer->protocols, (std::vector<std::string>{"chat", "superchat"}));
  const http::Response response = switching_response(*offer, "chat");
  EXPECT_EQ(response.status, 101);
  EXPECT_EQ(response.headers.get("Upgrade"), "websocket");
  EXPECT_EQ(response.headers.get("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(response.headers.get("Sec-WebSocket-Protocol"), "chat");
  EXPECT_FALSE(response.headers.has("Sec-WebSocket-Extensions"));
  EXPECT_FALSE(switching_response(*offer, "").headers.has("Sec-WebSocket-Protocol"));
}

TEST(WebSocketHandshake, NamesMayBeInAnyCaseAndProtocolsInSeveralFields) {
  const http::Request request = request_with({{"connection", "UPGRADE"},
                                              {"UPGRADE", "WebSocket"},
                                              {"sec-websocket-version", "13"},
                                              {"SEC-WEBSOCKET-KEY", "AAAAAAAAAAAAAAAAAAAAAA=="},
                                              {"sec-websocket-protocol", "a"},
                                              {"Sec-WebSocket-Protocol", " b ,c"},
                                              {"Sec-WebSocket-Extensions", "permessage-deflate"}});
  ASSERT_TRUE(is_websocket_upgrade(request));
  const auto offer = check_upgrade(request);
  ASSERT_TRUE(offer);
  EXPECT_EQ(offer->protocols, (std::vector<std::string>{"a", "b", "c"}));
}

TEST(WebSocketHandshake, OtherUpgradesAreNoneOfOurs) {
  EXPECT_FALSE(is_websocket_upgrade(request_with(with(kGood, "Upgrade", "h2c"))));
  http::Request plain = request_with(kGood);
  plain.is_upgrade = false;
  EXPECT_FALSE(is_websocket_upgrade(plain));
  http::Request http2 = request_with(kGood);
  http2.version = http::Version::k2;
  EXPECT_FALSE(is_websocket_upgrade(http2));
}

TEST(WebSocketHandshake, RefusesWhatIsWrong) {
  const std::string key = "Sec-WebSocket-Key", version = "Sec-WebSocket-Version",
                    protocol = "Sec-WebSocket-Protocol";
  std::string many = "p0";
  for (int i = 1; i <= 16; ++i) many += ",p" + std::to_string(i);
  struct Row {
    const char* name;
    Fields fields;
    std::uint16_t status;
  };
  const std::vector<Row> rows = {
      {"no version", without(kGood, version), 426},
      {"old version", with(kGood, version, "8"), 426},
      {"versions as a list", with(kGood, version, "13, 8"), 426},
      {"version twice", twice(kGood, version, "13"), 426},
      {"no key", without(kGood, key), 400},
      {"empty key", with(kGood, key, ""), 400},
      {"short key", with(kGood, key, "dGhlIHNhbXBsZSBub25j"), 400},
      {"long key", with(kGood, key, "dGhlIHNhbXBsZSBub25jZWVl"), 400},
      {"key without padding", with(kGood, key, "dGhlIHNhbXBsZSBub25jZQ"), 400},
      {"key in the other alphabet", with(kGood, key, "-_hlIHNhbXBsZSBub25jZQ=="), 400},
      {"key that is no base64", with(kGood, key, "dGhl!HNhbXBsZSBub25jZQ=="), 400},
      {"key twice", twice(kGood, key, "dGhlIHNhbXBsZSBub25jZQ=="), 400},
      {"protocol with a space", with(kGood, protocol, "a b"), 400},
      {"protocol that is no token", with(kGood, protocol, "a/b"), 400},
      {"protocol twice", with(kGood, protocol, "a, b, a"), 400},
      {"too many protocols", with(kGood, protocol, many), 400},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const auto offer = check_upgrade(request_with(row.fields));
    ASSERT_FALSE(offer);
    EXPECT_EQ(offer.error().status, row.status);
    EXPECT_EQ(offer.error().headers.get(version), row.status == 426 ? "13" : "");
  }
  const auto posted = check_upgrade(request_with(kGood, http::Method::kPost));
  ASSERT_FALSE(posted);
  EXPECT_EQ(posted.error().status, 400);
}

}  // namespace
}  // namespace wire::websocket
