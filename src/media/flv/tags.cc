#include "media/flv/tags.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "media/flv/tag_codes.h"

namespace media::flv {

using base::ByteReader;
using base::ByteSpan;
using base::ErrorCode;
using base::Expected;

namespace {

constexpr std::uint32_t kNanosecondsInMillisecond = 1'000'000;
/// Modifiers in one message; only one is defined.
constexpr unsigned kMaxModifiers = 8;

std::string_view classic_audio_name(unsigned format) {
  static constexpr std::array<std::string_view, 16> kNames = {
      "PCM",          "ADPCM",          "MP3", "PCM", "Nellymoser", "Nellymoser", "Nellymoser",
      "G.711 A-law",  "G.711 mu-law",   "",    "AAC", "Speex",      "",           "",
      "MP3 at 8 kHz", "device specific"};
  return kNames[format];
}

std::string_view classic_video_name(unsigned codec) {
  static constexpr std::array<std::string_view, 16> kNames = {"",
                                                              "JPEG",
                                                              "Sorenson H.263",
                                                              "Screen video",
                                                              "VP6",
                                                              "VP6 with alpha",
                                                              "Screen video 2",
                                                              "H.264",
                                                              "",
                                                              "",
                                                              "",
                                                              "",
                                                              "HEVC",
                                                              "AV1",
                                                              "",
                                                              ""};
  return kNames[codec];
}

/// Four characters from outside, made fit for a sentence.
std::string printable(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(out, [](char c) { return c < ' ' || c > '~'; }, '?');
  return out;
}

Expected<Codec> codec_of_four_cc(std::string_view four_cc, TrackKind kind) {
  for (const FourCc& known : kFourCcs) {
    if (known.text == four_cc && kind_of(known.codec) == kind) return known.codec;
  }
  return base::fail(ErrorCode::kUnsupported,
                    fmt::format("{} codec '{}' is not supported",
                                kind == TrackKind::kVideo ? "video" : "audio", printable(four_cc)));
}

std::int32_t signed_24(std::uint32_t value) {
  return (value & 0x800000) != 0 ? static_cast<std::int32_t>(value) - 0x1000000
                                 : static_cast<std::int32_t>(value);
}

/// Walks the part that Enhanced audio and video share: modifiers, track lists, FourCCs.
class EnhancedParser {
 public:
  EnhancedParser(ByteSpan message, TrackKind kind, std::vector<TagEvent>& events)
      : message_(message), reader_(message), kind_(kind), events_(events) {}

  Expected<void> parse() {
    const std::uint8_t first = reader_.u8();
    packet_type_ = first & 0x0F;
    const unsigned frame_type = (first >> 4) & 0x07;
    keyframe_ =
        kind_ == TrackKind::kAudio || frame_type == kFrameKey || frame_type == kFrameGeneratedKey;
    for (unsigned i = 0; packet_type_ == kPacketModEx; ++i) {
      if (i == kMaxModifiers) return malformed("has too many modifiers");
      read_modifier();
      if (!reader_.ok()) return malformed("ends inside a modifier");
    }
    // A command stands in the place of the body: seek start and seek end, of no use to us.
    if (kind_ == TrackKind::kVideo && frame_type == kFrameCommand &&
        packet_type_ != kVideoMetadata) {
      return {};
    }
    if (packet_type_ == multitrack_type()) return parse_tracks();
    const auto codec = read_codec();
    if (!codec) return base::fail(codec.error());
    return parse_body(*codec, 0, reader_.position(), reader_.remaining());
  }

 private:
  std::uint8_t multitrack_type() const {
    return kind_ == TrackKind::kVideo ? kVideoMultitrack : kAudioMultitrack;
  }

  std::unexpected<base::Error> malformed(std::string_view what) const {
    return base::fail(
        ErrorCode::kMalformed,
        fmt::format("{} message of {} bytes {}", kind_ == TrackKind::kVideo ? "video" : "audio",
                    message_.size(), what));
  }

