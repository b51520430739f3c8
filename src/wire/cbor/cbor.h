// CBOR (RFC 8949): a reader that yields one item after another, and a writer. Trees are the
// caller's: it bounds their depth and their size, this bounds what one item may cost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace wire::cbor {

enum class Kind : std::uint8_t {
  kUnsigned,
  kNegative,
  kOctets,
  kText,
  kArray,  // `count` items follow, or all until kBreak
  kMap,    // `count` pairs follow, or all until kBreak
  kTag,    // `number` says what the item that follows means
  kBoolean,
  kNull,  // and undefined
  kReal,
  kBreak,  // the end of an array or map of unknown length
};

struct Item {
  Kind kind = Kind::kNull;
  /// kUnsigned and kTag: the value. kNegative: n of -1 - n.
  std::uint64_t number = 0;
  /// kArray and kMap: how many, if it is known; never more than the octets that are left.
  std::optional<std::size_t> count;
  bool boolean = false;
  double real = 0;
  /// kOctets and kText, which is UTF-8; strings in pieces are put together.
  std::string text;
};

/// Seconds since 1970, as an integer or a real number (section 3.4.2).
inline constexpr std::uint64_t kEpochTag = 1;

class Reader {
 public:
  /// `data` outlives it.
  explicit Reader(base::ByteSpan data) : in_(data) {}

  /// kMalformed for anything that is not well-formed, a count that cannot be true, or the end of
  /// the data; kUnsupported for simple values without a meaning here. After an error it is over.
  base::Expected<Item> next();
  bool at_end() const { return in_.at_end(); }
  std::size_t remaining() const { return in_.remaining(); }

 private:
  struct Head {
    std::uint8_t major = 0;
    std::uint8_t minor = 0;
    std::uint64_t argument = 0;
    bool is_open = false;  // of unknown length
  };
  base::Expected<Head> head();
  base::Expected<std::string> string(const Head& head);
  base::Expected<Item> simple(const Head& head);

  base::ByteReader in_;
};

/// Writes the shortest form of every head; real numbers always as doubles.
class Writer {
 public:
  void unsigned_number(std::uint64_t value) { head(0, value); }
  void number(std::int64_t value);
  void real(double value);
  void boolean(bool value);
  void null();
  /// Octets that are not UTF-8 would make the document invalid: only text that was checked.
  void text(std::string_view value);
  void octets(base::ByteSpan value);
  /// `count` items have to follow.
  void array(std::size_t count) { head(4, count); }
  /// `count` pairs of key and value have to follow.
  void map(std::size_t count) { head(5, count); }
  /// One item has to follow.
  void tag(std::uint64_t value) { head(6, value); }

  base::Bytes take() { return out_.take(); }

 private:
  void head(std::uint8_t major, std::uint64_t argument);

  base::ByteWriter out_;
};

}  // namespace wire::cbor
