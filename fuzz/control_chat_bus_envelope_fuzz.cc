// What another node says of chat may be any octets. What is read is written again as it came.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "control/chat_bus_envelope.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteSpan octets(data, size);
  if (const auto envelope = control::parse_chat_envelope(octets)) {
    CHECK(std::ranges::equal(control::serialise(*envelope), octets));
  }
  return 0;
}
