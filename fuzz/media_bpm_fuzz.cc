// Any bytes as a message of broadcast performance metrics, and as a picture that carries some.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "media/codec/bpm.h"
#include "media/codec/nal.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteSpan bytes(data, size);
  media::BpmReport direct;
  const bool told = media::read_bpm_message(bytes, direct);
  CHECK(told || direct == media::BpmReport{});
  for (const media::Codec codec : {media::Codec::kH264, media::Codec::kHevc}) {
    (void)media::read_bpm(codec, bytes);
    if (size == 0 || size > 254) continue;
    // The same message inside a picture says the same.
    base::ByteWriter payload;
    payload.u8(5);
    payload.u8(static_cast<std::uint8_t>(size));
    payload.bytes(bytes);
    payload.u8(0x80);
    base::ByteWriter unit;
    if (codec == media::Codec::kHevc) {
      unit.u16(0x5001);
    } else {
      unit.u8(0x06);
    }
    unit.bytes(media::add_emulation_prevention(payload.take()));
    base::ByteWriter picture;
    picture.u32(static_cast<std::uint32_t>(unit.size()));
    picture.bytes(unit.span());
    const auto report = media::read_bpm(codec, picture.span());
    CHECK(report.has_value() == told);
    CHECK(!report || *report == direct);
  }
  return 0;
}
