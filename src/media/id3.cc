#include "media/id3.h"

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "base/utf8.h"

namespace media {
namespace {

using base::ByteReader;
using base::ErrorCode;
using base::fail;

constexpr std::size_t kHeaderSize = 10;  // of the tag, and of each frame
constexpr std::uint32_t kMaxSynchsafe = 0x0FFFFFFF;

constexpr std::uint8_t kUnsynchronised = 0x80;
constexpr std::uint8_t kExtendedHeader = 0x40;
// Second flag byte of a frame: compression, encryption, unsynchronisation (2.4) or their
// predecessors (2.3), and what puts extra bytes in front of the body (grouping, data length).
constexpr std::uint8_t kPlainFrame24 = 0x00;

constexpr std::uint8_t kLatin1 = 0;
constexpr std::uint8_t kUtf16WithMark = 1;
constexpr std::uint8_t kUtf16BigEndian = 2;
constexpr std::uint8_t kUtf8 = 3;

// Four 7-bit digits, so that no size ever looks like an MPEG audio sync word.
std::uint32_t synchsafe(std::uint32_t value) {
  return (value & 0x7F) | (value & 0x3F80) << 1 | (value & 0x1FC000) << 2 |
         (value & 0x0FE00000) << 3;
}

// The top bit of each byte is zero in a well-formed tag; set ones make the size nothing.
std::optional<std::uint32_t> from_synchsafe(std::uint32_t value) {
  if ((value & 0x80808080) != 0) return std::nullopt;
  return (value & 0x7F) | (value & 0x7F00) >> 1 | (value & 0x7F0000) >> 2 |
         (value & 0x7F000000) >> 3;
}

// Names are terminated by a zero byte and cannot contain one.
std::string_view until_zero(std::string_view text) {
  return text.substr(0, text.find('\0'));
}

std::size_t body_size(const Id3Frame& frame) {
  const std::size_t encoding = frame.kind == Id3Frame::Kind::kText ? 1 : 0;
  return encoding + until_zero(frame.name).size() + 1 + frame.value.size();
}

void write_frame(base::ByteWriter& w, const Id3Frame& frame) {
  const bool text = frame.kind == Id3Frame::Kind::kText;
  w.text(text ? "TXXX" : "PRIV");
  w.u32(synchsafe(static_cast<std::uint32_t>(body_size(frame))));
  w.u16(0);  // flags
  if (text) w.u8(kUtf8);
  w.text(until_zero(frame.name));
  w.u8(0);
  w.text(frame.value);
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
}

// Lone surrogates become the replacement character.
std::string from_utf16(base::ByteSpan bytes, bool big_endian) {
  constexpr std::uint32_t kReplacement = 0xFFFD;
  std::string out;
  ByteReader reader(bytes);
  const auto unit = [&] {
    const std::uint16_t value = reader.u16();
    return static_cast<std::uint16_t>(big_endian ? value : value >> 8 | value << 8);
  };
  std::optional<std::uint16_t> high;
  while (reader.remaining() >= 2) {
    const std::uint16_t value = unit();
    const bool is_low = value >= 0xDC00 && value <= 0xDFFF;
    if (high && is_low) {
      append_utf8(out, 0x10000 + ((*high - 0xD800u) << 10) + (value - 0xDC00u));
      high.reset();
      continue;
    }
    if (high) append_utf8(out, kReplacement);
    high.reset();
    if (value >= 0xD800 && value <= 0xDBFF) {
      high = value;
    } else {
      append_utf8(out, is_low ? kReplacement : value);
    }
  }
  if (high) append_utf8(out, kReplacement);
  return out;
}

std::string to_utf8(base::ByteSpan bytes, std::uint8_t encoding) {
  std::string out;
  switch (encoding) {
    case kUtf16WithMark: {
      const bool little = bytes.size() >= 2 && bytes[0] == 0xFF && bytes[1] == 0xFE;
      const bool marked = little || (bytes.size() >= 2 && bytes[0] == 0xFE && bytes[1] == 0xFF);
      return from_utf16(marked ? bytes.subspan(2) : bytes, !little);
    }
    case kUtf16BigEndian:
      return from_utf16(bytes, true);
    case kUtf8:
      if (base::is_utf8(base::as_text(bytes))) return std::string(base::as_text(bytes));
      [[fallthrough]];  // mislabelled: every byte is a character of Latin-1
    default:
      for (const std::uint8_t byte : bytes) append_utf8(out, byte);
      return out;
  }
}

// Splits description and value at the terminator, which has two bytes in the UTF-16 encodings and
// is missing where there is no value.
std::optional<Id3Frame> read_text(base::ByteSpan body) {
  if (body.empty() || body[0] > kUtf8) return std::nullopt;
  const std::uint8_t encoding = body[0];
  const base::ByteSpan text = body.subspan(1);
  const std::size_t width = encoding == kLatin1 || encoding == kUtf8 ? 1 : 2;
  const auto ends_at = [&](base::ByteSpan from) {
    std::size_t at = 0;
    while (at + width <= from.size() &&
           !std::ranges::all_of(from.subspan(at, width), [](std::uint8_t b) { return b == 0; })) {
      at += width;
    }
    return std::min(at, from.size());
  };
  const std::size_t end = ends_at(text);
  const base::ByteSpan rest = text.subspan(std::min(end + width, text.size()));
  return Id3Frame{Id3Frame::Kind::kText, to_utf8(text.first(end), encoding),
                  to_utf8(rest.first(ends_at(rest)), encoding)};
}

std::optional<Id3Frame> read_private(base::ByteSpan body) {
  const std::string_view text = base::as_text(body);
  const std::size_t end = text.find('\0');
  if (end == std::string_view::npos) return std::nullopt;
  return Id3Frame{Id3Frame::Kind::kPrivate, to_utf8(body.first(end), kUtf8),
                  std::string(text.substr(end + 1))};
}

}  // namespace

base::Bytes write_id3(std::span<const Id3Frame> frames) {
  std::size_t size = 0;
  for (const Id3Frame& frame : frames) size += kHeaderSize + body_size(frame);
  CHECK(size <= kMaxSynchsafe);
  base::ByteWriter w(kHeaderSize + size);
  w.text("ID3");
  w.u16(0x0400);  // version 2.4.0
  w.u8(0);        // flags
  w.u32(synchsafe(static_cast<std::uint32_t>(size)));
  for (const Id3Frame& frame : frames) write_frame(w, frame);
  return w.take();
}

base::Bytes write_id3_private(std::string_view owner, std::string_view payload) {
  const Id3Frame frame{Id3Frame::Kind::kPrivate, std::string(owner), std::string(payload)};
  return write_id3({&frame, 1});
}

base::Bytes write_id3_text(std::string_view description, std::string_view value) {
  const Id3Frame frame{Id3Frame::Kind::kText, std::string(description), std::string(value)};
  return write_id3({&frame, 1});
}

base::Expected<std::vector<Id3Frame>> read_id3(base::ByteSpan data) {
  ByteReader header(data);
  const std::string_view magic = header.text(3);
  const std::uint8_t version = header.u8();
  header.skip(1);
  const std::uint8_t flags = header.u8();
  const std::optional<std::uint32_t> size = from_synchsafe(header.u32());
  if (!header.ok() || magic != "ID3" || !size) {
    return fail(ErrorCode::kMalformed, "no ID3 tag in " + std::to_string(data.size()) + " bytes");
  }
  if (version != 3 && version != 4) {
    return fail(ErrorCode::kUnsupported, "ID3 version 2." + std::to_string(version));
  }
  if ((flags & kUnsynchronised) != 0) {
    return fail(ErrorCode::kUnsupported, "unsynchronised ID3 tag");
  }
  if (*size > kMaxId3Size) {
    return fail(ErrorCode::kLimit, "ID3 tag of " + std::to_string(*size) + " bytes");
  }
  ByteReader reader(header.bytes(*size));
  if ((flags & kExtendedHeader) != 0) {
    // The size counts itself in 2.4 and not in 2.3.
    const std::uint32_t raw = reader.u32();
    const std::uint32_t extended = version == 4 ? from_synchsafe(raw).value_or(0) : raw;
    reader.skip(version == 4 ? std::max(extended, 4u) - 4 : extended);
  }
  if (!header.ok() || !reader.ok()) {
    return fail(ErrorCode::kMalformed,
                "ID3 tag of " + std::to_string(*size) + " bytes in " + std::to_string(data.size()));
  }

  std::vector<Id3Frame> frames;
  for (std::size_t count = 0; reader.remaining() >= kHeaderSize && reader.peek() != 0; ++count) {
    if (count == kMaxId3Frames) {
      return fail(ErrorCode::kLimit, "more than " + std::to_string(count) + " frames in ID3 tag");
    }
    const std::string_view id = reader.text(4);
    const std::uint32_t raw = reader.u32();
    const std::uint32_t frame_size =
        version == 4 ? from_synchsafe(raw).value_or(kMaxSynchsafe) : raw;
    reader.skip(1);
    const bool plain = reader.u8() == kPlainFrame24;
    const base::ByteSpan body = reader.bytes(frame_size);
    if (!reader.ok()) {
      return fail(ErrorCode::kMalformed,
                  "ID3 frame of " + std::to_string(frame_size) + " bytes does not fit its tag");
    }
    if (!plain) continue;
    std::optional<Id3Frame> frame;
    if (id == "TXXX") frame = read_text(body);
    if (id == "PRIV") frame = read_private(body);
    if (frame) frames.push_back(std::move(*frame));
  }
  return frames;
}

}  // namespace media
