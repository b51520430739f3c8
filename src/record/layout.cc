#include "record/layout.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace record {

std::string recording_prefix(std::string_view account, const base::ChannelId& channel,
                             base::WallTime started_at, std::string_view recording) {
  const auto minute = std::chrono::floor<std::chrono::minutes>(started_at);
  const auto day = std::chrono::floor<std::chrono::days>(minute);
  const std::chrono::year_month_day date(day);
  const auto minutes = (minute - day).count();
  return fmt::format("ivs/v1/{}/{}/{}/{}/{}/{}/{}/{}", account, channel.str(),
                     static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), minutes / 60, minutes % 60, recording);
}

std::string event_key(std::string_view prefix, EventFile which) {
  std::string_view name = "started";
  if (which == EventFile::kEnded) name = "ended";
  if (which == EventFile::kFailed) name = "failed";
  return fmt::format("{}/events/recording-{}.json", prefix, name);
}

std::string hls_key(std::string_view prefix, std::string_view name) {
  return fmt::format("{}/{}/{}", prefix, kHlsFolder, name);
}

std::string rendition_key(std::string_view prefix, std::string_view rendition,
                          std::string_view name) {
  return fmt::format("{}/{}/{}/{}", prefix, kHlsFolder, rendition, name);
}

std::string thumbnail_key(std::string_view prefix, std::uint32_t number) {
  return fmt::format("{}/{}/{}", prefix, kThumbnailFolder, thumbnail_name(number));
}

std::string latest_thumbnail_key(std::string_view prefix) {
  return fmt::format("{}/{}/thumb.jpg", prefix, kLatestThumbnailFolder);
}

std::string own_prefix(std::string_view recording) {
  return fmt::format("rostrum/v1/{}/", recording);
}

std::string catalog_key(std::string_view recording) {
  return own_prefix(recording) + "catalog";
}

std::string samples_key(std::string_view recording, std::string_view rendition) {
  return fmt::format("rostrum/v1/{}/{}/samples", recording, rendition);
}

std::string segment_name(std::uint64_t number, media::PartContainer container) {
  return fmt::format("{}{}", number, container == media::PartContainer::kMpegTs ? ".ts" : ".mp4");
}

std::string init_name(std::uint32_t generation) {
  return fmt::format("init-{}.mp4", generation);
}

std::string thumbnail_name(std::uint32_t number) {
  return fmt::format("thumb{}.jpg", number);
}

std::string_view content_type_of(media::PartContainer container) {
  return container == media::PartContainer::kMpegTs ? "video/mp2t" : "video/mp4";
}

std::string spool_folder(std::string_view spool, std::string_view recording) {
  return fmt::format("{}/{}", spool, recording);
}

std::string spool_segment_key(std::string_view rendition, std::string_view name) {
  return fmt::format("media/{}/{}", rendition, name);
}

std::string spool_samples_key(std::string_view rendition) {
  return fmt::format("media/{}/samples", rendition);
}

std::string spool_thumbnail_key(std::uint32_t number) {
  return fmt::format("thumbnails/{}", thumbnail_name(number));
}

ResolutionClass class_of(std::uint32_t height) {
  if (height <= 360) return ResolutionClass::kLowest;
  if (height <= 480) return ResolutionClass::kSd;
  if (height <= 720) return ResolutionClass::kHd;
  return ResolutionClass::kFullHd;
}

}  // namespace record
