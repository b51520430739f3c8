#include "record/varint.h"

namespace record {

void write_varint(base::ByteWriter& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.u8(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  out.u8(static_cast<std::uint8_t>(value));
}

void write_signed(base::ByteWriter& out, std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  write_varint(out, (bits << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

void write_text(base::ByteWriter& out, std::string_view text) {
  write_octets(out, base::as_bytes(text));
}

void write_octets(base::ByteWriter& out, base::ByteSpan octets) {
  write_varint(out, octets.size());
  out.bytes(octets);
}

std::uint64_t read_varint(base::ByteReader& in) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t octet = in.u8();
    const std::uint64_t bits = octet & 0x7F;
    if (shift == 63 && bits > 1) break;
    value |= bits << shift;
    if ((octet & 0x80) == 0) return in.ok() ? value : 0;
  }
  in.set_failed();
  return 0;
}

std::int64_t read_signed(base::ByteReader& in) {
  const std::uint64_t value = read_varint(in);
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

std::uint32_t read_count(base::ByteReader& in, std::uint32_t most) {
  const std::uint64_t value = read_varint(in);
  if (value > most) in.set_failed();
  return in.ok() ? static_cast<std::uint32_t>(value) : 0;
}

std::string read_text(base::ByteReader& in, std::uint32_t most) {
  return std::string(in.text(read_count(in, most)));
}

base::Bytes read_octets(base::ByteReader& in, std::uint32_t most) {
  const base::ByteSpan octets = in.bytes(read_count(in, most));
  return {octets.begin(), octets.end()};
}

bool read_bool(base::ByteReader& in) {
  const std::uint8_t value = in.u8();
  if (value > 1) in.set_failed();
  return value == 1;
}

}  // namespace record
