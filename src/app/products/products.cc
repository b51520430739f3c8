#include "app/products/products.h"

#include "app/people/accounts.h"
#include "app/products/amazon_locales.h"
#include "app/products/amazon_products.h"
#include "app/products/product_keeper.h"

namespace app {
namespace {

using wire::http::Method;
using Type = Field::Type;
using Need = Field::Need;

constexpr std::string_view kGroup = "Products";
constexpr std::string_view kSorts =
    "Relevance|NewestArrivals|Price:LowToHigh|Price:HighToLow|Featured";

constexpr Field kUrl[] = {{"url", Type::kText}};
constexpr Field kImages[] = {{"large", Type::kObject, {}, 0, 0, {}, {}, kUrl},
                             {"medium", Type::kObject, {}, 0, 0, {}, {}, kUrl},
                             {"small", Type::kObject, {}, 0, 0, {}, {}, kUrl}};
constexpr Field kMerchant[] = {{"id", Type::kText}, {"name", Type::kText}};
constexpr Field kItem[] = {{"id", Type::kText, {}, 0, 0, "Of one's own products"},
                           {"title", Type::kText},
                           {"price", Type::kText, {}, 0, 0, "As it is shown"},
                           {"imageUrl", Type::kText, {}, 0, 0, "Empty: none"},
                           {"description", Type::kText},
                           {"url", Type::kText},
                           {"sku", Type::kText, {}, 0, 0, "Of one's own products"},
                           {"images", Type::kObject, {}, 0, 0, "Of a shop's", {}, kImages},
                           {"merchantInfo", Type::kObject, {}, 0, 0, "Of a shop's", {}, kMerchant}};

constexpr Field kSearch[] = {
    {"q", Type::kText, Need::kOptional, 0, 150, "Words; without any all of one's own"},
    {"source", Type::kText, Need::kOptional, 0, 0, "own, unless it says otherwise", "own|amazon"},
    {"page", Type::kInteger, Need::kOptional, 1, 500, "From 1; of Amazon's there are five"},
    {"sort", Type::kText, Need::kOptional, 0, 0, {}, kSorts},
    {"language", Type::kText, Need::kOptional, 0, 10, "Of Amazon's products: de, de_DE"}};
constexpr Field kFound[] = {{"items", Type::kList, {}, 0, 0, "Ten", {}, kItem},
                            {"total", Type::kInteger},
                            {"page", Type::kInteger},
                            {"pages", Type::kInteger}};
constexpr Field kAfter[] = {
    {"after", Type::kText, Need::kOptional, 0, 40, "`next` of the page before"}};
constexpr Field kList[] = {{"items", Type::kList, {}, 0, 0, "Newest first", {}, kItem},
                           {"next", Type::kText}};
constexpr Field kProduct[] = {
    {"title", Type::kText, Need::kRequired, 1, kMaxProductTitle},
    {"price", Type::kText, Need::kRequired, 1, kMaxProductPrice, "As it is shown"},
    {"imageUrl", Type::kText, Need::kOptional, 0, kMaxProductUrl},
    {"description", Type::kText, Need::kOptional, 0, kMaxProductDescription},
    {"url", Type::kText, Need::kOptional, 0, kMaxProductUrl, "Where it is sold"},
    {"sku", Type::kText, Need::kOptional, 0, kMaxProductSku, "Your own number of it"}};
constexpr Field kFailed[] = {{"line", Type::kInteger}, {"message", Type::kText}};
constexpr Field kImported[] = {
    {"imported", Type::kInteger, {}, 0, 0, "New ones"},
    {"updated", Type::kInteger, {}, 0, 0, "Of the same sku, or title, as before"},
    {"failed", Type::kList, {}, 0, 0, "Lines that were left out, the first 500", {}, kFailed},
    {"failedCount", Type::kInteger}};

#define PLATFORM "/api/platform/v1"
constexpr Route kRoutes[] = {
    {.method = Method::kGet,
     .path = PLATFORM "/products",
     .access = Access::kSignedIn,
     .summary = "Look for products, in one's own catalogue or at Amazon's",
     .input = kSearch,
     .output = kFound,
     .run = products::search,
     .group = kGroup},
    {.method = Method::kGet,
     .path = PLATFORM "/me/products",
     .access = Access::kSignedIn,
     .summary = "One's own products",
     .input = kAfter,
     .output = kList,
     .run = products::list,
     .group = kGroup},
    {.method = Method::kPost,
     .path = PLATFORM "/me/products",
     .access = Access::kSignedIn,
     .summary = "Add a product",
     .input = kProduct,
     .output = kItem,
     .run = products::add,
     .group = kGroup},
    {.method = Method::kPut,
     .path = PLATFORM "/me/products/{id}",
     .access = Access::kSignedIn,
     .summary = "Change a product, all of it",
     .input = kProduct,
     .output = kItem,
     .run = products::change,
     .group = kGroup},
    {.method = Method::kDelete,
     .path = PLATFORM "/me/products/{id}",
     .access = Access::kSignedIn,
     .summary = "Remove a product",
     .run = products::remove,
     .group = kGroup},
    {.method = Method::kDelete,
     .path = PLATFORM "/me/products",
     .access = Access::kSignedIn,
     .pace = Pace::kSlow,
     .summary = "Remove all of one's products",
     .run = products::remove_all,
     .group = kGroup},
    {.method = Method::kPut,
     .path = PLATFORM "/me/products/{id}/image",
     .access = Access::kSignedIn,
     .pace = Pace::kSlow,
     .summary = "Upload a product's picture: JPEG, PNG or WebP of 2 MB at most",
     .output = kItem,
     .run = products::put_image,
     .body = Body::kOctets,
     .max_body = (2 << 20) + 1024,  // what is a little too large is told so in words
     .group = kGroup},
    {.method = Method::kPost,
     .path = PLATFORM "/me/products/import",
     .access = Access::kSignedIn,
     .pace = Pace::kSlow,
     .summary = "Import products from a table (CSV, UTF-8): 2 MB and 5,000 lines at most",
     .output = kImported,
     .run = products::import,
     .body = Body::kOctets,
     .max_body = 2 << 20,
     .group = kGroup},
};
#undef PLATFORM

constexpr Field kDemoSearch[] = {
    {"sort", Type::kText, Need::kOptional, 0, 0, {}, kSorts},
    {"page", Type::kInteger, Need::kOptional, 1, 5},
    {"language", Type::kText, Need::kOptional, 0, 10},
    {"origin", Type::kText, Need::kOptional, 0, 20, "sort, if the order was changed"}};
constexpr Field kDemoPrice[] = {{"displayAmount", Type::kText}};
constexpr Field kDemoItem[] = {{"images", Type::kObject, {}, 0, 0, {}, {}, kImages},
                               {"title", Type::kText},
                               {"price", Type::kObject, {}, 0, 0, {}, {}, kDemoPrice},
                               {"productURL", Type::kText},
                               {"merchantInfo", Type::kObject, {}, 0, 0, {}, {}, kMerchant}};
constexpr Field kDemoFound[] = {{"searchCount", Type::kInteger},
                                {"keyword", Type::kText},
                                {"items", Type::kList, {}, 0, 0, "Ten", {}, kDemoItem}};
constexpr Route kDemoRoutes[] = {
    {.method = Method::kGet,
     .path = "/products/{keywords}",
     .access = Access::kSignedIn,
     .summary = "Look for products at Amazon's",
     .input = kDemoSearch,
     .output = kDemoFound,
     .run = products::demo_search,
     .manners = Manners::kDemo,
     .group = "Routes of the UGC demo"},
};

}  // namespace

base::Expected<std::unique_ptr<Products>> Products::create(Parts& parts, io::SqlConnection& sql) {
  if (auto migrated = catalogue::migrate(sql); !migrated) {
    return base::fail(std::move(migrated.error()));
  }
  std::unique_ptr<ProductSearch> shop;
  const AmazonProductSettings& amazon = parts.settings.amazon;
  if (!amazon.access_key.empty()) {
    const AmazonLocale* const locale = amazon_locale(amazon.locale);
    if (locale == nullptr) {
      return base::fail(base::ErrorCode::kInvalid,
                        "Amazon has no marketplace \"" + amazon.locale + "\"");
    }
    shop = std::make_unique<AmazonProducts>(parts, *locale);
  }
  parts.accounts->add_belongings(
      {.erase = [](io::SqlConnection& writer, const Account& account) -> Outcome<void> {
         if (auto gone = catalogue::drop(writer, account.id, 0); !gone) return broken(gone.error());
         return {};
       },
       .after = [](const Account&) {}});
  return std::make_unique<ProductKeeper>(std::move(shop));
}

std::span<const Route> Products::routes() {
  return kRoutes;
}
std::span<const Route> Products::demo_routes() {
  return kDemoRoutes;
}

}  // namespace app
