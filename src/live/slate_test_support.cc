#include "live/slate_test_support.h"

#include <algorithm>
#include <cmath>

#include "live/stream_rig_test_support.h"
#include "media/mpegts/muxer.h"

namespace live::testing {
namespace {

// No start code is ever in it.
constexpr std::uint8_t kFilling = 0xAB;

base::Slice payload(std::uint8_t header, std::size_t size) {
  base::ByteWriter out;
  if (header != 0) {
    out.u32(static_cast<std::uint32_t>(size) + 1);
    out.u8(header);
  }
  for (std::size_t i = 0; i < size; ++i) out.u8(kFilling);
  return base::Slice::take(out.take());
}

}  // namespace

base::Bytes write_slate(const SlateFile& file) {
  std::vector<media::Track> tracks;
  std::vector<media::Sample> pictures;
  std::vector<media::Sample> sounds;
  if (file.video) {
    tracks.push_back(video_track(file.rate));
    const auto frame = static_cast<media::Ticks>(std::llround(90'000 / file.rate));
    const auto group = static_cast<int>(std::lround(file.gop * file.rate));
    const auto hole = static_cast<int>(std::lround(file.hole_at * file.rate));
    for (int i = 0; i < static_cast<int>(std::lround(file.seconds * file.rate)); ++i) {
      media::Sample sample;
      sample.dts = sample.pts = i * frame + (hole > 0 && i >= hole ? 5 * 90'000 : 0);
      sample.duration = frame;
      sample.keyframe = i % group == 0 && (i > 0 || file.keyframe_first);
      sample.data = payload(sample.keyframe ? 0x65 : 0x41, 300);
      pictures.push_back(sample);
    }
  }
  if (file.audio) {
    tracks.push_back(audio_track());
    tracks.back().codec = file.audio_codec;
    if (file.audio_codec == media::Codec::kMp3) tracks.back().config = {};
    const double seconds = file.audio_seconds > 0 ? file.audio_seconds : file.seconds;
    for (int i = 0; i < static_cast<int>(seconds * 48'000 / 1024); ++i) {
      media::Sample sample;
      sample.dts = sample.pts = std::int64_t{i} * 1024;
      sample.duration = 1024;
      sample.keyframe = true;
      sample.data = payload(0, 40);
      sounds.push_back(sample);
    }
  }
  const auto muxer = media::mpegts::Muxer::create(tracks).value();
  std::vector<media::TrackSamples> content;
  for (const media::Track& track : tracks) {
    content.push_back({&track, track.kind() == media::TrackKind::kVideo ? pictures : sounds});
  }
  media::mpegts::Part part;
  part.tracks = content;
  part.tables = media::mpegts::Tables::kWrite;
  return muxer.mux(part, {}).bytes;
}

std::shared_ptr<const Slate> make_slate(const SlateFile& file) {
  return Slate::parse(write_slate(file)).value();
}

bool is_of_slate(const media::Sample& sample) {
  return std::ranges::count(sample.data.span(), kFilling) > 20;
}

}  // namespace live::testing
