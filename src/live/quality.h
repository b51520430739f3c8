// How qualities are called and what they are assumed to need: the same for playlists, recordings
// and renditions. Pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "media/types.h"

namespace live {

/// "720p30", by the shorter edge of the pictures: 720p30 whichever way they are held. "720p" while
/// the rate is not known; "audio_only" for sound.
std::string quality_name(const media::Track& track);
std::string quality_name(std::uint32_t width, std::uint32_t height, double frame_rate);

/// bit/s as announced, or what is assumed where nothing was.
std::uint32_t assumed_bitrate(const media::Track& track);

}  // namespace live
