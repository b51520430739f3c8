#include "media/flv/amf0.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "media/codec/hex_test_support.h"

namespace media::amf0 {
namespace {

using testing::from_hex;

/// "onMetaData" as ffmpeg sends it, shortened.
constexpr std::string_view kMetadata =
    "02000a6f6e4d65746144617461 0800000002 0005 7769647468 004074000000000000"
    "0006 73746572656f 0101 0007 656e636f646572 02000d4c61766635392e32372e313030 000009";

std::vector<Value> one_of_each() {
  return {Value::string("connect"),
          Value::number(1),
          Value::object({{"app", Value::string("app")},
                         {"fpad", Value::boolean(false)},
                         {"nested", Value::object({{"a", Value::null()}})}}),
          Value(),
          Value::null(),
          Value::ecma_array({{"duration", Value::number(-0.5)}}),
          Value::strict_array({Value::number(1), Value::string("x"), Value::strict_array()}),
          Value::date(1.7e12),
          Value::typed_object("Point", {{"x", Value::number(3)}}),
          Value::string(std::string(70'000, 'l'))};
}

TEST(Amf0, ReadsMetadataOfAnEncoder) {
  const auto values = parse_all(from_hex(kMetadata));
  ASSERT_TRUE(values) << values.error().message;
  ASSERT_EQ(values->size(), 2U);
  EXPECT_EQ((*values)[0].as_string(), "onMetaData");
  const Value& data = (*values)[1];
  EXPECT_EQ(data.type(), Type::kEcmaArray);
  EXPECT_EQ(data.number_at("width"), 320);
  EXPECT_EQ(data.boolean_at("stereo"), true);
  EXPECT_EQ(data.string_at("encoder"), "Lavf59.27.100");
  EXPECT_EQ(data.string_at("width"), std::nullopt);
  EXPECT_EQ(data.find("height"), nullptr);
}

TEST(Amf0, RoundTripsEveryType) {
  const auto values = one_of_each();
  const auto parsed = parse_all(write_all(values));
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(*parsed, values);
}

TEST(Amf0, WritesTheBytesOfTheSpecification) {
  struct Row {
    Value value;
    std::string_view hex;
  };
  const Row rows[] = {
      {Value::number(1), "003ff0000000000000"},
      {Value::boolean(true), "0101"},
      {Value::string("ab"), "0200026162"},
      {Value::object({{"k", Value::null()}}), "0300016b05000009"},
      {Value(), "06"},
      {Value::ecma_array(), "0800000000000009"},
      {Value::strict_array({Value::null()}), "0a0000000105"},
      {Value::date(0), "0b00000000000000000000"},
      {Value::typed_object("C"), "10000143000009"},
  };
  for (const Row& row : rows) {
    base::ByteWriter out;
    write(out, row.value);
    EXPECT_EQ(base::to_hex(out.span()), row.hex);
  }
}

TEST(Amf0, RefusesEveryTruncation) {
  std::vector<Value> values = one_of_each();
  values.back() = Value::string("end");
  for (const Value& value : values) {
    const base::Bytes bytes = write_all({value});
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      base::ByteReader reader(base::ByteSpan(bytes).first(size));
      const auto parsed = parse_one(reader);
      ASSERT_FALSE(parsed);
      EXPECT_EQ(parsed.error().code, base::ErrorCode::kMalformed);
    }
  }
}

TEST(Amf0, RefusesWhatItDoesNotKnow) {
  struct Row {
    std::string_view hex;
    base::ErrorCode code;
  };
  for (const Row& row :
       {Row{"070001", base::ErrorCode::kUnsupported}, Row{"11", base::ErrorCode::kUnsupported},
        Row{"04", base::ErrorCode::kUnsupported}, Row{"12", base::ErrorCode::kMalformed},
        Row{"09", base::ErrorCode::kMalformed}, Row{"0affffffff05", base::ErrorCode::kMalformed},
        Row{"0cffffffff61", base::ErrorCode::kMalformed}}) {
    const auto parsed = parse_all(from_hex(row.hex));
    ASSERT_FALSE(parsed) << row.hex;
    EXPECT_EQ(parsed.error().code, row.code) << row.hex;
  }
}

TEST(Amf0, LimitsDepthAndCount) {
  Value deep = Value::null();
  for (unsigned i = 0; i < kMaxDepth; ++i) deep = Value::object({{"a", deep}});
  EXPECT_TRUE(parse_all(write_all({deep})));
  const auto too_deep = parse_all(write_all({Value::strict_array({deep})}));
  ASSERT_FALSE(too_deep);
  EXPECT_EQ(too_deep.error().code, base::ErrorCode::kLimit);

  EXPECT_TRUE(parse_all(base::Bytes(kMaxValues, 0x05)));
  const auto too_many = parse_all(base::Bytes(kMaxValues + 1, 0x05));
  ASSERT_FALSE(too_many);
  EXPECT_EQ(too_many.error().code, base::ErrorCode::kLimit);
}

TEST(Amf0, AcceptsAnEmptyNameBeforeAValue) {
  // The end is an empty name and the end marker; an empty name alone is a name.
  const auto parsed = parse_all(from_hex("03 0000 05 0000 09"));
  ASSERT_TRUE(parsed);
  ASSERT_EQ(parsed->front().properties().size(), 1U);
  EXPECT_EQ(parsed->front().properties().front().name, "");
}

TEST(Amf0, BecomesJson) {
  const Value value =
      Value::object({{"text", Value::string("a\"b\n\xff")},
                     {"n", Value::number(3)},
                     {"half", Value::number(0.5)},
                     {"bad", Value::number(std::numeric_limits<double>::infinity())},
                     {"list", Value::strict_array({Value::boolean(true), Value()})},
                     {"map", Value::ecma_array({{"d", Value::date(12)}})}});
  EXPECT_EQ(to_json(value),
            "{\"text\":\"a\\\"b\\u000a\\ufffd\",\"n\":3,\"half\":0.5,\"bad\":null,"
            "\"list\":[true,null],\"map\":{\"d\":12}}");
}

}  // namespace
}  // namespace media::amf0
