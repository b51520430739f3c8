// FLV script data (RTMP data messages, type 18): what encoders announce about themselves, and text
// and captions that travel beside the media. A pure function of one message.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "base/error.h"
#include "media/flv/amf0.h"
#include "media/types.h"

namespace media::flv {

/// What an encoder says about one track of its multitrack stream.
struct TrackMetadata {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  double frame_rate = 0;
  double bitrate_kbps = 0;
  bool operator==(const TrackMetadata&) const = default;
};

/// onMetaData. Zero or empty where the encoder is silent or says what cannot be.
struct EncoderMetadata {
  std::string encoder;  // at most 256 bytes of UTF-8
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  double frame_rate = 0;
  double video_bitrate_kbps = 0;
  double audio_bitrate_kbps = 0;
  std::uint32_t audio_sample_rate = 0;
  std::uint32_t audio_channels = 0;
  // Enhanced RTMP: videoTrackIdInfoMap and audioTrackIdInfoMap, at most 32 tracks each.
  std::map<std::uint8_t, TrackMetadata> video_tracks;
  std::map<std::uint8_t, TrackMetadata> audio_tracks;
  bool operator==(const EncoderMetadata&) const = default;
};

/// Script data that says nothing for viewers (onFI, |RtmpSampleAccess, onStatus, ...).
struct IgnoredData {};

using ScriptData = std::variant<IgnoredData, EncoderMetadata, TimedText, CaptionData>;

/// Longest text of timed metadata taken from a broadcast; longer is kLimit.
inline constexpr std::size_t kMaxTimedTextSize = 16 * 1024;

/// Understands one message:
/// - `@setDataFrame` in front is passed over (an RTMP command that FLV files lack);
/// - `onMetaData` gives EncoderMetadata;
/// - `onCaptionInfo` with type "708" gives CaptionData: the cc_data triplets of its base64 `data`;
/// - `onTextData`, `onCuePoint` and any other named data gives TimedText: a string value or its
///   `text` member as it is, anything else with properties or elements as compact JSON.
base::Expected<ScriptData> parse_script_data(base::ByteSpan message);

/// An onMetaData message as publishers send it, with `@setDataFrame`; members that are zero or
/// empty are left out. Track maps are written when they hold something.
base::Bytes write_metadata(const EncoderMetadata& metadata);

}  // namespace media::flv
