#include "app/products/amazon_wire.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "wire/aws/sigv4.h"

namespace app {
namespace {

namespace json = boost::json;

AmazonProductSettings settings() {
  AmazonProductSettings settings;
  settings.access_key = "AKIDEXAMPLE";
  settings.secret_key = "secret";
  settings.partner_tag = "mystream";
  settings.locale = "www.amazon.de";
  settings.region_code = "21";
  return settings;
}

std::string field(const io::FetchRequest& request, std::string_view name) {
  for (const auto& [known, value] : request.headers) {
    if (wire::http::equal_ignoring_case(known, name)) return value;
  }
  return {};
}

ShopQuery lamp() {
  ShopQuery query;
  query.keywords = "lamp";
  return query;
}

constexpr base::WallTime kNow{std::chrono::seconds(1'795'000'000)};

TEST(AmazonWire, AsksAsTheShopWantsIt) {
  const AmazonLocale& locale = *amazon_locale("www.amazon.de");
  auto request = amazon_request(
      settings(), locale,
      {.keywords = "a \"lamp\"", .page = 3, .sort = ProductSort::kCheapest, .language = "en"},
      kNow);
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->method, "POST");
  EXPECT_EQ(request->url, "https://webservices.amazon.de/paapi5/searchitems");
  EXPECT_EQ(field(*request, "X-Amz-Target"),
            "com.amazon.paapi5.v1.ProductAdvertisingAPIv1.SearchItems");
  EXPECT_EQ(field(*request, "Content-Encoding"), "amz-1.0");
  const std::string authorization = field(*request, "Authorization");
  EXPECT_NE(authorization.find("/eu-west-1/ProductAdvertisingAPI/aws4_request"), std::string::npos)
      << authorization;
  EXPECT_EQ(authorization.find("secret"), std::string::npos);
  const json::object body = json::parse(request->body).as_object();
  EXPECT_EQ(body.at("Keywords"), "a \"lamp\"");
  EXPECT_EQ(body.at("ItemPage"), 3);
  EXPECT_EQ(body.at("ItemCount"), 10);
  EXPECT_EQ(body.at("SortBy"), "Price:LowToHigh");
  EXPECT_EQ(body.at("LanguagesOfPreference"), json::array{"en_GB"});
  EXPECT_EQ(body.at("Marketplace"), "www.amazon.de");
  EXPECT_EQ(body.at("PartnerTag"), "mystream-21");
  EXPECT_EQ(body.at("PartnerType"), "Associates");
}

TEST(AmazonWire, SignsWhatItSends) {
  AmazonProductSettings elsewhere = settings();
  elsewhere.endpoint = "http://127.0.0.1:8099";
  auto made = amazon_request(elsewhere, *amazon_locale("amazon.com"), lamp(), kNow);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->url, "http://127.0.0.1:8099/paapi5/searchitems");
  wire::http::Request request;
  request.method = wire::http::Method::kPost;
  ASSERT_TRUE(request.set_target("/paapi5/searchitems").has_value());
  request.host = "127.0.0.1:8099";
  for (const auto& [name, value] : made->headers) request.headers.add(name, value);
  request.headers.set("Host", request.host);
  request.body = base::Slice::take(std::string(made->body));
  auto authorization = wire::aws::parse_authorization(request);
  ASSERT_TRUE(authorization.has_value());
  const auto key =
      wire::aws::derive_signing_key("secret", "20261118", "us-east-1", "ProductAdvertisingAPI");
  EXPECT_TRUE(wire::aws::verify(*authorization, request, key,
                                {.service = "ProductAdvertisingAPI", .region = "us-east-1"}, kNow)
                  .has_value());
  request.body = base::Slice::take(made->body + " ");
  EXPECT_FALSE(wire::aws::verify(*authorization, request, key,
                                 {.service = "ProductAdvertisingAPI", .region = "us-east-1"}, kNow)
                   .has_value());
}

TEST(AmazonWire, AnEndpointThatIsNoneIsRefused) {
  AmazonProductSettings wrong = settings();
  wrong.endpoint = "ftp://example.org";
  EXPECT_FALSE(amazon_request(wrong, *amazon_locale("amazon.com"), lamp(), kNow).has_value());
}

constexpr std::string_view kAnswer = R"json({"SearchResult":{"TotalResultCount":146,"Items":[
 {"ASIN":"A1","DetailPageURL":"https://www.amazon.de/dp/A1?psc=1",
  "Images":{"Primary":{"Large":{"URL":"https://m.example/l.jpg","Height":5},
                       "Small":{"URL":"javascript:alert(1)"}}},
  "ItemInfo":{"Title":{"DisplayValue":"Lamp"}},
  "Offers":{"Listings":[{"Price":{"DisplayAmount":"19,99 €"},
                         "MerchantInfo":{"Id":"M1","Name":"Shop"}}]}},
 {"ASIN":"A2","DetailPageURL":"https://www.amazon.de/dp/A2?tag=theirs-21#x",
  "ItemInfo":{"Title":{"DisplayValue":"Bulb"}}},
 {"ASIN":"A3","DetailPageURL":"javascript:alert(2)","ItemInfo":{"Title":{"DisplayValue":"Bad"}}},
 {"ASIN":"A4","DetailPageURL":"https://www.amazon.de/dp/A4","ItemInfo":{}},
 {"ASIN":"A5","DetailPageURL":"https://www.amazon.de/dp/A5#?x","ItemInfo":{"Title":{"DisplayValue":"Wick"}}},
 7]}})json";

