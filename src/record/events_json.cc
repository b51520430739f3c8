#include "record/events_json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace record {
namespace {

namespace json = boost::json;

json::string text(std::string_view value) {
  return json::string(value);
}

std::string_view status_of(EventFile which) {
  switch (which) {
    case EventFile::kStarted:
      return "RECORDING_STARTED";
    case EventFile::kEnded:
      return "RECORDING_ENDED";
    case EventFile::kFailed:
      return "RECORDING_ENDED_WITH_FAILURE";
  }
  return "";
}

json::object hls(const Facts& facts, EventFile which) {
  json::object hls;
  if (which != EventFile::kStarted) {
    hls["duration_ms"] =
        std::chrono::duration_cast<std::chrono::milliseconds>(facts.duration).count();
  }
  hls["path"] = text(kHlsFolder);
  hls["playlist"] = text(kMasterPlaylist);
  hls["byte_range_playlist"] = text(kByteRangeMaster);
  json::array renditions;
  for (const RecordedRendition& rendition : facts.renditions) {
    json::object one;
    one["path"] = text(rendition.name);
    one["playlist"] = text(kPlaylist);
    one["byte_range_playlist"] = text(kByteRangePlaylist);
    if (rendition.height > 0) {
      one["resolution_width"] = rendition.width;
      one["resolution_height"] = rendition.height;
    }
    renditions.push_back(std::move(one));
  }
  hls["renditions"] = std::move(renditions);
  return hls;
}

json::object pictures(std::string_view path, const PictureSize& size) {
  json::object pictures;
  pictures["path"] = text(path);
  if (size.height > 0) {
    pictures["resolution_width"] = size.width;
    pictures["resolution_height"] = size.height;
  }
  return pictures;
}

}  // namespace

std::string render_event_file(const Facts& facts, const EventFileInput& input) {
  json::object root;
  root["version"] = "v1";
  root["channel_arn"] = text(facts.channel_arn);
  root["recording_started_at"] = base::to_rfc3339(facts.started_at);
  if (input.which != EventFile::kStarted && facts.ended_at) {
    root["recording_ended_at"] = base::to_rfc3339(*facts.ended_at);
  }
  root["recording_status"] = text(status_of(input.which));
  if (input.which != EventFile::kStarted) root["recording_status_message"] = text(input.message);
  json::object media;
  if (input.has_hls) media["hls"] = hls(facts, input.which);
  if (input.has_thumbnails) media["thumbnails"] = pictures(kThumbnailFolder, input.thumbnail);
  if (input.has_latest_thumbnail) {
    media["latest_thumbnail"] = pictures(kLatestThumbnailFolder, input.thumbnail);
  }
  root["media"] = std::move(media);
  return json::serialize(root);
}

}  // namespace record
