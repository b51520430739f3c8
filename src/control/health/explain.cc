#include "control/health/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"

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

double megabits(double bits) {
  return bits / 1e6;
}

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

double announced_rate(const StreamStatus& status) {
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
    const double announced = announced_rate(status);
    set(Condition::kFrameRateLow, announced > 0 && status.frame_rate < announced * kLowRate);
  }
  const auto usual = past.usual();
  set(Condition::kVariableBitrate,
      usual && usual->figures >= kEnoughToVary && usual->variation > kVariation);
  const bool has_audio = first_track(status, false) != nullptr;
  set(Condition::kNoAudio, !has_audio);
  set(Condition::kAudioStopped, has_audio && status.audio_bitrate == 0 && status.video_bitrate > 0);
}

/// The words of a note; `explanation` is completed by its caller where numbers belong into it.
struct Words {
  std::string_view code;
  Severity severity;
  std::string_view title;
};

Words words_of(Condition condition) {
  using enum Severity;
  switch (condition) {
    case Condition::kConnectionLost:
      return {"CONNECTION_LOST", kError, "Connection lost"};
    case Condition::kNothingArrives:
      return {"NOTHING_ARRIVES", kError, "Nothing arrives"};
    case Condition::kUploadTooSlow:
      return {"UPLOAD_TOO_SLOW", kWarning, "Upload too slow"};
    case Condition::kEncoderOverloaded:
      return {"ENCODER_OVERLOADED", kWarning, "Encoder overloaded"};
    case Condition::kPoorStability:
      return {"POOR_STABILITY", kError, "Poor stability"};
    case Condition::kAboveLimit:
      return {"BITRATE_ABOVE_LIMIT", kError, "Bitrate above the limit"};
    case Condition::kNearLimit:
      return {"BITRATE_NEAR_LIMIT", kWarning, "Bitrate close to the limit"};
    case Condition::kFrameRateLow:
      return {"FRAME_RATE_LOW", kWarning, "Fewer pictures than announced"};
    case Condition::kKeyframesFar:
    case Condition::kKeyframesTooFar:
      return {"KEYFRAME_INTERVAL", kWarning, "Keyframes too far apart"};
    case Condition::kVariableBitrate:
      return {"VARIABLE_BITRATE", kWarning, "Bitrate varies"};
    case Condition::kNoAudio:
      return {"AUDIO_MISSING", kWarning, "No sound"};
    case Condition::kAudioStopped:
      return {"AUDIO_STOPPED", kWarning, "The sound has stopped"};
    case Condition::kTimestampGap:
      return {"TIMESTAMP_GAP", kWarning, "Pieces are missing"};
    case Condition::kTimestampJump:
      return {"TIMESTAMP_JUMP", kInfo, "The encoder's clock jumped"};
    case Condition::kTimestampOverlap:
      return {"TIMESTAMP_OVERLAP", kInfo, "Timestamps overlap"};
    case Condition::kSamplesDropped:
      return {"SAMPLES_DROPPED", kInfo, "Pieces were left out"};
    case Condition::kRenditionsShed:
      return {"RENDITIONS_SHED", kWarning, "Fewer qualities than usual"};
    case Condition::kResolution:
      return {"RESOLUTION", kWarning, "Resolution too high"};
    case Condition::kTargetBitrate:
      return {"TARGET_BITRATE", kWarning, "Target bitrate too high"};
    case Condition::kAudioSampleRate:
      return {"AUDIO_SAMPLE_RATE", kWarning, "Unusual audio sample rate"};
    case Condition::kAudioChannels:
      return {"AUDIO_CHANNELS", kWarning, "Too many audio channels"};
    case Condition::kTargetAudioBitrate:
      return {"TARGET_AUDIO_BITRATE", kWarning, "Audio bitrate too high"};
  }
  CHECK(false);
}

std::string keyframe_text(double interval) {
  std::string text = fmt::format(
      "There is a keyframe every {:.1f} seconds. Viewers wait that long until they see the first "
      "picture. Set the keyframe interval of your encoder to 2 seconds.",
      interval);
  if (interval > kTooFarKeyframes) {
    text +=
        " Above 5 seconds players cannot begin everywhere, and recordings cannot be cut exactly.";
  }
  return text;
}