  void read_modifier() {
    std::size_t size = std::size_t{reader_.u8()} + 1;
    if (size == 256) size = std::size_t{reader_.u16()} + 1;
    ByteReader data(reader_.bytes(size));
    const std::uint8_t types = reader_.u8();
    packet_type_ = types & 0x0F;
    if ((types >> 4) == kModExNanoseconds) {
      const std::uint32_t offset = data.u24();
      if (data.ok()) nanoseconds_ = std::min(offset, kNanosecondsInMillisecond - 1);
    }
  }

  Expected<Codec> read_codec() {
    const std::string_view four_cc = reader_.text(4);
    if (!reader_.ok()) return malformed("ends before its codec");
    return codec_of_four_cc(four_cc, kind_);
  }

  Expected<void> parse_tracks() {
    const std::uint8_t types = reader_.u8();
    const unsigned layout = types >> 4;
    packet_type_ = types & 0x0F;
    if (!reader_.ok()) return malformed("ends before its tracks");
    if (layout > kManyTracksManyCodecs) {
      return base::fail(ErrorCode::kUnsupported,
                        fmt::format("multitrack layout {} is not known", layout));
    }
    if (packet_type_ == multitrack_type()) return malformed("nests track lists");
    std::optional<Codec> common;
    if (layout != kManyTracksManyCodecs) {
      const auto codec = read_codec();
      if (!codec) return base::fail(codec.error());
      common = *codec;
    }
    for (std::size_t tracks = 0; tracks == 0 || reader_.remaining() > 0; ++tracks) {
      if (tracks == kMaxTracksInMessage) {
        return base::fail(ErrorCode::kLimit,
                          fmt::format("a message has more than {} tracks", kMaxTracksInMessage));
      }
      Codec codec{};
      if (common) {
        codec = *common;
      } else {
        const auto own = read_codec();
        if (!own) return base::fail(own.error());
        codec = *own;
      }
      const std::uint8_t track_id = reader_.u8();
      const std::size_t size = layout == kOneTrack ? reader_.remaining() : reader_.u24();
      const std::size_t begin = reader_.position();
      reader_.skip(size);
      if (!reader_.ok()) return malformed("ends inside a track");
      const auto body = parse_body(codec, track_id, begin, size);
      if (!body) return body;
    }
    return {};
  }

  Expected<void> parse_body(Codec codec, std::uint8_t track_id, std::size_t begin,
                            std::size_t size) {
    TagEvent event{.codec = codec,
                   .track_id = track_id,
                   .keyframe = keyframe_,
                   .nanosecond_offset = nanoseconds_,
                   .offset = begin,
                   .length = size};
    switch (packet_type_) {
      case kSequenceStart:
        event.kind = TagEvent::Kind::kConfig;
        break;
      case kCodedFrames:
        if (codec == Codec::kH264 || codec == Codec::kHevc) {
          ByteReader body(message_.subspan(begin, size));
          event.composition_offset_ms = signed_24(body.u24());
          if (!body.ok()) return malformed("ends before its composition time");
          event.offset += 3;
          event.length -= 3;
        }
        break;
      case kSequenceEnd:
        event.kind = TagEvent::Kind::kSequenceEnd;
        event.length = 0;
        break;
      case kVideoCodedFramesX:  // 3; 4 is the metadata of video and the channel order of audio
        if (kind_ == TrackKind::kAudio) return unknown_packet_type();
        break;
      case kVideoMetadata:
        return {};
      case kVideoTsSequenceStart:
        if (kind_ == TrackKind::kAudio || codec != Codec::kAv1) return unknown_packet_type();
        event.kind = TagEvent::Kind::kTsConfig;
        break;
      default:
        return unknown_packet_type();
    }
    if (event.kind == TagEvent::Kind::kFrame && event.length == 0) return {};
    events_.push_back(event);
    return {};
  }

  std::unexpected<base::Error> unknown_packet_type() const {
    return base::fail(ErrorCode::kUnsupported,
                      fmt::format("{} packet type {} is not known",
                                  kind_ == TrackKind::kVideo ? "video" : "audio", packet_type_));
  }

