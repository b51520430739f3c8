#include "chat/message_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "chat/filter/account_age.h"
#include "chat/filter/blocked_patterns.h"

namespace chat {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const base::WallTime kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 6h;
const Attributes kNobody;

/// Moderation with a default for everything, so that tests name what they are about.
struct Rules {
  std::vector<std::string> blocked_words = {};
  std::vector<std::string> blocked_patterns = {};
  Moderation::Links links = Moderation::Links::kAllow;
  std::chrono::seconds repeated_text{0};
  std::chrono::seconds slow_mode{0};
  Moderation::Speakers speakers = Moderation::Speakers::kEverybody;
  std::chrono::seconds new_account{0};

  Moderation moderation() const {
    return {blocked_words, blocked_patterns, links,      repeated_text,
            slow_mode,     speakers,         new_account};
  }
};

class MessageFilterTest : public testing::Test {
 protected:
  void use(const Rules& rules) { EXPECT_TRUE(filter_.apply(rules.moderation())); }
  std::optional<Rejection> say(std::string_view content, base::Duration after = 0s,
                               std::string_view user = "u",
                               const Attributes& attributes = kNobody) {
    return filter_.check(user, attributes, content,
                         kNow + std::chrono::duration_cast<std::chrono::microseconds>(after));
  }
  MessageFilter filter_;
};

TEST_F(MessageFilterTest, AtFirstEverythingPasses) {
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(say("https://example.org darn"));
  use({});
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(say("https://example.org darn"));
  EXPECT_EQ(filter_.users(), 0U);
}

TEST_F(MessageFilterTest, Words) {
  use({.blocked_words = {"darn"}});
  EXPECT_FALSE(say("darned good"));
  const auto rejection = say("Oh DARN");
  ASSERT_TRUE(rejection);
  EXPECT_EQ(rejection->code, 406);
  EXPECT_EQ(rejection->message,
            "Message rejected: it has a word that is not allowed here. Put it in other words.");
  EXPECT_EQ(rejection->retry_after, std::nullopt);
  use({.blocked_words = {"other"}});
  EXPECT_FALSE(say("Oh DARN"));
  EXPECT_TRUE(say("other"));
  use({});
  EXPECT_FALSE(say("other"));
}

TEST_F(MessageFilterTest, Patterns) {
  use({.blocked_patterns = {R"(\b\d{3}-\d{4}\b)", "(?i)free +coins", "é$"}});
  EXPECT_TRUE(say("call 555-1234"));
  EXPECT_TRUE(say("FREE  coins"));
  EXPECT_TRUE(say("fr\u200bee\u2060 coins"));
  EXPECT_TRUE(say("café"));
  EXPECT_FALSE(say("555-12345 cafés free"));
  EXPECT_THAT(say("555-1234")->message, HasSubstr("Message rejected: "));
}

TEST_F(MessageFilterTest, APatternThatSeesHiddenCharacters) {
  use({.blocked_patterns = {"\u200b"}});
  EXPECT_TRUE(say("a\u200bb"));
  EXPECT_FALSE(say("ab"));
}

TEST_F(MessageFilterTest, ABadPatternDoesNotStopTheRest) {
  const auto applied = filter_.apply(
      Rules{.blocked_words = {"darn"}, .blocked_patterns = {"fine", "a("}}.moderation());
  ASSERT_FALSE(applied);
  EXPECT_THAT(applied.error().message, HasSubstr("\"a(\" is not valid"));
  EXPECT_TRUE(say("darn"));
  EXPECT_FALSE(say("fine"));
}

TEST_F(MessageFilterTest, Links) {
  use({.links = Moderation::Links::kDeny});
  EXPECT_FALSE(say("hello.World"));
  EXPECT_EQ(say("see example.org")->message,
            "Message rejected: links are not allowed here. Leave the address out.");
  use({.links = Moderation::Links::kAllow});
  EXPECT_FALSE(say("see example.org"));
}

TEST_F(MessageFilterTest, SlowMode) {
  use({.slow_mode = 30s});
  EXPECT_FALSE(say("a"));
  const auto rejection = say("b", 18'200ms);
  ASSERT_TRUE(rejection);
  EXPECT_EQ(rejection->code, 429);
  EXPECT_EQ(rejection->message, "rate limit exceeded");
  EXPECT_EQ(rejection->retry_after, 12s);
  // Others may, and what was refused does not count.
  EXPECT_FALSE(say("b", 18s, "other"));
  EXPECT_FALSE(say("b", 30s));
  EXPECT_TRUE(say("c", 59'999ms));
  // A change of settings keeps what is known.
  use({.slow_mode = 60s});
  EXPECT_EQ(say("c", 60s)->retry_after, 30s);
  use({.slow_mode = 0s});
  EXPECT_FALSE(say("c", 60s));
}

TEST_F(MessageFilterTest, WhatIsRefusedForItsTextDoesNotCountForSlowMode) {
  use({.blocked_words = {"darn"}, .slow_mode = 30s});
  EXPECT_EQ(say("darn")->code, 406);
  EXPECT_FALSE(say("fine"));
  EXPECT_EQ(say("darn")->code, 429);
}

TEST_F(MessageFilterTest, RepeatedText) {
  use({.repeated_text = 60s});
  EXPECT_FALSE(say("Buy now!"));
  for (const char* text : {"Buy now!", "BUY NOW", "buy... nów", "B U Y N O W", "𝐛𝐮𝐲 𝐧𝐨𝐰"}) {
    const auto rejection = say(text, 10s);
    ASSERT_TRUE(rejection) << text;
    EXPECT_EQ(rejection->code, 406);
    EXPECT_EQ(rejection->message,
              "Message rejected: you have just said this. Say something else, or wait 50 s.");
    EXPECT_EQ(rejection->retry_after, 50s);
  }
  EXPECT_FALSE(say("Buy now!", 10s, "other"));
  EXPECT_FALSE(say("Sell now!", 10s));
  EXPECT_TRUE(say("Buy now!", 20s));
  EXPECT_FALSE(say("Buy now!", 60s));
  EXPECT_TRUE(say("Buy now!", 61s));
}

TEST_F(MessageFilterTest, TextsWithoutLettersAreComparedAsTheyAre) {
  use({.repeated_text = 60s});
  EXPECT_FALSE(say("???"));
  EXPECT_FALSE(say("!!!"));
  EXPECT_FALSE(say("👍"));
  EXPECT_FALSE(say("👎"));
  EXPECT_TRUE(say("???"));
  EXPECT_TRUE(say("👍🏽"));
}

TEST_F(MessageFilterTest, Speakers) {
  const Attributes follower{{"x", "y"}, {"follower", "true"}};
  const Attributes verified{{"verified", "true"}};
  const Attributes neither{{"follower", "false"}, {"verified", "True"}};
  use({.speakers = Moderation::Speakers::kFollowers});
  EXPECT_FALSE(say("a", 0s, "u", follower));
  EXPECT_THAT(say("a", 0s, "u", verified)->message, HasSubstr("only followers may write here"));
  EXPECT_EQ(say("a", 0s, "u", neither)->code, 406);
  EXPECT_TRUE(say("a"));
  use({.speakers = Moderation::Speakers::kVerified});
  EXPECT_FALSE(say("a", 0s, "u", verified));
  EXPECT_THAT(say("a", 0s, "u", follower)->message, HasSubstr("only verified accounts"));
  EXPECT_TRUE(say("a", 0s, "u", neither));
}

TEST_F(MessageFilterTest, NewAccounts) {
  use({.new_account = 7 * 24h});
  const auto made = [&](const char* at) {
    const Attributes attributes{{"accountCreatedAt", at}};
    return say("a", 0s, "u", attributes);
  };
  EXPECT_FALSE(made("2026-11-15T06:00:00Z"));
  const auto rejection = made("2026-11-15T06:00:01Z");
  ASSERT_TRUE(rejection);
  EXPECT_EQ(rejection->message,
            "Message rejected: your account is too new to write here. Wait 1 s.");
  EXPECT_EQ(rejection->retry_after, 1s);
  EXPECT_THAT(made("2026-11-20T06:00:00.5+00:00")->message, HasSubstr("Wait 5 days."));
  EXPECT_EQ(made("2030-01-01T00:00:00Z")->retry_after, 7 * 24h);
  EXPECT_EQ(made("9999-12-31T23:59:59Z")->retry_after, 7 * 24h);
  EXPECT_FALSE(made("0001-01-01T00:00:00Z"));
  // The application does not say when.
  EXPECT_FALSE(made("yesterday"));
  EXPECT_FALSE(say("a"));
}

TEST_F(MessageFilterTest, RemembersABoundedNumberOfUsers) {
  use({.slow_mode = 1h});
  for (std::size_t i = 0; i < MessageFilter::kMaxUsers + 10; ++i) {
    EXPECT_FALSE(say("a", 1us * i, std::to_string(i)));
  }
  EXPECT_EQ(filter_.users(), MessageFilter::kMaxUsers);
  EXPECT_FALSE(say("a", 1s, "0"));
  EXPECT_TRUE(say("a", 1s, std::to_string(MessageFilter::kMaxUsers)));
}

TEST_F(MessageFilterTest, TimesInWords) {
  const std::pair<std::chrono::seconds, const char*> rows[] = {
      {1s, "1 s."},      {120s, "120 s."}, {121s, "3 min."},     {2h, "120 min."},
      {2h + 1s, "3 h."}, {48h, "48 h."},   {48h + 1s, "3 days."}};
  for (const auto& [age, words] : rows) {
    use({.new_account = age});
    const Attributes attributes{{"accountCreatedAt", "2026-11-22T06:00:00Z"}};
    EXPECT_THAT(say("a", 0s, "u", attributes)->message, testing::EndsWith(words));
  }
}

base::Expected<void> check(const Rules& rules) {
  return check_moderation(rules.moderation());
}

TEST(CheckModeration, Accepts) {
  EXPECT_TRUE(check({}));
  EXPECT_TRUE(check({.blocked_words = {"darn", "dear me", "🖕", "他妈的"},
                     .blocked_patterns = {"a+b", "(?i)x"},
                     .links = Moderation::Links::kDeny,
                     .repeated_text = kMaxRepeatedText,
                     .slow_mode = kMaxSlowMode,
                     .new_account = kMaxNewAccount}));
  EXPECT_TRUE(check({.blocked_words = std::vector<std::string>(kMaxBlockedWords, "a")}));
}

TEST(CheckModeration, Refuses) {
  std::string long_text;
  for (std::size_t i = 0; i < kMaxBlockedWord; ++i) long_text += "я";
  ASSERT_TRUE(check({.blocked_words = {long_text}}));
  const std::pair<Rules, const char*> rows[] = {
      {{.slow_mode = -1s}, "slowModeSeconds must be from 0 to 3600 seconds, not -1"},
      {{.slow_mode = kMaxSlowMode + 1s}, "slowModeSeconds"},
      {{.repeated_text = -1s}, "repeatedTextSeconds"},
      {{.repeated_text = kMaxRepeatedText + 1s}, "repeatedTextSeconds"},
      {{.new_account = -1s}, "newAccountSeconds"},
      {{.new_account = kMaxNewAccount + 1s}, "newAccountSeconds"},
      {{.blocked_words = {""}}, "has no letters"},
      {{.blocked_words = {"ok", "?!"}}, "\"?!\" has no letters"},
      {{.blocked_words = {long_text + "a"}}, "more than 100 characters"},
      {{.blocked_words = std::vector<std::string>(kMaxBlockedWords + 1, "a")}, "at most 10000"},
      {{.blocked_words = std::vector<std::string>(3000, long_text)}, "octets together"},
      {{.blocked_patterns = {"a", "("}}, "the pattern \"(\" is not valid: missing )"},
      {{.blocked_patterns = {"a{2000}"}}, "is not valid"},
      {{.blocked_patterns = {"(a)\\1"}}, "is not valid"},
      {{.blocked_patterns = {"\xff"}}, "is not valid"},
      {{.blocked_patterns = {"a*"}}, "matches every message"},
      {{.blocked_patterns = {""}}, "matches every message"},
      {{.blocked_patterns = {std::string(kMaxBlockedPattern + 1, 'a')}},
       "more than 200 characters"},
      {{.blocked_patterns = std::vector<std::string>(kMaxBlockedPatterns + 1, "a")},
       "at most 100 blocked patterns"},
      {{.blocked_patterns = {"(\\pL{9}x){99}"}}, "pattern too large"},
      {{.blocked_patterns = std::vector<std::string>(40, "\\pL{2}[^a]{30}")}, "too large together"},
  };
  for (const auto& [rules, message] : rows) {
    const auto checked = check(rules);
    ASSERT_FALSE(checked) << message;
    EXPECT_EQ(checked.error().code, base::ErrorCode::kInvalid);
    EXPECT_THAT(checked.error().message, HasSubstr(message));
  }
}

TEST(AccountAge, Rfc3339) {
  const base::WallTime at = std::chrono::sys_days(std::chrono::year(2026) / 2 / 28) + 23h + 59min;
  for (const char* text : {"2026-02-28T23:59:00Z", "2026-02-28t23:59:00z", "2026-02-28 23:59:00Z",
                           "2026-02-28T23:59:00.999999999Z", "2026-03-01T01:59:00+02:00",
                           "2026-02-28T20:29:00-03:30", "2026-02-28T23:58:60Z"}) {
    EXPECT_EQ(parse_rfc3339(text), at) << text;
  }
  for (const char* text :
       {"", "2026", "2026-02-28", "2026-02-28T23:59:00", "2026-02-29T23:59:00Z",
        "2026-13-01T23:59:00Z", "2026-02-28T24:00:00Z", "2026-02-28T23:60:00Z",
        "2026-02-28T23:59:61Z", "2026-02-28T23:59:00.Z", "2026-02-28T23:59:00+24:00",
        "2026-02-28T23:59:00+0200", "2026-02-28T23:59:00Zx", "2026-2-28T23:59:00Z",
        "+026-02-28T23:59:00Z", "2026/02/28T23:59:00Z"}) {
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace chat
