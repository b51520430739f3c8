#include "control/admission.h"

#include <fmt/format.h>

#include <algorithm>

#include "control/channel_record.h"
#include "control/live_board.h"
#include "control/model.h"
#include "control/recording/recording_plan.h"
#include "io/loop.h"
#include "io/sql_workers.h"

namespace control {
namespace {

std::unexpected<base::Error> unknown_key() {
  return base::fail(base::ErrorCode::kUnauthorized, "the stream key is not known");
}

// The service lets BASIC channels have 1.5 Mbit/s up to 480p and 3.5 above: which it is shows only
// in the picture, so the higher one stands here.
std::uint64_t bitrate_of(const ChannelRecord& channel, const Settings& settings) {
  if (channel.max_bitrate > 0) return static_cast<std::uint64_t>(channel.max_bitrate);
  if (settings.limits != LimitsMode::kIvs) return settings.max_bitrate;
  const std::string_view quota = channel.type == "BASIC" ? "ingestBitrateBps.BASIC.over480p"
                                 : channel.type == "STANDARD"
                                     ? "ingestBitrateBps.STANDARD.singleTrack"
                                 : channel.type == "ADVANCED_SD" ? "ingestBitrateBps.ADVANCED_SD"
                                                                 : "ingestBitrateBps.ADVANCED_HD";
  return static_cast<std::uint64_t>(service_quota(quota));
}

live::PublishGrant::Ladder ladder_of(const ChannelRecord& channel) {
  using enum live::PublishGrant::Ladder;
  if (channel.type == "STANDARD") return kStandard;
  if (channel.type == "ADVANCED_SD") return kAdvancedSd;
  if (channel.type == "ADVANCED_HD") return kAdvancedHd;
  return kNone;
}

live::PublishGrant grant_for(const ChannelRecord& channel, const Settings& settings) {
  live::PublishGrant grant;
  grant.channel = base::ChannelId(channel.id);
  grant.channel_name = channel.name;
  grant.max_bitrate = bitrate_of(channel, settings);
  if (settings.limits == LimitsMode::kIvs) {
    grant.max_pixels =
        static_cast<std::uint32_t>(service_quota("ingestResolution.singleTrack.totalPixels"));
    grant.max_edge =
        static_cast<std::uint32_t>(service_quota("ingestResolution.singleTrack.pixelsPerEdge"));
  } else {
    grant.max_pixels = settings.max_pixels;
    grant.max_edge = settings.max_edge;
  }
  grant.container = channel.container_format == "TS" ? live::PublishGrant::DefaultContainer::kTs
                                                     : live::PublishGrant::DefaultContainer::kFmp4;
  grant.latency = channel.latency_mode == "LOW" ? live::PublishGrant::LatencyMode::kLow
                                                : live::PublishGrant::LatencyMode::kNormal;
  grant.ladder = ladder_of(channel);
  grant.constrained_bandwidth = channel.preset == "CONSTRAINED_BANDWIDTH_DELIVERY";
  return grant;
}

base::Expected<live::PublishGrant> decide(io::SqlConnection& sql, const Platform& platform,
                                          StreamRecorder& recorder,
                                          const live::PublishRequest& request) {
  auto channel = load_channel_by_key(sql, platform.secrets, request.stream_key);
  if (!channel) return base::fail(std::move(channel.error()));
  if (!*channel) return unknown_key();
  if (request.protocol == live::Protocol::kRtmp && !(*channel)->insecure_ingest) {
    return base::fail(base::ErrorCode::kUnauthorized,
                      "this channel takes encrypted ingest only: use rtmps, or set "
                      "insecureIngest for the channel");
  }
  const base::ChannelId id((*channel)->id);
  const Settings& settings = platform.settings;
  std::uint64_t most = settings.max_concurrent_streams;
  if (most == 0 && settings.limits == LimitsMode::kIvs) {
    most = static_cast<std::uint64_t>(service_quota("concurrentStreams"));
  }
  const std::size_t now = platform.board.streams();
  if (most > 0 && now >= most && !platform.board.is_busy(id)) {
    recorder.on_account_limit("Concurrent Broadcasts", "active streams",
                              static_cast<std::int64_t>(most),
                              static_cast<std::int64_t>(now + 1 - most), io::Loop::wall_now());
    return base::fail(base::ErrorCode::kLimit,
                      fmt::format("{} streams are live already, which is the limit", most));
  }
  live::PublishGrant grant = grant_for(**channel, settings);
  auto plan = recording_plan(sql, platform.home, settings.recording, **channel);
  if (!plan) return base::fail(std::move(plan.error()));
  if (*plan != nullptr) {
    grant.records_renditions =
        grant.ladder != live::PublishGrant::Ladder::kNone && records_renditions(**plan);
    grant.recording = std::move(*plan);
  }
  return grant;
}

}  // namespace

void PublishAdmission::authorise_publish(live::PublishRequest request, Answer answer) {
  // Shared between the task, which may be refused, and this function.
  auto kept = std::make_shared<Answer>(std::move(answer));
  const bool taken =
      platform_.sql.read([this, request = std::move(request), kept](io::SqlConnection& sql) {
        auto decided = decide(sql, platform_, recorder_, request);
        loop_.post([kept, decided = std::move(decided)]() mutable { (*kept)(std::move(decided)); });
      });
  if (!taken) {
    (*kept)(base::fail(base::ErrorCode::kLimit, "the server is too busy to check stream keys"));
  }
}

base::Expected<SrtEntry> find_srt_entry(io::SqlConnection& sql, const Platform& platform,
                                        const std::string& stream_key) {
  auto channel = load_channel_by_key(sql, platform.secrets, stream_key);
  if (!channel) return base::fail(std::move(channel.error()));
  if (!*channel) return unknown_key();
  SrtEntry entry;
  entry.channel = base::ChannelId((*channel)->id);
  if (!(*channel)->srt_passphrase.empty()) {
    auto opened =
        platform.secrets.open((*channel)->srt_passphrase, passphrase_context((*channel)->id));
    if (!opened) return base::fail(std::move(opened.error()));
    entry.passphrase = std::move(*opened);
  } else if (!(*channel)->insecure_ingest) {
    return base::fail(base::ErrorCode::kUnauthorized,
                      "this channel takes encrypted ingest only: give it a passphrase, or set "
                      "insecureIngest");
  }
  return entry;
}

}  // namespace control
