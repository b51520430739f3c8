#include "wire/cbor/cbor.h"

#include <cmath>
#include <limits>

#include "base/utf8.h"

namespace wire::cbor {
namespace {

constexpr std::uint8_t kOctetsMajor = 2;
constexpr std::uint8_t kTextMajor = 3;
constexpr std::uint8_t kOpen = 31;  // minor: of unknown length, or a break

std::unexpected<base::Error> malformed(std::string what) {
  return base::fail(base::ErrorCode::kMalformed, "CBOR: " + std::move(what));
}

// Section 3.3 and appendix D.
double from_half(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 0x1f;
  const int fraction = bits & 0x3ff;
  double value = 0;
  if (exponent == 0) {
    value = std::ldexp(fraction, -24);
  } else if (exponent != 31) {
    value = std::ldexp(fraction + 1024, exponent - 25);
  } else {
    value = fraction == 0 ? std::numeric_limits<double>::infinity()
                          : std::numeric_limits<double>::quiet_NaN();
  }
  return (bits & 0x8000) != 0 ? -value : value;
}

double from_single(std::uint32_t bits) {
  const int exponent = static_cast<int>((bits >> 23) & 0xff);
  const auto fraction = static_cast<double>(bits & 0x7fffff);
  double value = 0;
  if (exponent == 0) {
    value = std::ldexp(fraction, -149);
  } else if (exponent != 255) {
    value = std::ldexp(fraction + 8388608.0, exponent - 150);
  } else {
    value = fraction == 0 ? std::numeric_limits<double>::infinity()
                          : std::numeric_limits<double>::quiet_NaN();
  }
  return (bits & 0x80000000U) != 0 ? -value : value;
}

}  // namespace

base::Expected<Reader::Head> Reader::head() {
  Head head;
  const std::uint8_t first = in_.u8();
  head.major = first >> 5;
  head.minor = first & 0x1f;
  if (head.minor < 24) {
    head.argument = head.minor;
  } else if (head.minor == 24) {
    head.argument = in_.u8();
  } else if (head.minor == 25) {
    head.argument = in_.u16();
  } else if (head.minor == 26) {
    head.argument = in_.u32();
  } else if (head.minor == 27) {
    head.argument = in_.u64();
  } else if (head.minor == kOpen) {
    head.is_open = true;
    const bool may_be_open = (head.major >= 2 && head.major <= 5) || head.major == 7;
    if (!may_be_open) return malformed("a number or tag of unknown length");
  } else {
    return malformed("reserved additional information " + std::to_string(head.minor));
  }
  if (!in_.ok()) return malformed("ends in the middle of an item");
  return head;
}

base::Expected<std::string> Reader::string(const Head& first) {
  const auto check = [&](std::string text) -> base::Expected<std::string> {
    if (first.major == kTextMajor && !base::is_utf8(text)) return malformed("text is not UTF-8");
    return text;
  };
  const auto too_long = [&](std::uint64_t length) { return length > in_.remaining(); };
  if (!first.is_open) {
    if (too_long(first.argument)) return malformed("a string is longer than the data");
    return check(std::string(in_.text(static_cast<std::size_t>(first.argument))));
  }
  std::string text;
  while (true) {
    auto piece = head();
    if (!piece) return base::fail(std::move(piece.error()));
    if (piece->major == 7 && piece->is_open) return text;
    // Pieces are of the same kind, of known length, and each is UTF-8 by itself (section 3.2.3).
    if (piece->major != first.major || piece->is_open) {
      return malformed("a string in pieces has a piece of another kind");
    }
    if (too_long(piece->argument)) return malformed("a string is longer than the data");
    auto checked = check(std::string(in_.text(static_cast<std::size_t>(piece->argument))));
    if (!checked) return checked;
    text += *checked;
  }
}

base::Expected<Item> Reader::simple(const Head& head) {
  Item item;
  switch (head.minor) {
    case 20:
    case 21:
      item.kind = Kind::kBoolean;
      item.boolean = head.minor == 21;
      return item;
    case 22:
    case 23:
      item.kind = Kind::kNull;
      return item;
    case 25:
      item.kind = Kind::kReal;
      item.real = from_half(static_cast<std::uint16_t>(head.argument));
      return item;
    case 26:
      item.kind = Kind::kReal;
      item.real = from_single(static_cast<std::uint32_t>(head.argument));
      return item;
    case 27: {
      base::ByteWriter again;
      again.u64(head.argument);
      item.kind = Kind::kReal;
      item.real = base::ByteReader(again.span()).f64();
      return item;
    }
    case kOpen:
      item.kind = Kind::kBreak;
      return item;
    default:
      return base::fail(base::ErrorCode::kUnsupported,
                        "CBOR: simple value " + std::to_string(head.argument));
  }
}

base::Expected<Item> Reader::next() {
  auto read = head();
  if (!read) return base::fail(std::move(read.error()));
  Item item;
  item.number = read->argument;
  switch (read->major) {
    case 0:
      item.kind = Kind::kUnsigned;
      return item;
    case 1:
      item.kind = Kind::kNegative;
      return item;
    case kOctetsMajor:
    case kTextMajor: {
      item.kind = read->major == kTextMajor ? Kind::kText : Kind::kOctets;
      auto text = string(*read);
      if (!text) return base::fail(std::move(text.error()));
      item.text = std::move(*text);
      return item;
    }
    case 4:
    case 5: {
      item.kind = read->major == 4 ? Kind::kArray : Kind::kMap;
      if (read->is_open) return item;
      // Every item takes an octet at least.
      const std::size_t most = in_.remaining() / (read->major - 3U);
      if (read->argument > most) return malformed("more items are announced than can follow");
      item.count = static_cast<std::size_t>(read->argument);
      return item;
    }
    case 6:
      item.kind = Kind::kTag;
      return item;
    default:
      return simple(*read);
  }
}

void Writer::head(std::uint8_t major, std::uint64_t argument) {
  const auto first = [&](unsigned minor) {
    out_.u8(static_cast<std::uint8_t>((static_cast<unsigned>(major) << 5) | minor));
  };
  if (argument < 24) {
    first(static_cast<unsigned>(argument));
  } else if (argument <= 0xff) {
    first(24);
    out_.u8(static_cast<std::uint8_t>(argument));
  } else if (argument <= 0xffff) {
    first(25);
    out_.u16(static_cast<std::uint16_t>(argument));
  } else if (argument <= 0xffffffff) {
    first(26);
    out_.u32(static_cast<std::uint32_t>(argument));
  } else {
    first(27);
    out_.u64(argument);
  }
}

void Writer::number(std::int64_t value) {
  if (value >= 0) {
    head(0, static_cast<std::uint64_t>(value));
  } else {
    head(1, static_cast<std::uint64_t>(-(value + 1)));
  }
}

void Writer::real(double value) {
  out_.u8(0xfb);
  out_.f64(value);
}

void Writer::boolean(bool value) {
  out_.u8(value ? 0xf5 : 0xf4);
}

void Writer::null() {
  out_.u8(0xf6);
}

void Writer::text(std::string_view value) {
  head(kTextMajor, value.size());
  out_.text(value);
}

void Writer::octets(base::ByteSpan value) {
  head(kOctetsMajor, value.size());
  out_.bytes(value);
}

}  // namespace wire::cbor
