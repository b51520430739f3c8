#include "chat/filter/blocked_words.h"

#include <gtest/gtest.h>

namespace chat {
namespace {

bool finds(const std::vector<std::string>& words, std::string_view text) {
  FoldedText folded;
  folded.assign(text);
  return BlockedWords(words).match(folded);
}

struct Row {
  const char* word;
  const char* text;
};

TEST(BlockedWords, Found) {
  const Row rows[] = {
      {"darn", "darn"},
      {"darn", "Well, DARN!"},
      {"DÄRN", "darn"},
      {"darn", "därn"},
      {"darn", "(darn)"},
      {"darn", "#darn"},
      {"darn", "x.darn,y"},
      {"darn", "d\u200barn"},
      {"darn", "d\u0336a\u0336r\u0336n\u0336"},
      {"darn", "𝔡𝔞𝔯𝔫"},
      {"darn", "🇩🇦🇷🇳"},
      {"darn", "dаrn"},  // Cyrillic а
      {"пример", "Вот ПРИМЕР!"},
      {"έργο", "ΕΡΓΟ"},
      {"straße", "STRASSE"},
      // Stretched.
      {"darn", "daaaarn"},
      {"darn", "dddaaarrrnnn"},
      {"boot", "booooot"},
      {"bot", "booooot"},
      {"aaargh", "aaaaaaaargh"},
      {"aaargh", "aaargh"},
      // With digits and symbols.
      {"darn", "d4rn"},
      {"darn", "D@RN!!"},
      {"sassy", "$a55y"},
      {"lilt", "l1lt"},
      {"lilt", "li1t"},
      {"hello", "h3110"},
      {"hit", "h!t"},
      {"ass", "@$$"},
      {"ass", "you @$$!"},
      {"4chan", "4chan"},
      {"n00b", "n00b"},
      {"123", "call 123 now"},
      // Written with symbols in the list.
      {"d@rn", "darn"},
      {"a$$", "ass"},
      // Divided, spelled.
      {"darn", "d-a-r-n"},
      {"darn", "da.rn"},
      {"darn", "d_a_r_n!"},
      {"darn", "d*rn? no: d*a*r*n"},
      {"darn", "d a r n"},
      {"darn", "so D. A. R. N."},
      {"darn", "you are a d a r n"},
      {"darn", "d  a\nr   n u"},
      // More than one word.
      {"dear me", "Oh DEAR,  me!"},
      {"dear me", "dear dear me"},
      {"dear me", "deeeear meeee"},
      {"e.g.", "as e g here"},
      {"f*ck", "f*ck"},
      // Scripts without spaces.
      {"他妈的", "你他妈的好"},
      {"他妈的", "他 妈 的"},
      {"バカ", "このバカめ"},
      {"바보", "이 바보야"},
      {"🖕", "look🖕🏽there"},
      {"a$日", "a 日"},
  };
  for (const Row& row : rows) EXPECT_TRUE(finds({row.word}, row.text)) << row.text;
}

TEST(BlockedWords, NotFound) {
  const Row rows[] = {
      {"darn", ""},
      {"darn", "..."},
      {"darn", "darned"},
      {"darn", "undarn"},
      {"darn", "dar n"},
      {"darn", "dar"},
      {"darn", "darrn"},
      {"darn", "dern"},
      {"ass", "class passes assume"},
      {"ass", "as s"},
      {"ass", "as soon"},
      {"ass", "455"},
      {"bot", "boot"},
      {"god", "good"},
      {"good", "god"},
      {"hello", "hell o"},
      {"sos", "505"},
      {"so", "$0"},
      {"a$$", "a"},
      {"dear me", "dear you and me"},
      {"dear me", "dear"},
      {"dear me", "me dear"},
      {"a$日", "as"},
      {"a$日", "a$"},
      {"penis", "pen is mine"},
      {"cop", "сор"},  // a Russian word throughout
      {"他妈的", "他妈"},
      {"darn", "d a r k n"},
      {"123", "1234"},
  };
  for (const Row& row : rows) EXPECT_FALSE(finds({row.word}, row.text)) << row.text;
}

TEST(BlockedWords, ManyWordsAndPhrasesThatShareTheirBeginnings) {
  std::vector<std::string> words{"one two three", "one two", "one four five", "six"};
  for (int i = 0; i < 5000; ++i) words.push_back("word" + std::to_string(i) + "x");
  EXPECT_TRUE(finds(words, "say one two!"));
  EXPECT_TRUE(finds(words, "one four five"));
  EXPECT_FALSE(finds(words, "one four one"));
  EXPECT_FALSE(finds(words, "one"));
  EXPECT_TRUE(finds(words, "WORD4999X"));
  EXPECT_FALSE(finds(words, "word5000x"));
}

TEST(BlockedWords, NothingIsBlockedByNothing) {
  EXPECT_TRUE(BlockedWords().empty());
  EXPECT_FALSE(finds({}, "anything"));
  EXPECT_FALSE(finds({"", "!!!", " "}, "anything !!!"));
  EXPECT_FALSE(BlockedWords::has_letters("?! \u200b"));
  EXPECT_TRUE(BlockedWords::has_letters("🖕"));
  EXPECT_TRUE(BlockedWords::has_letters("7"));
}

}  // namespace
}  // namespace chat
