#include "media/flv/script_data.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "media/codec/hex_test_support.h"

namespace media::flv {
namespace {

using amf0::Value;
using testing::from_hex;

base::Expected<ScriptData> parse(const std::vector<Value>& values) {
  return parse_script_data(amf0::write_all(values));
}

std::string text_of(const std::vector<Value>& values) {
  const auto data = parse(values);
  if (!data) return std::string(base::to_string(data.error().code));
  const auto* text = std::get_if<TimedText>(&*data);
  return text == nullptr ? "ignored" : text->payload;
}

TEST(ScriptData, ReadsMetadataOfFfmpeg) {
  const auto data = parse_script_data(from_hex(
      "02000a6f6e4d65746144617461080000000d00086475726174696f6e003ff1126e978d4fdf00057769647468"
      "0040740000000000000006686569676874004066800000000000000d766964656f6461746172617465000000"
      "00000000000000096672616d657261746500403e000000000000000c766964656f636f646563696400401c00"
      "0000000000000d617564696f646174617261746500405f400000000000000f617564696f73616d706c657261"
      "74650040e7700000000000000f617564696f73616d706c6573697a65004030000000000000000673746572656f"
      "0101000c617564696f636f64656369640040240000000000000007656e636f64657202000d4c61766635392e"
      "32372e313030000866696c6573697a650040d7e60000000000000009"));
  ASSERT_TRUE(data) << data.error().message;
  const auto* metadata = std::get_if<EncoderMetadata>(&*data);
  ASSERT_NE(metadata, nullptr);
  EXPECT_EQ(*metadata, (EncoderMetadata{.encoder = "Lavf59.27.100",
                                        .width = 320,
                                        .height = 180,
                                        .frame_rate = 30,
                                        .video_bitrate_kbps = 0,
                                        .audio_bitrate_kbps = 125,
                                        .audio_sample_rate = 48'000,
                                        .audio_channels = 2,
                                        .video_tracks = {},
                                        .audio_tracks = {}}));
}

TEST(ScriptData, WritesMetadataThatItReads) {
  EncoderMetadata metadata;
  metadata.encoder = "obs-output module (libobs version 30.2.0)";
  metadata.width = 1920;
  metadata.height = 1080;
  metadata.frame_rate = 59.94;
  metadata.video_bitrate_kbps = 6000;
  metadata.audio_bitrate_kbps = 160;
  metadata.audio_sample_rate = 48'000;
  metadata.audio_channels = 6;
  metadata.video_tracks[1] = {.width = 1280, .height = 720, .frame_rate = 30, .bitrate_kbps = 3000};
  metadata.audio_tracks[2] = {.width = 0, .height = 0, .frame_rate = 0, .bitrate_kbps = 96};
  const auto data = parse_script_data(write_metadata(metadata));
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(std::get<EncoderMetadata>(*data), metadata);
}

TEST(ScriptData, DropsNumbersThatCannotBe) {
  const auto data = parse({Value::string("onMetaData"),
                           Value::object({{"width", Value::number(-5)},
                                          {"height", Value::number(1e300)},
                                          {"framerate", Value::string("29.97")},
                                          {"audiodatarate", Value::string("many")},
                                          {"encoder", Value::string("\xff\xfe\xfd\xfc")}})});
  ASSERT_TRUE(data);
  const auto& metadata = std::get<EncoderMetadata>(*data);
  EXPECT_EQ(metadata.width, 0U);
  EXPECT_EQ(metadata.height, 0U);
  EXPECT_DOUBLE_EQ(metadata.frame_rate, 29.97);
  EXPECT_EQ(metadata.audio_bitrate_kbps, 0);
  EXPECT_EQ(metadata.encoder, "");
}

TEST(ScriptData, CutsLongEncoderNamesBetweenCharacters) {
  std::string name(255, 'x');
  name += "\xc3\xa9 and more";
  const auto data =
      parse({Value::string("onMetaData"), Value::object({{"encoder", Value::string(name)}})});
  ASSERT_TRUE(data);
  EXPECT_EQ(std::get<EncoderMetadata>(*data).encoder, std::string(255, 'x'));
}

TEST(ScriptData, FindsTimedText) {
  const Value cue = Value::object({{"name", Value::string("goal")}, {"n", Value::number(2)}});
  EXPECT_EQ(text_of({Value::string("onTextData"),
                     Value::object({{"text", Value::string("hi")}, {"x", Value::number(1)}})}),
            "hi");
  EXPECT_EQ(text_of({Value::string("onCuePoint"), cue}), R"({"name":"goal","n":2})");
  EXPECT_EQ(text_of({Value::string("@setDataFrame"), Value::string("onTextData"), cue}),
            R"({"name":"goal","n":2})");
  EXPECT_EQ(text_of({Value::string("myEvent"), Value::null(), Value::string("plain")}), "plain");
  EXPECT_EQ(text_of({Value::string("list"), Value::strict_array({Value::number(1)})}), "[1]");
  // A text member that is no string is data like any other.
  EXPECT_EQ(text_of({Value::string("x"), Value::object({{"text", Value::number(1)}})}),
            R"({"text":1})");
  EXPECT_EQ(text_of({Value::string("onTextData"), Value::number(1)}), "ignored");
  EXPECT_EQ(text_of({Value::string("onTextData"), Value::object()}), "ignored");
  EXPECT_EQ(text_of({Value::string("onTextData")}), "ignored");
  EXPECT_EQ(text_of({Value::string("|RtmpSampleAccess"), Value::boolean(true)}), "ignored");
  EXPECT_EQ(text_of({Value::string("onFI"), cue}), "ignored");
  EXPECT_EQ(text_of({Value::string("x"), Value::string("\xff")}), "malformed");
  EXPECT_EQ(text_of({Value::string("x"), Value::string(std::string(16 * 1024, 'a'))}),
            std::string(16 * 1024, 'a'));
  EXPECT_EQ(text_of({Value::string("x"), Value::string(std::string(16 * 1024 + 1, 'a'))}), "limit");
  EXPECT_EQ(text_of({Value::number(1)}), "malformed");
  EXPECT_EQ(text_of({}), "malformed");
}

TEST(ScriptData, FindsCaptions) {
  const auto captions = [](std::string_view type, std::string_view base64) -> std::string {
    const auto data = parse(
        {Value::string("onCaptionInfo"),
         Value::ecma_array({{"type", Value::string(type)}, {"data", Value::string(base64)}})});
    if (!data) return std::string(base::to_string(data.error().code));
    return base::to_hex(std::get<CaptionData>(*data).cc_data.span());
  };
  EXPECT_EQ(captions("708", "/JQg"), "fc9420");
  EXPECT_EQ(captions("708", "/J\r\n Qg"), "fc9420");
  // b5 0031 "GA94" 03 c1 ff, one triplet, ff: as in an SEI
  EXPECT_EQ(captions("708", "tQAxR0E5NAPB//yUIP8="), "fc9420");
  EXPECT_EQ(captions("608", "/JQg"), "unsupported");
  EXPECT_EQ(captions("708", "*"), "malformed");
  EXPECT_EQ(captions("708", ""), "malformed");
  EXPECT_FALSE(parse({Value::string("onCaptionInfo"), Value::object()}));
}

TEST(ScriptData, RefusesEveryTruncation) {
  EncoderMetadata metadata;
  metadata.width = 16;
  const base::Bytes message = write_metadata(metadata);
  for (std::size_t size = 0; size < message.size(); ++size) {
    const auto data = parse_script_data(base::ByteSpan(message).first(size));
    // Cut between values there is a name without data, which is nothing.
    if (data) EXPECT_TRUE(std::holds_alternative<IgnoredData>(*data)) << size;
  }
}

}  // namespace
}  // namespace media::flv
