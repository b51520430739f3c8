#include "live/sound_converter.h"

#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "live/metrics.h"
#include "media/codec/aac.h"

namespace live {
namespace {

constexpr std::uint32_t kId = 16;
constexpr std::uint32_t kBitrate = 160'000;
constexpr std::uint32_t kMonoBitrate = 96'000;

std::uint32_t bitrate_of(const media::Track& source) {
  return source.audio.channels == 1 ? kMonoBitrate : kBitrate;
}

// AAC-LC of what the helper makes: its rate and channels follow from the source.
media::Track made_of(const media::Track& source) {
  constexpr std::uint8_t k48 = 3;
  constexpr std::uint8_t k44 = 4;
  media::aac::AdtsHeader header;
  header.object_type = 2;
  header.sample_rate_index = source.audio.sample_rate == 44'100 ? k44 : k48;
  header.channel_configuration = source.audio.channels == 1 ? 1 : 2;
  auto track = media::aac::make_track(base::Slice::take(media::aac::config_of(header)));
  CHECK(track.has_value());
  track->id = source.id;
  track->announced_bitrate = bitrate_of(source);
  return *track;
}

}  // namespace

bool SoundConverter::is_needed(const media::Track& audio, Container container) {
  switch (audio.codec) {
    case media::Codec::kOpus:
    case media::Codec::kFlac:
      return true;
    case media::Codec::kMp3:
      return container == Container::kFmp4;
    default:
      return false;
  }
}

SoundConverter::SoundConverter(io::Loop& loop, const HelperFactory& helpers,
                               SoundConverterHost& host, const media::Track& source)
    : host_(host), source_(source), track_(made_of(source)), transcoder_(loop, helpers, *this) {
  media::pipe::TranscodeJob job;
  job.audio.push_back({kId, 0, bitrate_of(source)});
  media::Track told = source;
  told.id = 0;
  transcoder_.set_track(told);
  transcoder_.start(std::move(job));
}

SoundConverter::~SoundConverter() = default;

void SoundConverter::add(const media::Sample& sample) {
  transcoder_.add(media::TrackKind::kAudio, sample);
}

void SoundConverter::on_made_track(TrackKey, const media::Track& track) {
  scale_ = track.timescale;
}

void SoundConverter::on_made_sample(TrackKey, const media::Sample& sample) {
  if (scale_ == 0) return;
  media::Sample made = sample;
  made.dts = made.pts = media::rescale(sample.pts, scale_, track_.timescale);
  made.duration = media::rescale(sample.duration, scale_, track_.timescale);
  made.keyframe = true;
  // Another helper may repeat what the one before it had made.
  if (last_ && made.dts <= *last_) return;
  last_ = made.dts;
  host_.on_converted(made);
}

void SoundConverter::on_restart(const std::string& how) {
  rendition_restarts().add();
  base::log_warn("sound helper restarted", {{"how", how}});
}

void SoundConverter::on_given_up(const std::string& how) {
  base::log_error("sound is no longer converted", {{"how", how}});
  host_.on_conversion_failed();
}

}  // namespace live
