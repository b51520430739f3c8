#include "media/mpegts/psi.h"

#include <array>

#include "base/check.h"

namespace media::mpegts {
namespace {

using base::ByteReader;
using base::ByteWriter;
using base::ErrorCode;
using base::fail;

constexpr std::uint8_t kPatTable = 0x00;
constexpr std::uint8_t kPmtTable = 0x02;
constexpr std::uint8_t kRegistrationDescriptor = 0x05;
constexpr std::size_t kMaxStreams = 64;  // that we are ready to read about

// From "Timed Metadata for HTTP Live Streaming": metadata_pointer_descriptor (tag 0x25) in the
// program's information, metadata_descriptor (tag 0x26) with the stream. Both say: application
// format 0xFFFF and format 0xFF with the identifier "ID3 ", service 0; the first adds "carried in
// this transport stream, program 1", the second "no decoder configuration".
constexpr std::array<std::uint8_t, 17> kMetadataPointerDescriptor = {
    0x25, 15, 0xFF, 0xFF, 'I', 'D', '3', ' ', 0xFF, 'I', 'D', '3', ' ', 0, 0x1F, 0, 1};
constexpr std::array<std::uint8_t, 15> kMetadataDescriptor = {
    0x26, 13, 0xFF, 0xFF, 'I', 'D', '3', ' ', 0xFF, 'I', 'D', '3', ' ', 0, 0x0F};

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i << 24;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value & 0x80000000) != 0 ? value << 1 ^ 0x04C11DB7 : value << 1;
    }
    table[i] = value;
  }
  return table;
}
constexpr auto kCrcTable = make_crc_table();

// The eight bytes in front of every table's own data (section 2.4.4.1).
void write_header(ByteWriter& w, std::uint8_t table, std::uint16_t extension,
                  std::uint8_t version) {
  w.u8(table);
  w.u16(0);  // patched by finish()
  w.u16(extension);
  w.u8(static_cast<std::uint8_t>(0xC1 | (version & 0x1F) << 1));  // applicable now
  w.u16(0);                                                       // the only section of its table
}

base::Bytes finish(ByteWriter& w) {
  base::Bytes section = w.take();
  const std::size_t length = section.size() - 3 + 4;
  section[1] = static_cast<std::uint8_t>(0xB0 | length >> 8);
  section[2] = static_cast<std::uint8_t>(length);
  ByteWriter end(std::move(section));
  end.u32(crc32(end.span()));
  return end.take();
}

struct Header {
  std::uint16_t extension = 0;
  std::uint8_t version = 0;
  base::ByteSpan body;
};

base::Expected<Header> parse_header(base::ByteSpan section, std::uint8_t table) {
  ByteReader reader(section);
  const std::uint8_t id = reader.u8();
  const std::size_t length = reader.u16() & 0x0FFF;
  Header header;
  header.extension = reader.u16();
  const std::uint8_t state = reader.u8();
  header.version = state >> 1 & 0x1F;
  const std::uint8_t number = reader.u8();
  const std::uint8_t last = reader.u8();
  if (!reader.ok() || id != table || 3 + length != section.size() || reader.remaining() < 4) {
    return fail(ErrorCode::kMalformed,
                "section of table " + std::to_string(id) + " does not fit its length");
  }
  if (crc32(section) != 0) {
    return fail(ErrorCode::kMalformed, "wrong CRC in table " + std::to_string(id));
  }
  if ((state & 1) == 0 || number != 0 || last != 0) {
    return fail(ErrorCode::kUnsupported, "table " + std::to_string(id) + " in several sections");
  }
  header.body = reader.bytes(reader.remaining() - 4);
  return header;
}

std::uint32_t registration_in(base::ByteSpan descriptors) {
  ByteReader reader(descriptors);
  while (reader.remaining() > 0) {
    const std::uint8_t tag = reader.u8();
    ByteReader body(reader.bytes(reader.u8()));
    if (tag == kRegistrationDescriptor && body.remaining() >= 4) return body.u32();
  }
  return 0;
}

}  // namespace

std::uint32_t crc32(base::ByteSpan data) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const std::uint8_t byte : data) crc = crc << 8 ^ kCrcTable[crc >> 24 ^ byte];
  return crc;
}

base::Bytes write_pat(const Pat& pat) {
  ByteWriter w;
  write_header(w, kPatTable, 1, pat.version);
  for (const Program& program : pat.programs) {
    w.u16(program.number);
    w.u16(0xE000 | program.pmt_pid);
  }
  return finish(w);
}

base::Bytes write_pmt(const Pmt& pmt) {
  bool metadata = false;
  for (const ElementaryStream& stream : pmt.streams) {
    metadata = metadata || stream.type == StreamType::kMetadata;
  }
  ByteWriter w;
  write_header(w, kPmtTable, pmt.program, pmt.version);
  w.u16(0xE000 | pmt.pcr_pid);
  w.u16(static_cast<std::uint16_t>(0xF000 | (metadata ? kMetadataPointerDescriptor.size() : 0)));
  if (metadata) w.bytes(kMetadataPointerDescriptor);
  for (const ElementaryStream& stream : pmt.streams) {
    const bool is_metadata = stream.type == StreamType::kMetadata;
    w.u8(static_cast<std::uint8_t>(stream.type));
    w.u16(0xE000 | stream.pid);
    const std::size_t information =
        (is_metadata ? kMetadataDescriptor.size() : 0) + (stream.registration != 0 ? 6 : 0);
    w.u16(static_cast<std::uint16_t>(0xF000 | information));
    if (is_metadata) w.bytes(kMetadataDescriptor);
    if (stream.registration != 0) {
      w.u8(kRegistrationDescriptor);
      w.u8(4);
      w.u32(stream.registration);
    }
  }
  base::Bytes section = finish(w);
  CHECK(section.size() < kPacketRoom);
  return section;
}

base::Expected<Pat> parse_pat(base::ByteSpan section) {
  const auto header = parse_header(section, kPatTable);
  if (!header) return fail(header.error());
  Pat pat;
  pat.version = header->version;
  ByteReader reader(header->body);
  while (reader.remaining() > 0) {
    const std::uint16_t number = reader.u16();
    const std::uint16_t pid = reader.u16() & 0x1FFF;
    if (number != 0 && reader.ok()) pat.programs.push_back({number, pid});
  }
  if (!reader.ok()) return fail(ErrorCode::kMalformed, "PAT ends in the middle of an entry");
  return pat;
}

base::Expected<Pmt> parse_pmt(base::ByteSpan section) {
  const auto header = parse_header(section, kPmtTable);
  if (!header) return fail(header.error());
  Pmt pmt;
  pmt.program = header->extension;
  pmt.version = header->version;
  ByteReader reader(header->body);
  pmt.pcr_pid = reader.u16() & 0x1FFF;
  reader.skip(reader.u16() & 0x0FFF);
  while (reader.remaining() > 0) {
    ElementaryStream stream;
    stream.type = static_cast<StreamType>(reader.u8());
    stream.pid = reader.u16() & 0x1FFF;
    stream.registration = registration_in(reader.bytes(reader.u16() & 0x0FFF));
    if (pmt.streams.size() == kMaxStreams) {
      return fail(ErrorCode::kLimit, "PMT with more than 64 streams");
    }
    pmt.streams.push_back(stream);
  }
  if (!reader.ok()) return fail(ErrorCode::kMalformed, "PMT ends in the middle of an entry");
  return pmt;
}

}  // namespace media::mpegts
