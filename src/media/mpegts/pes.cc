#include "media/mpegts/pes.h"

#include <string>

#include "media/mpegts/packet.h"

namespace media::mpegts {
namespace {

using base::ByteReader;
using base::ErrorCode;
using base::fail;

// Four bits that tell PTS and DTS apart, then 3 + 15 + 15 bits, each run ended by a marker bit.
void put_timestamp(std::span<std::uint8_t, 5> out, std::uint8_t prefix, std::uint64_t time) {
  out[0] = static_cast<std::uint8_t>(prefix << 4 | (time >> 29 & 0x0E) | 1);
  out[1] = static_cast<std::uint8_t>(time >> 22);
  out[2] = static_cast<std::uint8_t>(time >> 14 | 1);
  out[3] = static_cast<std::uint8_t>(time >> 7);
  out[4] = static_cast<std::uint8_t>(time << 1 | 1);
}

std::uint64_t read_timestamp(ByteReader& reader) {
  const std::uint64_t high = reader.u8() >> 1 & 0x07;
  const std::uint64_t middle = reader.u16() >> 1;
  const std::uint64_t low = reader.u16() >> 1;
  return high << 30 | middle << 15 | low;
}

// Table 2-21: stream ids whose packets are bare bytes after the length.
bool has_header(std::uint8_t stream_id) {
  switch (stream_id) {
    case 0xBC:  // program stream map
    case 0xBE:  // padding
    case 0xBF:  // private stream 2
    case 0xF0:  // ECM
    case 0xF1:  // EMM
    case 0xF2:  // DSM-CC
    case 0xF8:  // H.222.1 type E
    case 0xFF:  // directory
      return false;
    default:
      return true;
  }
}

}  // namespace

PesHeaderBytes write_pes_header(const PesHeader& header) {
  PesHeaderBytes out;
  const std::uint64_t pts = header.pts.value_or(0) & kTimestampMask;
  out.size = header.dts ? kPesSizeWithDts : kPesSizeWithPts;
  const std::size_t counted = out.size - kPesPrefixSize + header.payload_size.value_or(0);
  const bool say = header.payload_size && counted <= kMaxPesLength;
  auto& b = out.bytes;
  b[2] = 1;
  b[3] = header.stream_id;
  b[4] = static_cast<std::uint8_t>(say ? counted >> 8 : 0);
  b[5] = static_cast<std::uint8_t>(say ? counted : 0);
  b[6] = 0x84;  // data alignment: the payload begins with an access unit
  b[7] = header.dts ? 0xC0 : 0x80;
  b[8] = static_cast<std::uint8_t>(out.size - kMinPesHeaderSize);
  put_timestamp(std::span(b).subspan<9, 5>(), header.dts ? 3 : 2, pts);
  if (header.dts) put_timestamp(std::span(b).subspan<14, 5>(), 1, *header.dts & kTimestampMask);
  return out;
}

base::Expected<PesHeader> parse_pes_header(base::ByteSpan front) {
  ByteReader reader(front);
  const std::uint32_t start_code = reader.u24();
  PesHeader header;
  header.stream_id = reader.u8();
  const std::size_t length = reader.u16();
  if (!reader.ok() || start_code != 1) {
    return fail(ErrorCode::kMalformed, "no PES start code");
  }
  if (!has_header(header.stream_id)) {
    return fail(ErrorCode::kUnsupported,
                "PES packet of stream id " + std::to_string(header.stream_id));
  }
  const std::uint8_t marker = reader.u8();
  const std::uint8_t flags = reader.u8();
  ByteReader optional_fields(reader.bytes(reader.u8()));
  header.header_size = reader.position();
  if ((flags & 0x80) != 0) header.pts = read_timestamp(optional_fields);
  if ((flags & 0xC0) == 0xC0) header.dts = read_timestamp(optional_fields);
  if (!reader.ok() || !optional_fields.ok() || (marker & 0xC0) != 0x80) {
    return fail(ErrorCode::kMalformed, "PES header does not fit its fields");
  }
  if (length > 0) {
    if (kPesPrefixSize + length < header.header_size) {
      return fail(ErrorCode::kMalformed,
                  "PES packet of " + std::to_string(length) + " bytes is shorter than its header");
    }
    header.payload_size = kPesPrefixSize + length - header.header_size;
  }
  return header;
}

}  // namespace media::mpegts
