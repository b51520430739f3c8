// CBOR: reading ends, never costs more than it was given, and what is written again reads the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/utf8.h"
#include "wire/cbor/cbor.h"

namespace {

using wire::cbor::Item;
using wire::cbor::Kind;

std::vector<Item> read(base::ByteSpan data) {
  wire::cbor::Reader reader(data);
  std::vector<Item> items;
  while (!reader.at_end()) {
    const std::size_t before = reader.remaining();
    auto item = reader.next();
    if (!item) break;
    CHECK(reader.remaining() < before);
    CHECK(item->text.size() <= before);
    CHECK(item->kind != Kind::kText || base::is_utf8(item->text));
    CHECK(!item->count || *item->count <= reader.remaining());
    items.push_back(std::move(*item));
  }
  return items;
}

void write(wire::cbor::Writer& out, const Item& item) {
  switch (item.kind) {
    case Kind::kUnsigned:
      return out.unsigned_number(item.number);
    case Kind::kNegative:
      if (item.number <= INT64_MAX) return out.number(-1 - static_cast<std::int64_t>(item.number));
      return out.null();
    case Kind::kOctets:
      return out.octets(base::as_bytes(item.text));
    case Kind::kText:
      return out.text(item.text);
    case Kind::kTag:
      return out.tag(item.number);
    case Kind::kBoolean:
      return out.boolean(item.boolean);
    case Kind::kReal:
      return out.real(item.real);
    default:
      return out.null();  // counts would not hold for the flat list that is written here
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<Item> items = read({data, size});
  wire::cbor::Writer out;
  for (const Item& item : items) write(out, item);
  const base::Bytes written = out.take();
  const std::vector<Item> again = read(written);
  CHECK(again.size() == items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (again[i].kind == Kind::kNull) continue;
    CHECK(again[i].kind == items[i].kind);
    CHECK(again[i].number == items[i].number || items[i].kind == Kind::kReal ||
          items[i].kind == Kind::kText || items[i].kind == Kind::kOctets ||
          items[i].kind == Kind::kBoolean);
    CHECK(again[i].text == items[i].text);
  }
  return 0;
}
