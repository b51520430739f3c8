#include "chat/frames.h"

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <random>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "chat/code_points.h"

namespace chat {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using namespace std::string_literals;

const base::WallTime kAt =
    std::chrono::sys_days(std::chrono::year(2026) / 5 / 5) + 21h + 55min + 38s + 120'999us;

TEST(Frames, MessageWithEverything) {
  const Attributes attributes{{"kind", "sticker"}, {"n", "1"}};
  const Attributes user{{"displayName", "Zoë"}};
  EXPECT_EQ(message_json({.id = "AYk6xKitV4On",
                          .request_id = "r-1",
                          .content = "Hi",
                          .attributes = attributes,
                          .user_id = "u1",
                          .user_attributes = user,
                          .role = Role::kModerator,
                          .at = kAt}),
            R"({"Type":"MESSAGE","Id":"AYk6xKitV4On","RequestId":"r-1",)"
            R"("Attributes":{"kind":"sticker","n":"1"},"Content":"Hi",)"
            R"("SendTime":"2026-05-05T21:55:38.120Z",)"
            R"("Sender":{"UserId":"u1","Attributes":{"displayName":"Zoë"},"Role":"MODERATOR"}})");
}

TEST(Frames, MessageWithWhatItNeeds) {
  const Attributes none;
  EXPECT_EQ(message_json({.id = "AYk6xKitV4On",
                          .request_id = "",
                          .content = "Hi",
                          .attributes = none,
                          .user_id = "u1",
                          .user_attributes = none,
                          .at = {}}),
            R"({"Type":"MESSAGE","Id":"AYk6xKitV4On","Content":"Hi",)"
            R"("SendTime":"1970-01-01T00:00:00.000Z","Sender":{"UserId":"u1"}})");
}

TEST(Frames, Event) {
  const Attributes attributes{{"MessageID", "m"}, {"MessageId", "m"}, {"Reason", "rude"}};
  EXPECT_EQ(event_json({.id = "AYk6xKitV4On",
                        .request_id = "r",
                        .name = "aws:DELETE_MESSAGE",
                        .attributes = attributes,
                        .at = kAt}),
            R"({"Type":"EVENT","Id":"AYk6xKitV4On","RequestId":"r",)"
            R"("EventName":"aws:DELETE_MESSAGE","SendTime":"2026-05-05T21:55:38.120Z",)"
            R"("Attributes":{"MessageID":"m","MessageId":"m","Reason":"rude"}})");
  const Attributes none;
  EXPECT_EQ(event_json({.id = "a", .request_id = "", .name = "n", .attributes = none, .at = kAt}),
            R"({"Type":"EVENT","Id":"a","EventName":"n","SendTime":"2026-05-05T21:55:38.120Z"})");
}

TEST(Frames, Error) {
  EXPECT_EQ(error_json({.id = "a", .request_id = "r", .code = 403, .message = "Not allowed"}),
            R"({"Type":"ERROR","Id":"a","RequestId":"r","ErrorCode":403,)"
            R"("ErrorMessage":"Not allowed"})");
  EXPECT_EQ(error_json({.id = "a",
                        .request_id = "",
                        .code = 429,
                        .message = "rate limit exceeded",
                        .retry_after = 12s}),
            R"({"Type":"ERROR","Id":"a","ErrorCode":429,"ErrorMessage":"rate limit exceeded",)"
            R"("RetryAfterSeconds":12})");
}

std::string content_of(std::string_view content) {
  const Attributes none;
  const std::string frame = message_json({.id = "i",
                                          .request_id = "",
                                          .content = content,
                                          .attributes = none,
                                          .user_id = "u",
                                          .user_attributes = none,
                                          .at = {}});
  const std::size_t begin = frame.find(R"("Content":)") + 10;
  return frame.substr(begin, frame.find(R"(,"SendTime")") - begin);
}

TEST(Frames, EscapesWhatJsonNeedsAndNothingElse) {
  EXPECT_EQ(content_of("a\"b\\c/d"), R"("a\"b\\c/d")");
  EXPECT_EQ(content_of("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(content_of("\x01\x1f\x7f"), "\"\\u0001\\u001f\x7f\"");
  EXPECT_EQ(content_of("\0"s), R"("\u0000")");
  EXPECT_EQ(content_of("<b>&'é日😀\u2028\u2029"), "\"<b>&'é日😀\u2028\u2029\"");
  EXPECT_EQ(content_of(""), "\"\"");
}

// Escapes are looked for eight octets at a time.
TEST(Frames, FindsEveryEscapeAtEveryPlace) {
  for (std::size_t size = 1; size < 20; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int octet = 0; octet < 0x80; ++octet) {
        std::string text(size, at % 2 == 0 ? '!' : '\x7f');
        text[at] = static_cast<char>(octet);
        const std::string written = content_of(text);
        ASSERT_EQ(written.size() > size + 2, octet < 0x20 || octet == '"' || octet == '\\');
        ASSERT_EQ(json::parse(written).as_string(), text);
      }
    }
  }
}

class Texts {
 public:
  std::string next(std::size_t most) {
    std::string out;
    for (std::size_t i = number(most); i > 0; --i) append_utf8(out, code_point());
    return out;
  }
  std::size_t number(std::size_t most) { return random_() % (most + 1); }

