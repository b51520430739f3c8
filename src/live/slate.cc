#include "live/slate.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "io/files.h"
#include "media/mpegts/demuxer.h"

namespace live {
namespace {

using base::ErrorCode;

constexpr media::Ticks kScale = media::kVideoTimescale;
constexpr std::int64_t kTsModulus = std::int64_t{1} << 33;
// 120 pictures and 94 frames of sound a second for ten minutes, and room.
constexpr std::size_t kMaxEntries = 200'000;
constexpr media::Ticks kShortest = kScale;
// A picture is shown at most so long after it was decoded.
constexpr media::Ticks kMaxReordering = 2 * kScale;
// Sound may be missing for so much of the clip.
constexpr media::Ticks kMaxMissingSound = kScale / 2;

std::int64_t max_ticks() {
  return std::chrono::duration_cast<std::chrono::seconds>(Slate::kMaxDuration).count() * kScale;
}

/// Takes what the demuxer finds; the first thing that does not fit a slate is kept as the error.
class Collector final : public media::mpegts::DemuxerListener {
 public:
  void on_program(std::size_t, std::size_t) override {}
  void on_track(const media::Track& track) override {
    if (track.id != 0) return refuse("more than one track of a kind");
    const bool is_video = track.kind() == media::TrackKind::kVideo;
    const media::Codec wanted = is_video ? media::Codec::kH264 : media::Codec::kAac;
    if (track.codec != wanted) {
      return refuse(
          fmt::format("{} where {} is needed", to_string(track.codec), media::to_string(wanted)));
    }
    auto& known = is_video ? video : audio;
    if (known && !(*known == track)) return refuse("a configuration that changes on the way");
    known = track;
  }
  void on_sample(const media::Track& track, media::Sample sample) override {
    if (error) return;
    auto& list = track.kind() == media::TrackKind::kVideo ? pictures : sounds;
    if (list.size() >= kMaxEntries) {
      error = base::Error{ErrorCode::kLimit, "the slate has too many pictures or frames of sound"};
      return;
    }
    list.push_back(std::move(sample));
  }
  void on_text(media::Ticks, media::TimedText) override {}
  void on_unsupported(const std::string& what) override { refuse(what); }

  std::optional<media::Track> video, audio;
  std::vector<media::Sample> pictures, sounds;
  std::optional<base::Error> error;

