// Any octets as what comes through the pipe; the same whether they come at once or in pieces, and
// what parses is written as it was.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/check.h"
#include "media/pipe/messages.h"

namespace {

base::Bytes written(const std::vector<media::pipe::Message>& messages) {
  base::ByteWriter out;
  for (const auto& message : messages) {
    for (const base::Slice& slice : media::pipe::encode(message)) out.bytes(slice.span());
  }
  return out.take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::Slice all = base::Slice::copy_of(base::ByteSpan(data, size));
  media::pipe::Reader whole;
  std::vector<media::pipe::Message> at_once;
  const bool good = whole.feed(all, at_once).has_value();

  media::pipe::Reader split;
  std::vector<media::pipe::Message> in_pieces;
  bool still_good = true;
  std::size_t piece = 1;
  for (std::size_t at = 0; at < size && still_good; at += std::exchange(piece, piece % 7 + 1)) {
    still_good = split.feed(all.sub(at, std::min(piece, size - at)), in_pieces).has_value();
  }
  CHECK(good == still_good && whole.pending() == split.pending());
  const base::Bytes again = written(at_once);
  CHECK(again == written(in_pieces));
  CHECK(again.size() <= size && std::ranges::equal(again, all.span().first(again.size())));
  return 0;
}
