#include "app/products/amazon_locales.h"

#include <algorithm>
#include <string>

namespace app {
namespace {

using Text = std::string_view;

constexpr Text kAustralia[] = {"en_AU"};
constexpr Text kBelgium[] = {"fr_BE", "nl_BE", "en_GB"};
constexpr Text kBrazil[] = {"pt_BR"};
constexpr Text kCanada[] = {"en_CA", "fr_CA"};
constexpr Text kArabic[] = {"en_AE", "ar_AE"};
constexpr Text kFrance[] = {"fr_FR"};
constexpr Text kGermany[] = {"de_DE", "cs_CZ", "en_GB", "nl_NL", "pl_PL", "tr_TR"};
constexpr Text kIndia[] = {"en_IN", "hi_IN", "kn_IN", "ml_IN", "ta_IN", "te_IN"};
constexpr Text kItaly[] = {"it_IT"};
constexpr Text kJapan[] = {"ja_JP", "en_US", "zh_CN"};
constexpr Text kMexico[] = {"es_MX"};
constexpr Text kNetherlands[] = {"nl_NL"};
constexpr Text kPoland[] = {"pl_PL"};
constexpr Text kSingapore[] = {"en_SG"};
constexpr Text kSpain[] = {"es_ES"};
constexpr Text kSweden[] = {"sv_SE"};
constexpr Text kTurkey[] = {"tr_TR"};
constexpr Text kBritain[] = {"en_GB"};
constexpr Text kStates[] = {"en_US", "de_DE", "es_US", "ko_KR", "pt_BR", "zh_CN", "zh_TW"};

constexpr Text kEurope = "eu-west-1";
constexpr Text kAmerica = "us-east-1";
constexpr Text kFarEast = "us-west-2";

constexpr AmazonLocale kLocales[] = {
    {"www.amazon.com", "webservices.amazon.com", kAmerica, kStates},
    {"www.amazon.com.au", "webservices.amazon.com.au", kFarEast, kAustralia},
    {"www.amazon.com.be", "webservices.amazon.com.be", kEurope, kBelgium},
    {"www.amazon.com.br", "webservices.amazon.com.br", kAmerica, kBrazil},
    {"www.amazon.ca", "webservices.amazon.ca", kAmerica, kCanada},
    {"www.amazon.eg", "webservices.amazon.eg", kEurope, kArabic},
    {"www.amazon.fr", "webservices.amazon.fr", kEurope, kFrance},
    {"www.amazon.de", "webservices.amazon.de", kEurope, kGermany},
    {"www.amazon.in", "webservices.amazon.in", kEurope, kIndia},
    {"www.amazon.it", "webservices.amazon.it", kEurope, kItaly},
    {"www.amazon.co.jp", "webservices.amazon.co.jp", kFarEast, kJapan},
    {"www.amazon.com.mx", "webservices.amazon.com.mx", kAmerica, kMexico},
    {"www.amazon.nl", "webservices.amazon.nl", kEurope, kNetherlands},
    {"www.amazon.pl", "webservices.amazon.pl", kEurope, kPoland},
    {"www.amazon.sg", "webservices.amazon.sg", kFarEast, kSingapore},
    {"www.amazon.sa", "webservices.amazon.sa", kEurope, kArabic},
    {"www.amazon.es", "webservices.amazon.es", kEurope, kSpain},
    {"www.amazon.se", "webservices.amazon.se", kEurope, kSweden},
    {"www.amazon.com.tr", "webservices.amazon.com.tr", kEurope, kTurkey},
    {"www.amazon.ae", "webservices.amazon.ae", kEurope, kArabic},
    {"www.amazon.co.uk", "webservices.amazon.co.uk", kEurope, kBritain},
};

constexpr Text kPrefix = "www.";

}  // namespace

const AmazonLocale* amazon_locale(std::string_view marketplace) {
  if (marketplace.starts_with(kPrefix)) marketplace.remove_prefix(kPrefix.size());
  for (const AmazonLocale& locale : kLocales) {
    if (locale.marketplace.substr(kPrefix.size()) == marketplace) return &locale;
  }
  return nullptr;
}

std::string_view amazon_language(const AmazonLocale& locale, std::string_view wish) {
  std::string wanted(wish);
  std::ranges::replace(wanted, '-', '_');
  for (const std::string_view known : locale.languages) {
    if (known == wanted) return known;
  }
  const std::string language = wanted.substr(0, 2);
  for (const std::string_view known : locale.languages) {
    if (language.size() == 2 && known.starts_with(language)) return known;
  }
  return locale.languages.front();
}

}  // namespace app
