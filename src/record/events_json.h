// The files events/*.json of a recording, as Amazon IVS writes them.
#pragma once

#include <string>
#include <string_view>

#include "record/layout.h"
#include "record/record.h"

namespace record {

struct PictureSize {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

struct EventFileInput {
  EventFile which = EventFile::kStarted;
  std::string_view message;  // of a failure
  bool has_hls = true;       // false: pictures only
  bool has_thumbnails = false;
  bool has_latest_thumbnail = false;
  PictureSize thumbnail;
};

/// One JSON object. Paths in it are relative to the level above each.
std::string render_event_file(const Facts& facts, const EventFileInput& input);

}  // namespace record
