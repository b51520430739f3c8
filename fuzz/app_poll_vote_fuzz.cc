// A chat message that may be a vote is whatever a client sent as one.
#include <cstddef>
#include <cstdint>

#include "app/overlays/poll_signals.h"
#include "base/bytes.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view frame = base::as_text({data, size});
  if (const auto vote = app::read_vote(frame)) {
    CHECK(!vote->user_id.empty() && !vote->option.empty());
    CHECK(vote->user_id.size() <= size && vote->option.size() <= size);
  }
  return 0;
}
