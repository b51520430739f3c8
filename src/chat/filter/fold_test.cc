#include "chat/filter/fold.h"

#include <gtest/gtest.h>

#include <string>

#include "chat/code_points.h"
#include "chat/filter/folded_text.h"

namespace chat {
namespace {

std::string utf8(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) append_utf8(out, c);
  return out;
}

/// The words, with | between them.
std::string words_of(std::string_view text) {
  FoldedText folded;
  folded.assign(text);
  std::string out;
  for (const auto& word : folded.words) {
    if (!out.empty()) out.push_back('|');
    out.append(utf8(folded.of(word)));
  }
  return out;
}

struct Row {
  const char* text;
  const char* words;
};

TEST(Fold, CaseAndAccentsDoNotCount) {
  const Row rows[] = {
      {"HELLO World", "hello|world"},
      {"Ça va déjà Ñandú Łódź Ørsted Ångström", "ca|va|deja|nandu|lodz|orsted|angstrom"},
      {"Straße STRASSE STRAẞE", "strasse|strasse|strasse"},
      {"ÆON œuvre Þór ĳs ﬁt", "aeon|oeuvre|thor|ijs|fit"},
      {"İstanbul ISPARTA ısparta", "istanbul|isparta|isparta"},
      {"Việt Nam Ữ", "viet|nam|u"},
      {"ΆΣΟΣ άσος ᾼδης ὦ", "ασοσ|ασοσ|αδησ|ω"},
      {"ЁЖ ёж ЙОД Ї", "еж|еж|иод|і"},
      {"Հայ ՀԱՅ", "հայ|հայ"},
      // Composed and decomposed.
      {"e\u0301te\u0301 n\u0303", "ete|n"},
      {"שָׁלוֹם", "שלום"},
      {"مُحَمَّد", "محمد"},
  };
  for (const Row& row : rows) EXPECT_EQ(words_of(row.text), row.words) << row.text;
}

TEST(Fold, FancyLettersAreLetters) {
  const Row rows[] = {
      {"ｆｕｌｌ", "full"},
      {"𝓼𝓬𝓻𝓲𝓹𝓽 𝐁𝐨𝐥𝐝 𝟙𝟚", "script|bold|12"},
      {"Ⓒⓘⓡⓒ ⑨ ⓪", "circ|9|0"},
      {"🄱🅱🅐", "bba"},
      {"sᴍᴀʟʟ ꜰᴏɴᴛ", "small|font"},
      {"ˢᵘᵖᵉʳ", "super"},
      {"🇭🇮", "hi"},
      {"ℌ𝔢𝔩𝔩𝔬", "hello"},
      {"a\u20e3b\u20e3", "ab"},
  };
  for (const Row& row : rows) EXPECT_EQ(words_of(row.text), row.words) << row.text;
}

TEST(Fold, WhatCannotBeSeenIsNotThere) {
  EXPECT_EQ(words_of("a\u200bb\u00adc\u2060d\ufeffe\u034ff\ufe0fg\U000e0061h"), "abcdefgh");
  EXPECT_EQ(words_of("\u202eabc\u202c"), "abc");
  EXPECT_EQ(words_of("\u200b\u200c\u200d"), "");
}

TEST(Fold, WordsEndWhereTheyShould) {
  const Row rows[] = {
      {"", ""},
      {"  ...!? ", ""},
      {"a,b;c.d/e-f_g", "a|b|c|d|e|f|g"},
      {"don't don’t", "dont|dont"},
      {"one\u3000two\u2028three\u00a0four", "one|two|three|four"},
      {"¿qué?¡no!«x»", "que|no|x"},
      {"3 5x", "3|5x"},
      {"日本語", "日|本|語"},
      {"カフェ", "カ|フ|ェ"},
      {"한국어", "한|국|어"},
      {"ไทย", "ไ|ท|ย"},
      {"abc日def", "abc|日|def"},
      {"hi😀👍🏽bye", "hi|😀|👍|bye"},
      {"👩‍👧", "👩|👧"},
      {"a\xff"
       "b",
       "a|b"},
  };
  for (const Row& row : rows) EXPECT_EQ(words_of(row.text), row.words) << row.text;
}

TEST(Fold, MixedAlphabetsAreReadAsLatin) {
  // Cyrillic о, е, а among Latin letters; a whole Russian or Greek word stays what it is.
  EXPECT_EQ(words_of("hеllо аpple"), "hello|apple");
  EXPECT_EQ(words_of("сор рот"), "сор|рот");
  EXPECT_EQ(words_of("hοla ποτ"), "hola|ποτ");
}

TEST(Fold, RunsOfLettersAreCutToTwo) {
  EXPECT_EQ(words_of("hiiiiii good goood aaah 1000"), "hii|good|good|aah|1000");
  FoldedText folded;
  folded.assign("good goood");
  EXPECT_FALSE(folded.words[0].is_stretched);
  EXPECT_TRUE(folded.words[1].is_stretched);
}

TEST(Fold, FoldingAgainChangesNothing) {
  for (char32_t c = 0; c < 0x30000; ++c) {
    const Folded once = fold(c);
    for (const char32_t part : {once.first, once.second}) {
      if (part == 0 || once.kind != LetterKind::kLetter) continue;
      const Folded twice = fold(part);
      ASSERT_EQ(twice.kind, LetterKind::kLetter) << std::hex << static_cast<std::uint32_t>(c);
      ASSERT_EQ(twice.first, part) << std::hex << static_cast<std::uint32_t>(c);
      ASSERT_EQ(twice.second, char32_t{0});
    }
  }
}

TEST(Fold, ATextMayBeUsedAgain) {
  FoldedText folded;
  folded.assign("one two $ 日");
  folded.assign("x");
  ASSERT_EQ(folded.words.size(), 1U);
  ASSERT_EQ(folded.chunks.size(), 1U);
  EXPECT_EQ(utf8(folded.letters), "x");
}

}  // namespace
}  // namespace chat
