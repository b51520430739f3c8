// Addresses below kPlaybackPrefix.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "live/window.h"

namespace live {

/// `<region>.<account>.channel.<id>.m3u8`: the multivariant playlist of a channel; or
/// `s/<session>/<id>/<rendition>/<container>/<file>`: what it refers to. Views into the path.
struct PlaybackPath {
  std::string_view channel;
  bool multivariant = false;
  std::string_view session;
  std::string_view rendition;
  Container container = Container::kTs;
  std::string_view file;
};

/// Everything in the right form; whether it exists is another question.
std::optional<PlaybackPath> parse_playback_path(std::string_view path);

/// Path of a channel's multivariant playlist.
std::string multivariant_path(std::string_view region, std::string_view account,
                              std::string_view channel);
/// The part of a variant's address that stands behind the multivariant playlist's folder.
std::string variant_uri(std::string_view session, std::string_view channel,
                        std::string_view rendition, Container container);

}  // namespace live