 private:
  char32_t code_point() {
    switch (random_() % 5) {
      case 0:
        return random_() % 0x20;
      case 1:
        return U"\"\\/\u2028\u2029<\x7f\x80"[random_() % 8];
      case 2:
        return random_() % 0x110000;  // surrogates become U+FFFD
      default:
        return 0x20 + random_() % 0x5f;
    }
  }
  std::minstd_rand random_{7};
};

json::object as_json(const Attributes& attributes) {
  json::object out;
  for (const auto& [name, value] : attributes) out[name] = value;
  return out;
}

Attributes some_attributes(Texts& texts) {
  Attributes out;
  for (std::size_t i = texts.number(4); i > 0; --i) {
    out.emplace_back(std::to_string(i) + texts.next(10), texts.next(30));
  }
  return out;
}

TEST(Frames, WhatIsWrittenIsReadAgain) {
  Texts texts;
  for (int round = 0; round < 3000; ++round) {
    const std::string id = texts.next(14);
    const std::string request_id = texts.next(20);
    const std::string content = texts.next(200);
    const std::string user = texts.next(20);
    const Attributes attributes = some_attributes(texts);
    const Attributes user_attributes = some_attributes(texts);
    const auto role = static_cast<Role>(texts.number(3));

    json::object expected{{"Type", "MESSAGE"}, {"Id", id}};
    if (!request_id.empty()) expected["RequestId"] = request_id;
    if (!attributes.empty()) expected["Attributes"] = as_json(attributes);
    expected["Content"] = content;
    expected["SendTime"] = "2026-05-05T21:55:38.120Z";
    json::object sender{{"UserId", user}};
    if (!user_attributes.empty()) sender["Attributes"] = as_json(user_attributes);
    if (role != Role::kNone) sender["Role"] = to_string(role);
    expected["Sender"] = sender;
    const std::string frame = message_json({.id = id,
                                            .request_id = request_id,
                                            .content = content,
                                            .attributes = attributes,
                                            .user_id = user,
                                            .user_attributes = user_attributes,
                                            .role = role,
                                            .at = kAt});
    ASSERT_TRUE(base::is_utf8(frame));
    ASSERT_EQ(json::parse(frame), json::value(expected)) << frame;

    expected.erase("RequestId");
    expected["History"] = true;
    const std::string history = history_json(frame);
    ASSERT_EQ(json::parse(history), json::value(expected)) << history;
    ASSERT_EQ(history_json(history), history);

    json::object event{{"Type", "EVENT"}, {"Id", id}, {"EventName", content}};
    event["SendTime"] = "2026-05-05T21:55:38.120Z";
    if (!attributes.empty()) event["Attributes"] = as_json(attributes);
    event["History"] = true;
    ASSERT_EQ(json::parse(history_json(event_json({.id = id,
                                                   .request_id = request_id,
                                                   .name = content,
                                                   .attributes = attributes,
                                                   .at = kAt}))),
              json::value(event));

    json::object error{{"Type", "ERROR"}, {"Id", id}, {"ErrorCode", round}};
    if (!request_id.empty()) error["RequestId"] = request_id;
    error["ErrorMessage"] = content;
    ASSERT_EQ(json::parse(error_json(
                  {.id = id, .request_id = request_id, .code = round, .message = content})),
              json::value(error));
  }
}

TEST(Frames, HistoryKeepsTheRest) {
  EXPECT_EQ(
      history_json(R"({"Type":"MESSAGE","Id":"a","RequestId":"\"RequestId\":\\","Content":"x"})"),
      R"({"Type":"MESSAGE","Id":"a","History":true,"Content":"x"})");
  EXPECT_EQ(history_json(R"({"Type":"EVENT","Id":"a","EventName":",\"RequestId\":\"x\""})"),
            R"({"Type":"EVENT","Id":"a","History":true,"EventName":",\"RequestId\":\"x\""})");
}

TEST(Frames, HistoryLeavesAloneWhatIsNoFrame) {
  for (const char* text :
       {"", "{}", "x", R"({"Type":"ERROR","Id":"a","ErrorCode":400})",
        R"({"Type":"MESSAGE","Id":")", R"({"Type":"MESSAGE","Id":"a\)",
        R"({"Type":"MESSAGE","Id":"a","RequestId":"b)", R"({"Id":"a","Type":"MESSAGE"})"}) {
    EXPECT_EQ(history_json(text), text);
  }
}

TEST(Frames, TimesOfAllAges) {
  const Attributes none;
  const auto time_of = [&](base::WallTime at) {
    const std::string frame =
        event_json({.id = "a", .request_id = "", .name = "n", .attributes = none, .at = at});
    return json::parse(frame).at("SendTime").as_string();
  };
  for (std::int64_t day = -40'000; day < 200'000; day += 17) {
    const base::WallTime at = base::WallTime() + std::chrono::days(day) + 1h * (day & 15) +
                              std::chrono::microseconds(day & 0xffff) * 9999;
    ASSERT_EQ(time_of(at), base::to_rfc3339_ms(at));
  }
}

TEST(Role, WordsAndBack) {
  for (const Role role : {Role::kNone, Role::kVip, Role::kModerator, Role::kOwner}) {
    EXPECT_EQ(role_of(to_string(role)), role);
  }
  EXPECT_EQ(to_string(Role::kVip), "VIP");
  EXPECT_EQ(role_of("vip"), std::nullopt);
  EXPECT_EQ(role_of(""), std::nullopt);
}

}  // namespace
}  // namespace chat
