// Muxing one part of 0.2 s (six pictures at 30 frames/s, ten AAC frames at 128 kbit/s) at 2.5 and
// 6 Mbit/s: what the first viewer of a part costs, once per view.
#include <benchmark/benchmark.h>

#include <array>

#include "media/fmp4/fragment.h"
#include "media/id3.h"
#include "media/mpegts/muxer.h"

namespace {

using media::Sample;
using media::Track;
using media::TrackSamples;

// A sample of `size` bytes with one slice, as an encoder without slices sends it.
base::Slice access_unit(std::size_t size) {
  base::ByteWriter w;
  w.u32(static_cast<std::uint32_t>(size - 4));
  w.u8(0x41);
  w.zeros(size - 5);
  return base::Slice::take(w.take());
}

struct Input {
  explicit Input(std::int64_t bits_per_second) {
    // Baseline, level 1.0: any valid configuration will do.
    static constexpr std::array<std::uint8_t, 26> kAvcc = {
        1,    66,   0xC0, 10,   0xFF, 0xE1, 0, 11, 0x67, 66,   0xC0, 10,   0xDA,
        0x04, 0x08, 0xC8, 0x8C, 0x88, 0x94, 1, 0,  4,    0x68, 0xCE, 0x3C, 0x80};
    static constexpr std::array<std::uint8_t, 2> kAsc = {0x11, 0x90};
    tracks[0].codec = media::Codec::kH264;
    tracks[0].config = base::Slice::unowned(kAvcc);
    tracks[1].codec = media::Codec::kAac;
    tracks[1].timescale = 48'000;
    tracks[1].config = base::Slice::unowned(kAsc);
    tracks[1].audio = {.sample_rate = 48'000, .channels = 2, .frame_samples = 1024};
    const auto picture = static_cast<std::size_t>(bits_per_second / 8 / 30);
    for (int i = 0; i < 6; ++i) {
      video.push_back({i * 3000, i * 3000 + 3000, 3000, i == 0, access_unit(picture)});
    }
    for (int i = 0; i < 10; ++i) {
      audio.push_back({i * 1024, i * 1024, 1024, true, base::Slice::take(base::Bytes(341))});
    }
    samples = {TrackSamples{&tracks[0], video}, TrackSamples{&tracks[1], audio}};
  }

  std::array<Track, 2> tracks;
  std::vector<Sample> video;
  std::vector<Sample> audio;
  std::array<TrackSamples, 2> samples;
};

void report(benchmark::State& state, std::size_t bytes, const Input& input) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
  state.SetItemsProcessed(state.iterations() *
                          static_cast<std::int64_t>(input.video.size() + input.audio.size()));
}

void fmp4_part(benchmark::State& state) {
  const Input input(state.range(0));
  std::size_t bytes = 0;
  for (auto _ : state) {
    base::Bytes out = media::fmp4::write_fragment({.sequence_number = 1, .tracks = input.samples});
    bytes = out.size();
    benchmark::DoNotOptimize(out.data());
  }
  report(state, bytes, input);
}

void ts_part(benchmark::State& state) {
  const Input input(state.range(0));
  const auto muxer = media::mpegts::Muxer::create(input.tracks).value();
  std::size_t bytes = 0;
  for (auto _ : state) {
    media::mpegts::MuxedPart out = muxer.mux({.tracks = input.samples}, {});
    bytes = out.bytes.size();
    benchmark::DoNotOptimize(out.bytes.data());
  }
  report(state, bytes, input);
}

void ts_count(benchmark::State& state) {
  const Input input(state.range(0));
  const auto muxer = media::mpegts::Muxer::create(input.tracks).value();
  for (auto _ : state) benchmark::DoNotOptimize(muxer.count({.tracks = input.samples}, {}));
  report(state, 0, input);
}

BENCHMARK(fmp4_part)->Arg(2'500'000)->Arg(6'000'000);
BENCHMARK(ts_part)->Arg(2'500'000)->Arg(6'000'000);
BENCHMARK(ts_count)->Arg(2'500'000)->Arg(6'000'000);

}  // namespace
