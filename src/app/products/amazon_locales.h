// The marketplaces of Amazon's Product Advertising API 5: where each is asked, in which region its
// requests are signed, and which languages it speaks (Product Advertising API 5.0, "Locale
// Reference").
#pragma once

#include <span>
#include <string_view>

namespace app {

struct AmazonLocale {
  std::string_view marketplace;  // "www.amazon.de"
  std::string_view host;
  std::string_view region;
  std::span<const std::string_view> languages;  // the usual one first
};

/// By marketplace, with or without "www."; nullptr if there is none.
const AmazonLocale* amazon_locale(std::string_view marketplace);
/// The language of the locale that a wish ("de", "de_DE", "de-DE") means; the usual one otherwise.
std::string_view amazon_language(const AmazonLocale& locale, std::string_view wish);

}  // namespace app
