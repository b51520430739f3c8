// What Amazon's Product Advertising API may answer: pages stay small, and nothing becomes a link
// that is no address of the web.
#include <cstddef>
#include <cstdint>

#include "app/products/amazon_wire.h"
#include "app/products/product_row.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/log.h"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  base::configure_log(base::LogLevel::kError, base::LogFormat::kText);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body = base::as_text({data + 1, size - 1});
  const std::uint16_t status = data[0] % 4 == 0 ? 429 : data[0] % 4 == 1 ? 400 : 200;
  const auto page = app::read_amazon_answer(status, body, "tag-20");
  if (!page) {
    CHECK(page.error().status == 429 || page.error().status == 502);
    return 0;
  }
  CHECK(page->items.size() <= static_cast<std::size_t>(app::kAmazonItems));
  CHECK(page->pages >= 0 && page->pages <= app::kAmazonPages);
  CHECK(page->total >= static_cast<std::int64_t>(page->items.size()));
  for (const app::ShopItem& item : page->items) {
    CHECK(!item.title.empty());
    CHECK(app::is_web_address(item.url) && item.url.find("tag") != std::string::npos);
    for (const std::string* picture : {&item.large, &item.medium, &item.small}) {
      CHECK(picture->empty() || app::is_web_address(*picture));
    }
  }
  return 0;
}
