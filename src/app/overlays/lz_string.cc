#include "app/overlays/lz_string.h"

#include <array>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/utf8.h"

namespace app {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr unsigned kBitsPerCharacter = 6;

// The first codes mean something else than an entry of the dictionary.
constexpr std::uint32_t kOctet = 0;  // a new code unit below 256 follows, in 8 bits
constexpr std::uint32_t kUnit = 1;   // another new code unit follows, in 16 bits
constexpr std::uint32_t kEnd = 2;
constexpr std::uint32_t kFirstEntry = 3;

// Values are written with their lowest bit first, into characters that are filled from above.
class BitWriter {
 public:
  void put(std::uint32_t value, unsigned bits) {
    for (unsigned i = 0; i < bits; ++i) {
      pending_ = (pending_ << 1) | ((value >> i) & 1);
      if (++filled_ == kBitsPerCharacter) flush();
    }
  }
  // Ends the last character, which is written even if nothing stands in it.
  std::string finish() {
    while (filled_ + 1 < kBitsPerCharacter) {
      pending_ <<= 1;
      ++filled_;
    }
    pending_ <<= 1;
    flush();
    while (out_.size() % 4 != 0) out_.push_back('=');
    return std::move(out_);
  }

 private:
  void flush() {
    out_.push_back(kAlphabet[pending_]);
    pending_ = 0;
    filled_ = 0;
  }
  std::string out_;
  std::uint32_t pending_ = 0;
  unsigned filled_ = 0;
};

class BitReader {
 public:
  explicit BitReader(std::string_view packed) : packed_(packed) {}
  // Nothing behind the end.
  std::optional<std::uint32_t> take(unsigned bits) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < bits; ++i) {
      if (left_ == 0) {
        if (packed_.empty()) return std::nullopt;
        current_ = static_cast<std::uint32_t>(kAlphabet.find(packed_.front()));
        packed_.remove_prefix(1);
        left_ = kBitsPerCharacter;
      }
      --left_;
      value |= ((current_ >> left_) & 1) << i;
    }
    return value;
  }

 private:
  std::string_view packed_;
  std::uint32_t current_ = 0;
  unsigned left_ = 0;
};

// How wide codes are: they widen when as many were used as the width has values.
class Width {
 public:
  Width(unsigned bits, std::uint32_t left) : bits_(bits), left_(left) {}
  unsigned bits() const { return bits_; }
  void use() {
    if (--left_ > 0) return;
    left_ = std::uint32_t{1} << bits_;
    ++bits_;
  }

 private:
  unsigned bits_;
  std::uint32_t left_;
};

class Compressor {
 public:
  std::string run(std::u16string_view units) {
    for (const char16_t unit : units) {
      const std::uint32_t single = entry_of(unit);
      if (word_ == 0) {
        word_ = single;
        continue;
      }
      const auto longer = entries_.find(key(word_, unit));
      if (longer != entries_.end()) {
        word_ = longer->second;
        continue;
      }
      write_word();
      entries_.emplace(key(word_, unit), next_++);
      word_ = single;
    }
    if (word_ != 0) write_word();
    out_.put(kEnd, width_.bits());
    return out_.finish();
  }

 private:
  static std::uint64_t key(std::uint32_t word, char16_t unit) {
    return (std::uint64_t{word} << 16) | unit;
  }
  // The entry of one code unit, a new one if it was not met before.
  std::uint32_t entry_of(char16_t unit) {
    const auto [at, is_new] = entries_.try_emplace(key(0, unit), next_);
    if (is_new) unwritten_.emplace(next_++, unit);
    return at->second;
  }
  void write_word() {
    const auto fresh = unwritten_.find(word_);
    if (fresh != unwritten_.end()) {
      const char16_t unit = fresh->second;
      const bool is_octet = unit < 256;
      out_.put(is_octet ? kOctet : kUnit, width_.bits());
      out_.put(unit, is_octet ? 8 : 16);
      width_.use();
      unwritten_.erase(fresh);
    } else {
      out_.put(word_, width_.bits());
    }
    width_.use();
  }

  BitWriter out_;
  std::unordered_map<std::uint64_t, std::uint32_t> entries_;
  std::unordered_map<std::uint32_t, char16_t> unwritten_;  // single units the reader does not know
  std::uint32_t next_ = kFirstEntry;
  std::uint32_t word_ = 0;  // 0: none yet
  Width width_{2, 2};
};

base::Error malformed() {
  return {base::ErrorCode::kMalformed, "this is no text packed by lz-string"};
}

// Every entry of the dictionary is a stretch of what was already given: an entry is the word before
// with the first unit of the word behind, and these stand beside each other.
class Decompressor {
 public:
  Decompressor(std::string_view packed, std::size_t most) : in_(packed), most_(most) {}

