#include "server/ctl_table.h"

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <sstream>

#include "server/ctl_text.h"

namespace server::ctl {
namespace {

namespace json = boost::json;

std::string shown(std::string_view operation, std::string_view answer, std::size_t width = 0) {
  return render(*control::find_operation(operation)->output, json::parse(answer).as_object(),
                width);
}

TEST(CtlText, KnowsHowWideTextIs) {
  struct Row {
    std::string_view text;
    std::size_t width;
  };
  const Row rows[] = {
      {"", 0},
      {"abc", 3},
      {"\xc3\xa4", 1},                          // ä
      {"a\xcc\x88", 1},                         // a and a combining diaeresis
      {"\xe6\x97\xa5\xe6\x9c\xac", 4},          // two ideographs
      {"\xef\xbd\x81", 2},                      // full-width a
      {"\xf0\x9f\x8e\x88", 2},                  // balloon
      {"\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", 2},  // thumb with a tone of skin
      {"\xe2\x80\x8b", 0},                      // zero-width space
      {"\xff\xfe", 2},                          // no UTF-8
      {"\xd0\x96\xe2\x82\xac", 2},              // Zhe, euro
  };
  for (const Row& row : rows) EXPECT_EQ(display_width(row.text), row.width) << row.text;
}

TEST(CtlText, CutsAtEitherEnd) {
  EXPECT_EQ(fit("abcdef", 6), "abcdef");
  EXPECT_EQ(fit("abcdef", 4), "abc…");
  EXPECT_EQ(fit("abcdef", 4, Keep::kEnd), "…def");
  EXPECT_EQ(fit("abcdef", 1), "…");
  EXPECT_EQ(fit("日本語", 4), "日…");  // three columns: half a character is none
  EXPECT_EQ(fit("日本語", 4, Keep::kEnd), "…語");
  EXPECT_EQ(fit("xa\xcc\x88y", 2, Keep::kEnd), "…y");
  for (const std::string_view text : {"日本語テスト",
                                      "aäb\xcc\x88"
                                      "c🎈d",
                                      "\xff\xff\xff"}) {
    for (std::size_t width = 1; width < 12; ++width) {
      EXPECT_LE(display_width(fit(text, width)), width);
      EXPECT_LE(display_width(fit(text, width, Keep::kEnd)), width);
    }
  }
}

TEST(CtlText, LetsNothingSteerTheTerminal) {
  EXPECT_EQ(printable("a\x1b[31mb\n\t\x7f"), "a\\u{1b}[31mb\\n\\t\\u{7f}");
  EXPECT_EQ(printable("\xc2\x9b"), "\\u{9b}");  // one-character CSI
  EXPECT_EQ(printable("\xe2\x80\xae"
                      "gpj"),
            "\\u{202e}gpj");  // right-to-left override
  EXPECT_EQ(printable("\xff"
                      "a\xc3"),
            "\xef\xbf\xbd"
            "a\xef\xbf\xbd");
  EXPECT_EQ(printable("ä 日 🎈"), "ä 日 🎈");
}

TEST(CtlTable, ShowsListsAsColumnsThatHoldSomething) {
  EXPECT_EQ(shown("ListStreams", R"({"streams":[
      {"viewerCount":3,"channelArn":"arn:a","state":"LIVE","health":"HEALTHY"},
      {"channelArn":"arn:bcd","state":"LIVE","health":"","new":[1,2]}]})"),
            "channelArn  state  health   viewerCount  new\n"
            "arn:a       LIVE   HEALTHY  3            -\n"
            "arn:bcd     LIVE   -        -            1,2\n");
}

TEST(CtlTable, AlignsWhatIsWide) {
  EXPECT_EQ(render_table({{"a", "b"}, {"日本", "1"}, {"x", "2"}}, 0),
            "a     b\n日本  1\nx     2\n");
}

TEST(CtlTable, FitsTheTerminal) {
  const std::string answer = R"({"channels":[
      {"arn":"arn:aws:ivs:local:000000000000:channel/AbCdEfGhIjKl","name":"a channel for tests",
       "latencyMode":"LOW","type":"STANDARD","authorized":false,"tags":{"team":"日本語の名前"}}]})";
  const std::string whole = shown("ListChannels", answer);
  for (std::size_t width = 10; width < 140; ++width) {
    std::istringstream lines(shown("ListChannels", answer, width));
    for (std::string line; std::getline(lines, line);)
      EXPECT_LE(display_width(line), width) << line;
  }
  EXPECT_EQ(shown("ListChannels", answer, 200), whole);
  // The end of an ARN tells one from another.
  EXPECT_NE(shown("ListChannels", answer, 80).find("…"), std::string::npos);
  EXPECT_NE(shown("ListChannels", answer, 80).find("AbCdEfGhIjKl  "), std::string::npos);
}

TEST(CtlTable, ShowsOneStructureAsLines) {
  EXPECT_EQ(
      shown("GetChannel", R"({"channel":{"tags":{"a":"b","c":"d"},"name":"x","authorized":true,
                     "recordingConfigurationArn":"","srt":{"endpoint":"h:1"},"more":null}})"),
      "name                       x\n"
      "recordingConfigurationArn  -\n"
      "authorized                 true\n"
      "tags\n"
      "  a  b\n"
      "  c  d\n"
      "srt\n"
      "  endpoint  h:1\n");
}

TEST(CtlTable, AlignsAllThatFitsALine) {
  EXPECT_EQ(shown("GetChannel",
                  R"({"channel":{"name":"x","srt":{"endpoint":"h"},"containerFormat":"TS"}})"),
            "name             x\n"
            "containerFormat  TS\n"
            "srt\n"
            "  endpoint  h\n");
}

TEST(CtlTable, NamesSeveralStructures) {
  EXPECT_EQ(
      shown("CreateChannel", R"({"streamKey":{"value":"sk_1"},"channel":{"arn":"a","tags":{}}})"),
      "channel\n"
      "  arn   a\n"
      "  tags  -\n"
      "streamKey\n"
      "  value  sk_1\n");
}

TEST(CtlTable, IndentsTablesInside) {
  EXPECT_EQ(shown("GetStreamSession", R"({"streamSession":{"streamId":"st-1","truncatedEvents":[
                     {"name":"Session Created","type":"IVS"},{"name":"Stream Start","type":"IVS"}]}})"),
            "streamId  st-1\n"
            "truncatedEvents\n"
            "  name             type\n"
            "  Session Created  IVS\n"
            "  Stream Start     IVS\n");
}

TEST(CtlTable, ShowsScalarsAndEscapes) {
  EXPECT_EQ(shown("InsertAdBreak", R"({"adBreakId":"x\u001b[2J"})"), "adBreakId  x\\u{1b}[2J\n");
  EXPECT_EQ(shown("InsertAdBreak", "{}"), "");
  EXPECT_EQ(shown("TestEventPattern", R"({"result":false})"), "result  false\n");
}

TEST(CtlTable, WritesJsonForPeople) {
  EXPECT_EQ(indented_json(json::parse(R"({"a":[1,{"b":"\u001b\""}],"c":{},"d":[]})")),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"\\u001b\\\"\"\n    }\n  ],\n"
            "  \"c\": {},\n  \"d\": []\n}\n");
}

}  // namespace
}  // namespace server::ctl
