// What comes from the bus must take any octets; what is read is written down again the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "chat/utterance.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteSpan bytes(data, size);
  if (const auto utterance = chat::parse_utterance(bytes)) {
    CHECK(std::ranges::equal(chat::serialise(*utterance).span(), bytes));
  }
  return 0;
}