/// Of the encoder's settings; empty for others.
std::string settings_text(Condition condition, const EncoderSummary& encoder) {
  switch (condition) {
    case Condition::kKeyframesFar:
    case Condition::kKeyframesTooFar:
      return keyframe_text(encoder.keyframe_interval);
    case Condition::kResolution:
      return fmt::format(
          "The picture has {} x {} pixels. At most 2.1 megapixels and 1920 pixels for an edge are "
          "taken everywhere: choose 1920 x 1080 or less.",
          encoder.width, encoder.height);
    case Condition::kTargetBitrate:
      return fmt::format(
          "Your encoder aims at {:.1f} Mbit/s, and this channel takes {:.1f} Mbit/s for pictures "
          "of this size. Lower the bitrate, or you may be disconnected.",
          megabits(static_cast<double>(encoder.target_bitrate)),
          megabits(static_cast<double>(encoder.max_bitrate)));
    case Condition::kAudioSampleRate:
      return fmt::format(
          "Sound comes with {} Hz. Set your encoder to 44.1 or 48 kHz, which every player knows.",
          encoder.sample_rate);
    case Condition::kAudioChannels:
      return fmt::format(
          "Sound comes with {} channels. Many players know only mono and stereo: set your encoder "
          "to stereo.",
          encoder.channels);
    case Condition::kTargetAudioBitrate:
      return fmt::format(
          "Your encoder aims at {} kbit/s for sound. 320 kbit/s are the most that help; 128 are "
          "usual.",
          encoder.target_audio_bitrate / 1000);
    default:
      return {};
  }
}

std::string upload_text(const StreamStatus& status, const StreamPast& past) {
  const auto usual = past.usual();
  std::string text = "Your network does not carry what your encoder makes";
  if (usual && usual->video_bitrate > 0 && status.health == Health::kStarving) {
    text += fmt::format(": {:.1f} Mbit/s arrive in place of the usual {:.1f}",
                        megabits(static_cast<double>(status.video_bitrate)),
                        megabits(usual->video_bitrate));
  }
  return text + ". Lower the bitrate, use a cable in place of Wi-Fi, and end other uploads.";
}

std::string encoder_text(const StreamStatus& status, const StreamPast& past) {
  const auto usual = past.usual();
  std::string text = "Your computer cannot make the pictures fast enough";
  if (usual && usual->frame_rate > 0 && status.health == Health::kStarving) {
    text += fmt::format(": {:.0f} a second in place of {:.0f}, while the bitrate is steady",
                        status.frame_rate, usual->frame_rate);
  }
  return text +
         ". Choose a faster encoder preset, hardware encoding, a smaller picture or fewer pictures "
         "a second, and close other programs.";
}

std::string shed_text(const StreamStatus& status) {
  std::string names;
  for (const live::RenditionStatus& rendition : status.renditions) {
    if (rendition.state != live::RenditionStatus::State::kShed) continue;
    if (!names.empty()) names += ", ";
    names += rendition.name;
  }
  return fmt::format(
      "The server has too much to do and leaves out {}. Your own quality is not touched, and there "
      "is nothing that you have to do.",
      names);
}

