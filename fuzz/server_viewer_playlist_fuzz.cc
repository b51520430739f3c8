// The playlist reader of the load tests: any text is refused or gives a bounded playlist whose
// edge lies behind everything it lists.
#include "base/bytes.h"
#include "base/check.h"
#include "server/loadtest_playlist.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::as_text({data, size});
  const auto playlist = server::loadtest::read_playlist(text);
  if (!playlist) return 0;
  CHECK(playlist->segments.size() <= 10'000 && playlist->parts.size() <= 10'000);
  CHECK(playlist->is_multivariant == !playlist->variants.empty());
  for (const auto& segment : playlist->segments) CHECK(segment.msn < playlist->next_msn);
  for (const auto& part : playlist->parts) {
    CHECK(part.msn < playlist->next_msn ||
          (part.msn == playlist->next_msn && part.part < playlist->next_part));
    if (const auto path = server::loadtest::resolve("/a/b.m3u8", part.uri)) {
      CHECK(path->starts_with('/'));
    }
  }
  return 0;
}
