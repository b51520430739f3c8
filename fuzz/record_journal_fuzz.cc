// A journal of any octets is read to its first damage, and whatever records it has, a state can be
// made of them that can be put down and made again. The first octet of the input chooses between a
// journal and bare records, which no checksum guards.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "record/journal.h"
#include "record/recording_state.h"

namespace {

void use(const std::vector<record::Record>& records) {
  record::RecordingState state;
  for (const record::Record& one : records) {
    if (!state.apply(one)) break;
  }
  (void)state.facts();
  (void)state.readable_catalog();
  (void)state.stored_catalog();
  record::RecordingState again;
  for (const record::Record& one : state.checkpoint()) {
    base::ByteWriter out;
    record::encode_record(out, one);
    const auto read = record::parse_record(out.span());
    if (!read || !again.apply(*read)) return;
  }
  CHECK(again.catalog().renditions.size() == state.catalog().renditions.size());
  for (std::size_t i = 0; i < state.renditions().size(); ++i) {
    (void)state.cut_open_segment(i, {.segment = 1000, .samples = 100});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const base::ByteSpan rest(data + 1, size - 1);
  if (data[0] % 2 == 0) {
    const record::JournalContents contents = record::parse_journal(rest);
    CHECK(contents.valid <= rest.size());
    use(contents.records);
    return 0;
  }
  // Each with its length in two octets.
  base::ByteReader in(rest);
  std::vector<record::Record> records{record::BeganRecord{}};
  while (in.ok() && in.remaining() > 2) {
    auto read = record::parse_record(in.bytes(in.u16()));
    if (in.ok() && read) records.push_back(std::move(*read));
  }
  use(records);
  return 0;
}
