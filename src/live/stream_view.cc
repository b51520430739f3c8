// What viewers are shown of a Stream.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "live/quality.h"
#include "live/stream.h"

namespace live {
namespace {

// The multivariant playlist tells measured bitrates anew after so much media.
constexpr media::Ticks kMultivariantKept = media::kVideoTimescale;

}  // namespace

MultivariantInfo Stream::multivariant() const {
  MultivariantInfo info;
  info.broadcast_id = id_.str();
  const std::vector<Variant> made = followers_.variants();
  const auto is_made = [&](const std::string& name) {
    return std::ranges::find(made, name, &Variant::rendition) != made.end();
  };
  std::vector<Variant> sounds;
  for (const auto& rendition : renditions_) {
    const auto leading = tracks_.find(rendition->leading);
    if (leading == tracks_.end()) continue;  // the publisher no longer sends it
    const media::Track& track = leading->second;
    const std::string path = rendition->packager.rendition();
    if (track.kind() == media::TrackKind::kAudio && path != "audio") {
      info.alternate_audio.push_back(
          {fmt::format("Audio {}", track.id + 1), path, track.audio.channels});
      continue;
    }
    const bool sound = track.kind() == media::TrackKind::kAudio;
    if (sound ? is_made("audio_only") : hides_source_ && !made.empty()) continue;
    Variant variant;
    variant.uri = path;
    variant.rendition = quality_name(track);
    const bool taken =
        is_made(variant.rendition) ||
        std::any_of(info.variants.begin(), info.variants.end(),
                    [&](const Variant& other) { return other.rendition == variant.rendition; });
    if (taken) variant.rendition += fmt::format("-{}", track.id);
    variant.codecs.push_back(track.codec_string);
    std::uint32_t bitrate = assumed_bitrate(track);
    if (rendition->audio) {
      const media::Track& audio = tracks_.at(*rendition->audio);
      variant.codecs.push_back(audio.codec_string);
      bitrate += assumed_bitrate(audio);
    }
    if (rendition->duration > media::kVideoTimescale * 4) {
      const double seconds = static_cast<double>(rendition->duration) / media::kVideoTimescale;
      variant.average_bandwidth =
          static_cast<std::uint32_t>(static_cast<double>(rendition->bytes) * 8 / seconds * 1.05);
      bitrate = std::max(bitrate, variant.average_bandwidth);
    }
    variant.bandwidth = bitrate + bitrate / 10;
    variant.width = track.video.width;
    variant.height = sound ? 0 : track.video.height;
    variant.frame_rate = track.video.frame_rate;
    (sound ? sounds : info.variants).push_back(std::move(variant));
  }
  std::ranges::copy(made, std::back_inserter(info.variants));
  std::ranges::move(sounds, std::back_inserter(info.variants));
  return info;
}

std::shared_ptr<const ChannelSnapshot> Stream::snapshot() {
  auto snapshot = std::make_shared<ChannelSnapshot>();
  snapshot->channel = settings_.channel;
  snapshot->stream = id_;
  snapshot->default_container = settings_.default_container;
  snapshot->ended = finished_;
  media::Ticks told = 0;
  for (const auto& rendition : renditions_) told = std::max(told, rendition->duration);
  if (multivariant_ == nullptr || told - multivariant_at_ >= kMultivariantKept) {
    multivariant_ = std::make_shared<const MultivariantInfo>(multivariant());
    multivariant_at_ = told;
  }
  snapshot->multivariant = multivariant_;
  std::vector<RenditionReport> reports;
  for (const auto& rendition : renditions_) reports.push_back(rendition->packager.report());
  std::ranges::move(followers_.reports(), std::back_inserter(reports));
  for (std::size_t i = 0; i < reports.size(); ++i) {
    std::vector<RenditionReport> others;
    for (std::size_t k = 0; k < reports.size(); ++k) {
      if (k != i && reports[k].last_part) others.push_back(reports[k]);
    }
    snapshot->windows.push_back(i < renditions_.size()
                                    ? renditions_[i]->packager.snapshot(std::move(others))
                                    : followers_.window(i - renditions_.size(), std::move(others)));
  }
  return snapshot;
}

}  // namespace live
