// Any file as a slate: it is refused, or it plays evenly on a stream's timeline, turn after turn.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "live/slate_player.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto slate = live::Slate::parse(base::ByteSpan(data, size));
  if (!slate) {
    CHECK(!slate.error().message.empty());
    return 0;
  }
  const auto& entries = (*slate)->entries();
  CHECK(!entries.empty() && entries.front().sample.keyframe);
  CHECK(entries.front().kind == media::TrackKind::kVideo && entries.front().at == 0);
  const base::MonotonicTime began{std::chrono::hours(1)};
  const media::Ticks start = 12'345;
  live::SlatePlayer player(*slate, start, began);
  media::Ticks last[2] = {-1, -1};
  const auto length = std::chrono::nanoseconds((*slate)->length() * 100'000 / 9);
  for (int step = 0; step < 40; ++step) {
    while (const auto due = player.next(began + length * step / 16)) {
      media::Ticks& before = last[due->kind == media::TrackKind::kAudio];
      CHECK(due->sample.dts > before && due->sample.pts >= due->sample.dts);
      CHECK(due->sample.duration > 0);
      before = due->sample.dts;
    }
    CHECK(player.end() > start);
  }
  return 0;
}
