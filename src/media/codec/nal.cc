#include "media/codec/nal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace media {

using base::ByteSpan;

std::optional<ByteSpan> LengthPrefixedNals::next() {
  while (reader_.remaining() > 0) {
    std::uint32_t length = 0;
    switch (length_size_) {
      case 1:
        length = reader_.u8();
        break;
      case 2:
        length = reader_.u16();
        break;
      case 4:
        length = reader_.u32();
        break;
      default:
        CHECK(false);
    }
    const ByteSpan unit = reader_.bytes(length);
    if (!reader_.ok()) return std::nullopt;
    if (!unit.empty()) return unit;
  }
  return std::nullopt;
}

namespace {

/// Position of the next 00 00 01 at or after `from`, or the size of the stream.
std::size_t find_start_code(ByteSpan stream, std::size_t from) {
  // The 1 is the rarest byte of the three, and memchr looks at many bytes at once.
  std::size_t at = from + 2;
  while (at < stream.size()) {
    const void* found = std::memchr(&stream[at], 1, stream.size() - at);
    if (found == nullptr) break;
    at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - stream.data());
    if (stream[at - 1] == 0 && stream[at - 2] == 0) return at - 2;
    ++at;
  }
  return stream.size();
}

std::size_t after_start_code(ByteSpan stream, std::size_t start_code) {
  return std::min(start_code + 3, stream.size());
}

}  // namespace

AnnexBNals::AnnexBNals(ByteSpan stream)
    : stream_(stream), unit_begin_(after_start_code(stream, find_start_code(stream, 0))) {}

std::optional<ByteSpan> AnnexBNals::next() {
  while (unit_begin_ < stream_.size()) {
    const std::size_t unit_end = find_start_code(stream_, unit_begin_);
    ByteSpan unit = stream_.subspan(unit_begin_, unit_end - unit_begin_);
    unit_begin_ = after_start_code(stream_, unit_end);
    // A NAL unit never ends with zero: those belong to the next start code or are padding.
    while (!unit.empty() && unit.back() == 0) unit = unit.first(unit.size() - 1);
    if (!unit.empty()) return unit;
  }
  return std::nullopt;
}

base::Bytes remove_emulation_prevention(ByteSpan escaped) {
  base::Bytes raw;
  raw.reserve(escaped.size());
  unsigned zeros = 0;
  for (const std::uint8_t byte : escaped) {
    if (zeros >= 2 && byte == 3) {
      zeros = 0;
      continue;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    raw.push_back(byte);
  }
  return raw;
}

base::Bytes add_emulation_prevention(ByteSpan raw) {
  base::Bytes escaped;
  escaped.reserve(raw.size() + raw.size() / 64 + 1);
  unsigned zeros = 0;
  for (const std::uint8_t byte : raw) {
    if (zeros >= 2 && byte <= 3) {
      escaped.push_back(3);
      zeros = 0;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    escaped.push_back(byte);
  }
  return escaped;
}

base::Expected<base::Slice> with_four_byte_lengths(const base::Slice& sample,
                                                   unsigned length_size) {
  std::size_t units = 0;
  LengthPrefixedNals walk(sample.span(), length_size);
  while (walk.next()) ++units;
  if (!walk.ok()) {
    return base::fail(
        base::ErrorCode::kMalformed,
        fmt::format("NAL unit {} is longer than its sample of {} bytes", units, sample.size()));
  }
  if (units == 0) {
    return base::fail(base::ErrorCode::kMalformed,
                      fmt::format("a sample of {} bytes holds no NAL unit", sample.size()));
  }
  if (length_size == 4) return sample;
  base::ByteWriter out(sample.size() + units * (4 - length_size));
  LengthPrefixedNals copy(sample.span(), length_size);
  while (const auto unit = copy.next()) {
    out.u32(static_cast<std::uint32_t>(unit->size()));
    out.bytes(*unit);
  }
  return base::Slice::take(out.take());
}

SeiMessages::SeiMessages(ByteSpan nal, std::size_t header_size)
    : rbsp_(remove_emulation_prevention(nal.subspan(std::min(header_size, nal.size())))),
      reader_(rbsp_) {}

std::optional<SeiMessage> SeiMessages::next() {
  // One byte that is left can only be the trailing bits.
  if (reader_.remaining() < 2) return std::nullopt;
  const auto extended = [this] {
    std::uint32_t value = 0;
    while (reader_.remaining() > 0 && reader_.peek() == 0xFF) value += reader_.u8();
    return value + reader_.u8();
  };
  SeiMessage message;
  message.type = extended();
  const std::uint32_t size = extended();
  message.payload = reader_.bytes(size);
  if (!reader_.ok()) return std::nullopt;
  return message;
}

ByteSpan caption_bytes(const SeiMessage& message) {
  if (message.type != kSeiUserDataRegistered) return {};
  base::ByteReader reader(message.payload);
  if (reader.u8() != 0xB5 || reader.u16() != 0x0031 || reader.text(4) != "GA94" ||
      reader.u8() != 3) {
    return {};
  }
  const std::uint8_t flags = reader.u8();
  reader.skip(1);  // em_data
  const bool process_cc_data = (flags & 0x40) != 0;
  const ByteSpan triplets = reader.bytes(static_cast<std::size_t>(flags & 0x1F) * 3);
  return reader.ok() && process_cc_data ? triplets : ByteSpan{};
}

}  // namespace media
