// What a live stream costs its home loop beside the network: samples cut into parts (a second of
// 30 frames/s and AAC, 0.2 s parts), and playlists rendered for the first viewer of a part.
#include <benchmark/benchmark.h>

#include "live/stream.h"
#include "live/timeline.h"

namespace {

using live::Container;
using live::TrackKey;

constexpr TrackKey kVideo{media::TrackKind::kVideo, 0};
constexpr TrackKey kAudio{media::TrackKind::kAudio, 0};

/// A stream and the samples that it is fed with, one second at a time.
class Broadcast {
 public:
  Broadcast() : stream_({base::ChannelId("c"), {}, Container::kTs}, {100, 0}, {}) {
    static constexpr std::uint8_t kAvcc[] = {1,    66,   0xC0, 10,   0xFF, 0xE1, 0,    11,   0x67,
                                             66,   0xC0, 10,   0xDA, 0x04, 0x08, 0xC8, 0x8C, 0x88,
                                             0x94, 1,    0,    4,    0x68, 0xCE, 0x3C, 0x80};
    static constexpr std::uint8_t kAsc[] = {0x11, 0x90};
    media::Track video;
    video.codec = media::Codec::kH264;
    video.config = base::Slice::unowned(base::ByteSpan(kAvcc));
    video.codec_string = "avc1.42C00A";
    video.video = {1280, 720, 30, false, "", ""};
    media::Track audio;
    audio.codec = media::Codec::kAac;
    audio.timescale = 48'000;
    audio.config = base::Slice::unowned(base::ByteSpan(kAsc));
    audio.codec_string = "mp4a.40.2";
    audio.audio = {48'000, 2, 1024};
    timeline_.set_track(0, media::TrackKind::kVideo, 90'000, 3000);
    timeline_.set_track(1, media::TrackKind::kAudio, 48'000, 1024);
    stream_.set_tracks({{kVideo, video}, {kAudio, audio}}, {});
    base::ByteWriter picture;
    picture.u32(10'396);
    picture.u8(0x41);
    picture.zeros(10'395);
    picture_ = base::Slice::take(picture.take());
    sound_ = base::Slice::take(base::Bytes(341, 7));
  }

  /// Returns how many samples it took.
  std::int64_t second() {
    std::int64_t count = 0;
    for (const std::int64_t until = videos_ + 30; videos_ < until; ++videos_) {
      add(kVideo, 0, videos_ * 1'000'000 / 30, videos_ % 60 == 0, picture_);
      ++count;
      while (sounds_ * 1024 * 30 <= videos_ * 48'000) {
        add(kAudio, 1, sounds_ * 1024 * 1'000'000 / 48'000, true, sound_);
        ++sounds_;
        ++count;
      }
    }
    return count;
  }
  live::Stream& stream() { return stream_; }

 private:
  void add(TrackKey key, std::uint32_t track, std::int64_t microseconds, bool keyframe,
           const base::Slice& data) {
    media::Sample sample;
    sample.dts = sample.pts = microseconds / 1000 * 1000;
    sample.keyframe = keyframe;
    sample.data = data;
    const auto placed = timeline_.place(track, sample);
    if (placed && stream_.add(key, placed->sample)) {
      benchmark::DoNotOptimize(stream_.snapshot());
    }
  }

  live::Stream stream_;
  live::Timeline timeline_{live::kRtmpClock, 0};
  std::int64_t videos_ = 0;
  std::int64_t sounds_ = 0;
  base::Slice picture_, sound_;
};

// Timeline, packager, snapshots; nothing is muxed, for nobody watches.
void package(benchmark::State& state) {
  Broadcast broadcast;
  std::int64_t samples = 0;
  for (auto _ : state) samples += broadcast.second();
  state.SetItemsProcessed(samples);
}
BENCHMARK(package)->Unit(benchmark::kMicrosecond);

void render(benchmark::State& state) {
  Broadcast broadcast;
  for (int i = 0; i < 30; ++i) broadcast.second();
  const auto snapshot = broadcast.stream().snapshot();
  const live::Window& window = **snapshot->find("v0");
  for (auto _ : state) {
    benchmark::DoNotOptimize(live::render_media_playlist(window, Container::kFmp4, false));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(render)->Unit(benchmark::kMicrosecond);

}  // namespace