 private:
  void refuse(const std::string& what) {
    if (!error) {
      error = base::Error{ErrorCode::kUnsupported,
                          fmt::format("a slate is H.264 and AAC; this one has {}", what)};
    }
  }
};

// Distance of two 33-bit times.
media::Ticks since(media::Ticks time, media::Ticks start) {
  const media::Ticks distance = (time - start) & (kTsModulus - 1);
  return distance > kTsModulus / 2 ? distance - kTsModulus : distance;
}

base::Expected<media::Ticks> place_pictures(std::vector<media::Sample>& pictures) {
  const media::Ticks start = pictures.front().dts;
  for (media::Sample& picture : pictures) {
    const media::Ticks composition = since(picture.pts, picture.dts);
    picture.dts = since(picture.dts, start);
    picture.pts = picture.dts + std::clamp<media::Ticks>(composition, 0, kMaxReordering);
  }
  for (std::size_t i = 0; i + 1 < pictures.size(); ++i) {
    const media::Ticks step = pictures[i + 1].dts - pictures[i].dts;
    if (step <= 0 || step > kScale) {
      return base::fail(
          ErrorCode::kMalformed,
          fmt::format("the slate's picture {} is {} ms behind its predecessor", i + 1, step / 90));
    }
    pictures[i].duration = step;
  }
  pictures.back().duration = pictures.size() > 1 ? pictures[pictures.size() - 2].duration : kScale;
  return pictures.back().dts + pictures.back().duration;
}

// Sound stands evenly, from the first picture to the end of the last one.
void place_sounds(std::vector<media::Sample>& sounds, const media::Track& track, media::Ticks start,
                  media::Ticks length) {
  const auto frame = static_cast<media::Ticks>(track.audio.frame_samples);
  const media::Ticks end = media::rescale(length, kScale, track.timescale);
  media::Ticks next = 0;
  std::erase_if(sounds, [&](media::Sample& sound) {
    const media::Ticks stamped = media::rescale(since(sound.dts, start), kScale, track.timescale);
    if (stamped < next - frame / 2) return true;  // older than the pictures, or there twice
    const media::Ticks time = stamped < next + frame / 2 ? next : stamped;
    if (time + frame > end) return true;
    sound.dts = sound.pts = time;
    sound.duration = frame;
    next = time + frame;
    return false;
  });
}

std::vector<Slate::Entry> merge(const std::vector<media::Sample>& pictures,
                                const std::vector<media::Sample>& sounds, std::uint32_t timescale) {
  std::vector<Slate::Entry> entries;
  entries.reserve(pictures.size() + sounds.size());
  auto sound = sounds.begin();
  for (const media::Sample& picture : pictures) {
    for (; sound != sounds.end(); ++sound) {
      const media::Ticks at = media::rescale(sound->dts, timescale, kScale);
      if (at >= picture.dts) break;
      entries.push_back({media::TrackKind::kAudio, *sound, at});
    }
    entries.push_back({media::TrackKind::kVideo, picture, picture.dts});
  }
  for (; sound != sounds.end(); ++sound) {
    entries.push_back(
        {media::TrackKind::kAudio, *sound, media::rescale(sound->dts, timescale, kScale)});
  }
  return entries;
}

}  // namespace

base::Expected<std::shared_ptr<const Slate>> Slate::parse(base::ByteSpan file) {
  if (file.size() > kMaxBytes) {
    return base::fail(ErrorCode::kLimit, fmt::format("a slate may have {} MiB", kMaxBytes >> 20));
  }
  Collector found;
  media::mpegts::Demuxer demuxer(found);
  demuxer.push(file);
  demuxer.flush();
  if (found.error) return base::fail(*found.error);
  if (demuxer.stats().packets == 0 || (!found.video && !found.audio)) {
    return base::fail(ErrorCode::kMalformed, "the slate is no MPEG transport stream");
  }
  // The demuxer leaves out what comes before the first keyframe.
  if (!found.video || found.pictures.empty() || !found.pictures.front().keyframe) {
    return base::fail(ErrorCode::kUnsupported,
                      "the slate has no video that begins with a keyframe");
  }
  if (!found.audio || found.audio->audio.frame_samples == 0) {
    return base::fail(ErrorCode::kUnsupported,
                      "the slate has no sound; give it a silent AAC track if it shall be quiet");
  }
  const media::Ticks start = found.pictures.front().dts;
  const auto length = place_pictures(found.pictures);
  if (!length) return base::fail(length.error());
  if (*length < kShortest || *length > max_ticks()) {
    return base::fail(ErrorCode::kLimit,
                      fmt::format("a slate lasts 1 to {} seconds, this one {:.1f}",
                                  max_ticks() / kScale, static_cast<double>(*length) / kScale));
  }
  place_sounds(found.sounds, *found.audio, start, *length);
  const auto sounding =
      media::rescale(static_cast<media::Ticks>(found.sounds.size() *
                                               std::size_t{found.audio->audio.frame_samples}),
                     found.audio->timescale, kScale);
  if (sounding + kMaxMissingSound < *length) {
    return base::fail(
        ErrorCode::kUnsupported,
        fmt::format("the slate's sound lasts {:.1f} of {:.1f} seconds",
                    static_cast<double>(sounding) / kScale, static_cast<double>(*length) / kScale));
  }
  return std::make_shared<const Slate>(*found.video, *found.audio,
                                       merge(found.pictures, found.sounds, found.audio->timescale),
                                       *length);
}

base::Expected<std::shared_ptr<const Slate>> load_slate(const std::string& path) {
  const auto file = io::read_file(path, Slate::kMaxBytes);
  if (!file) return base::fail(base::Error(file.error()).with_context("slate"));
  auto slate = Slate::parse(*file);
  if (!slate) return base::fail(base::Error(slate.error()).with_context(path));
  return slate;
}

}  // namespace live
