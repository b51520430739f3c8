// Whatever path is asked for, it is read or refused; what is read can be written again.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "record/replay_path.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string path =
      std::string(record::kReplayPrefix) + std::string(base::as_text(base::ByteSpan(data, size)));
  const auto parsed = record::parse_replay_path(path);
  if (!parsed) return 0;
  CHECK(parsed->id.find('/') == std::string_view::npos && !parsed->id.empty());
  CHECK(parsed->rendition.find("..") != 0);
  if (parsed->kind == record::ReplayPath::Kind::kPiece) {
    CHECK(path.ends_with(record::piece_name(parsed->number, parsed->piece, parsed->container)));
  }
  return 0;
}
