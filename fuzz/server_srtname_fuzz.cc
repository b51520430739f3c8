// Stream ids of SRT callers: whatever is valid has a key and a priority in range.
#include <cstdint>

#include "base/bytes.h"
#include "base/check.h"
#include "server/srt_stream_name.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto name = server::parse_srt_stream_id(base::as_text({data, size}));
  CHECK(!name.is_valid || (!name.key.empty() && name.priority <= 2'147'483'647));
  return 0;
}
