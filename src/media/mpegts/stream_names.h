// Names of stream types for people.
#pragma once

#include <string>

#include "media/mpegts/psi.h"

namespace media::mpegts {

bool is_video(StreamType type);
bool is_audio(StreamType type);

/// "MPEG-2 video (stream type 0x02)", "private data 'Opus' (stream type 0x06)".
std::string stream_name(const ElementaryStream& stream);

}  // namespace media::mpegts
