// The routes of products: a catalogue of one's own, its search, its import.
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <condition_variable>
#include <mutex>

#include "app/app_rig_test_support.h"
#include "io/sql_test_support.h"

namespace app::test {
namespace {

namespace json = boost::json;

constexpr const char* kMine = "/api/platform/v1/me/products";
constexpr const char* kSearch = "/api/platform/v1/products";

class ProductsTest : public io::test::SqlTest {
 protected:
  std::string add(json::object product) {
    const Told told = rig.send("POST", kMine, std::move(product), anna);
    EXPECT_EQ(told.status, 201) << told.body;
    return told.text("id");
  }
  Told import(const std::string& table) {
    return rig.ask({.method = "POST",
                    .target = std::string(kMine) + "/import",
                    .octets = table,
                    .person = &anna});
  }
  std::vector<std::string> titles(const std::string& query) {
    const Told told = rig.get(std::string(kSearch) + query, anna);
    EXPECT_EQ(told.status, 200) << told.body;
    std::vector<std::string> found;
    const json::object page = told.json();
    for (const json::value& item : page.at("items").as_array()) {
      found.emplace_back(item.as_object().at("title").as_string());
    }
    return found;
  }
  std::int64_t count() { return rig.get(kSearch, anna).json().at("total").as_int64(); }

