// Chunk streams from any bytes, in pieces whose sizes the first byte chooses: the reader must give
// the same messages as when it gets everything at once.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/check.h"
#include "wire/rtmp/chunk_reader.h"

namespace {

struct Result {
  std::vector<std::string> messages;
  bool failed = false;
};

void feed(wire::rtmp::ChunkReader& reader, base::ByteSpan input, Result& result) {
  wire::rtmp::RtmpMessage message;
  while (!result.failed) {
    const auto more = reader.read(input, message);
    result.failed = !more;
    if (!more || !*more) return;
    std::string seen = std::to_string(static_cast<int>(message.type)) + ' ' +
                       std::to_string(message.timestamp) + ' ';
    seen += message.payload.text();
    result.messages.push_back(std::move(seen));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const base::ByteSpan input(data + 1, size - 1);
  const wire::rtmp::ChunkLimits limits = {8, 4096, 8192};
  Result whole;
  {
    wire::rtmp::ChunkReader reader(limits);
    feed(reader, input, whole);
  }
  Result pieces;
  wire::rtmp::ChunkReader reader(limits);
  const std::size_t step = 1 + data[0] % 16;
  for (std::size_t i = 0; i < input.size() && !pieces.failed; i += step) {
    feed(reader, input.subspan(i, std::min(step, input.size() - i)), pieces);
  }
  CHECK(pieces.failed == whole.failed);
  CHECK(pieces.messages == whole.messages);
  return 0;
}
