#include "control/health/explain.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"

namespace control {
namespace {

using live::Health;
using live::StreamStatus;

constexpr double kVeryFarKeyframes = 5;

double megabits(double bits) {
  return bits / 1e6;
}

double seconds(base::Duration duration) {
  return std::chrono::duration<double>(duration).count();
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
  if (interval > kVeryFarKeyframes) {
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
          status.frame_rate, announced_frame_rate(status));
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
