#include "base/slice.h"

#include <algorithm>

namespace base {

Slice Slice::take(Bytes bytes) {
  auto owner = std::make_shared<const Bytes>(std::move(bytes));
  const ByteSpan view(*owner);
  return Slice(std::move(owner), view);
}

Slice Slice::take(std::string text) {
  auto owner = std::make_shared<const std::string>(std::move(text));
  const ByteSpan view = as_bytes(*owner);
  return Slice(std::move(owner), view);
}

Slice Slice::copy_of(ByteSpan bytes) {
  if (bytes.empty()) return {};
  auto owner = std::make_shared_for_overwrite<std::uint8_t[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), owner.get());
  const ByteSpan view(owner.get(), bytes.size());
  return Slice(std::shared_ptr<const void>(std::move(owner)), view);
}

}  // namespace base