std::string live_text(Condition condition, const StreamStatus& status, const StreamPast& past) {
  const auto rate = megabits(static_cast<double>(status.bitrate));
  const auto limit = megabits(static_cast<double>(status.max_bitrate));
  switch (condition) {
    case Condition::kConnectionLost:
      return "Your encoder has lost its connection. Viewers wait; the broadcast goes on if the "
             "encoder reconnects soon, and ends otherwise.";
    case Condition::kNothingArrives:
      return fmt::format(
          "Your encoder is connected, and nothing has come from it for {:.0f} seconds. Look at the "
          "encoder and at its network.",
          seconds(status.silence));
    case Condition::kUploadTooSlow:
      return upload_text(status, past);
    case Condition::kEncoderOverloaded:
      return encoder_text(status, past);
    case Condition::kPoorStability:
      return "Less arrives than is played: viewers see pauses. Lower the bitrate, and look at the "
             "network and the load of your computer.";
    case Condition::kAboveLimit:
      return fmt::format(
          "{:.1f} Mbit/s come in, and this channel takes {:.1f}. Lower the bitrate now: a "
          "broadcast that stays above the limit is disconnected.",
          rate, limit);
    case Condition::kNearLimit:
      return fmt::format(
          "{:.1f} Mbit/s come in, and this channel takes {:.1f}. Lower the bitrate a little: a "
          "broadcast above the limit is disconnected.",
          rate, limit);
    case Condition::kFrameRateLow:
      return fmt::format(
          "{:.1f} pictures a second arrive, and your encoder announced {:.0f}. Movement looks "
          "uneven; the computer may be too slow for its settings.",
          status.frame_rate, announced_rate(status));
    case Condition::kVariableBitrate:
      return "The bitrate goes up and down a lot. Set your encoder to a constant bitrate (CBR): "
             "viewers with slow connections see fewer pauses then.";
    case Condition::kNoAudio:
      return "The broadcast has no sound. If that is not on purpose, add an audio source to your "
             "encoder, even a silent one: some players want it.";
    case Condition::kAudioStopped:
      return "Pictures come, and no sound any more. Look at the audio source of your encoder.";
    case Condition::kTimestampGap:
      return "Pieces of the broadcast did not arrive and were closed up: viewers saw a jump. This "
             "comes from a bad connection, or from an encoder that left something out.";
    case Condition::kTimestampJump:
      return "The times that your encoder gives its pictures jumped, and were put right. Viewers "
             "may have seen a short stop.";
    case Condition::kTimestampOverlap:
      return "Your encoder gives pieces the same times more than once, and they were put right. "
             "Restart the encoder if viewers complain.";
    case Condition::kSamplesDropped:
      return "Pieces that could not be played were left out: pictures before the first keyframe, "
             "or sound that came twice.";
    case Condition::kRenditionsShed:
      return shed_text(status);
    default:
      return settings_text(condition, summary_of(status));
  }
}

HealthNote note_of(Condition condition, std::string explanation) {
  const Words words = words_of(condition);
  return {std::string(words.code), words.severity, std::string(words.title),
          std::move(explanation)};
}

std::vector<HealthNote> errors_first(std::vector<HealthNote> notes) {
  std::vector<HealthNote> sorted;
  for (const Severity severity :
       {Severity::kError, Severity::kWarning, Severity::kInfo, Severity::kSuccess}) {
    for (HealthNote& note : notes) {
      if (note.severity == severity) sorted.push_back(std::move(note));
    }
  }
  return sorted;
}

}  // namespace

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::kSuccess:
      return "SUCCESS";
    case Severity::kInfo:
      return "INFO";
    case Severity::kWarning:
      return "WARNING";
    case Severity::kError:
      return "ERROR";
  }
  return "INFO";
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

std::vector<HealthNote> explain(const Conditions& conditions, const StreamStatus& status,
                                const StreamPast& past, const Since& since, base::WallTime now) {
  std::vector<HealthNote> notes;
  for (std::size_t i = 0; i < kConditions; ++i) {
    if (!conditions[i]) continue;
    const auto condition = static_cast<Condition>(i);
    HealthNote note = note_of(condition, live_text(condition, status, past));
    note.since = std::min(since[i], now);
    // What is a warning as long as viewers see all is an error when they do not.
    if (status.health == Health::kStarving &&
        (condition == Condition::kUploadTooSlow || condition == Condition::kEncoderOverloaded)) {
      note.severity = Severity::kError;
    }
    notes.push_back(std::move(note));
  }
  if (notes.empty() && status.live) {
    notes.push_back({"GOOD_STABILITY", Severity::kSuccess, "Good stability",
                     "Everything arrives in time, and the settings of your encoder suit.",
                     std::nullopt});
  }
  return errors_first(std::move(notes));
}

std::vector<HealthNote> explain(const Conditions& conditions, const EncoderSummary& encoder) {
  std::vector<HealthNote> notes;
  for (std::size_t i = 0; i < kConditions; ++i) {
    const auto condition = static_cast<Condition>(i);
    if (!conditions[i]) continue;
    std::string text = settings_text(condition, encoder);
    if (!text.empty()) notes.push_back(note_of(condition, std::move(text)));
  }
  return notes;
}

}  // namespace control
