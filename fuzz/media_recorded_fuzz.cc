// Files of recordings that somebody else has written to: both readers end, stay bounded, and say
// the same however the octets are cut.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "media/fmp4/payload_reader.h"
#include "media/mpegts/sample_reader.h"

namespace {

void append(base::Bytes& all, base::ByteSpan more) {
  all.insert(all.end(), more.begin(), more.end());
}

base::Bytes samples_of(base::ByteSpan data, std::size_t piece) {
  std::vector<media::Track> tracks(4);
  tracks[1].codec = media::Codec::kHevc;
  tracks[2].codec = media::Codec::kAac;
  tracks[3].codec = media::Codec::kMp3;
  media::mpegts::SampleReader reader(tracks);
  std::vector<media::mpegts::SampleReader::Read> read;
  for (; !data.empty(); data = data.subspan(std::min(piece, data.size()))) {
    reader.push(data.first(std::min(piece, data.size())), read);
  }
  reader.flush(read);
  base::Bytes all;
  for (const auto& sample : read) {
    CHECK(sample.track < tracks.size() && !sample.data.empty());
    all.push_back(static_cast<std::uint8_t>(sample.track));
    append(all, sample.data.span());
  }
  return all;
}

base::Bytes payload_of(base::ByteSpan data, std::size_t piece) {
  media::fmp4::PayloadReader reader;
  std::vector<base::Slice> out;
  const std::size_t size = data.size();
  for (; !data.empty(); data = data.subspan(std::min(piece, data.size()))) {
    if (!reader.push(base::Slice::copy_of(data.first(std::min(piece, data.size()))), out)) break;
  }
  base::Bytes all;
  for (const base::Slice& slice : out) append(all, slice.span());
  CHECK(all.size() <= size);
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteSpan whole(data, size);
  const std::size_t piece = size == 0 ? 1 : 1 + data[size - 1];
  CHECK(samples_of(whole, size + 1) == samples_of(whole, piece));
  CHECK(payload_of(whole, size + 1) == payload_of(whole, piece));
  return 0;
}
