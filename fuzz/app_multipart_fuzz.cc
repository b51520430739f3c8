// Forms with files: whatever comes, the parts lie within the body and keep their bounds. The first
// line is the content type, the rest the body.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "app/channels/multipart.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = base::as_text({data, size});
  const std::size_t end = std::min(input.find('\n'), input.size());
  const base::ByteSpan body = base::as_bytes(input.substr(std::min(end + 1, input.size())));
  const auto parts = app::parse_form(input.substr(0, end), body);
  if (!parts) {
    CHECK(!parts.error().message.empty());
    return 0;
  }
  CHECK(parts->size() <= app::kMostFormParts);
  std::size_t octets = 0;
  for (const app::FormPart& part : *parts) {
    CHECK(part.name.size() <= app::kMostPartHead);
    CHECK(part.content.empty() ||
          (part.content.data() >= body.data() &&
           part.content.data() + part.content.size() <= body.data() + body.size()));
    octets += part.content.size();
  }
  CHECK(octets <= body.size());
  return 0;
}
