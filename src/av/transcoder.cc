#include "av/transcoder.h"

extern "C" {
#include <libavutil/frame.h>
}

#include <algorithm>
#include <string>
#include <utility>

#include "base/check.h"

namespace av {
namespace {

using base::ErrorCode;
using base::fail;
using media::TrackKind;
namespace pipe = media::pipe;

constexpr std::uint32_t kLargestSide = 4096;
constexpr int kMostThreads = 16;
// cc_count has five bits, a triplet three octets (CEA-708).
constexpr std::size_t kMostCaptions = std::size_t{31} * 3;

base::Expected<void> check(const pipe::TranscodeJob& job) {
  if (job.video.empty() && job.audio.empty()) {
    return fail(ErrorCode::kInvalid, "the job has no outputs");
  }
  for (const pipe::VideoOutput& output : job.video) {
    const bool bad_side = output.width < 2 || output.height < 2 || output.width % 2 != 0 ||
                          output.height % 2 != 0 || output.width > kLargestSide ||
                          output.height > kLargestSide;
    if (bad_side || output.bitrate == 0 || output.bitrate > 200'000'000) {
      return fail(ErrorCode::kInvalid, "an output of " + std::to_string(output.width) + "x" +
                                           std::to_string(output.height) + " at " +
                                           std::to_string(output.bitrate) + " bit/s");
    }
  }
  return {};
}

base::ByteSpan captions_of(const AVFrame& frame) {
  const AVFrameSideData* data = av_frame_get_side_data(&frame, AV_FRAME_DATA_A53_CC);
  return data == nullptr ? base::ByteSpan() : base::ByteSpan(data->data, data->size);
}

}  // namespace

base::Expected<Transcoder> Transcoder::create(pipe::TranscodeJob job, Sink sink, Log log) {
  if (auto checked = check(job); !checked) return fail(std::move(checked.error()));
  int format = 0;
  if (!job.video.empty()) {
    auto found = input_format({.name = job.encoder, .preset = job.preset});
    if (!found) return fail(std::move(found.error()));
    format = *found;
  }
  return Transcoder(std::move(job), format, std::move(sink), std::move(log));
}

Transcoder::Transcoder(pipe::TranscodeJob job, int pixel_format, Sink sink, Log log)
    : choice_{.name = job.encoder,
              .preset = job.preset,
              .threads = std::clamp(static_cast<int>(job.threads), 1, kMostThreads)},
      pixel_format_(pixel_format),
      deliver_from_(job.deliver_from),
      sink_(std::move(sink)),
      log_(std::move(log)) {
  std::ranges::sort(job.video, std::ranges::greater{}, [](const pipe::VideoOutput& output) {
    return std::uint64_t{output.width} * output.height;
  });
  for (const pipe::VideoOutput& output : job.video) {
    video_.push_back({.output = output,
                      .scaler = Scaler({.width = static_cast<int>(output.width),
                                        .height = static_cast<int>(output.height),
                                        .pixel_format = pixel_format}),
                      .encoder = std::nullopt});
    rates_.try_emplace(output.max_frame_rate, Rate{.thinner = FrameThinner(output.max_frame_rate)});
  }
  for (const pipe::AudioOutput& output : job.audio) {
    audio_.push_back({.output = output, .converter = AudioConverter(output)});
  }
}

base::Expected<void> Transcoder::handle(const pipe::Message& message) {
  if (const auto* sample = std::get_if<pipe::SourceSample>(&message)) {
    if (sample->kind == TrackKind::kAudio) return on_audio_sample(sample->track, sample->sample);
    if (!video_track_ || video_track_->id != sample->track) return {};
    return on_video_sample(sample->sample);
  }
  if (const auto* track = std::get_if<pipe::SourceTrack>(&message)) return on_track(track->track);
  if (const auto* ended = std::get_if<pipe::EndOutput>(&message)) return end(*ended);
  return fail(ErrorCode::kMalformed, "a message that is not for a transcoder");
}

// Once a minute: who sends broken media sends much of it.
void Transcoder::complain(TrackKind kind, media::Ticks time, const base::Error& error) {
  constexpr media::Ticks kPause = 60 * media::kVideoTimescale;
  const auto [last, is_new] = complaints_.try_emplace(kind, time);
  if (!is_new && time - last->second < kPause && time >= last->second) return;
  last->second = time;
  log_(error.message);
}

base::Expected<void> Transcoder::on_track(const media::Track& track) {
  if (track.kind() == TrackKind::kAudio) {
    const bool wanted = std::ranges::any_of(
        audio_, [&](const AudioRendition& one) { return one.output.source == track.id; });
    if (!wanted) return {};
    AudioSource& source = audio_sources_[track.id];
    if (source.decoder && source.track == track) return {};
    source = {.track = track, .decoder = std::nullopt};
    auto decoder = AudioDecoder::create(track);
    if (decoder) {
      source.decoder = *std::move(decoder);
    } else {
      log_(decoder.error().message);
    }
    return {};
  }
  if (video_.empty()) return {};
  // Renditions are made of one picture: the first that was announced.
  if (video_track_ && (video_track_->id != track.id || *video_track_ == track)) return {};
  if (video_decoder_) {
    auto flushed = video_decoder_->flush(picture_sink());
    if (!flushed && flushed.error().code != ErrorCode::kMalformed) return flushed;
  }
  video_decoder_.reset();
  video_track_ = track;
  for (auto& [limit, rate] : rates_) rate.thinner.set_source_rate(track.video.frame_rate);
  auto decoder = VideoDecoder::create(track);
  if (decoder) {
    video_decoder_ = *std::move(decoder);
  } else {
    log_(decoder.error().message);
  }
  return {};
}

base::Expected<void> Transcoder::on_video_sample(const media::Sample& sample) {
  if (!video_decoder_ || video_.empty()) return {};
  auto decoded = video_decoder_->decode(sample, picture_sink());
  if (decoded || decoded.error().code != ErrorCode::kMalformed) return decoded;
  complain(TrackKind::kVideo, sample.dts, decoded.error());
  return {};
}

base::Expected<void> Transcoder::on_audio_sample(std::uint32_t id, const media::Sample& sample) {
  const auto found = audio_sources_.find(id);
  if (found == audio_sources_.end() || !found->second.decoder) return {};
  AudioSource& source = found->second;
  auto decoded = source.decoder->decode(
      sample, [&](const AVFrame& frame, media::Ticks pts) -> base::Expected<void> {
        for (AudioRendition& rendition : audio_) {
          if (rendition.output.source != id) continue;
          auto converted = rendition.converter.convert(frame, pts, source.track.timescale,
                                                       audio_sink(rendition));
          if (!converted) return converted;
        }
        return {};
      });
  if (decoded || decoded.error().code != ErrorCode::kMalformed) return decoded;
  complain(TrackKind::kAudio,
           media::rescale(sample.dts, source.track.timescale, media::kVideoTimescale),
           decoded.error());
  return {};
}

base::Expected<void> Transcoder::end(const pipe::EndOutput& ended) {
  // What its encoder still holds is not wanted any more.
  if (ended.kind == TrackKind::kVideo) {
    std::erase_if(video_, [&](const VideoRendition& one) { return one.output.id == ended.id; });
    std::erase_if(rates_, [&](const auto& rate) {
      return std::ranges::none_of(video_, [&](const VideoRendition& one) {
        return one.output.max_frame_rate == rate.first;
      });
    });
    if (video_.empty()) video_decoder_.reset();
  } else {
    std::erase_if(audio_, [&](const AudioRendition& one) { return one.output.id == ended.id; });
    std::erase_if(audio_sources_, [&](const auto& source) {
      return std::ranges::none_of(
          audio_, [&](const AudioRendition& one) { return one.output.source == source.first; });
    });
  }
  return {};
}

VideoDecoder::Sink Transcoder::picture_sink() {
  return [this](const AVFrame& frame, const PictureInfo& info) { return on_picture(frame, info); };
}

RenditionEncoder::Sink Transcoder::video_sink(std::uint32_t id) {
  return {.track = [this](const media::Track& track) { return sink_(pipe::OutputTrack{track}); },
          .sample =
              [this, id](media::Sample sample) {
                return sink_(pipe::OutputSample{TrackKind::kVideo, id, std::move(sample)});
              }};
}

AudioConverter::Sink Transcoder::audio_sink(AudioRendition& rendition) {
  return {
      .track =
          [this, &rendition](const media::Track& track) {
            rendition.timescale = track.timescale;
            return sink_(pipe::OutputTrack{track});
          },
      .sample = [this, &rendition](media::Sample sample) -> base::Expected<void> {
        const media::Ticks time =
            media::rescale(sample.pts, rendition.timescale, media::kVideoTimescale);
        if (time < deliver_from_) return {};
        return sink_(pipe::OutputSample{TrackKind::kAudio, rendition.output.id, std::move(sample)});
      }};
}

// All renditions begin with one and the same picture.
bool Transcoder::begins(const PictureInfo& info) {
  if (begun_) return true;
  if (info.pts < deliver_from_) return false;
  begun_ = std::ranges::all_of(rates_, [](const auto& rate) { return rate.second.keeps; });
  return begun_;
}

base::Expected<void> Transcoder::on_picture(const AVFrame& frame, const PictureInfo& shown) {
  PictureInfo info = shown;
  info.keyframe |= keyframe_due_;
  keyframe_due_ = info.keyframe;
  if (last_picture_ && info.pts <= *last_picture_) return {};  // its time has its picture
  keyframe_due_ = false;
  last_picture_ = info.pts;
  const base::ByteSpan captions = captions_of(frame);
  for (auto& [limit, rate] : rates_) {
    rate.keeps = rate.thinner.keeps(info);
    const std::size_t room = kMostCaptions - std::min(kMostCaptions, rate.captions.size());
    const auto taken = captions.first(std::min(room, captions.size()) / 3 * 3);
    rate.captions.insert(rate.captions.end(), taken.begin(), taken.end());
  }
  if (begins(info)) {
    for (VideoRendition& rendition : video_) rendition.picture = nullptr;
    for (VideoRendition& rendition : video_) {
      if (!rate_of(rendition).keeps) continue;
      if (auto encoded = encode(rendition, frame, info); !encoded) return encoded;
    }
  }
  for (auto& [limit, rate] : rates_) {
    if (rate.keeps) rate.captions.clear();
  }
  return {};
}

// Of the next larger rendition where that has already lost the detail that this one cannot show;
// it is much less to read than the source. Less than 5:4 would blur.
base::Expected<const AVFrame*> Transcoder::scaled(VideoRendition& rendition,
                                                  const AVFrame& source) {
  const AVFrame* from = &source;
  for (const VideoRendition& other : video_) {
    if (&other == &rendition) break;
    if (other.picture != nullptr && other.output.width * 4 >= rendition.output.width * 5) {
      from = other.picture;
    }
  }
  const bool as_it_is = from->width == static_cast<int>(rendition.output.width) &&
                        from->height == static_cast<int>(rendition.output.height) &&
                        from->format == pixel_format_ && !is_full_range(*from);
  if (as_it_is) return from;
  return rendition.scaler.scale(*from);
}

base::Expected<void> Transcoder::encode(VideoRendition& rendition, const AVFrame& source,
                                        const PictureInfo& info) {
  const auto picture = scaled(rendition, source);
  if (!picture) return fail(picture.error());
  rendition.picture = *picture;
  const Rate& rate = rate_of(rendition);
  RenditionEncoder::Request request{
      .info = info, .frame_rate = rate.thinner.frame_rate(), .captions = rate.captions};
  request.info.duration = rate.thinner.duration();
  if (!rendition.encoder) {
    if (request.frame_rate <= 0) {
      request.frame_rate = media::kVideoTimescale / static_cast<double>(request.info.duration);
    }
    auto created = RenditionEncoder::create(choice_, rendition.output, request.frame_rate, source);
    if (!created) return fail(std::move(created.error()));
    rendition.encoder = *std::move(created);
    request.info.keyframe = true;
  }
  return rendition.encoder->encode(**picture, request, video_sink(rendition.output.id));
}

base::Expected<void> Transcoder::finish() {
  if (video_decoder_) {
    auto flushed = video_decoder_->flush(picture_sink());
    if (!flushed && flushed.error().code != ErrorCode::kMalformed) return flushed;
  }
  for (VideoRendition& rendition : video_) {
    if (!rendition.encoder) continue;
    auto flushed = rendition.encoder->flush(video_sink(rendition.output.id));
    if (!flushed) return flushed;
  }
  for (AudioRendition& rendition : audio_) {
    auto flushed = rendition.converter.flush(audio_sink(rendition));
    if (!flushed) return flushed;
  }
  return {};
}

}  // namespace av
