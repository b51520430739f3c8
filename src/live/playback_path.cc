#include "live/playback_path.h"

#include <fmt/format.h>

#include <array>

#include "live/live.h"

namespace live {
namespace {

// Splits at '/' into exactly N pieces.
template <std::size_t N>
std::optional<std::array<std::string_view, N>> split(std::string_view text) {
  std::array<std::string_view, N> pieces;
  for (std::size_t i = 0; i < N; ++i) {
    const std::size_t slash = text.find('/');
    const bool last = i + 1 == N;
    if (last != (slash == std::string_view::npos)) return std::nullopt;
    pieces[i] = text.substr(0, slash);
    if (pieces[i].empty()) return std::nullopt;
    text = last ? std::string_view{} : text.substr(slash + 1);
  }
  return pieces;
}

}  // namespace

std::optional<PlaybackPath> parse_playback_path(std::string_view path) {
  if (!path.starts_with(kPlaybackPrefix)) return std::nullopt;
  path.remove_prefix(kPlaybackPrefix.size());
  PlaybackPath parsed;
  if (path.find('/') == std::string_view::npos) {
    static constexpr std::string_view kEnd = ".m3u8";
    static constexpr std::string_view kMark = ".channel.";
    if (!path.ends_with(kEnd)) return std::nullopt;
    path.remove_suffix(kEnd.size());
    const std::size_t mark = path.rfind(kMark);
    if (mark == std::string_view::npos) return std::nullopt;
    parsed.channel = path.substr(mark + kMark.size());
    parsed.multivariant = true;
    return parsed.channel.empty() ? std::nullopt : std::optional(parsed);
  }
  const auto pieces = split<6>(path);
  if (!pieces || (*pieces)[0] != "s") return std::nullopt;
  parsed.session = (*pieces)[1];
  parsed.channel = (*pieces)[2];
  parsed.rendition = (*pieces)[3];
  if ((*pieces)[4] == to_string(Container::kTs)) {
    parsed.container = Container::kTs;
  } else if ((*pieces)[4] == to_string(Container::kFmp4)) {
    parsed.container = Container::kFmp4;
  } else {
    return std::nullopt;
  }
  parsed.file = (*pieces)[5];
  return parsed;
}

std::string multivariant_path(std::string_view region, std::string_view account,
                              std::string_view channel) {
  return fmt::format("{}{}.{}.channel.{}.m3u8", kPlaybackPrefix, region, account, channel);
}

std::string variant_uri(std::string_view session, std::string_view channel,
                        std::string_view rendition, Container container) {
  return fmt::format("s/{}/{}/{}/{}/index.m3u8", session, channel, rendition, to_string(container));
}

}  // namespace live