  PlatformRig rig{easy_settings(), url()};
  const Person anna = rig.person("anna");
};

ROSTRUM_INSTANTIATE_SQL_TEST(ProductsTest);

using Texts = std::vector<std::string>;

TEST_P(ProductsTest, AreOnesOwn) {
  const Person ben = rig.person("benny");
  const std::string id = add({{"title", " Lamp "},
                              {"price", "9 €"},
                              {"imageUrl", "https://example.org/lamp.png"},
                              {"description", "Shines"},
                              {"url", "https://example.org/lamp"}});
  const std::string place = std::string(kMine) + "/" + id;
  const json::object listed = rig.get(kMine, anna).json();
  ASSERT_EQ(listed.at("items").as_array().size(), 1U);
  const json::object item = listed.at("items").as_array()[0].as_object();
  EXPECT_EQ(item.at("title"), "Lamp");
  EXPECT_EQ(item.at("description"), "Shines");
  EXPECT_FALSE(listed.contains("next"));

  EXPECT_TRUE(rig.get(kMine, ben).json().at("items").as_array().empty());
  EXPECT_EQ(rig.send("PUT", place, {{"title", "Mine"}, {"price", "1"}}, ben).status, 404);
  EXPECT_EQ(rig.erase(place, ben).status, 404);
  EXPECT_EQ(rig.get(kMine).status, 401);
  EXPECT_EQ(rig.send("POST", kMine, {{"title", "x"}, {"price", "1"}}).status, 401);

  const Told changed = rig.send("PUT", place, {{"title", "Lantern"}, {"price", "8"}}, anna);
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.text("imageUrl"), "");
  EXPECT_EQ(titles(""), Texts{"Lantern"});
  EXPECT_EQ(rig.erase(place, anna).status, 204);
  EXPECT_EQ(rig.erase(place, anna).status, 404);
  for (const char* wrong : {"0", "-1", "x", "99999999999999999999"}) {
    EXPECT_EQ(rig.erase(std::string(kMine) + "/" + wrong, anna).status, 404) << wrong;
  }
}

TEST_P(ProductsTest, WhatIsWrongIsToldByItsField) {
  struct Case {
    json::object product;
    std::string_view field;
  };
  const Case cases[] = {
      {{{"price", "1"}}, "title"},
      {{{"title", "  "}, {"price", "1"}}, "title"},
      {{{"title", "x"}, {"price", " "}}, "price"},
      {{{"title", "x"}, {"price", "1"}, {"imageUrl", "javascript:alert(1)"}}, "imageUrl"},
      {{{"title", "x"}, {"price", "1"}, {"url", "//example.org"}}, "url"},
      {{{"title", "x"}, {"price", "1"}, {"imageUrl", "/api/platform/v1/assets/x"}}, "imageUrl"},
  };
  for (const Case& row : cases) {
    const Told told = rig.send("POST", kMine, row.product, anna);
    EXPECT_EQ(told.status, 400) << told.body;
    EXPECT_EQ(told.text("field"), row.field) << told.body;
  }
  add({{"title", "Lamp"}, {"price", "1"}});
  const Told again = rig.send("POST", kMine, {{"title", "LAMP"}, {"price", "2"}}, anna);
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(again.type(), "Exists");
  const std::string other = add({{"title", "Bulb"}, {"price", "1"}});
  EXPECT_EQ(
      rig.send("PUT", std::string(kMine) + "/" + other, {{"title", "lamp"}, {"price", "2"}}, anna)
          .status,
      409);
}

TEST_P(ProductsTest, AreFoundByTheirWordsAndSorted) {
  add({{"title", "Große Lampe"}, {"price", "1.299,00 €"}, {"description", "warm 100%"}});
  add({{"title", "Lampe"}, {"price", "9,99 €"}});
  add({{"title", "Alte Lampe"}, {"price", "auf Anfrage"}, {"sku", "A_7"}});
  add({{"title", "Tisch"}, {"price", "49 €"}});

  EXPECT_EQ(titles("?q=LAMPE"), (Texts{"Lampe", "Alte Lampe", "Große Lampe"}));
  EXPECT_EQ(titles("?q=gro%C3%9Fe+lampe"), Texts{"Große Lampe"});
  EXPECT_EQ(titles("?q=warm+lampe"), Texts{"Große Lampe"});
  EXPECT_EQ(titles("?q=lampe+tisch"), Texts{});
  // What means something to the database is a letter here.
  EXPECT_EQ(titles("?q=100%25"), Texts{"Große Lampe"});
  EXPECT_EQ(titles("?q=a_7"), Texts{"Alte Lampe"});
  EXPECT_EQ(titles("?q=_"), Texts{"Alte Lampe"});
  EXPECT_EQ(titles("?q=%27%3B--"), Texts{});

  EXPECT_EQ(titles("?sort=Price:LowToHigh"),
            (Texts{"Lampe", "Tisch", "Große Lampe", "Alte Lampe"}));
  EXPECT_EQ(titles("?sort=Price:HighToLow"),
            (Texts{"Große Lampe", "Tisch", "Lampe", "Alte Lampe"}));
  EXPECT_EQ(titles("?sort=NewestArrivals"), (Texts{"Tisch", "Alte Lampe", "Lampe", "Große Lampe"}));
  EXPECT_EQ(titles("?sort=Featured"), (Texts{"Große Lampe", "Lampe", "Alte Lampe", "Tisch"}));
  EXPECT_EQ(rig.get(std::string(kSearch) + "?sort=Cheapest", anna).status, 400);
  EXPECT_EQ(rig.get(std::string(kSearch) + "?page=0", anna).status, 400);
  EXPECT_EQ(rig.get(kSearch).status, 401);
}

TEST_P(ProductsTest, ComeFromATable) {
  add({{"title", "Lamp"}, {"price", "1"}, {"imageUrl", "https://example.org/lamp.png"}});
  const Told told = import(
      "\xEF\xBB\xBFTitle;Price;Image URL;SKU\r\n"
      "Lamp;2;;\r\n"
      "\"Big; \"\"old\"\" lamp\";3;https://example.org/a.png;s1\r\n"
      ";4;;\r\n"
      "Chair;;;\r\n"
      "Table;5;ftp://example.org;\r\n"
      "\"Broken\"x;6;;\r\n"
      "Sofa;7;;s2\r\n"
      "Couch;8;;s2\r\n");
  ASSERT_EQ(told.status, 200) << told.body;
  const json::object body = told.json();
  EXPECT_EQ(body.at("imported"), 2);
  EXPECT_EQ(body.at("updated"), 2);
  EXPECT_EQ(body.at("failedCount"), 4);
  const json::array failed = body.at("failed").as_array();
  ASSERT_EQ(failed.size(), 4U);
  const std::pair<int, const char*> expected[] = {
      {4, "A product needs a title."},
      {5, "A product needs a price."},
      {6, "\"imageUrl\" must be an address with http:// or https://."},
      {7, "Something stands behind a closing quotation mark."}};
  for (std::size_t i = 0; i < failed.size(); ++i) {
    EXPECT_EQ(failed[i].as_object().at("line"), expected[i].first);
    EXPECT_EQ(failed[i].as_object().at("message"), expected[i].second);
  }
  EXPECT_EQ(titles("?sort=Featured"), (Texts{"Lamp", "Big; \"old\" lamp", "Couch"}));
  // A line without a picture leaves the one that there was.
  const json::object found = rig.get(std::string(kSearch) + "?q=lamp", anna).json();
  EXPECT_EQ(found.at("items").as_array()[0].as_object().at("imageUrl"),
            "https://example.org/lamp.png");
  EXPECT_EQ(found.at("items").as_array()[0].as_object().at("price"), "2");
}

TEST_P(ProductsTest, TablesThatAreNone) {
  for (const char* table : {"", "\n\n", "Lamp,9\nBulb,3\n", "title\nLamp\n"}) {
    const Told told = import(table);
    EXPECT_EQ(told.status, 400) << table;
    EXPECT_EQ(told.type(), "Invalid");
  }
  const Told binary = import("title,price\n\xFF\xFE,1\n");
  EXPECT_EQ(binary.status, 200);
  EXPECT_EQ(binary.json().at("failedCount"), 1);
}

TEST_P(ProductsTest, ACatalogueIsBounded) {
  const auto table = [](int first, int count) {
    std::string text = "title,price\n";
    for (int i = first; i < first + count; ++i) text += "Lamp " + std::to_string(i) + ",1\n";
    return text;
  };
  EXPECT_EQ(import(table(0, 5'001)).status, 413);
  EXPECT_EQ(count(), 0);
  ASSERT_EQ(import(table(0, 4'999)).json().at("imported"), 4'999);
  // One more fits; those that are there are changed all the same.
  const json::object last = import(table(4'990, 20)).json();
  EXPECT_EQ(last.at("imported"), 1);
  EXPECT_EQ(last.at("updated"), 9);
  EXPECT_EQ(last.at("failedCount"), 10);
  EXPECT_EQ(count(), 5'000);
  const Told more = rig.send("POST", kMine, {{"title", "One more"}, {"price", "1"}}, anna);
  EXPECT_EQ(more.status, 409);
  EXPECT_EQ(more.type(), "TooMany");
  EXPECT_EQ(rig.get(std::string(kSearch) + "?page=500", anna).json().at("items").as_array().size(),
            10U);
  // Page by page, each once.
  std::size_t seen = 0;
  std::string after;
  do {
    const json::object page = rig.get(kMine + after, anna).json();
    seen += page.at("items").as_array().size();
    after = page.contains("next") ? "?after=" + std::string(page.at("next").as_string())
                                  : std::string();
  } while (!after.empty());
  EXPECT_EQ(seen, 5'000U);
  EXPECT_EQ(rig.erase(kMine, anna).status, 204);
  EXPECT_EQ(count(), 0);
}

TEST_P(ProductsTest, WithoutAmazonThereIsNone) {
  EXPECT_EQ(rig.get(std::string(kSearch) + "?source=amazon&q=lamp", anna).status, 404);
  const Told demo = rig.ask({.target = "/products/lamp", .token = rig.access_token(anna)});
  EXPECT_EQ(demo.status, 404);
  EXPECT_TRUE(demo.json().contains("__type"));
  EXPECT_EQ(rig.get("/products/lamp").status, 401);
}

// What was told, by status, as it comes.
class Statuses {
 public:
  std::function<void(Told)> listener() {
    return [state = state_](const Told& told) {
      const std::lock_guard lock(state->mutex);
      state->seen.push_back(told.status);
      state->changed.notify_all();
    };
  }
  void wait_for(std::uint16_t status) {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait(lock, [&] {
      return std::find(state_->seen.begin(), state_->seen.end(), status) != state_->seen.end();
    });
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::uint16_t> seen;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

TEST(AmazonProducts, AreAskedForOneAfterTheOther) {
  PlatformSettings settings = easy_settings();
  settings.amazon.access_key = "AKIDEXAMPLE";
  settings.amazon.secret_key = "secret";
  settings.amazon.partner_tag = "mystream-20";
  settings.amazon.endpoint = "http://127.0.0.1:1";  // nobody is there
  PlatformRig rig(std::move(settings));
  const Person anna = rig.person("anna");
  EXPECT_EQ(rig.get(std::string(kSearch) + "?source=amazon", anna).status, 400);
  EXPECT_EQ(rig.get(std::string(kSearch) + "?source=amazon&q=a&page=6", anna).status, 400);
  const Told gone = rig.get(std::string(kSearch) + "?source=amazon&q=lamp", anna);
  EXPECT_EQ(gone.status, 502);
  EXPECT_EQ(gone.type(), "Shop");
  Statuses statuses;
  for (int i = 0; i < 8; ++i) {
    rig.ask_later({.target = std::string(kSearch) + "?source=amazon&q=lamp" + std::to_string(i),
                   .person = &anna},
                  statuses.listener());
  }
  statuses.wait_for(429);
}

TEST(AmazonProducts, AMarketplaceThatIsNoneIsTold) {
  PlatformSettings settings = easy_settings();
  settings.amazon.access_key = "AKIDEXAMPLE";
  settings.amazon.locale = "www.amazon.example";
  PlatformRig ready;  // a database
  settings.data_dir = ready.folder();
  auto home = io::LoopGroup(1);
  auto made =
      Platform::create(settings, ready.database(), ready.workers(), ready.control(), home.at(0));
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().message, "Amazon has no marketplace \"www.amazon.example\"");
}

}  // namespace
}  // namespace app::test
