// Whatever arrives, and however it is cut, the demuxer ends, stays bounded and says the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "media/mpegts/demuxer.h"

namespace {

// Adds up what it is told, so that two runs can be compared.
class Digest final : public media::mpegts::DemuxerListener {
 public:
  void on_program(std::size_t videos, std::size_t audios) override { add(videos * 100 + audios); }
  void on_track(const media::Track& track) override {
    add(track.id);
    add_bytes(track.config.span());
  }
  void on_sample(const media::Track& track, media::Sample sample) override {
    CHECK(!sample.data.empty());
    CHECK(sample.pts >= 0 && sample.pts < (std::int64_t{1} << 33));
    add(track.id);
    add(static_cast<std::uint64_t>(sample.pts));
    add(static_cast<std::uint64_t>(sample.dts));
    add_bytes(sample.data.span());
  }
  void on_text(media::Ticks pts, media::TimedText text) override {
    add(static_cast<std::uint64_t>(pts));
    add_bytes(base::as_bytes(text.payload));
  }
  void on_unsupported(const std::string& what) override { add_bytes(base::as_bytes(what)); }

  std::uint64_t value() const { return value_; }

 private:
  void add(std::uint64_t number) { value_ = (value_ ^ number) * 0x100000001B3; }
  void add_bytes(base::ByteSpan bytes) {
    for (const std::uint8_t byte : bytes) add(byte);
  }

  std::uint64_t value_ = 0xCBF29CE484222325;
};

std::uint64_t digest_of(base::ByteSpan data, std::size_t piece) {
  Digest digest;
  media::mpegts::Demuxer demuxer(digest);
  while (!data.empty()) {
    const base::ByteSpan front = data.first(std::min(piece, data.size()));
    demuxer.push(front);
    data = data.subspan(front.size());
  }
  demuxer.flush();
  return digest.value();
}

// Tables are worth nothing without their CRC, which no mutation would hit: so it is made right in
// every packet that looks like one section of a PAT or PMT.
void seal_tables(base::Bytes& data) {
  constexpr std::size_t kSection = 5;  // behind the header and a pointer of zero
  for (std::size_t at = 0; at + 188 <= data.size(); at += 188) {
    std::uint8_t* packet = &data[at];
    const std::size_t size = 3 + ((packet[6] & 0x0Fu) << 8 | packet[7]);
    if (packet[4] != 0 || packet[5] > 2 || size < 12 || size > 188 - kSection) continue;
    const base::ByteSpan body(packet + kSection, size - 4);
    const std::uint32_t crc = media::mpegts::crc32(body);
    for (std::size_t i = 0; i < 4; ++i) {
      packet[kSection + size - 4 + i] = static_cast<std::uint8_t>(crc >> (24 - 8 * i));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::Bytes stream(data, data + size);
  seal_tables(stream);
  const std::uint64_t whole = digest_of(stream, stream.size() + 1);
  const std::size_t piece = size == 0 ? 1 : 1 + data[size - 1];
  CHECK(digest_of(stream, piece) == whole);
  return 0;
}
