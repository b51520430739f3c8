// What recording costs beside packaging: a part of 0.2 s at 6 Mbit/s whose bytes are there is put
// into its file, its samples and its journal. To be compared with media_mux_bench, which makes
// those bytes.
#include <benchmark/benchmark.h>

#include "io/files.h"
#include "record/media_writer.h"

namespace {

constexpr std::size_t kPartBytes = 6'000'000 / 8 / 5;

base::Slice unit(std::size_t size) {
  base::ByteWriter out(size);
  out.u32(static_cast<std::uint32_t>(size - 4));
  out.u8(0x41);
  while (out.size() < size) out.u8(0x55);
  return base::Slice::take(out.take());
}

class Media final : public media::PartMedia {
 public:
  Media() : bytes_(base::Slice::take(base::Bytes(kPartBytes, 0x47))), samples_(2) {
    const base::Slice picture = unit(kPartBytes / 6);
    for (int i = 0; i < 6; ++i) {
      samples_[0].push_back({i * 3000, i * 3000 + 3000, 3000, i == 0, picture});
    }
    const base::Slice frame = unit(341);
    for (int i = 0; i < 10; ++i) samples_[1].push_back({i * 1024, i * 1024, 1024, true, frame});
  }
  base::Slice bytes() const override { return bytes_; }
  std::span<const std::vector<media::Sample>> samples() const override { return samples_; }

 private:
  base::Slice bytes_;
  std::vector<std::vector<media::Sample>> samples_;
};

void write_part(benchmark::State& state) {
  const auto folder = io::TemporaryDirectory::create();
  record::RecordingState recording;
  auto journal = record::Journal::open(folder->path() + "/journal", 0);
  record::BeganRecord began;
  began.recording = "abcdefghijkl";
  journal->add(began);
  (void)recording.apply(began);
  record::MediaWriter writer(folder->path(), recording, *journal, true);
  writer.begin_broadcast(std::chrono::seconds(10));
  auto info = std::make_shared<media::RenditionInfo>();
  info->name = "1080p30";
  info->tracks.resize(2);
  info->tracks[1].codec = media::Codec::kAac;
  const auto made = std::make_shared<Media>();
  std::uint64_t count = 0;
  std::vector<record::MediaWriter::Finished> finished;
  for (auto _ : state) {
    media::MadePart part;
    part.rendition = info;
    part.segment = count / 10;
    part.index = static_cast<std::uint32_t>(count % 10);
    part.independent = part.index == 0;
    part.start = static_cast<media::Ticks>(count) * 18'000;
    part.duration = 18'000;
    part.media = made;
    if (!writer.write(part, finished) || !journal->flush()) state.SkipWithError("cannot write");
    ++count;
    for (const auto& one : finished) {
      (void)std::remove(
          (folder->path() + "/media/1080p30/" + std::to_string(one.number) + ".ts").c_str());
    }
    finished.clear();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kPartBytes));
}
BENCHMARK(write_part);

}  // namespace
