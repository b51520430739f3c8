// Addresses below kReplayPrefix (docs/recording.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "media/made_part.h"
#include "record/record.h"

namespace record {

/// What is asked for. Views into the path.
struct ReplayPath {
  enum class Kind : std::uint8_t {
    // <id>.m3u8 and so on: whoever asks has to be let in first.
    kMultivariant,
    // <id>/<session>/<file>
    // <id>/<session>/<rendition>/<file>
    kPlaylist,
    kSegment,
    kPiece,
    kInit,
    kThumbnail,
    // Both: with a session or without.
    kMovie,
    kStoryboard,
    kPoster
  };
  Kind kind = Kind::kMultivariant;
  /// A recording's id, or a channel's where `of_channel`: its running broadcast.
  std::string_view id;
  bool of_channel = false;
  std::string_view session;    // empty: none yet
  std::string_view rendition;  // below it only
  media::PartContainer container = media::PartContainer::kMpegTs;
  std::uint64_t number = 0;  // of a segment, an initialization segment, or a picture
  std::uint32_t piece = 0;
};

/// Everything in the right form; whether it exists is another question.
std::optional<ReplayPath> parse_replay_path(std::string_view path);

/// "12-3.ts" or "12-3.m4s": a piece of a segment.
std::string piece_name(std::uint64_t segment, std::size_t piece, media::PartContainer container);

/// "<prefix><id>/<session>/"
std::string session_folder(std::string_view recording, std::string_view session);

inline constexpr std::string_view kReplayPlaylist = "playlist.m3u8";
inline constexpr std::string_view kReplayMovie = "recording.mp4";
inline constexpr std::string_view kReplayStoryboard = "storyboard.vtt";
inline constexpr std::string_view kReplayPoster = "poster.jpg";

}  // namespace record
