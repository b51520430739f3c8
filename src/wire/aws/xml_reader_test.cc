#include "wire/aws/xml_reader.h"

#include <gtest/gtest.h>

namespace wire::aws {
namespace {

using Token = XmlReader::Token;

// "<a>", "text", "</a>" one after the other; "!" where it breaks.
std::string read(std::string_view document) {
  XmlReader reader(document);
  std::string out, text;
  while (true) {
    const Token token = reader.next();
    if (token == Token::kText) {
      text += reader.text();
      continue;
    }
    if (!text.empty()) out += "'" + std::exchange(text, {}) + "'";
    if (token == Token::kStart) out += "<" + std::string(reader.name()) + ">";
    if (token == Token::kEnd) out += "</" + std::string(reader.name()) + ">";
    if (token == Token::kDone) return out;
    if (token == Token::kBroken) {
      EXPECT_EQ(reader.next(), Token::kBroken);  // for good
      return out + "!";
    }
  }
}

TEST(XmlReader, ReadsElementsAndText) {
  const struct {
    std::string_view document, tokens;
  } rows[] = {
      {"<a/>", "<a></a>"},
      {"<a></a >\n", "<a></a>"},
      {"\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a>x</a>", "<a>'x'</a>"},
      {"<a b='1' c=\"&lt;2>\" ><b/>y</a>", "<a><b></b>'y'</a>"},
      {"<s:a xmlns:s='x'><s:b>1</s:b></s:a>", "<a><b>'1'</b></a>"},
      {"<a>1<!-- <b> & -->2<?p <?>3</a>", "<a>'123'</a>"},
      {"<a><![CDATA[<b>&amp;]]]]><![CDATA[>]]></a>", "<a>'<b>&amp;]]>'</a>"},
      {"<a>&amp;&lt;&gt;&quot;&apos;</a>", "<a>'&<>\"''</a>"},
      {"<a>&#65;&#x42;&#xe4;&#x20AC;&#x1F600;</a>",
       "<a>'AB\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80'</a>"},
      {"<a>1\r\n2\r3\n4</a>", "<a>'1\n2\n3\n4'</a>"},
      {"<a> <b> </b> </a>", "<a>' '<b>' '</b>' '</a>"},
      {"<!-- before --><a/><!-- behind -->", "<a></a>"},
  };
  for (const auto& row : rows) EXPECT_EQ(read(row.document), row.tokens) << row.document;
}

TEST(XmlReader, RefusesWhatIsNotWellFormed) {
  const std::string_view rows[] = {"",
                                   " ",
                                   "text",
                                   "<",
                                   "<a",
                                   "<a>",
                                   "<a></b>",
                                   "<a><b></a></b>",
                                   "</a>",
                                   "<a/><b/>",
                                   "<a/>x",
                                   "x<a/>",
                                   "<a b></a>",
                                   "<a b=1/>",
                                   "<a b='1'c='2'/>",
                                   "<a b='<'/>",
                                   "<1/>",
                                   "<a>&nbsp;</a>",
                                   "<a>&amp</a>",
                                   "<a>&;</a>",
                                   "<a>&#;</a>",
                                   "<a>&#x;</a>",
                                   "<a>&#0;</a>",
                                   "<a>&#xD800;</a>",
                                   "<a>&#x110000;</a>",
                                   "<a>&#99999999999;</a>",
                                   "<a>&#-1;</a>",
                                   "<a>\xff</a>",
                                   "<a>\xed\xa0\x80</a>",
                                   "<a>\x01</a>",
                                   "<a>]]></a>",
                                   "<a><![CDATA[</a>",
                                   "<!-- <a/>",
                                   "<?xml <a/>",
                                   "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
                                   "<a><!DOCTYPE b></a>",
                                   "<a / >"};
  for (const std::string_view document : rows) {
    EXPECT_TRUE(read(document).ends_with('!')) << document;
  }
}

TEST(XmlReader, EveryBeginningIsBroken) {
  const std::string_view document =
      "<?xml version='1.0'?><a b='c'><d>x&amp;y</d><!-- z --><![CDATA[q]]><e/></a>";
  EXPECT_EQ(read(document), "<a><d>'x&y'</d>'q'<e></e></a>");
  for (std::size_t size = 0; size < document.size(); ++size) {
    EXPECT_TRUE(read(document.substr(0, size)).ends_with('!')) << document.substr(0, size);
  }
}

TEST(XmlReader, DepthIsBounded) {
  const auto nested = [](std::size_t depth) {
    std::string out;
    for (std::size_t i = 0; i < depth; ++i) out += "<a>";
    for (std::size_t i = 0; i < depth; ++i) out += "</a>";
    return out;
  };
  EXPECT_FALSE(read(nested(XmlReader::kMaxDepth)).ends_with('!'));
  EXPECT_TRUE(read(nested(XmlReader::kMaxDepth + 1)).ends_with('!'));
  EXPECT_TRUE(read("<" + std::string(200, 'a') + "/>").ends_with('!'));
}

}  // namespace
}  // namespace wire::aws
