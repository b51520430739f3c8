#include "control/chat_tokens.h"

#include <gtest/gtest.h>

#include "control/secret_box.h"
#include "io/files.h"

namespace control {
namespace {

const base::WallTime kNow{std::chrono::seconds(1'790'000'000)};

class ChatTokensTest : public testing::Test {
 protected:
  ChatTokensTest()
      : folder_(*io::TemporaryDirectory::create()),
        box_(*SecretBox::open_or_create(folder_.path() + "/a")),
        other_box_(*SecretBox::open_or_create(folder_.path() + "/b")) {}

  static chat::Pass pass() {
    chat::Pass pass;
    pass.room = chat::RoomId("AbCdEfGhIjKl");
    pass.user_id = "Zoë \"the\" user";
    pass.attributes = {{"displayName", "Zoë"}, {"empty", ""}};
    pass.capabilities = {.send_message = true, .delete_message = false, .disconnect_user = true};
    pass.role = chat::Role::kVip;
    pass.token_id = "0123456789abcdef";
    pass.expires_at = kNow + std::chrono::minutes(1);
    pass.session_ends_at = kNow + std::chrono::hours(1);
    return pass;
  }

  io::TemporaryDirectory folder_;
  SecretBox box_;
  SecretBox other_box_;
  ChatTokens tokens_{box_};
  ChatTokens others_{other_box_};
};

TEST_F(ChatTokensTest, SayWhatTheyWereIssuedFor) {
  const chat::Pass given = pass();
  const auto read = tokens_.check(tokens_.issue(given), kNow);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->room, given.room);
  EXPECT_EQ(read->user_id, given.user_id);
  EXPECT_EQ(read->attributes, given.attributes);
  EXPECT_TRUE(read->capabilities.send_message);
  EXPECT_FALSE(read->capabilities.delete_message);
  EXPECT_TRUE(read->capabilities.disconnect_user);
  EXPECT_EQ(read->role, given.role);
  EXPECT_EQ(read->token_id, given.token_id);
  EXPECT_EQ(read->expires_at, given.expires_at);
  EXPECT_EQ(read->session_ends_at, given.session_ends_at);
}

TEST_F(ChatTokensTest, MayStandInASubprotocol) {
  chat::Pass long_pass = pass();
  long_pass.user_id = std::string(128, 'u');
  long_pass.attributes = {{"a", std::string(1023, '~')}};
  const std::string token = tokens_.issue(long_pass);
  EXPECT_LT(token.size(), 4096U);
  for (const char c : token) {
    EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.')
        << c;
  }
}

TEST_F(ChatTokensTest, EachHasAnIdOfItsOwn) {
  chat::Pass given = pass();
  given.token_id.clear();
  const auto one = tokens_.check(tokens_.issue(given), kNow);
  const auto two = tokens_.check(tokens_.issue(given), kNow);
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->token_id.size(), 16U);
  EXPECT_NE(one->token_id, two->token_id);
}

TEST_F(ChatTokensTest, EndAtTheirTime) {
  const std::string token = tokens_.issue(pass());
  EXPECT_TRUE(tokens_.check(token, kNow + std::chrono::seconds(59)));
  const auto late = tokens_.check(token, kNow + std::chrono::seconds(60));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, base::ErrorCode::kUnauthorized);
  chat::Pass short_session = pass();
  short_session.session_ends_at = kNow;
  EXPECT_FALSE(tokens_.check(tokens_.issue(short_session), kNow));
}

TEST_F(ChatTokensTest, NobodyElseCanMakeThem) {
  const std::string token = tokens_.issue(pass());
  EXPECT_FALSE(others_.check(token, kNow));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(tokens_.check(changed, kNow)) << i;
    EXPECT_FALSE(tokens_.check(token.substr(0, i), kNow)) << i;
  }
  EXPECT_FALSE(tokens_.check(token + "A", kNow));
  EXPECT_FALSE(tokens_.check(std::string(100'000, 'a'), kNow));
}

TEST_F(ChatTokensTest, OneKindIsNotAnother) {
  const ChatInvite invite{.channel = base::ChannelId("AbCdEfGhIjKl"),
                          .user_id = "u",
                          .display_name = "",
                          .role = chat::Role::kOwner,
                          .expires_at = kNow + std::chrono::hours(1)};
  const std::string text = tokens_.issue(invite);
  EXPECT_FALSE(tokens_.check(text, kNow));
  EXPECT_FALSE(tokens_.check_visitor(text, kNow));
  const auto read = tokens_.check_invite(text, kNow);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->channel, invite.channel);
  EXPECT_EQ(read->role, chat::Role::kOwner);
  EXPECT_FALSE(tokens_.check_invite(text, invite.expires_at));
  EXPECT_FALSE(tokens_.check_invite(tokens_.issue(pass()), kNow));

  const std::string visitor = tokens_.issue(ChatVisitor{"g-1", kNow + std::chrono::hours(1)});
  EXPECT_FALSE(tokens_.check_invite(visitor, kNow));
  const auto known = tokens_.check_visitor(visitor, kNow);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->user_id, "g-1");
}

}  // namespace
}  // namespace control
