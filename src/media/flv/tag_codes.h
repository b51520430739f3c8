// Numbers of the FLV and Enhanced RTMP tag headers, shared by parser and writer.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "media/types.h"

namespace media::flv {

// SoundFormat, E.4.2.1.
inline constexpr unsigned kSoundMp3 = 2;
inline constexpr unsigned kSoundEnhanced = 9;
inline constexpr unsigned kSoundAac = 10;
inline constexpr unsigned kSoundMp3At8kHz = 14;

// FrameType and CodecID, E.4.3.1.
inline constexpr unsigned kFrameKey = 1;
inline constexpr unsigned kFrameInter = 2;
inline constexpr unsigned kFrameGeneratedKey = 4;
inline constexpr unsigned kFrameCommand = 5;
inline constexpr unsigned kVideoAvc = 7;

// AVCPacketType; AACPacketType knows the first two.
inline constexpr std::uint8_t kAvcConfig = 0;
inline constexpr std::uint8_t kAvcFrame = 1;
inline constexpr std::uint8_t kAvcEnd = 2;

// VideoPacketType and AudioPacketType of Enhanced RTMP.
inline constexpr std::uint8_t kSequenceStart = 0;
inline constexpr std::uint8_t kCodedFrames = 1;
inline constexpr std::uint8_t kSequenceEnd = 2;
inline constexpr std::uint8_t kVideoCodedFramesX = 3;
inline constexpr std::uint8_t kVideoMetadata = 4;  // in audio: the channel order
inline constexpr std::uint8_t kVideoTsSequenceStart = 5;
inline constexpr std::uint8_t kAudioMultitrack = 5;
inline constexpr std::uint8_t kVideoMultitrack = 6;
inline constexpr std::uint8_t kPacketModEx = 7;

inline constexpr unsigned kModExNanoseconds = 0;

// AvMultitrackType.
inline constexpr unsigned kOneTrack = 0;
inline constexpr unsigned kManyTracks = 1;
inline constexpr unsigned kManyTracksManyCodecs = 2;

struct FourCc {
  std::string_view text;
  Codec codec;
};
inline constexpr std::array<FourCc, 8> kFourCcs = {{{"avc1", Codec::kH264},
                                                    {"hvc1", Codec::kHevc},
                                                    {"av01", Codec::kAv1},
                                                    {"vp09", Codec::kVp9},
                                                    {"mp4a", Codec::kAac},
                                                    {".mp3", Codec::kMp3},
                                                    {"Opus", Codec::kOpus},
                                                    {"fLaC", Codec::kFlac}}};

}  // namespace media::flv
