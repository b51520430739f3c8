#include "live/ladder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "live/quality.h"

namespace live {
namespace {

constexpr std::uint32_t kSlowRate = 30;
constexpr std::uint32_t kFastRate = 60;
// Above this a source counts as a fast one.
constexpr double kFast = 31;

struct Bitrates {
  std::uint32_t slow = 0;  // up to 30 pictures a second
  std::uint32_t fast = 0;  // up to 60; 0: this size is made with 30 at most
};

struct Rung {
  std::uint32_t lines = 0;
  Bitrates standard;
  Bitrates higher;
  Bitrates constrained;
  std::uint32_t audio = 0;  // where sound is encoded anew, bit/s
};

constexpr std::array<Rung, 4> kRungs = {{
    {720, {2'400'000, 3'400'000}, {2'300'000, 3'000'000}, {1'900'000, 2'200'000}, 128'000},
    {480, {1'400'000, 0}, {1'300'000, 0}, {800'000, 0}, 128'000},
    {360, {630'000, 0}, {700'000, 0}, {400'000, 0}, 64'000},
    {160, {230'000, 0}, {270'000, 0}, {220'000, 0}, 48'000},
}};
constexpr std::uint32_t kAudioOnlyBitrate = 64'000;
// From this size on STANDARD passes the sound through.
constexpr std::uint32_t kPassedLines = 480;
constexpr std::uint32_t kSmallest = 16;

std::uint32_t even(double pixels) {
  return std::max<std::uint32_t>(2, static_cast<std::uint32_t>(std::lround(pixels / 2)) * 2);
}

// Every n-th picture is kept, so that what is left is even.
double kept_rate(double rate, std::uint32_t most) {
  if (rate <= 0) return 0;
  const double share = rate / most;
  return share <= 1.05 ? rate : rate / std::ceil(share - 0.05);
}

// The lowest level of H.264 that allows so many macroblocks a second, High profile.
std::string expected_codec(const PlannedRendition& rendition) {
  struct Level {
    double rate;
    const char* name;
  };
  static constexpr std::array<Level, 7> kLevels = {{{3000, "avc1.64000B"},
                                                    {11'880, "avc1.640014"},
                                                    {20'250, "avc1.640016"},
                                                    {40'500, "avc1.64001E"},
                                                    {108'000, "avc1.64001F"},
                                                    {216'000, "avc1.640020"},
                                                    {245'760, "avc1.640028"}}};
  const double blocks = ((rendition.width + 15) / 16) * ((rendition.height + 15) / 16);
  const double rate = blocks * (rendition.frame_rate > 0 ? rendition.frame_rate : kSlowRate);
  for (const Level& level : kLevels) {
    if (rate <= level.rate * 1.01) return level.name;
  }
  return "avc1.64002A";
}

class Planner {
 public:
  Planner(const media::VideoFormat& video, const media::Track* audio)
      : video_(video), audio_(audio), lines_(std::min(video.width, video.height)) {}

  std::uint32_t lines() const { return lines_; }

  PlannedRendition make(std::uint32_t lines, Bitrates bitrates, std::uint32_t audio) const {
    PlannedRendition made;
    const bool wide = video_.width >= video_.height;
    const double longer =
        static_cast<double>(std::max(video_.width, video_.height)) * lines / lines_;
    const std::uint32_t shorter = even(lines);
    made.width = wide ? even(longer) : shorter;
    made.height = wide ? shorter : even(longer);
    const bool fast = bitrates.fast > 0 && video_.frame_rate > kFast;
    made.max_frame_rate = fast ? kFastRate : kSlowRate;
    made.frame_rate = kept_rate(video_.frame_rate, made.max_frame_rate);
    made.video_bitrate = fast ? bitrates.fast : bitrates.slow;
    made.name = quality_name(made.width, made.height, made.frame_rate);
    made.codecs.push_back(expected_codec(made));
    if (audio_ != nullptr) {
      made.audio_bitrate = audio;
      made.codecs.push_back(audio > 0 ? "mp4a.40.2" : audio_->codec_string);
    }
    return made;
  }

 private:
  const media::VideoFormat& video_;
  const media::Track* audio_;
  const std::uint32_t lines_;
};

// The source stays on top: a rendition of its size would cost the most and look worse.
LadderPlan standard(const Planner& planner) {
  LadderPlan plan;
  for (const Rung& rung : kRungs) {
    if (rung.lines >= planner.lines()) continue;
    plan.renditions.push_back(
        planner.make(rung.lines, rung.standard, rung.lines >= kPassedLines ? 0 : rung.audio));
  }
  return plan;
}

// Everything is encoded anew, also what has the source's size.
LadderPlan advanced(const Planner& planner, std::span<const Rung> rungs, bool constrained,
                    bool sound) {
  LadderPlan plan;
  plan.offers_source = false;
  for (std::size_t i = 0; i < rungs.size(); ++i) {
    const Rung& rung = rungs[i];
    // The top one may be as small as the source is.
    const std::uint32_t next = i + 1 < rungs.size() ? rungs[i + 1].lines : 0;
    if (planner.lines() <= next) continue;
    plan.renditions.push_back(planner.make(std::min(rung.lines, planner.lines()),
                                           constrained ? rung.constrained : rung.higher,
                                           rung.audio));
  }
  if (sound) {
    PlannedRendition audio;
    audio.name = "audio_only";
    audio.audio_bitrate = kAudioOnlyBitrate;
    audio.codecs = {"mp4a.40.2"};
    plan.renditions.push_back(std::move(audio));
  }
  return plan;
}

}  // namespace

LadderPlan plan_ladder(PublishGrant::Ladder ladder, bool constrained_bandwidth,
                       const media::VideoFormat& video, const media::Track* audio) {
  const Planner planner(video, audio);
  if (planner.lines() < kSmallest) return {};
  const std::span<const Rung> rungs = kRungs;
  switch (ladder) {
    case PublishGrant::Ladder::kNone:
      break;
    case PublishGrant::Ladder::kStandard:
      return standard(planner);
    case PublishGrant::Ladder::kAdvancedSd:
      return advanced(planner, rungs.subspan(1), constrained_bandwidth, audio != nullptr);
    case PublishGrant::Ladder::kAdvancedHd:
      return advanced(planner, rungs, constrained_bandwidth, audio != nullptr);
  }
  return {};
}

}  // namespace live
