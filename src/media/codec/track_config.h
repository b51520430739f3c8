// One door to all codecs: from a decoder configuration to a Track.
#pragma once

#include "base/error.h"
#include "base/slice.h"
#include "media/types.h"

namespace media {

/// Everything a Track says, with id 0. `config` is as ISO BMFF stores it, or as Enhanced RTMP sends
/// it where that differs (an OpusHead, an empty Opus configuration, "fLaC" in front of FLAC's
/// blocks); the Track holds the form of ISO BMFF. MP3 is described by its first frame instead,
/// VP9's size by its first keyframe (see mp3.h, vp9.h): for MP3 this is a CHECK.
base::Expected<Track> make_track(Codec codec, const base::Slice& config);

}  // namespace media
