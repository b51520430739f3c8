// SearchItems of Amazon's Product Advertising API 5: the signed request, and what comes back.
// Nothing here speaks to anybody.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "app/app.h"
#include "app/products/amazon_locales.h"
#include "app/products/product_search.h"
#include "base/error.h"
#include "base/time.h"
#include "io/fetch.h"

namespace app {

inline constexpr std::int64_t kAmazonItems = 10;  // of a page
inline constexpr std::int64_t kAmazonPages = 5;

/// The partner tag with the region code, as links carry it: "mystream-20".
std::string amazon_tag(const AmazonProductSettings& settings);

/// A POST that is signed for `now`. kInvalid if the settings name no proper endpoint.
base::Expected<io::FetchRequest> amazon_request(const AmazonProductSettings& settings,
                                                const AmazonLocale& locale, const ShopQuery& query,
                                                base::WallTime now);

/// What the answer says. Items without a title or a proper address are left out; links get `tag` if
/// they have none. 429 TooManyRequests, 502 Shop for every other refusal and for what is no answer.
Outcome<ShopPage> read_amazon_answer(std::uint16_t status, std::string_view body,
                                     std::string_view tag);

}  // namespace app
