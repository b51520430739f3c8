#include "server/loadtest_stamp.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "base/check.h"

namespace server::loadtest {
namespace {

constexpr std::uint8_t kSeiNal = 6;
constexpr std::uint8_t kUserDataUnregistered = 5;
constexpr std::uint8_t kStopBit = 0x80;
constexpr std::size_t kDigits = 16;
// Random once (a version 4 UUID), without octets below 3.
constexpr std::string_view kUuid =
    "\xd7\x5b\x19\xe4\x8a\x3c\x4f\x61\x9e\x27\xb0\x55\x6d\x12\xc8\xf3";
constexpr std::size_t kNeeded = 16 + kDigits;
static_assert(kUuid.size() == 16 && kStampSize == 3 + kNeeded + 1);

}  // namespace

std::array<std::uint8_t, kStampSize> write_stamp(base::WallTime time) {
  std::array<std::uint8_t, kStampSize> out{};
  out[0] = kSeiNal;
  out[1] = kUserDataUnregistered;
  out[2] = kNeeded;
  std::copy(kUuid.begin(), kUuid.end(), out.begin() + 3);
  const std::string digits =
      fmt::format("{:016x}", static_cast<std::uint64_t>(time.time_since_epoch().count()));
  CHECK(digits.size() == kDigits);
  std::copy(digits.begin(), digits.end(), out.begin() + 3 + kUuid.size());
  out.back() = kStopBit;
  return out;
}

void StampReader::receive(base::ByteSpan data, const std::function<void(base::WallTime)>& found) {
  // Pieces are searched in place; only a stamp across their border is put together.
  const auto search = [&](std::string_view text) {
    std::size_t from = 0;
    while (true) {
      const std::size_t at = text.find(kUuid, from);
      if (at == std::string_view::npos || text.size() - at < kNeeded) return;
      const std::string_view digits = text.substr(at + kUuid.size(), kDigits);
      std::uint64_t value = 0;
      const auto [end, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
      if (error == std::errc() && end == digits.data() + digits.size() && value >> 62 == 0) {
        found(base::WallTime(std::chrono::microseconds(static_cast<std::int64_t>(value))));
      }
      from = at + kUuid.size();
    }
  };
  const std::string_view text = base::as_text(data);
  if (!kept_.empty()) {
    kept_.append(text.substr(0, kNeeded - 1));
    search(kept_);
    // Short pieces stay until a whole stamp's length has come; what was searched is not again.
    if (text.size() < kNeeded - 1) {
      if (kept_.size() >= kNeeded) kept_.erase(0, kept_.size() - (kNeeded - 1));
      return;
    }
  }
  search(text);
  kept_.assign(text.substr(text.size() - std::min(text.size(), kNeeded - 1)));
}

}  // namespace server::loadtest
