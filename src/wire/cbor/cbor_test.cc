#include "wire/cbor/cbor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace wire::cbor {
namespace {

base::Bytes from_hex(std::string_view text) {
  base::Bytes out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    out.push_back(
        static_cast<std::uint8_t>(std::stoul(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return out;
}

// Everything in a document, in a notation close to that of RFC 8949 appendix A.
std::string describe(Reader& reader, int depth = 0) {
  auto item = reader.next();
  if (!item) return "!" + std::string(base::to_string(item.error().code));
  if (depth > 20) return "deep";
  const auto list = [&](bool pairs, char open, char close) {
    std::string out(1, open);
    for (std::size_t i = 0; !item->count || i < *item->count; ++i) {
      const std::string key = describe(reader, depth + 1);
      if (key == "break") break;
      if (key.find('!') != std::string::npos) return key;
      if (i > 0) out += ", ";
      out += key;
      if (!pairs) continue;
      const std::string value = describe(reader, depth + 1);
      if (value.find('!') != std::string::npos) return value;
      out += ": " + value;
    }
    return out + close;
  };
  switch (item->kind) {
    case Kind::kUnsigned:
      return std::to_string(item->number);
    case Kind::kNegative:
      return "-1-" + std::to_string(item->number);
    case Kind::kOctets:
      return "h'" + base::to_hex(base::as_bytes(item->text)) + "'";
    case Kind::kText:
      return '"' + item->text + '"';
    case Kind::kArray:
      return list(false, '[', ']');
    case Kind::kMap:
      return list(true, '{', '}');
    case Kind::kTag: {
      const std::string number = std::to_string(item->number);
      return number + "(" + describe(reader, depth + 1) + ")";
    }
    case Kind::kBoolean:
      return item->boolean ? "true" : "false";
    case Kind::kNull:
      return "null";
    case Kind::kReal: {
      char text[64];
      std::snprintf(text, sizeof text, "%.17g", item->real);
      return std::string(text) + "f";
    }
    case Kind::kBreak:
      return "break";
  }
  return "?";
}

std::string describe(std::string_view hex) {
  const base::Bytes data = from_hex(hex);
  Reader reader(data);
  std::string text = describe(reader);
  if (text.find('!') == std::string::npos && !reader.at_end()) text += " and more";
  return text;
}

// Most rows are from RFC 8949 appendix A.
TEST(CborReader, ReadsEveryKindOfItem) {
  struct Row {
    std::string_view hex;
    std::string_view meaning;
  };
  for (const Row& row : {
           Row{"00", "0"},
           Row{"17", "23"},
           Row{"1818", "24"},
           Row{"1903e8", "1000"},
           Row{"1a000f4240", "1000000"},
           Row{"1bffffffffffffffff", "18446744073709551615"},
           Row{"20", "-1-0"},
           Row{"3903e7", "-1-999"},
           Row{"3bffffffffffffffff", "-1-18446744073709551615"},
           Row{"f90000", "0f"},
           Row{"f98000", "-0f"},
           Row{"f93e00", "1.5f"},
           Row{"f97bff", "65504f"},
           Row{"f90001", "5.9604644775390625e-08f"},
           Row{"f97c00", "inff"},
           Row{"f9fc00", "-inff"},
           Row{"fa47c35000", "100000f"},
           Row{"fa7f7fffff", "3.4028234663852886e+38f"},
           Row{"fa00000001", "1.4012984643248171e-45f"},
           Row{"faff800000", "-inff"},
           Row{"fb3ff199999999999a", "1.1000000000000001f"},
           Row{"fbc010666666666666", "-4.0999999999999996f"},
           Row{"f4", "false"},
           Row{"f5", "true"},
           Row{"f6", "null"},
           Row{"f7", "null"},
           Row{"c11a514b67b0", "1(1363896240)"},
           Row{"c1fb41d452d9ec200000", "1(1363896240.5f)"},
           Row{"40", "h''"},
           Row{"4401020304", "h'01020304'"},
           Row{"60", "\"\""},
           Row{"6449455446", "\"IETF\""},
           Row{"62c3bc", "\"\xc3\xbc\""},
           Row{"80", "[]"},
           Row{"8301820203820405", "[1, [2, 3], [4, 5]]"},
           Row{"a26161016162820203", "{\"a\": 1, \"b\": [2, 3]}"},
           Row{"5f42010243030405ff", "h'0102030405'"},
           Row{"7f657374726561646d696e67ff", "\"streaming\""},
           Row{"9fff", "[]"},
           Row{"9f018202039f0405ffff", "[1, [2, 3], [4, 5]]"},
           Row{"bf61610161629f0203ffff", "{\"a\": 1, \"b\": [2, 3]}"},
       }) {
    EXPECT_EQ(describe(row.hex), row.meaning) << row.hex;
  }
}

TEST(CborReader, RefusesWhatIsNotWellFormed) {
  struct Row {
    std::string_view hex;
    std::string_view meaning;
  };
  for (const Row& row : {
           Row{"", "!malformed"},
           Row{"18", "!malformed"},                // no argument
           Row{"1b00000000000000", "!malformed"},  // half an argument
           Row{"1c", "!malformed"},                // reserved
           Row{"1f", "!malformed"},                // a number of unknown length
           Row{"df", "!malformed"},                // a tag of unknown length
           Row{"4401", "!malformed"},              // longer than the data
           Row{"5bffffffffffffffff00", "!malformed"},
           Row{"61ff", "!malformed"},          // not UTF-8
           Row{"7f61c361bcff", "!malformed"},  // a character across pieces
           Row{"7f4101ff", "!malformed"},      // octets inside text
           Row{"7f7f6161ffff", "!malformed"},  // pieces inside a piece
           Row{"7f6161", "!malformed"},        // without an end
           Row{"9bffffffffffffffff00", "!malformed"},
           Row{"8200", "!malformed"},
           Row{"a10001a1", "{0: 1} and more"},
           Row{"a2000100", "!malformed"},  // three halves of pairs
           Row{"f8ff", "!unsupported"},
           Row{"e0", "!unsupported"},
       }) {
    EXPECT_EQ(describe(row.hex), row.meaning) << row.hex;
  }
}

TEST(CborReader, EveryPrefixIsRefused) {
  const base::Bytes whole =
      from_hex("a46161c1fb41d452d9ec2000006162830119ffff1a000100006163f565776f726c647f6161ff");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Reader reader(base::ByteSpan(whole).first(size));
    EXPECT_THAT(describe(reader), ::testing::HasSubstr("!malformed")) << size;
  }
  Reader reader(whole);
  EXPECT_EQ(describe(reader),
            R"({"a": 1(1363896240.5f), "b": [1, 65535, 65536], "c": true, "world": "a"})");
}

TEST(CborWriter, WritesTheShortestForms) {
  Writer out;
  out.map(3);
  out.text("a");
  out.tag(kEpochTag);
  out.number(1'363'896'240);
  out.text("b");
  out.array(11);
  for (const std::uint64_t value : {0ULL, 23ULL, 24ULL, 255ULL, 256ULL, 65'535ULL, 65'536ULL,
                                    4'294'967'295ULL, 4'294'967'296ULL}) {
    out.unsigned_number(value);
  }
  out.number(-1);
  out.number(std::numeric_limits<std::int64_t>::min());
  out.text("c");
  out.array(5);
  out.real(1.1);
  out.boolean(true);
  out.boolean(false);
  out.null();
  const base::Bytes octets = {1, 2};
  out.octets(octets);
  EXPECT_EQ(base::to_hex(out.take()),
            "a36161c11a514b67b061628b0017181818ff19010019ffff1a000100001affffffff1b0000000100000000"
            "203b7fffffffffffffff616385fb3ff199999999999af5f4f6420102");
}

}  // namespace
}  // namespace wire::cbor