TEST(AmazonWire, ReadsItems) {
  auto page = read_amazon_answer(200, kAnswer, "mystream-21");
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->total, 146);
  EXPECT_EQ(page->pages, 5);
  ASSERT_EQ(page->items.size(), 3U);
  EXPECT_EQ(page->items[2].url, "https://www.amazon.de/dp/A5?tag=mystream-21#?x");
  EXPECT_EQ(page->items[0].title, "Lamp");
  EXPECT_EQ(page->items[0].price, "19,99 €");
  EXPECT_EQ(page->items[0].url, "https://www.amazon.de/dp/A1?psc=1&tag=mystream-21");
  EXPECT_EQ(page->items[0].large, "https://m.example/l.jpg");
  EXPECT_EQ(page->items[0].small, "");
  EXPECT_EQ(page->items[0].merchant, "Shop");
  EXPECT_EQ(page->items[1].url, "https://www.amazon.de/dp/A2?tag=theirs-21#x");
  EXPECT_EQ(page->items[1].price, "");
}

TEST(AmazonWire, Refusals) {
  struct Case {
    std::uint16_t status;
    std::string_view body;
    std::uint16_t told;
    std::string_view type;
  };
  const Case cases[] = {
      {429, "", 429, "TooManyRequests"},
      {429, R"({"Errors":[{"Code":"TooManyRequests","Message":"x"}]})", 429, "TooManyRequests"},
      {401, R"({"Errors":[{"Code":"InvalidSignature","Message":"x"}]})", 502, "Shop"},
      {403, R"({"Errors":[{"Code":"AccessDenied","Message":"x"}]})", 502, "Shop"},
      {400, R"({"Errors":[{"Code":"InvalidPartnerTag","Message":"x"}]})", 502, "Shop"},
      {200, R"({"SearchResult":{"Items":7}})", 502, "Shop"},
      {200, "[]", 502, "Shop"},
      {200, "<html>", 502, "Shop"},
      {500, "", 502, "Shop"},
  };
  for (const Case& row : cases) {
    auto page = read_amazon_answer(row.status, row.body, "t");
    ASSERT_FALSE(page.has_value()) << row.body;
    EXPECT_EQ(page.error().status, row.told) << row.body;
    EXPECT_EQ(page.error().type, row.type) << row.body;
  }
  auto none = read_amazon_answer(200, R"({"Errors":[{"Code":"NoResults","Message":"x"}]})", "t");
  ASSERT_TRUE(none.has_value());
  EXPECT_TRUE(none->items.empty());
  EXPECT_EQ(none->pages, 0);
}

TEST(AmazonWire, LocalesAndLanguages) {
  EXPECT_EQ(amazon_locale("www.amazon.co.uk")->region, "eu-west-1");
  EXPECT_EQ(amazon_locale("amazon.co.jp")->region, "us-west-2");
  EXPECT_EQ(amazon_locale("www.amazon.example"), nullptr);
  EXPECT_EQ(amazon_locale(""), nullptr);
  const AmazonLocale& states = *amazon_locale("www.amazon.com");
  EXPECT_EQ(amazon_language(states, ""), "en_US");
  EXPECT_EQ(amazon_language(states, "de"), "de_DE");
  EXPECT_EQ(amazon_language(states, "zh-TW"), "zh_TW");
  EXPECT_EQ(amazon_language(states, "fr"), "en_US");
  EXPECT_EQ(amazon_tag(settings()), "mystream-21");
  AmazonProductSettings whole = settings();
  whole.partner_tag = "mystream-21";
  EXPECT_EQ(amazon_tag(whole), "mystream-21");
  whole.region_code.clear();
  EXPECT_EQ(amazon_tag(whole), "mystream-21");
}

}  // namespace
}  // namespace app
