#include "io/mail_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace io {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

Mail sample() {
  return {.from = "Rostrum <rostrum@example.org>",
          .to = "mia@example.net",
          .subject = "Confirm your address",
          .text = "Hello\n",
          .id = "letter-7",
          .date = base::WallTime(1795351542s)};
}

TEST(MailMessageTest, ALetterAsItGoesOut) {
  EXPECT_EQ(*write_mail(sample()),
            "Date: Sun, 22 Nov 2026 12:45:42 +0000\r\n"
            "From: Rostrum <rostrum@example.org>\r\n"
            "To: <mia@example.net>\r\n"
            "Subject: Confirm your address\r\n"
            "Message-ID: <letter-7@example.org>\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "\r\n"
            "Hello\r\n");
  Mail digest = sample();
  digest.unsubscribe_url = "https://x.example/u?code=1";
  EXPECT_THAT(*write_mail(digest),
              HasSubstr("List-Unsubscribe: <https://x.example/u?code=1>\r\n"
                        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
}

TEST(MailMessageTest, NothingThatIsPutInAddsAField) {
  Mail mail = sample();
  mail.subject = "Hi\r\nBcc: all@example.org\n\nbody";
  mail.id = "a>\r\nX-Evil: 1";
  mail.unsubscribe_url = "https://x.example/\r\nX-Evil: 2";
  const std::string text = *write_mail(mail);
  EXPECT_THAT(text, HasSubstr("Subject: Hi  Bcc: all@example.org  body\r\n"));
  EXPECT_THAT(text, HasSubstr("Message-ID: <aX-Evil1@example.org>\r\n"));
  EXPECT_THAT(text, Not(HasSubstr("\nX-Evil")));
  EXPECT_THAT(text, Not(HasSubstr("\nBcc")));
  EXPECT_THAT(text, Not(HasSubstr("List-Unsubscribe")));
  mail.from = "Kino\r\nX-Evil: 3 <a@example.org>";
  EXPECT_EQ(write_mail(mail).error().code, base::ErrorCode::kInvalid);
}

TEST(MailMessageTest, Addresses) {
  const std::pair<std::string, std::string> rows[] = {
      {"mia@example.org", "mia@example.org"},
      {" mia+live@example.org ", "mia+live@example.org"},
      {"Kino <kino@localhost>", "kino@localhost"},
      {"\"Kino, Nord\" <a.b@example.org>", "a.b@example.org"},
      {"", ""},
      {"mia", ""},
      {"@example.org", ""},
      {"mia@", ""},
      {"mia@@example.org", ""},
      {"mia@exa mple.org", ""},
      {"mia@example.org\r\nRCPT TO:<x@example.org>", ""},
      {"mia@example.org> SIZE=1", ""},
      {"Kino <kino@example.org", ""},
      {"Kino <kino@example.org> x", ""},
      {"mía@example.org", ""},
      {".mia@example.org", ""},
      {"mi..a@example.org", ""},
      {std::string(65, 'a') + "@example.org", ""},
  };
  for (const auto& [text, address] : rows) {
    EXPECT_EQ(mail_address(text).value_or(""), address) << text;
  }
  Mail mail = sample();
  mail.to = "nobody";
  EXPECT_EQ(write_mail(mail).error().code, base::ErrorCode::kInvalid);
}

TEST(MailMessageTest, NamesOfSenders) {
  const std::pair<std::string, std::string> rows[] = {
      {"Kino Nord <a@b.c>", "From: Kino Nord <a@b.c>\r\n"},
      {"Kino, Nord <a@b.c>", "From: \"Kino, Nord\" <a@b.c>\r\n"},
      {"Kino \"N\" <a@b.c>", "From: \"Kino \\\"N\\\"\" <a@b.c>\r\n"},
      {"\"Kino. Nord\" <a@b.c>", "From: \"Kino. Nord\" <a@b.c>\r\n"},
      {"Kíno <a@b.c>", "From: =?UTF-8?B?S8Otbm8=?= <a@b.c>\r\n"},
      {"a@b.c", "From: <a@b.c>\r\n"},
  };
  for (const auto& [from, field] : rows) {
    Mail mail = sample();
    mail.from = from;
    EXPECT_THAT(*write_mail(mail), HasSubstr(field));
  }
}

TEST(MailMessageTest, HeaderTexts) {
  const std::pair<std::string, std::string> rows[] = {
      {"plain", "plain"},
      {"  spaces\tand\x01 controls ", "spaces and  controls"},
      {"Grüße", "=?UTF-8?B?R3LDvMOfZQ==?="},
      {"=?not encoded?=", "=?UTF-8?B?PT9ub3QgZW5jb2RlZD89?="},
      {"", ""},
  };
  for (const auto& [text, encoded] : rows) EXPECT_EQ(encode_header_text(text), encoded) << text;

  // Long texts: no line is too long, and no character is torn.
  std::string longer;
  for (int i = 0; i < 40; ++i) longer += "äöü€";
  const std::string encoded = "Subject: " + encode_header_text(longer);
  std::size_t at = 0;
  int lines = 0;
  while (at < encoded.size()) {
    const std::size_t end = std::min(encoded.find("\r\n", at), encoded.size());
    EXPECT_LE(end - at, 76U);
    at = end + 2;
    ++lines;
  }
  EXPECT_GT(lines, 5);
  EXPECT_THAT(encoded,
              HasSubstr("=?UTF-8?B?w6TDtsO84oKsw6TDtsO84oKsw6TDtsO84oKsw6TDtsO84oKsw6Q=?=\r\n "))
      << "38 octets: the next character would not fit";
  EXPECT_EQ(encode_header_text(std::string("\xC3", 1)), "=?UTF-8?B?ww==?=") << "broken, but ends";
}

TEST(MailMessageTest, QuotedPrintable) {
  const std::pair<std::string, std::string> rows[] = {
      {"", ""},
      {"a", "a\r\n"},
      {"a\nb\n", "a\r\nb\r\n"},
      {"a\r\nb\r\n", "a\r\nb\r\n"},
      {"1 = 1\n", "1 =3D 1\r\n"},
      {"Grüße\n", "Gr=C3=BC=C3=9Fe\r\n"},
      {"trailing \nand\t\n", "trailing=20\r\nand=09\r\n"},
      {"bare \r here\n", "bare=20=0D here\r\n"},
      {".\n..\n", ".\r\n..\r\n"},
      {std::string(75, 'x') + "\n", std::string(75, 'x') + "\r\n"},
      {std::string(80, 'x') + "\n", std::string(75, 'x') + "=\r\n" + std::string(5, 'x') + "\r\n"},
      {std::string(74, 'x') + "=\n", std::string(74, 'x') + "=\r\n=3D\r\n"},
  };
  for (const auto& [text, encoded] : rows)
    EXPECT_EQ(encode_quoted_printable(text), encoded) << text;
}

TEST(MailMessageTest, Dates) {
  EXPECT_EQ(mail_date(base::WallTime(0s)), "Thu, 01 Jan 1970 00:00:00 +0000");
  EXPECT_EQ(mail_date(base::WallTime(951827696s + 789ms)), "Tue, 29 Feb 2000 12:34:56 +0000");
}

}  // namespace
}  // namespace io
