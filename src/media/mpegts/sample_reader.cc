#include "media/mpegts/sample_reader.h"

#include <algorithm>

#include "media/codec/aac.h"
#include "media/codec/mp3.h"
#include "media/codec/nal.h"
#include "media/mpegts/demuxer.h"
#include "media/mpegts/muxer.h"
#include "media/mpegts/parameter_sets.h"
#include "media/mpegts/pes_assembler.h"

namespace media::mpegts {

struct SampleReader::Stream {
  Stream(std::size_t number, Codec kind)
      : index(number),
        codec(kind),
        pes(kind_of(kind) == TrackKind::kVideo ? Demuxer::kMaxVideoPes : Demuxer::kMaxOtherPes),
        sets(kind) {}

  void on_pes(base::ByteSpan payload, std::vector<Read>& out) {
    switch (codec) {
      case Codec::kH264:
      case Codec::kHevc:
        return on_picture(payload, out);
      case Codec::kAac:
        adts.push(payload, [&](const aac::AdtsHeader&, base::ByteSpan frame) {
          if (!frame.empty()) out.push_back({index, base::Slice::copy_of(frame)});
        });
        return;
      case Codec::kMp3:
        return on_mp3(payload, out);
      default:
        return;
    }
  }
  void on_picture(base::ByteSpan payload, std::vector<Read>& out) const {
    constexpr std::size_t kSlack = 64;  // four octets of length for a start code of three
    base::ByteWriter sample(payload.size() + kSlack);
    bool has_picture = false;
    AnnexBNals nals(payload);
    while (const auto nal = nals.next()) {
      const ParameterSets::Kind kind = sets.kind_of(*nal);
      if (kind == ParameterSets::Kind::kPicture) has_picture = true;
      if (kind == ParameterSets::Kind::kPicture || kind == ParameterSets::Kind::kOther) {
        sample.u32(static_cast<std::uint32_t>(nal->size()));
        sample.bytes(*nal);
      }
    }
    if (has_picture) out.push_back({index, base::Slice::take(sample.take())});
  }
  // Frames do not cross the borders of PES packets here.
  void on_mp3(base::ByteSpan payload, std::vector<Read>& out) const {
    while (!payload.empty()) {
      const auto frame = mp3::parse_header(payload);
      if (!frame || frame->frame_size == 0 || frame->frame_size > payload.size()) return;
      out.push_back({index, base::Slice::copy_of(payload.first(frame->frame_size))});
      payload = payload.subspan(frame->frame_size);
    }
  }

  std::size_t index;
  Codec codec;
  PesAssembler pes;
  ParameterSets sets;  // only for what kinds of units there are
  aac::AdtsSplitter adts;
};

SampleReader::SampleReader(std::span<const Track> tracks) {
  for (const Track& track : tracks.first(std::min(tracks.size(), kMaxTracks))) {
    streams_.emplace_back(streams_.size(), track.codec);
  }
}
SampleReader::~SampleReader() = default;
SampleReader::SampleReader(SampleReader&&) noexcept = default;
SampleReader& SampleReader::operator=(SampleReader&&) noexcept = default;

void SampleReader::push(base::ByteSpan data, std::vector<Read>& out) {
  if (!carry_.empty()) {
    const std::size_t wanted = std::min(kPacketSize - carry_.size(), data.size());
    carry_.insert(carry_.end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(wanted));
    data = data.subspan(wanted);
    if (carry_.size() < kPacketSize) return;
    on_packet(carry_, out);
    carry_.clear();
  }
  for (; data.size() >= kPacketSize; data = data.subspan(kPacketSize)) {
    on_packet(data.first(kPacketSize), out);
  }
  carry_.assign(data.begin(), data.end());
}

void SampleReader::on_packet(base::ByteSpan packet, std::vector<Read>& out) {
  base::ByteReader reader(packet);
  if (reader.u8() != kSyncByte) return;
  const std::uint16_t word = reader.u16();
  const std::uint8_t flags = reader.u8();
  if ((flags & 0x20) != 0) reader.skip(reader.u8());  // the adaptation field
  if ((flags & 0x10) == 0 || !reader.ok()) return;
  const std::size_t pid = word & 0x1FFF;
  if (pid < kFirstTrackPid || pid - kFirstTrackPid >= streams_.size()) return;
  Stream& stream = streams_[pid - kFirstTrackPid];
  stream.pes.push(reader.rest(), (word & 0x4000) != 0,
                  [&](const PesHeader&, base::ByteSpan payload) { stream.on_pes(payload, out); });
}

void SampleReader::flush(std::vector<Read>& out) {
  for (Stream& stream : streams_) {
    stream.pes.flush(
        [&](const PesHeader&, base::ByteSpan payload) { stream.on_pes(payload, out); });
  }
  carry_.clear();
}

}  // namespace media::mpegts
