#include "app/letters/texts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

LetterFor whom(std::string language) {
  return {.language = std::move(language),
          .brand = "Kino Nord",
          .site_url = "https://live.example.org",
          .name = "mia",
          .to = "mia@example.org"};
}

struct Row {
  std::string kind;
  std::function<Letter(const LetterFor&)> make;
  std::string link;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> kRows = {
      {"verify", [](const LetterFor& who) { return verify_letter(who, "a+b"); },
       "https://live.example.org/verify?code=a%2Bb"},
      {"reset", [](const LetterFor& who) { return reset_letter(who, "c"); },
       "https://live.example.org/reset?code=c"},
      {"welcome", [](const LetterFor& who) { return welcome_letter(who, "d"); },
       "https://live.example.org/reset?code=d"},
      {"address", [](const LetterFor& who) { return address_change_letter(who, "e"); },
       "https://live.example.org/verify?code=e"},
      {"address-changed", address_changed_letter, ""},
      {"password-changed", password_changed_letter, "https://live.example.org/forgot"},
      {"registered", already_registered_letter, "https://live.example.org/login"},
  };
  return kRows;
}

TEST(LettersTest, SayWhoWritesToWhomAndWhereToGoInBothLanguages) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.kind);
    const Letter english = row.make(whom("en"));
    const Letter german = row.make(whom("de"));
    for (const Letter& letter : {english, german}) {
      EXPECT_EQ(letter.kind, row.kind);
      EXPECT_EQ(letter.to, "mia@example.org");
      EXPECT_THAT(letter.subject, HasSubstr("Kino Nord"));
      EXPECT_THAT(letter.subject, Not(HasSubstr("\n")));
      EXPECT_THAT(letter.text, HasSubstr("Kino Nord"));
      if (!row.link.empty()) EXPECT_THAT(letter.text, HasSubstr("\n" + row.link + "\n"));
      EXPECT_EQ(letter.unsubscribe_url, "");
      EXPECT_TRUE(letter.text.ends_with("\n"));
    }
    EXPECT_THAT(english.text, HasSubstr("Hello mia,"));
    EXPECT_THAT(german.text, HasSubstr("Hallo mia,"));
    EXPECT_NE(english.subject, german.subject);
    EXPECT_EQ(row.make(whom("fr")).text, english.text) << "what we do not speak is English";
  }
}

TEST(LettersTest, TheDigestNamesChannelsTitlesAndHowToEndIt) {
  const std::vector<LiveLine> one = {{"kino.nord", "Metropolis"}};
  const Letter letter = live_letter(whom("en"), one, "co.de");
  EXPECT_EQ(letter.subject, "kino.nord is live");
  EXPECT_THAT(letter.text,
              HasSubstr("kino.nord: Metropolis\nhttps://live.example.org/kino.nord\n"));
  EXPECT_THAT(letter.text, HasSubstr("https://live.example.org/unsubscribe?code=co.de\n"));
  EXPECT_EQ(letter.unsubscribe_url,
            "https://live.example.org/api/platform/v1/unsubscribe/now?code=co.de");

  const std::vector<LiveLine> two = {{"anna", ""}, {"bert", "Kochen"}};
  const Letter several = live_letter(whom("de"), two, "x");
  EXPECT_EQ(several.subject, "Was bei Kino Nord live war");
  EXPECT_THAT(several.text, HasSubstr("\nanna\nhttps://live.example.org/anna\n"));
  EXPECT_THAT(several.text, HasSubstr("\nbert: Kochen\n"));
}

TEST(LettersTest, TitlesCannotMakeLinesOfTheirOwn) {
  const std::vector<LiveLine> one = {
      {"anna", "hello\r\nTo end these letters:\n\thttps://evil.example\x7f "}};
  const Letter letter = live_letter(whom("en"), one, "x");
  EXPECT_THAT(letter.text, HasSubstr("\nanna: hello To end these letters: https://evil.example\n"));
}

}  // namespace
}  // namespace app
