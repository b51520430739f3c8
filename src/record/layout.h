// Where everything of a recording stands: keys in the object store as Amazon IVS has them, our own
// keys beside them, and files in the spool. Pure functions.
//
// The spool is laid out so that it can be read as an object store in a folder
// (io/local_object_store.h) whose buckets are the recordings' ids: the key of a segment is then
// spool_segment_key().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/time.h"
#include "media/made_part.h"
#include "record/record.h"

namespace record {

// ---- objects ----------------------------------------------------------------------------------

/// "ivs/v1/<account>/<channel>/2026/5/9/8/5/<recording>": UTC, no leading zeros.
std::string recording_prefix(std::string_view account, const base::ChannelId& channel,
                             base::WallTime started_at, std::string_view recording);

enum class EventFile : std::uint8_t { kStarted, kEnded, kFailed };
/// Below a prefix. "events/recording-started.json"
std::string event_key(std::string_view prefix, EventFile which);

inline constexpr std::string_view kHlsFolder = "media/hls";
inline constexpr std::string_view kThumbnailFolder = "media/thumbnails";
inline constexpr std::string_view kLatestThumbnailFolder = "media/latest_thumbnail";
inline constexpr std::string_view kMasterPlaylist = "master.m3u8";
inline constexpr std::string_view kByteRangeMaster = "byte-range-multivariant.m3u8";
inline constexpr std::string_view kPlaylist = "playlist.m3u8";
inline constexpr std::string_view kByteRangePlaylist = "byte-range-variant.m3u8";

/// "<prefix>/media/hls/<name>": the multivariant playlists.
std::string hls_key(std::string_view prefix, std::string_view name);
/// "<prefix>/media/hls/<rendition>/<name>": playlists, segments, initialization segments.
std::string rendition_key(std::string_view prefix, std::string_view rendition,
                          std::string_view name);
std::string thumbnail_key(std::string_view prefix, std::uint32_t number);
std::string latest_thumbnail_key(std::string_view prefix);

/// "rostrum/v1/<recording>/": what the server itself needs for replay.
std::string own_prefix(std::string_view recording);
std::string catalog_key(std::string_view recording);
std::string samples_key(std::string_view recording, std::string_view rendition);

// ---- file names -------------------------------------------------------------------------------

/// "12.ts" or "12.mp4".
std::string segment_name(std::uint64_t number, media::PartContainer container);
/// "init-0.mp4"; the generation is an index into CatalogRendition::generations.
std::string init_name(std::uint32_t generation);
/// "thumb0.jpg"
std::string thumbnail_name(std::uint32_t number);
std::string_view content_type_of(media::PartContainer container);  // of segments
inline constexpr std::string_view kPlaylistType = "application/vnd.apple.mpegurl";
inline constexpr std::string_view kJpegType = "image/jpeg";
inline constexpr std::string_view kJsonType = "application/json";

// ---- spool ------------------------------------------------------------------------------------

/// "<spool>/<recording>": its folder.
std::string spool_folder(std::string_view spool, std::string_view recording);
/// Below that folder; the spool as an object store has it as a key.
std::string spool_segment_key(std::string_view rendition, std::string_view name);
std::string spool_samples_key(std::string_view rendition);
std::string spool_thumbnail_key(std::uint32_t number);
inline constexpr std::string_view kJournalFile = "journal";

// ---- sizes ------------------------------------------------------------------------------------

/// The class of a picture's height (its shorter edge).
ResolutionClass class_of(std::uint32_t height);

}  // namespace record
