#include "control/health/conditions.h"

#include <algorithm>

namespace control {
namespace {

using live::Health;
using live::StreamStatus;

constexpr base::Duration kSilent = std::chrono::seconds(2);
constexpr base::Duration kRecent = std::chrono::seconds(60);  // for what has happened
constexpr base::Duration kShort = std::chrono::seconds(30);   // for what the encoder counts
constexpr double kFarKeyframes = 3;
constexpr double kTooFarKeyframes = 5;
constexpr double kNearLimit = 0.9;
constexpr double kLowRate = 0.9;          // of the frame rate that was announced
constexpr double kSteady = 0.85;          // of what is usual
constexpr double kVariation = 0.25;       // of the bitrate
constexpr std::size_t kEnoughToVary = 6;  // figures
constexpr double kSomeDropped = 0.01;     // of the pictures
constexpr std::uint64_t kManyOverlaps = 25;
constexpr std::uint64_t kManyDropped = 25;
constexpr std::uint32_t kMostPixels = 1920 * 1088;
constexpr std::uint32_t kMostEdge = 1920;
constexpr std::uint64_t kMostAudio = 320'000;

double seconds(base::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

/// What the encoder has counted lately.
struct Counted {
  double network = 0;  // parts of the pictures that were left out for the network
  double machine = 0;  // or because the machine or the encoder was too slow
};

Counted counted_lately(const StreamStatus& status, const StreamPast& past, base::WallTime now) {
  Counted counted;
  const PastFigure* before = past.since(now, kShort);
  if (!status.encoder_figures || before == nullptr) return counted;
  const live::EncoderFigures& figures = *status.encoder_figures;
  const live::EncoderFigures& then = before->encoder;
  // A publisher that came back counts from the beginning.
  if (figures.rendered <= then.rendered || figures.dropped < then.dropped ||
      figures.lagged < then.lagged || figures.skipped < then.skipped) {
    return counted;
  }
  const auto pictures = static_cast<double>(figures.rendered - then.rendered);
  counted.network = static_cast<double>(figures.dropped - then.dropped) / pictures;
  counted.machine =
      static_cast<double>(figures.lagged - then.lagged + figures.skipped - then.skipped) / pictures;
  return counted;
}

const live::TrackStatus* first_track(const StreamStatus& status, bool video) {
  const auto found = std::ranges::find_if(
      status.tracks, [&](const live::TrackStatus& track) { return (track.height > 0) == video; });
  return found == status.tracks.end() ? nullptr : &*found;
}

Condition why_starving(const StreamStatus& status, const StreamPast& past, base::WallTime now) {
  if (status.silence > kSilent) return Condition::kNothingArrives;
  const Counted counted = counted_lately(status, past, now);
  if (counted.machine > kSomeDropped && counted.machine >= counted.network) {
    return Condition::kEncoderOverloaded;
  }
  if (counted.network > kSomeDropped) return Condition::kUploadTooSlow;
  const auto usual = past.usual();
  if (!usual || usual->video_bitrate <= 0 || usual->frame_rate <= 0) {
    return Condition::kPoorStability;
  }
  // An encoder that is too slow makes fewer pictures, and gives each of them more of its bits; a
  // network that is too slow brings fewer of both.
  const double bits = static_cast<double>(status.video_bitrate) / usual->video_bitrate;
  const double pictures = status.frame_rate / usual->frame_rate;
  if (bits < kSteady) return Condition::kUploadTooSlow;
  return pictures < kSteady ? Condition::kEncoderOverloaded : Condition::kPoorStability;
}

void find_repairs(const StreamStatus& status, const StreamPast& past, base::WallTime now,
                  Conditions& found) {
  const PastFigure* before = past.since(now, kRecent);
  const live::TimelineRepairs none;
  // A broadcast that has just begun has no past: all that was mended is new.
  const live::TimelineRepairs& then = before != nullptr ? before->repairs : none;
  const std::uint64_t dropped = before != nullptr ? before->dropped : 0;
  found[index_of(Condition::kTimestampGap)] = status.repairs.gaps > then.gaps;
  found[index_of(Condition::kTimestampJump)] = status.repairs.jumps > then.jumps;
  found[index_of(Condition::kTimestampOverlap)] =
      status.repairs.overlaps >= then.overlaps + kManyOverlaps;
  found[index_of(Condition::kSamplesDropped)] = status.dropped.total() >= dropped + kManyDropped;
}

void find_in_figures(const StreamStatus& status, const StreamPast& past, base::WallTime now,
                     Conditions& found) {
  const auto set = [&](Condition condition, bool holds) { found[index_of(condition)] = holds; };
  const bool healthy = status.health == Health::kHealthy;
  const auto limit = static_cast<double>(status.max_bitrate);
  const auto rate = static_cast<double>(status.bitrate);
  set(Condition::kAboveLimit, limit > 0 && rate > limit);
  set(Condition::kNearLimit, limit > 0 && rate > limit * kNearLimit && rate <= limit);
  if (healthy) {
    const Counted counted = counted_lately(status, past, now);
    set(Condition::kUploadTooSlow, counted.network > kSomeDropped);
    set(Condition::kEncoderOverloaded, counted.machine > kSomeDropped);
    const double announced = announced_frame_rate(status);
    set(Condition::kFrameRateLow, announced > 0 && status.frame_rate < announced * kLowRate);
  }
  const auto usual = past.usual();
  set(Condition::kVariableBitrate,
      usual && usual->figures >= kEnoughToVary && usual->variation > kVariation);
  const bool has_audio = first_track(status, false) != nullptr;
  set(Condition::kNoAudio, !has_audio);
  set(Condition::kAudioStopped, has_audio && status.audio_bitrate == 0 && status.video_bitrate > 0);
}

}  // namespace

double announced_frame_rate(const StreamStatus& status) {
  const live::TrackStatus* video = first_track(status, true);
  return video != nullptr && video->frame_rate > 0 ? video->frame_rate : status.encoder.frame_rate;
}

EncoderSummary summary_of(const StreamStatus& status) {
  EncoderSummary summary;
  if (const live::TrackStatus* video = first_track(status, true)) {
    summary.width = video->width;
    summary.height = video->height;
  }
  if (const live::TrackStatus* audio = first_track(status, false)) {
    summary.sample_rate = audio->sample_rate;
    summary.channels = audio->channels;
  }
  summary.target_bitrate = status.encoder.video_bitrate;
  summary.max_bitrate = status.max_bitrate;
  summary.target_audio_bitrate = status.encoder.audio_bitrate;
  summary.keyframe_interval = seconds(status.keyframe_interval);
  return summary;
}

std::uint64_t allowed_bitrate(std::string_view type, std::uint32_t width, std::uint32_t height) {
  constexpr std::uint64_t kMost = 8'500'000;
  constexpr std::uint64_t kBasic = 3'500'000;
  constexpr std::uint64_t kBasicSmall = 1'500'000;
  if (type != "BASIC") return kMost;
  const std::uint32_t edge = std::min(width, height);
  return edge > 0 && edge <= 480 ? kBasicSmall : kBasic;
}

Conditions find_conditions(const EncoderSummary& encoder) {
  Conditions found;
  const auto set = [&](Condition condition, bool holds) { found[index_of(condition)] = holds; };
  const double interval = encoder.keyframe_interval;
  set(Condition::kKeyframesFar, interval >= kFarKeyframes && interval <= kTooFarKeyframes);
  set(Condition::kKeyframesTooFar, interval > kTooFarKeyframes);
  const std::uint64_t pixels = std::uint64_t{encoder.width} * encoder.height;
  set(Condition::kResolution,
      pixels > kMostPixels || std::max(encoder.width, encoder.height) > kMostEdge);
  set(Condition::kTargetBitrate,
      encoder.max_bitrate > 0 && encoder.target_bitrate > encoder.max_bitrate);
  set(Condition::kTargetAudioBitrate, encoder.target_audio_bitrate > kMostAudio);
  set(Condition::kAudioSampleRate,
      encoder.sample_rate > 0 && encoder.sample_rate != 44'100 && encoder.sample_rate != 48'000);
  set(Condition::kAudioChannels, encoder.channels > 2);
  return found;
}

Conditions find_conditions(const StreamStatus& status, const StreamPast& past, base::WallTime now) {
  Conditions found = find_conditions(summary_of(status));
  find_repairs(status, past, now, found);
  if (!status.live) {
    found[index_of(Condition::kConnectionLost)] = status.health == Health::kStarving;
    return found;
  }
  if (status.measured) find_in_figures(status, past, now, found);
  if (status.health == Health::kStarving) found[index_of(why_starving(status, past, now))] = true;
  found[index_of(Condition::kRenditionsShed)] =
      std::ranges::any_of(status.renditions, [](const live::RenditionStatus& rendition) {
        return rendition.state == live::RenditionStatus::State::kShed;
      });
  return found;
}

}  // namespace control
