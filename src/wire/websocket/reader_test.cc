// The cases that every implementation of the protocol should get right, in the order in which the
// well-known conformance suites ask for them: framing, control frames, reserved bits and opcodes,
// fragmentation, UTF-8, closing, limits. Each row runs in both roles, in one piece, cut at every
// offset, and octet by octet.
#include "wire/websocket/reader.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "wire/websocket/websocket_test_support.h"

namespace wire::websocket {
namespace {

using testing::encode;
using testing::hear;
using testing::TestFrame;

constexpr std::uint32_t kMax = 70'000;

constexpr std::uint8_t kCont = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10;

struct Row {
  std::string name;
  std::vector<TestFrame> frames;
  std::string heard;
};

std::string close_payload(int code, std::string_view reason = {}) {
  std::string payload = {static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  payload += reason;
  return payload;
}

void expect_rows(const std::vector<Row>& rows, Reader::Binary binary = Reader::Binary::kRefuse) {
  for (const Row& row : rows) {
    for (const Reader::Role role : {Reader::Role::kServer, Reader::Role::kClient}) {
      SCOPED_TRACE(row.name + (role == Reader::Role::kServer ? " (server)" : " (client)"));
      const std::string input = encode(row.frames, role);
      const std::string_view view = input;
      {
        Reader reader(role, kMax, binary);
        EXPECT_EQ(hear(reader, {view}), row.heard);
      }
      // Long payloads are cut where something may go wrong: around their frames' ends.
      for (std::size_t cut = 1; cut < view.size(); ++cut) {
        if (cut == 300 && view.size() > 600) cut = view.size() - 100;
        Reader reader(role, kMax, binary);
        ASSERT_EQ(hear(reader, {view.substr(0, cut), view.substr(cut)}), row.heard) << cut;
      }
      std::vector<std::string_view> octets;
      for (std::size_t i = 0; i < view.size(); ++i) octets.push_back(view.substr(i, 1));
      Reader reader(role, kMax, binary);
      EXPECT_EQ(hear(reader, octets), row.heard);
    }
  }
}

TEST(WebSocketReader, Framing) {
  const std::string w16(125, 'w'), x126(126, 'x'), x127(127, 'x'), x128(128, 'x');
  const std::string y(65'535, 'y'), z(65'536, 'z');
  expect_rows({
      {"empty", {{kText, ""}}, "text()"},
      {"short", {{kText, "hello"}}, "text(hello)"},
      {"125", {{kText, w16}}, "text(wwww...125...wwww)"},
      {"126", {{kText, x126}}, "text(xxxx...126...xxxx)"},
      {"127", {{kText, x127}}, "text(xxxx...127...xxxx)"},
      {"128", {{kText, x128}}, "text(xxxx...128...xxxx)"},
      {"65535", {{kText, y}}, "text(yyyy...65535...yyyy)"},
      {"65536", {{kText, z}}, "text(zzzz...65536...zzzz)"},
      {"several", {{kText, "a"}, {kText, ""}, {kText, "b"}}, "text(a)text()text(b)"},
      {"length too long by one form", {{.payload = "hi", .length_octets = 2}}, "fail(1002)"},
      {"by two", {{.payload = "hi", .length_octets = 8}}, "fail(1002)"},
      {"126 in eight", {{.payload = x126, .length_octets = 8}}, "fail(1002)"},
      {"65535 in eight", {{.payload = y, .length_octets = 8}}, "fail(1002)"},
      {"negative", {{.length_octets = 8, .announced = std::uint64_t{1} << 63}}, "fail(1002)"},
      {"mask", {{.payload = "hi", .wrong_mask = true}}, "fail(1002)"},
      {"mask of the second", {{kText, "a"}, {.wrong_mask = true}}, "text(a)fail(1002)"},
      {"mask of control", {{.opcode = kPing, .wrong_mask = true}}, "fail(1002)"},
  });
}

TEST(WebSocketReader, Binary) {
  expect_rows({{"refused", {{kText, "a"}, {kBinary, "b"}}, "text(a)fail(1003)"},
               {"refused in pieces", {{kBinary, "b", false}, {kCont, "c"}}, "fail(1003)"}});
  const std::string any = {'\0', '\xff', '\xfe', '\x80'};
  expect_rows({{"empty", {{kBinary, ""}}, "binary()"},
               {"not UTF-8", {{kBinary, any}}, "binary(" + any + ")"},
               {"in pieces", {{kBinary, any, false}, {kCont, any}}, "binary(" + any + any + ")"},
               {"then text", {{kBinary, "b"}, {kText, "\xff"}}, "binary(b)fail(1007)"}},
              Reader::Binary::kAccept);
}

TEST(WebSocketReader, PingsAndPongs) {
  const std::string full(125, 'p'), over(126, 'p');
  const std::string any = {'\0', '\xff', '\xfe', '\x80'};
  std::vector<TestFrame> ten;
  std::string ten_heard;
  for (int i = 0; i < 10; ++i) {
    ten.push_back({kPing, std::to_string(i)});
    ten_heard += "ping(" + std::to_string(i) + ")";
  }
  expect_rows({
      {"empty", {{kPing, ""}}, "ping()"},
      {"with text", {{kPing, "hello"}}, "ping(hello)"},
      {"with anything", {{kPing, any}}, "ping(" + any + ")"},
      {"125", {{kPing, full}}, "ping(pppp...125...pppp)"},
      {"126", {{kPing, over}}, "fail(1002)"},
      {"unasked pong", {{kPong, ""}, {kPong, "x"}, {kPing, "y"}}, "pong()pong(x)ping(y)"},
      {"long pong", {{kPong, over}}, "fail(1002)"},
      {"ten", ten, ten_heard},
      {"fragmented ping", {{kPing, "a", false}, {kCont, "b"}}, "fail(1002)"},
      {"fragmented pong", {{kPong, "a", false}}, "fail(1002)"},
      {"non-minimal", {{.opcode = kPing, .payload = "a", .length_octets = 2}}, "fail(1002)"},
  });
}

TEST(WebSocketReader, ReservedBits) {
  std::vector<Row> rows;
  for (std::uint8_t bits = 1; bits < 8; ++bits) {
    const std::string name = std::to_string(bits);
    rows.push_back({"text " + name, {{.payload = "x", .reserved = bits}}, "fail(1002)"});
    rows.push_back({"behind text " + name,
                    {{kText, "a"}, {.payload = "x", .reserved = bits}},
                    "text(a)fail(1002)"});
    rows.push_back({"ping " + name, {{.opcode = kPing, .reserved = bits}}, "fail(1002)"});
    rows.push_back({"close " + name, {{.opcode = kClose, .reserved = bits}}, "fail(1002)"});
    rows.push_back({"inside " + name,
                    {{kText, "a", false}, {.opcode = kCont, .payload = "b", .reserved = bits}},
                    "fail(1002)"});
  }
  expect_rows(rows);
}

TEST(WebSocketReader, ReservedOpcodes) {
  std::vector<Row> rows;
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    const std::string name = std::to_string(opcode);
    const auto reserved = static_cast<std::uint8_t>(opcode);
    rows.push_back({"alone " + name, {{reserved, ""}}, "fail(1002)"});
    rows.push_back({"with payload " + name, {{reserved, "x"}}, "fail(1002)"});
    rows.push_back(
        {"behind text " + name, {{kText, "a"}, {reserved, "x"}, {kPing, ""}}, "text(a)fail(1002)"});
    rows.push_back({"inside " + name, {{kText, "a", false}, {reserved, "x"}}, "fail(1002)"});
  }
  expect_rows(rows);
}

TEST(WebSocketReader, Fragmentation) {
  const std::string full(125, 'p');
  expect_rows({
      {"two", {{kText, "a", false}, {kCont, "b"}}, "text(ab)"},
      {"three", {{kText, "a", false}, {kCont, "b", false}, {kCont, "c"}}, "text(abc)"},
      {"all empty", {{kText, "", false}, {kCont, "", false}, {kCont, ""}}, "text()"},
      {"empty but the middle", {{kText, "", false}, {kCont, "m", false}, {kCont, ""}}, "text(m)"},
      {"ping inside", {{kText, "a", false}, {kPing, "p"}, {kCont, "b"}}, "ping(p)text(ab)"},
      {"full ping inside",
       {{kText, "a", false}, {kPing, full}, {kCont, "b"}},
       "ping(pppp...125...pppp)text(ab)"},
      {"pong inside", {{kText, "a", false}, {kPong, ""}, {kCont, "b"}}, "pong()text(ab)"},
      {"many inside",
       {{kText, "a", false},
        {kPing, "1"},
        {kCont, "b", false},
        {kPong, "2"},
        {kPing, "3"},
        {kCont, "c"},
        {kPing, "4"}},
       "ping(1)pong(2)ping(3)text(abc)ping(4)"},
      {"nothing to continue", {{kCont, "x"}}, "fail(1002)"},
      {"nothing to continue, open", {{kCont, "x", false}, {kText, "y"}}, "fail(1002)"},
      {"continued too long",
       {{kText, "a", false}, {kCont, "b"}, {kCont, "c"}},
       "text(ab)fail(1002)"},
      {"text inside text", {{kText, "a", false}, {kText, "b"}}, "fail(1002)"},
      {"binary inside text", {{kText, "a", false}, {kBinary, "b"}}, "fail(1002)"},
      {"text behind", {{kText, "a", false}, {kCont, "b"}, {kText, "c"}}, "text(ab)text(c)"},
      {"close inside", {{kText, "a", false}, {kClose, ""}, {kCont, "b"}}, "close(-,)"},
      {"never ended", {{kText, "a", false}, {kCont, "b", false}}, ""},
      {"mask of a continuation",
       {{kText, "a", false}, {.opcode = kCont, .wrong_mask = true}},
       "fail(1002)"},
  });
}

TEST(WebSocketReader, Utf8) {
  const std::string kosme = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";
  const std::string smile = "\xf0\x9f\x98\x80";
  std::vector<Row> rows = {
      {"text", {{kText, kosme + smile}}, "text(" + kosme + smile + ")"},
      {"NUL", {{kText, std::string("a\0b", 3)}}, std::string("text(a\0b)", 9)},
      {"cut in a character", {{kText, "\xce", false}, {kCont, "\xba"}}, "text(\xce\xba)"},
      {"ping in a character",
       {{kText, "\xf0\x9f", false}, {kPing, "\xff"}, {kCont, "\x98", false}, {kCont, "\x80"}},
       "ping(\xff)text(" + smile + ")"},
      {"ends in a character", {{kText, "a\xce"}}, "fail(1007)"},
      {"ends in a character, in pieces", {{kText, "a", false}, {kCont, "\xce"}}, "fail(1007)"},
      {"first fragment is wrong, nothing behind", {{kText, "a\xff", false}}, "fail(1007)"},
      {"the frame never comes whole", {{.payload = "ab\xff", .announced = 1000}}, "fail(1007)"},
      {"good, then wrong", {{kText, "a"}, {kText, "\xc0\xaf"}}, "text(a)fail(1007)"},
      {"each message for itself", {{kText, "a"}, {kText, "\x80"}}, "text(a)fail(1007)"},
  };
  for (const std::string_view good :
       {"\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbd", "\xef\xbf\xbe", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    rows.push_back({"good", {{kText, std::string(good)}}, "text(" + std::string(good) + ")"});
  }
  for (const std::string_view bad : {"\x80",
                                     "\xbf",
                                     "\xc0\xaf",
                                     "\xc1\xbf",
                                     "\xe0\x80\xaf",
                                     "\xe0\x9f\xbf",
                                     "\xf0\x80\x80\xaf",
                                     "\xf0\x8f\xbf\xbf",
                                     "\xf8\x88\x80\x80\x80",
                                     "\xfc\x84\x80\x80\x80\x80",
                                     "\xed\xa0\x80",
                                     "\xed\xbf\xbf",
                                     "\xed\xa0\xbd\xed\xb8\x80",
                                     "\xf4\x90\x80\x80",
                                     "\xf5\x80\x80\x80",
                                     "\xfe",
                                     "\xff",
                                     "\xc2",
                                     "\xe2\x82",
                                     "\xf0\x9f\x98",
                                     "\xce\xce",
                                     "\xe2\x28\xa1"}) {
    const std::string text(bad);
    rows.push_back({"bad", {{kText, text}}, "fail(1007)"});
    rows.push_back({"bad behind good", {{kText, "good " + text + " good"}}, "fail(1007)"});
    rows.push_back({"bad in pieces",
                    {{kText, text.substr(0, 1), false}, {kCont, text.substr(1) + "."}},
                    "fail(1007)"});
  }
  expect_rows(rows);
}

// The octet that cannot be right is the last one given: it must be enough.
TEST(WebSocketReader, InvalidTextFailsWithItsFirstOctet) {
  const std::string frame = encode({.payload = "abc\xf4\x90zzzz"}, Reader::Role::kServer);
  const std::size_t header = 6;
  Reader reader(Reader::Role::kServer, kMax);
  const std::string_view view = frame;
  EXPECT_EQ(hear(reader, {view.substr(0, header + 4)}), "");
  EXPECT_EQ(hear(reader, {view.substr(header + 4, 1)}), "fail(1007)");
}

TEST(WebSocketReader, Closing) {
  const std::string longest(123, 'r');
  std::vector<Row> rows = {
      {"without code", {{kClose, ""}}, "close(-,)"},
      {"half a code", {{kClose, "\x03"}}, "fail(1002)"},
      {"with reason", {{kClose, close_payload(1000, "bye")}}, "close(1000,bye)"},
      {"longest reason", {{kClose, close_payload(1000, longest)}}, "close(1000,rrrr...123...rrrr)"},
      {"too long", {{kClose, close_payload(1000, longest + "r")}}, "fail(1002)"},
      {"reason is not UTF-8", {{kClose, close_payload(1000, "\xce\xff")}}, "fail(1007)"},
      {"reason ends in a character", {{kClose, close_payload(1000, "a\xce")}}, "fail(1007)"},
      {"text behind is ignored", {{kClose, ""}, {kText, "a"}}, "close(-,)"},
      {"rubbish behind is ignored", {{kClose, ""}, {.opcode = 15, .reserved = 7}}, "close(-,)"},
      {"only the first counts",
       {{kText, "a"}, {kClose, close_payload(1001)}, {kClose, close_payload(1000)}},
       "text(a)close(1001,)"},
      {"fragmented", {{kClose, "", false}}, "fail(1002)"},
  };
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
                         3000, 3999, 4000, 4999}) {
    rows.push_back({"code " + std::to_string(code),
                    {{kClose, close_payload(code)}},
                    "close(" + std::to_string(code) + ",)"});
  }
  for (const int code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    rows.push_back({"code " + std::to_string(code), {{kClose, close_payload(code)}}, "fail(1002)"});
  }
  expect_rows(rows);
}

TEST(WebSocketReader, Limits) {
  const std::string most(kMax, 'm');
  const std::string half(kMax / 2, 'h');
  expect_rows({
      {"the most", {{kText, most}}, "text(mmmm...70000...mmmm)"},
      {"one more is refused when announced", {{.announced = kMax + 1}}, "fail(1009)"},
      {"far more", {{.announced = ~std::uint64_t{0} >> 1}}, "fail(1009)"},
      {"together",
       {{kText, half, false}, {kCont, half}, {kText, "x"}},
       "text(hhhh...70000...hhhh)text(x)"},
      {"one more together", {{kText, most, false}, {kPing, ""}, {kCont, "x"}}, "ping()fail(1009)"},
      {"empty fragments do not count",
       {{kText, most, false}, {kCont, "", false}, {kCont, ""}},
       "text(mmmm...70000...mmmm)"},
  });
}

// What is announced costs nothing, and between messages there is nothing to hold.
TEST(WebSocketReader, HoldsOnlyWhatHasCome) {
  Reader reader(Reader::Role::kServer, kMax);
  EXPECT_FALSE(reader.is_receiving());
  const std::string frame = encode({.payload = "hello"}, Reader::Role::kServer);
  const std::string_view view = frame;
  EXPECT_EQ(hear(reader, {view}), "text(hello)");
  EXPECT_FALSE(reader.is_receiving());
  EXPECT_EQ(hear(reader, {view.substr(0, 1)}), "");
  EXPECT_TRUE(reader.is_receiving());
  EXPECT_EQ(hear(reader, {view.substr(1)}), "text(hello)");
  EXPECT_FALSE(reader.is_receiving());
  EXPECT_EQ(hear(reader, {encode({.opcode = kPing, .payload = "p"}, Reader::Role::kServer)}),
            "ping(p)");
  EXPECT_FALSE(reader.is_receiving());
}

TEST(WebSocketReader, IgnoresEverythingAfterAFailure) {
  Reader reader(Reader::Role::kServer, kMax);
  EXPECT_EQ(hear(reader, {encode({.opcode = 3}, Reader::Role::kServer)}), "fail(1002)");
  EXPECT_EQ(hear(reader, {encode({.payload = "a"}, Reader::Role::kServer)}), "");
  EXPECT_FALSE(reader.is_receiving());
}

}  // namespace
}  // namespace wire::websocket
