#include "media/flv/script_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

#include "base/base64.h"
#include "base/utf8.h"
#include "media/codec/nal.h"

namespace media::flv {

using amf0::Value;
using base::ErrorCode;
using base::Expected;

namespace {

constexpr std::size_t kMaxEncoderName = 256;
constexpr std::size_t kMaxTrackMaps = 32;
constexpr double kMaxNumber = 1e9;

/// Messages that are not meant for viewers.
constexpr std::array<std::string_view, 7> kNotForViewers = {
    "|RtmpSampleAccess", "onStatus",    "onFI",           "onFCPublish",
    "onFCUnpublish",     "onClearData", "@clearDataFrame"};

/// A number member that is sane: finite, not negative, not absurd. Some encoders send text.
double number_in(const Value& data, std::string_view name) {
  double value = 0;
  if (const auto number = data.number_at(name)) {
    value = *number;
  } else if (const auto text = data.string_at(name)) {
    const auto parsed = std::from_chars(text->data(), text->data() + text->size(), value);
    if (parsed.ec != std::errc()) return 0;
  }
  return std::isfinite(value) && value > 0 && value <= kMaxNumber ? value : 0;
}

std::uint32_t count_in(const Value& data, std::string_view name) {
  return static_cast<std::uint32_t>(std::lround(number_in(data, name)));
}

std::map<std::uint8_t, TrackMetadata> tracks_in(const Value& data, std::string_view name,
                                                std::string_view bitrate_name) {
  std::map<std::uint8_t, TrackMetadata> tracks;
  const Value* map = data.find(name);
  if (map == nullptr) return tracks;
  for (const amf0::Property& property : map->properties()) {
    std::uint8_t id = 0;
    const char* end = property.name.data() + property.name.size();
    const auto parsed = std::from_chars(property.name.data(), end, id);
    if (parsed.ec != std::errc() || parsed.ptr != end) continue;
    if (tracks.size() == kMaxTrackMaps) break;
    const Value& track = property.value;
    tracks[id] = {.width = count_in(track, "width"),
                  .height = count_in(track, "height"),
                  .frame_rate = number_in(track, "framerate"),
                  .bitrate_kbps = number_in(track, bitrate_name)};
  }
  return tracks;
}

EncoderMetadata metadata_of(const Value& data) {
  EncoderMetadata out;
  if (const auto encoder = data.string_at("encoder")) {
    std::string_view name = encoder->substr(0, kMaxEncoderName);
    // A cut may have split the last character; up to three of its bytes may stand alone.
    for (int i = 0; i < 3 && !base::is_utf8(name); ++i) name.remove_suffix(1);
    if (base::is_utf8(name)) out.encoder = name;
  }
  out.width = count_in(data, "width");
  out.height = count_in(data, "height");
  out.frame_rate = number_in(data, "framerate");
  out.video_bitrate_kbps = number_in(data, "videodatarate");
  out.audio_bitrate_kbps = number_in(data, "audiodatarate");
  out.audio_sample_rate = count_in(data, "audiosamplerate");
  out.audio_channels = count_in(data, "audiochannels");
  if (out.audio_channels == 0) {
    if (const auto stereo = data.boolean_at("stereo")) out.audio_channels = *stereo ? 2 : 1;
  }
  out.video_tracks = tracks_in(data, "videoTrackIdInfoMap", "videodatarate");
  out.audio_tracks = tracks_in(data, "audioTrackIdInfoMap", "audiodatarate");
  return out;
}

Expected<ScriptData> captions_of(const Value& data) {
  const auto type = data.string_at("type");
  const auto text = data.string_at("data");
  if (!type || !text) {
    return base::fail(ErrorCode::kMalformed, "onCaptionInfo lacks its type or data");
  }
  if (*type != "708") {
    return base::fail(ErrorCode::kUnsupported, "onCaptionInfo is not of type 708");
  }
  // Encoders may wrap long lines.
  std::string packed(*text);
  std::erase_if(packed, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
  auto bytes = base::from_base64(packed);
  if (!bytes || bytes->empty()) {
    return base::fail(
        ErrorCode::kMalformed,
        fmt::format("onCaptionInfo has {} characters that are no base64 data", text->size()));
  }
  const base::Slice all = base::Slice::take(std::move(*bytes));
  // Encoders send the whole message as it stands in an SEI, or only its user data.
  const base::ByteSpan triplets =
      caption_bytes({.type = kSeiUserDataRegistered, .payload = all.span()});
  if (triplets.empty()) return CaptionData{.cc_data = all};
  return CaptionData{.cc_data = all.sub(kCaptionHeaderSize, triplets.size())};
}

Expected<ScriptData> text_of(const Value& data) {
  std::string text;
  if (const auto string = data.as_string()) {
    text = *string;
  } else if (const auto member = data.string_at("text")) {
    text = *member;
  } else if (!data.properties().empty() || !data.elements().empty()) {
    text = amf0::to_json(data);
  }
  if (text.empty()) return IgnoredData{};
  if (text.size() > kMaxTimedTextSize) {
    return base::fail(ErrorCode::kLimit, fmt::format("timed text of {} bytes is longer than {}",
                                                     text.size(), kMaxTimedTextSize));
  }
  if (!base::is_utf8(text)) {
    return base::fail(ErrorCode::kMalformed, "timed text is not UTF-8");
  }
  return TimedText{.origin = TimedText::Origin::kInband, .payload = std::move(text)};
}

}  // namespace

Expected<ScriptData> parse_script_data(base::ByteSpan message) {
  const auto values = amf0::parse_all(message);
  if (!values) return base::fail(base::Error(values.error()).with_context("script data"));
  std::size_t at = 0;
  const auto name_at = [&](std::size_t index) -> std::optional<std::string_view> {
    return index < values->size() ? (*values)[index].as_string() : std::nullopt;
  };
  if (name_at(at) == "@setDataFrame") ++at;
  const auto name = name_at(at);
  if (!name) return base::fail(ErrorCode::kMalformed, "script data does not begin with a name");
  if (std::ranges::find(kNotForViewers, *name) != kNotForViewers.end()) return IgnoredData{};
  // Data sent as a remote call has a null or a transaction number before its value.
  ++at;
  while (at + 1 < values->size() && (*values)[at].type() == amf0::Type::kNull) ++at;
  if (at >= values->size()) return IgnoredData{};
  const Value& data = (*values)[at];
  if (*name == "onMetaData") return metadata_of(data);
  if (*name == "onCaptionInfo") return captions_of(data);
  return text_of(data);
}

base::Bytes write_metadata(const EncoderMetadata& metadata) {
  Value data = Value::ecma_array();
  const auto add_number = [](Value& to, std::string_view name, double value) {
    if (value != 0) to.add(name, Value::number(value));
  };
  const auto add_tracks = [&](std::string_view name, std::string_view bitrate_name,
                              const std::map<std::uint8_t, TrackMetadata>& tracks) {
    if (tracks.empty()) return;
    Value map = Value::object();
    for (const auto& [id, track] : tracks) {
      Value entry = Value::object();
      add_number(entry, "width", track.width);
      add_number(entry, "height", track.height);
      add_number(entry, "framerate", track.frame_rate);
      add_number(entry, bitrate_name, track.bitrate_kbps);
      map.add(std::to_string(id), std::move(entry));
    }
    data.add(name, std::move(map));
  };
  add_number(data, "width", metadata.width);
  add_number(data, "height", metadata.height);
  add_number(data, "framerate", metadata.frame_rate);
  add_number(data, "videodatarate", metadata.video_bitrate_kbps);
  add_number(data, "audiodatarate", metadata.audio_bitrate_kbps);
  add_number(data, "audiosamplerate", metadata.audio_sample_rate);
  add_number(data, "audiochannels", metadata.audio_channels);
  if (!metadata.encoder.empty()) data.add("encoder", Value::string(metadata.encoder));
  add_tracks("videoTrackIdInfoMap", "videodatarate", metadata.video_tracks);
  add_tracks("audioTrackIdInfoMap", "audiodatarate", metadata.audio_tracks);
  return amf0::write_all({Value::string("@setDataFrame"), Value::string("onMetaData"), data});
}

}  // namespace media::flv
