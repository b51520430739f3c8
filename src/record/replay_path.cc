#include "record/replay_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace record {
namespace {

using Kind = ReplayPath::Kind;
using media::PartContainer;

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, is_alphanumeric);
}

// As playlists and folders name renditions.
bool is_rendition(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text.front() != '.' &&
         std::ranges::all_of(
             text, [](char c) { return is_alphanumeric(c) || c == '_' || c == '-' || c == '.'; });
}

bool take(std::string_view& text, std::string_view front) {
  if (!text.starts_with(front)) return false;
  text.remove_prefix(front.size());
  return true;
}

bool drop_end(std::string_view& text, std::string_view end) {
  if (!text.ends_with(end)) return false;
  text.remove_suffix(end.size());
  return true;
}

template <class Number>
std::optional<Number> take_number(std::string_view& text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const auto digits = static_cast<std::size_t>(end - text.data());
  // One spelling a number: no leading zeros, so that caches hold each object once.
  if (error != std::errc() || (digits > 1 && text.front() == '0')) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool read_whole(std::string_view file, ReplayPath& path) {
  static constexpr std::string_view kChannel = "live.";
  if (file.starts_with(kChannel)) {
    file.remove_prefix(kChannel.size());
    path.of_channel = true;
    path.kind = Kind::kMultivariant;
    path.id = file;
    return drop_end(path.id, ".m3u8") && is_id(path.id);
  }
  static constexpr std::pair<std::string_view, Kind> kEnds[] = {{".m3u8", Kind::kMultivariant},
                                                                {".mp4", Kind::kMovie},
                                                                {".vtt", Kind::kStoryboard},
                                                                {".jpg", Kind::kPoster}};
  for (const auto& [end, kind] : kEnds) {
    path.id = file;
    path.kind = kind;
    if (drop_end(path.id, end)) return is_id(path.id);
  }
  return false;
}

bool read_file(std::string_view file, ReplayPath& path) {
  static constexpr std::pair<std::string_view, Kind> kNames[] = {
      {kReplayMovie, Kind::kMovie},
      {kReplayStoryboard, Kind::kStoryboard},
      {kReplayPoster, Kind::kPoster}};
  for (const auto& [name, kind] : kNames) {
    path.kind = kind;
    if (file == name) return true;
  }
  path.kind = Kind::kThumbnail;
  if (!take(file, "thumb")) return false;
  const auto number = take_number<std::uint32_t>(file);
  path.number = number.value_or(0);
  return number && file == ".jpg";
}

bool read_media(std::string_view file, ReplayPath& path) {
  if (file == kReplayPlaylist) {
    path.kind = Kind::kPlaylist;
    return true;
  }
  if (take(file, "init-")) {
    path.kind = Kind::kInit;
    path.container = PartContainer::kFmp4;
    const auto number = take_number<std::uint32_t>(file);
    path.number = number.value_or(0);
    return number && file == ".mp4";
  }
  const auto segment = take_number<std::uint64_t>(file);
  if (!segment) return false;
  path.number = *segment;
  path.kind = Kind::kSegment;
  std::string_view fmp4_end = ".mp4";
  if (take(file, "-")) {
    path.kind = Kind::kPiece;
    const auto piece = take_number<std::uint32_t>(file);
    if (!piece) return false;
    path.piece = *piece;
    fmp4_end = ".m4s";
  }
  path.container = file == ".ts" ? PartContainer::kMpegTs : PartContainer::kFmp4;
  return file == ".ts" || file == fmp4_end;
}

}  // namespace

std::optional<ReplayPath> parse_replay_path(std::string_view path) {
  if (!take(path, kReplayPrefix)) return std::nullopt;
  ReplayPath parsed;
  const std::size_t first = path.find('/');
  if (first == std::string_view::npos) {
    return read_whole(path, parsed) ? std::optional(parsed) : std::nullopt;
  }
  parsed.id = path.substr(0, first);
  path.remove_prefix(first + 1);
  const std::size_t second = path.find('/');
  if (!is_id(parsed.id) || second == std::string_view::npos || second == 0) return std::nullopt;
  parsed.session = path.substr(0, second);
  path.remove_prefix(second + 1);
  const std::size_t third = path.find('/');
  if (third == std::string_view::npos) {
    return read_file(path, parsed) ? std::optional(parsed) : std::nullopt;
  }
  parsed.rendition = path.substr(0, third);
  path.remove_prefix(third + 1);
  if (!is_rendition(parsed.rendition) || !read_media(path, parsed)) return std::nullopt;
  return parsed;
}

std::string piece_name(std::uint64_t segment, std::size_t piece, PartContainer container) {
  return fmt::format("{}-{}{}", segment, piece,
                     container == PartContainer::kMpegTs ? ".ts" : ".m4s");
}

std::string session_folder(std::string_view recording, std::string_view session) {
  return fmt::format("{}{}/{}/", kReplayPrefix, recording, session);
}

}  // namespace record
