// Any samples at any times, holes, jumps, breaks and cues: what viewers are told keeps the rules
// of parts and segments, every promise comes true, and both containers can be made of it.
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/check.h"
#include "live/stream.h"
#include "live/timeline.h"

namespace {

using live::TrackKey;

constexpr TrackKey kVideo{media::TrackKind::kVideo, 0};
constexpr TrackKey kAudio{media::TrackKind::kAudio, 0};

media::Track video_track() {
  media::Track track;
  track.codec = media::Codec::kH264;
  static constexpr std::uint8_t kConfig[] = {1,    66,   0xC0, 10,   0xFF, 0xE1, 0,    11,   0x67,
                                             66,   0xC0, 10,   0xDA, 0x04, 0x08, 0xC8, 0x8C, 0x88,
                                             0x94, 1,    0,    4,    0x68, 0xCE, 0x3C, 0x80};
  track.config = base::Slice::unowned(base::ByteSpan(kConfig));
  return track;
}

media::Track audio_track() {
  media::Track track;
  track.codec = media::Codec::kAac;
  track.timescale = 48'000;
  static constexpr std::uint8_t kConfig[] = {0x11, 0x90};
  track.config = base::Slice::unowned(base::ByteSpan(kConfig));
  track.audio = {48'000, 2, 1024};
  return track;
}

struct Watcher {
  live::PartPosition promised;
  bool watching = false;
  bool broke = false;
  unsigned looks = 0;

  void look(const live::Window& window) {
    if (window.segments.empty() || (watching && !broke && window.next == promised)) return;
    std::uint64_t msn = window.segments.front()->msn;
    bool kept = window.next == promised || broke || !watching;
    for (const auto& segment : window.segments) {
      CHECK(segment->msn == msn++);
      media::Ticks sum = 0;
      std::uint32_t index = 0;
      for (const auto& part : segment->parts) {
        CHECK(part->msn == segment->msn && part->index == index++);
        kept = kept || promised == live::PartPosition{part->msn, part->index};
        CHECK(part->duration > 0 && part->duration <= window.times.part_target);
        const bool last = segment->complete && part == segment->parts.back();
        CHECK(last || part->duration * 100 >= window.times.part_target * 85);
        sum += part->duration;
      }
      CHECK(sum == segment->duration);
      CHECK(sum * 2 < (2 * window.times.target_duration + 1) * 90'000);
    }
    CHECK(kept);
    const auto& newest = *window.segments.back()->parts.back();
    CHECK(!newest.bytes(live::Container::kFmp4).empty());
    if (newest.tracks->fits(live::Container::kTs)) {
      CHECK(newest.bytes(live::Container::kTs).size() % 188 == 0);
    }
    if (looks++ % 16 == 0) {
      for (const auto container : {live::Container::kFmp4, live::Container::kTs}) {
        CHECK(!live::render_media_playlist(window, container, true).empty());
      }
    }
    promised = window.next;
    watching = true;
    broke = false;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::ByteReader in({data, size});
  live::PackagingSettings packaging;
  packaging.part = std::chrono::milliseconds(100 + in.u8() * 4);
  live::Stream stream({base::ChannelId("c"), packaging, live::Container::kTs}, {100, 0}, {});
  live::Timeline timeline((in.peek() & 1) != 0 ? live::kRtmpClock : live::kTsClock, 0);
  const double rate = in.u8() % 61;
  timeline.set_track(0, media::TrackKind::kVideo, 90'000, rate > 0 ? 90'000 / rate : 0);
  timeline.set_track(1, media::TrackKind::kAudio, 48'000, 1024);
  stream.set_tracks({{kVideo, video_track()}, {kAudio, audio_track()}}, {});
  std::int64_t clock[2] = {static_cast<std::int64_t>(in.u32()), 0};
  clock[1] = clock[0];
  media::Ticks last[2] = {-1, -1};
  Watcher watchers[2];
  static constexpr std::uint8_t kPicture[] = {0, 0, 0, 2, 0x41, 0x9a};
  for (unsigned steps = 0; in.remaining() > 0 && steps < 1500; ++steps) {
    const std::uint8_t what = in.u8();
    const unsigned track = what & 1;
    bool look = false;
    if ((what & 0xF0) == 0xF0) {
      stream.break_here({timeline.end(), {}});
      for (Watcher& watcher : watchers) watcher.broke = true;
      look = true;
    } else if ((what & 0xF0) == 0xE0) {
      (void)stream.add_text({media::TimedText::Origin::kInband, "text"},
                            timeline.stream_time(clock[track]));
    } else {
      // Usual steps are short; now and then the clock jumps.
      const std::int64_t step = (what & 0xF0) == 0xD0
                                    ? static_cast<std::int32_t>(in.u32())
                                    : static_cast<std::int64_t>(in.u8()) * (track != 0 ? 200 : 400);
      clock[track] = std::max<std::int64_t>(0, clock[track] + step);
      media::Sample sample;
      sample.dts = clock[track];
      sample.pts = clock[track] + ((what & 2) != 0 ? static_cast<std::int8_t>(in.u8()) * 1000 : 0);
      if (track != 0) sample.pts = sample.dts;
      sample.keyframe = track != 0 || (what & 0x0C) == 0;
      sample.data = base::Slice::unowned(base::ByteSpan(kPicture));
      const auto placed = timeline.place(track, sample);
      if (!placed) continue;
      CHECK(placed->sample.dts > last[track] && placed->sample.dts >= 0);
      CHECK(placed->sample.pts >= placed->sample.dts && placed->sample.duration >= 0);
      last[track] = placed->sample.dts;
      if (placed->breaks) {
        stream.break_here({timeline.end(), {}});
        for (Watcher& watcher : watchers) watcher.broke = true;
      }
      look = stream.add(track == 0 ? kVideo : kAudio, placed->sample) || placed->breaks;
    }
    if (!look) continue;
    const auto snapshot = stream.snapshot();
    for (std::size_t i = 0; i < snapshot->windows.size(); ++i) {
      watchers[i].look(*snapshot->windows[i]);
    }
  }
  stream.finish();
  (void)stream.snapshot();
  return 0;
}
