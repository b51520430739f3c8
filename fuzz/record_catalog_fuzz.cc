// Whatever the octets, the readers of catalogs and samples end, and what they have read can be
// written and read again.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "record/catalog.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const base::ByteSpan rest(data + 1, size - 1);
  if (data[0] % 2 == 0) {
    const auto parts = record::parse_samples(rest);
    if (!parts) return 0;
    base::ByteWriter out;
    for (const record::PartTables& tables : *parts) record::append_part_tables(out, tables);
    const auto again = record::parse_samples(out.span());
    CHECK(again && *again == *parts);
    return 0;
  }
  const auto catalog = record::parse_catalog(rest);
  if (!catalog) return 0;
  const auto again = record::parse_catalog(record::encode_catalog(*catalog));
  CHECK(again);
  CHECK(again->renditions.size() == catalog->renditions.size());
  for (std::size_t i = 0; i < catalog->renditions.size(); ++i) {
    const auto& segments = catalog->renditions[i].segments;
    CHECK(again->renditions[i].segments.size() == segments.size());
    for (std::size_t j = 0; j < segments.size(); ++j) {
      CHECK(again->renditions[i].segments[j] == segments[j]);
    }
  }
  return 0;
}
