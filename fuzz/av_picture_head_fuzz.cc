// The first octets of what claims to be a picture: what is read of them keeps its bounds.
#include <cstddef>
#include <cstdint>

#include "av/picture_head.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto head = av::read_picture_head({data, size});
  if (!head) {
    CHECK(!head.error().message.empty());
    return 0;
  }
  CHECK(head->width > 0 && head->height > 0 && head->pixels() > 0);
  return 0;
}