  ByteSpan message_;
  ByteReader reader_;
  TrackKind kind_;
  std::vector<TagEvent>& events_;
  std::uint8_t packet_type_ = 0;
  bool keyframe_ = false;
  std::uint32_t nanoseconds_ = 0;
};

Expected<void> parse_enhanced(ByteSpan message, TrackKind kind, std::vector<TagEvent>& events) {
  auto parsed = EnhancedParser(message, kind, events).parse();
  if (!parsed) events.clear();
  return parsed;
}

}  // namespace

std::string_view four_cc_of(Codec codec) {
  for (const FourCc& known : kFourCcs) {
    if (known.codec == codec) return known.text;
  }
  return {};
}

Expected<void> parse_audio(ByteSpan message, std::vector<TagEvent>& events) {
  events.clear();
  if (message.empty()) return {};  // silence
  const unsigned format = message[0] >> 4;
  TagEvent event{.keyframe = true};
  switch (format) {
    case kSoundEnhanced:
      return parse_enhanced(message, TrackKind::kAudio, events);
    case kSoundMp3:
    case kSoundMp3At8kHz:
      event.codec = Codec::kMp3;
      event.offset = 1;
      break;
    case kSoundAac:
      if (message.size() < 2) {
        return base::fail(ErrorCode::kMalformed, "AAC message ends before its packet type");
      }
      if (message[1] > 1) {
        return base::fail(ErrorCode::kMalformed,
                          fmt::format("AAC packet type {} is not known", message[1]));
      }
      event.codec = Codec::kAac;
      event.kind = message[1] == 0 ? TagEvent::Kind::kConfig : TagEvent::Kind::kFrame;
      event.offset = 2;
      break;
    default: {
      const std::string_view name = classic_audio_name(format);
      return base::fail(ErrorCode::kUnsupported,
                        fmt::format("audio codec {} ({}) is not supported",
                                    name.empty() ? "unknown" : name, format));
    }
  }
  event.length = message.size() - event.offset;
  if (event.length > 0) events.push_back(event);
  return {};
}

Expected<void> parse_video(ByteSpan message, std::vector<TagEvent>& events) {
  events.clear();
  if (message.empty()) return {};
  if ((message[0] & 0x80) != 0) return parse_enhanced(message, TrackKind::kVideo, events);
  const unsigned frame_type = message[0] >> 4;
  const unsigned codec = message[0] & 0x0F;
  if (frame_type == kFrameCommand) return {};
  // Before Enhanced RTMP some encoders put HEVC under id 12; that form has no specification.
  if (codec != kVideoAvc) {
    const std::string_view name = classic_video_name(codec);
    return base::fail(ErrorCode::kUnsupported,
                      fmt::format("video codec {} ({}) is not supported in this form",
                                  name.empty() ? "unknown" : name, codec));
  }
  ByteReader reader(message);
  reader.skip(1);
  const std::uint8_t packet_type = reader.u8();
  const std::uint32_t composition = reader.u24();
  // Ends of sequence come with and without the three bytes.
  if (packet_type == kAvcEnd) {
    events.push_back({.kind = TagEvent::Kind::kSequenceEnd, .codec = Codec::kH264});
    return {};
  }
  if (!reader.ok()) {
    return base::fail(ErrorCode::kMalformed,
                      fmt::format("H.264 message has only {} bytes", message.size()));
  }
  if (packet_type > kAvcEnd) {
    return base::fail(ErrorCode::kMalformed,
                      fmt::format("H.264 packet type {} is not known", packet_type));
  }
  TagEvent event{.codec = Codec::kH264,
                 .keyframe = frame_type == kFrameKey || frame_type == kFrameGeneratedKey,
                 .offset = reader.position(),
                 .length = reader.remaining()};
  if (packet_type == kAvcConfig) {
    event.kind = TagEvent::Kind::kConfig;
  } else {
    event.composition_offset_ms = signed_24(composition);
  }
  if (event.kind == TagEvent::Kind::kConfig || event.length > 0) events.push_back(event);
  return {};
}

}  // namespace media::flv
