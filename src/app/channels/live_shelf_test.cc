#include "app/channels/live_shelf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <string>

#include "app/channels/search_words.h"

namespace app {
namespace {

namespace json = boost::json;
using testing::ElementsAre;

ShelfEntry entry(int number, const std::string& category) {
  auto profile = std::make_shared<ChannelProfile>();
  const std::string id = std::to_string(1000 + number);
  profile->row.account = "account" + id;
  profile->row.channel_arn = "arn:aws:ivs:local:0:channel/" + id;
  profile->row.title = "Title of \"" + id + "\"";
  profile->row.category = category;
  profile->name = "name" + id;
  return {.live = {.channel_arn = profile->row.channel_arn,
                   .stream_id = "st-" + id,
                   .started_at = base::WallTime(std::chrono::seconds(10'000 - number)),
                   .viewers = number},
          .profile = profile,
          .loose = {},
          .thumbnail = "/thumb/" + id};
}

std::vector<ShelfEntry> entries(int count) {
  std::vector<ShelfEntry> all;
  for (int i = 0; i < count; ++i) all.push_back(entry(i, i % 2 == 0 ? "Music" : "Art & Crafts"));
  return all;
}

json::object read(const std::string& page) {
  return json::parse("{" + page + "}").as_object();
}

TEST(LiveShelf, GivesAllInPagesNewestFirst) {
  const LiveShelf shelf(1, entries(120));
  std::vector<std::string> names;
  std::string after;
  int pages = 0;
  do {
    const json::object page = read(shelf.page("", after));
    EXPECT_EQ(page.at("total").as_int64(), 120);
    for (const json::value& card : page.at("live").as_array()) {
      names.emplace_back(card.at("name").as_string());
    }
    after = page.contains("next") ? std::string(page.at("next").as_string()) : "";
    ++pages;
  } while (!after.empty());
  EXPECT_EQ(pages, 3);
  ASSERT_EQ(names.size(), 120U);
  EXPECT_EQ(names.front(), "name1000");
  EXPECT_TRUE(std::ranges::is_sorted(names));
}

TEST(LiveShelf, GoesOnWhereAChannelHasEnded) {
  const LiveShelf before(1, entries(60));
  const std::string next(read(before.page("", "")).at("next").as_string());
  auto fewer = entries(60);
  fewer.erase(fewer.begin() + 49);  // the one that the mark names
  const LiveShelf after(2, std::move(fewer));
  const json::object page = read(after.page("", next));
  EXPECT_EQ(page.at("live").as_array().size(), 10U);
  EXPECT_EQ(page.at("live").as_array().front().at("name").as_string(), "name1050");
}

TEST(LiveShelf, ShowsCategoriesAlone) {
  const LiveShelf shelf(1, entries(9));
  EXPECT_EQ(read(shelf.page("Music", "")).at("total").as_int64(), 5);
  EXPECT_EQ(read(shelf.page("Music", "")).at("live").as_array().size(), 5U);
  EXPECT_EQ(read(shelf.page("Nothing", "")).at("total").as_int64(), 0);
  EXPECT_EQ(shelf.live_in("Art & Crafts"), 4U);
}

TEST(LiveShelf, TellsACardOfAChannel) {
  const LiveShelf shelf(1, entries(1));
  const json::object card = read(shelf.page("", "")).at("live").as_array().front().as_object();
  EXPECT_EQ(card.at("title").as_string(), "Title of \"1000\"");
  EXPECT_TRUE(card.at("live").as_bool());
  EXPECT_EQ(card.at("streamId").as_string(), "st-1000");
  EXPECT_EQ(card.at("thumbnailUrl").as_string(), "/thumb/1000");
  EXPECT_EQ(card.at("watchUrl").as_string(), "/name1000");
  EXPECT_EQ(card.at("startedAt").as_string(), "1970-01-01T02:46:40Z");
}

TEST(LiveShelf, ShowsChannelsWithoutAnAccount) {
  ShelfEntry loose{.live = {.channel_arn = "arn:aws:ivs:local:0:channel/abc", .stream_id = "st-1"},
                   .profile = {},
                   .loose = {.id = "abc", .name = "news"},
                   .thumbnail = {}};
  const LiveShelf shelf(1, {loose});
  const json::object card = read(shelf.page("", "")).at("live").as_array().front().as_object();
  EXPECT_EQ(card.at("name").as_string(), "news");
  EXPECT_EQ(card.at("watchUrl").as_string(), "/watch/abc");
  EXPECT_EQ(shelf.search({"ne"}, 5).size(), 1U);
}

TEST(LiveShelf, FindsByBeginningsOfWords) {
  const LiveShelf shelf(1, entries(9));
  EXPECT_EQ(shelf.search({"name1003"}, 5).size(), 1U);
  EXPECT_EQ(shelf.search({"craf", "titl"}, 50).size(), 4U);
  EXPECT_EQ(shelf.search({"raft"}, 50).size(), 0U);
  EXPECT_EQ(shelf.search({"mus"}, 2).size(), 2U);
  ASSERT_NE(shelf.find("account1003"), nullptr);
  EXPECT_EQ(shelf.find("account2003"), nullptr);
  EXPECT_EQ(shelf.place_of("account2003"), 9U);
  EXPECT_EQ(shelf.thumbnail_of("st-1004"), "/thumb/1004");
}

TEST(SearchWords, SplitsFoldsAndBounds) {
  EXPECT_THAT(search_words("Live from K\xC3\xB6ln, LIVE_again 2.0"),
              ElementsAre("live", "from", "k\xC3\xB6ln", "again", "2", "0"));
  EXPECT_THAT(search_words("  ,;  "), ElementsAre());
  EXPECT_EQ(search_words("a b c d", 2).size(), 2U);
  std::string umlauts(39, 'a');
  umlauts += "\xC3\xB6";
  EXPECT_EQ(search_words(umlauts).front(), std::string(39, 'a'));
}

}  // namespace
}  // namespace app
