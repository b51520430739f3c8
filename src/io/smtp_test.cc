#include "io/smtp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "io/mail_host_test_support.h"

namespace io {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using test::MailHost;

Mail sample(std::string text = "Hello\n.hidden\n") {
  return {.from = "Rostrum <rostrum@example.org>",
          .to = "mia@example.net",
          .subject = "Hi",
          .text = std::move(text),
          .id = "1"};
}

TEST(SmtpTest, LettersGoOneAfterTheOtherOverOneConnection) {
  MailHost host;
  auto mailer = Mailer::create({.url = host.url()});
  ASSERT_TRUE(mailer.has_value());
  ASSERT_TRUE(mailer->send(sample()).has_value());
  ASSERT_TRUE(mailer->send(sample("Again\n")).has_value());
  EXPECT_EQ(host.connections(), 1);
  ASSERT_EQ(host.letters().size(), 2U);
  EXPECT_THAT(host.letters()[0], HasSubstr("To: <mia@example.net>\n"));
  EXPECT_THAT(host.letters()[0], HasSubstr("\nHello\n..hidden\n")) << "a dot is doubled on the way";
  EXPECT_THAT(host.letters()[1], HasSubstr("\nAgain\n"));
  EXPECT_THAT(host.commands(),
              ElementsAre("EHLO example.org", "MAIL FROM:<rostrum@example.org>",
                          "RCPT TO:<mia@example.net>", "DATA", "MAIL FROM:<rostrum@example.org>",
                          "RCPT TO:<mia@example.net>", "DATA"));
}

TEST(SmtpTest, APasswordIsGivenOnThisMachine) {
  MailHost host;
  auto mailer = Mailer::create({.url = host.url(), .user = "u", .password = "p"});
  ASSERT_TRUE(mailer->send(sample()).has_value());
  EXPECT_EQ(host.commands()[1], "AUTH PLAIN");
  EXPECT_EQ(host.commands()[2], "AHUAcA==");  // NUL "u" NUL "p"
}

TEST(SmtpTest, RefusalsAreToldApart) {
  struct Row {
    std::string command;
    std::string reply;
    base::ErrorCode code;
  };
  const Row rows[] = {
      {"RCPT", "550 no such person", base::ErrorCode::kConflict},
      {"RCPT", "450 come back later", base::ErrorCode::kIo},
      {"MAIL", "552 never", base::ErrorCode::kConflict},
      {"DATA", "451 not now", base::ErrorCode::kIo},
      {".", "554 spam", base::ErrorCode::kConflict},
      {".", "421 too busy", base::ErrorCode::kIo},
      {"AUTH", "535 wrong", base::ErrorCode::kUnauthorized},
      {"", "421 closed", base::ErrorCode::kIo},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.command + " " + row.reply);
    MailHost host({{row.command, row.reply}});
    auto mailer = Mailer::create({.url = host.url(), .user = "user", .password = "hunter2"});
    const auto sent = mailer->send(sample());
    ASSERT_FALSE(sent.has_value());
    EXPECT_EQ(sent.error().code, row.code) << sent.error().message;
    EXPECT_THAT(sent.error().message, Not(HasSubstr("hunter2")));
    EXPECT_THAT(sent.error().message, Not(HasSubstr("mia")));
  }
}

TEST(SmtpTest, ServersThatAreNoneAndLettersThatCannotBeWritten) {
  for (const char* url :
       {"", "http://x", "smtp://", "smtp://user:pw@host", "smtp://host/x y", "mail.example.org"}) {
    EXPECT_EQ(Mailer::create({.url = url}).error().code, base::ErrorCode::kInvalid) << url;
  }
  MailHost host;
  auto mailer = Mailer::create({.url = host.url()});
  Mail mail = sample();
  mail.to = "mia@example.net>\r\nRCPT TO:<other@example.net";
  EXPECT_EQ(mailer->send(mail).error().code, base::ErrorCode::kInvalid);
  EXPECT_EQ(host.connections(), 0);
}

TEST(SmtpTest, AServerThatIsNotThere) {
  std::string url;
  {
    test::TalkServer gone([](test::Conversation&) {});
    url = "smtp://" + gone.authority();
  }
  auto mailer = Mailer::create({.url = url});
  EXPECT_EQ(mailer->send(sample()).error().code, base::ErrorCode::kClosed);
}

TEST(SmtpTest, AServerThatSaysNothingIsNotWaitedForForever) {
  test::TalkServer silent([](test::Conversation& client) { (void)client.line(); });
  auto mailer = Mailer::create(
      {.url = "smtp://" + silent.authority(), .time_limit = std::chrono::milliseconds(200)});
  EXPECT_EQ(mailer->send(sample()).error().code, base::ErrorCode::kTimeout);
}

}  // namespace
}  // namespace io
