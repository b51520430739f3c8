// A packed text is anything. What unpacks keeps its bound, is UTF-8 and packs to something that
// unpacks to the same; every text that is packed comes back.
#include <cstddef>
#include <cstdint>
#include <string>

#include "app/overlays/lz_string.h"
#include "app/overlays/overlay_kinds.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMost = 4'096;
  const std::string_view input = base::as_text({data, size});
  if (const auto text = app::lz_decompress_base64(input, kMost)) {
    CHECK(base::is_utf8(*text) && app::to_utf16(*text).size() <= kMost + 1);
    const auto again = app::lz_decompress_base64(app::lz_compress_base64(*text), kMost + 1);
    CHECK(again && *again == *text);
  }
  const std::string text = app::to_utf8(app::to_utf16(input));
  const auto back = app::lz_decompress_base64(app::lz_compress_base64(text), input.size());
  CHECK(back && *back == text);
  if (const auto overlay = app::unpack_overlay(input)) {
    const app::OverlayForm form = app::read_overlay(overlay->kind, overlay->data);
    if (form.problems.empty()) {
      CHECK(app::unpack_overlay(app::pack_overlay(overlay->kind, form.data)).has_value());
    }
  }
  return 0;
}
