// Any bytes as an AMF0 message; what parses must come back the same.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "media/flv/amf0.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto values = media::amf0::parse_all(base::ByteSpan(data, size));
  if (!values) return 0;
  const base::Bytes written = media::amf0::write_all(*values);
  const auto again = media::amf0::parse_all(written);
  // Compared as bytes, because NaN is not equal to itself.
  CHECK(again && media::amf0::write_all(*again) == written);
  for (const media::amf0::Value& value : *values) (void)media::amf0::to_json(value);
  return 0;
}
