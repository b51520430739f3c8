#include "server/config_admission.h"

#include <algorithm>

namespace server {

ConfigAdmission::ConfigAdmission(const Config& config, std::vector<ChannelConfig> channels)
    : config_(config), channels_(std::move(channels)) {
  for (const ChannelConfig& channel : channels_) by_key_[channel.stream_key] = &channel;
}

// The table is hashed: how long a look-up takes says nothing about how much of a key was right.
const ChannelConfig* ConfigAdmission::find(const std::string& stream_key) const {
  const auto found = by_key_.find(stream_key);
  return found == by_key_.end() ? nullptr : found->second;
}

base::Expected<live::PublishGrant> ConfigAdmission::decide(
    const live::PublishRequest& request) const {
  const ChannelConfig* channel = find(request.stream_key);
  if (channel == nullptr) {
    return base::fail(base::ErrorCode::kUnauthorized, "the stream key is not known");
  }
  if (request.protocol == live::Protocol::kRtmp && !channel->insecure_ingest) {
    return base::fail(base::ErrorCode::kUnauthorized,
                      "this channel takes encrypted ingest only: use rtmps, or set "
                      "insecure_ingest for the channel");
  }
  live::PublishGrant grant;
  grant.channel = channel->id;
  grant.channel_name = channel->name;
  grant.max_bitrate = channel->max_bitrate.bits_per_second;
  grant.max_pixels = static_cast<std::uint32_t>(config_.limits.max_pixels);
  grant.max_edge =
      static_cast<std::uint32_t>(std::max(config_.limits.max_width, config_.limits.max_height));
  grant.container = channel->container_format == ContainerFormat::kFragmentedMp4
                        ? live::PublishGrant::DefaultContainer::kFmp4
                        : live::PublishGrant::DefaultContainer::kTs;
  grant.latency = channel->latency_mode == LatencyMode::kLow
                      ? live::PublishGrant::LatencyMode::kLow
                      : live::PublishGrant::LatencyMode::kNormal;
  return grant;
}

void ConfigAdmission::authorise_publish(live::PublishRequest request, Answer answer) {
  answer(decide(request));
}

base::Expected<ConfigAdmission::SrtEntry> ConfigAdmission::find_srt(
    const std::string& stream_key) const {
  const ChannelConfig* channel = find(stream_key);
  if (channel == nullptr) {
    return base::fail(base::ErrorCode::kUnauthorized, "the stream key is not known");
  }
  if (channel->passphrase.empty() && !channel->insecure_ingest) {
    return base::fail(base::ErrorCode::kUnauthorized,
                      "this channel takes encrypted ingest only: give it a passphrase, or set "
                      "insecure_ingest");
  }
  return SrtEntry{channel->id, channel->passphrase};
}

}  // namespace server