  base::Expected<std::u16string> run() {
    const auto first = in_.take(2);
    if (!first) return base::fail(malformed());
    if (*first == kEnd) return std::u16string();
    if (*first > kEnd || !take_unit(*first)) return base::fail(malformed());
    Stretch word = entries_.back();
    while (true) {
      if (out_.size() > most_) {
        return base::fail(base::ErrorCode::kLimit, "the packed text is too long");
      }
      const auto code = in_.take(width_.bits());
      if (!code) return base::fail(malformed());
      if (*code == kEnd) return std::move(out_);
      Stretch next{};
      if (*code < kEnd) {
        if (!take_unit(*code)) return base::fail(malformed());
        next = entries_.back();
        width_.use();
      } else if (*code - kFirstEntry < entries_.size()) {
        next = repeat(entries_[*code - kFirstEntry]);
      } else if (*code - kFirstEntry == entries_.size()) {
        next = repeat({word.at, word.length + 1});  // the entry that this word completes
      } else {
        return base::fail(malformed());
      }
      entries_.push_back({word.at, word.length + 1});
      width_.use();
      word = next;
    }
  }

 private:
  struct Stretch {
    std::size_t at = 0;
    std::size_t length = 0;
  };
  bool take_unit(std::uint32_t kind) {
    const auto unit = in_.take(kind == kOctet ? 8 : 16);
    if (!unit) return false;
    entries_.push_back({out_.size(), 1});
    out_.push_back(static_cast<char16_t>(*unit));
    return true;
  }
  // Unit by unit: the stretch may reach into what this adds.
  Stretch repeat(Stretch what) {
    const std::size_t at = out_.size();
    for (std::size_t i = 0; i < what.length && out_.size() <= most_; ++i) {
      out_.push_back(out_[what.at + i]);
    }
    return {at, what.length};
  }

  BitReader in_;
  const std::size_t most_;
  std::u16string out_;
  std::vector<Stretch> entries_;
  Width width_{3, 4};
};

}  // namespace

std::u16string to_utf16(std::string_view text) {
  std::u16string units;
  units.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = base::utf8_length(text);
    if (length == 0) {
      units.push_back(u'\xFFFD');
      text.remove_prefix(1);
      continue;
    }
    constexpr std::array<std::uint32_t, 5> kMasks = {0, 0x7F, 0x1F, 0x0F, 0x07};
    std::uint32_t point = static_cast<unsigned char>(text[0]) & kMasks.at(length);
    for (std::size_t i = 1; i < length; ++i) {
      point = (point << 6) | (static_cast<unsigned char>(text[i]) & 0x3F);
    }
    text.remove_prefix(length);
    if (point < 0x10000) {
      units.push_back(static_cast<char16_t>(point));
    } else {
      point -= 0x10000;
      units.push_back(static_cast<char16_t>(0xD800 + (point >> 10)));
      units.push_back(static_cast<char16_t>(0xDC00 + (point & 0x3FF)));
    }
  }
  return units;
}

std::string to_utf8(std::u16string_view units) {
  std::string text;
  text.reserve(units.size());
  const auto put = [&](std::uint32_t octet) { text.push_back(static_cast<char>(octet)); };
  for (std::size_t i = 0; i < units.size(); ++i) {
    std::uint32_t point = units[i];
    if (point >= 0xD800 && point <= 0xDFFF) {
      const bool is_pair = point < 0xDC00 && i + 1 < units.size() && units[i + 1] >= 0xDC00 &&
                           units[i + 1] <= 0xDFFF;
      if (is_pair) {
        point = 0x10000 + ((point - 0xD800) << 10) + (units[++i] - std::uint32_t{0xDC00});
      } else {
        point = 0xFFFD;
      }
    }
    if (point < 0x80) {
      put(point);
    } else if (point < 0x800) {
      put(0xC0 | (point >> 6));
      put(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
      put(0xE0 | (point >> 12));
      put(0x80 | ((point >> 6) & 0x3F));
      put(0x80 | (point & 0x3F));
    } else {
      put(0xF0 | (point >> 18));
      put(0x80 | ((point >> 12) & 0x3F));
      put(0x80 | ((point >> 6) & 0x3F));
      put(0x80 | (point & 0x3F));
    }
  }
  return text;
}

std::string lz_compress_base64(std::string_view text) {
  return Compressor().run(to_utf16(text));
}

base::Expected<std::string> lz_decompress_base64(std::string_view packed, std::size_t most_units) {
  for (int i = 0; i < 3 && packed.ends_with('='); ++i) packed.remove_suffix(1);
  if (packed.find_first_not_of(kAlphabet) != std::string_view::npos) {
    return base::fail(malformed());
  }
  auto units = Decompressor(packed, most_units).run();
  if (!units) return base::fail(std::move(units.error()));
  return to_utf8(*units);
}

}  // namespace app
