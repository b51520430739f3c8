#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <string>

#include "app/app_rig_test_support.h"
#include "app/letters/letter_key.h"
#include "app/letters/notice_store.h"
#include "base/base64.h"

namespace app {
namespace {

namespace json = boost::json;
using test::Person;
using test::Told;

constexpr std::string_view kBase = "/api/platform/v1";

std::string at(std::string_view path) {
  return std::string(kBase) + std::string(path);
}

PlatformSettings with_push() {
  PlatformSettings settings = test::easy_settings();
  settings.push_contact = "mailto:ops@example.org";
  return settings;
}

// A channel, as its owner's first visit makes it, that somebody follows.
void make_followed(test::PlatformRig& rig, const Person& owner, const Person& follower) {
  ASSERT_TRUE(rig.sql().run(
      "INSERT INTO app_channels (account, channel_arn, room_arn, stream_key_arn, title, "
      "created_at) "
      "VALUES ($1, $2, $3, $4, 'Cooking', 0)",
      {owner.id, "arn:aws:ivs:local:1:channel/" + owner.id,
       "arn:aws:ivschat:local:1:room/" + owner.id, "arn:aws:ivs:local:1:stream-key/" + owner.id}));
  ASSERT_TRUE(
      rig.sql().run("INSERT INTO app_follows (follower, followed, followed_at) VALUES ($1, $2, 1)",
                    {follower.id, owner.id}));
}

void go_live(test::PlatformRig& rig, const Person& owner, base::WallTime when) {
  ASSERT_TRUE(rig.sql().begin(true));
  ASSERT_TRUE(note_start(rig.sql(), owner.id, "Cooking", when));
  ASSERT_TRUE(rig.sql().commit());
}

json::object subscription(const std::string& endpoint) {
  return {{"endpoint", endpoint},
          {"keys",
           {{"p256dh", base::to_base64url(P256Key::generate().point())},
            {"auth", base::to_base64url(base::Bytes(16, 7))}}}};
}

TEST(NoticeRoutesTest, SettingsStayAsChosen) {
  test::PlatformRig rig;
  const Person anna = rig.person("anna");
  EXPECT_EQ(rig.get(at("/me/notifications")).status, 401);
  EXPECT_EQ(rig.get(at("/me/notifications"), anna).json(),
            (json::object{{"page", true}, {"push", true}, {"digest", "off"}}));
  EXPECT_EQ(rig.send("PUT", at("/me/notifications"), {{"digest", "daily"}}, anna).json(),
            (json::object{{"page", true}, {"push", true}, {"digest", "daily"}}));
  EXPECT_EQ(rig.send("PUT", at("/me/notifications"), {{"push", false}}, anna).json(),
            (json::object{{"page", true}, {"push", false}, {"digest", "daily"}}));
  EXPECT_EQ(rig.send("PUT", at("/me/notifications"), {{"digest", "weekly"}}, anna).status, 400);
  EXPECT_EQ(rig.get(at("/me/notifications"), anna).text("digest"), "daily");
}

TEST(NoticeRoutesTest, NoticesAreListedAndSeen) {
  test::PlatformRig rig;
  const Person anna = rig.person("anna");
  const Person bert = rig.person("bert");
  make_followed(rig, bert, anna);
  const base::WallTime now = io::Loop::wall_now();
  for (int hours = 40; hours > 0; hours -= 1) go_live(rig, bert, now - std::chrono::hours(hours));
  const Told told = rig.get(at("/notices"), anna);
  ASSERT_EQ(told.status, 200) << told.body;
  const json::object body = told.json();
  EXPECT_EQ(body.at("unseen").to_number<int>(), 10);
  ASSERT_EQ(body.at("notices").as_array().size(), 10U) << "the last ten of a channel";
  EXPECT_FALSE(body.contains("next"));
  const json::object& first = body.at("notices").as_array()[0].as_object();
  EXPECT_EQ(first.at("kind").as_string(), "live");
  EXPECT_EQ(first.at("channel").at("name").as_string(), "bert");
  EXPECT_EQ(first.at("channel").at("title").as_string(), "Cooking");
  EXPECT_FALSE(first.at("seen").as_bool());
  const std::string after(first.at("id").as_string());
  EXPECT_EQ(rig.get(at("/notices?after=" + after), anna).json().at("notices").as_array().size(),
            9U);
  EXPECT_EQ(rig.get(at("/notices?after=x"), anna).status, 400);

  EXPECT_EQ(rig.send("POST", at("/notices/seen"), {}, anna).status, 204);
  const json::object seen = rig.get(at("/notices"), anna).json();
  EXPECT_EQ(seen.at("unseen").to_number<int>(), 0);
  EXPECT_TRUE(seen.at("notices").as_array()[0].at("seen").as_bool());
  EXPECT_TRUE(rig.get(at("/notices"), bert).json().at("notices").as_array().empty());

  (void)rig.send("PUT", at("/me/notifications"), {{"page", false}}, anna);
  EXPECT_TRUE(rig.get(at("/notices"), anna).json().at("notices").as_array().empty());
  EXPECT_EQ(rig.get(at("/notices")).status, 401);
}

TEST(NoticeRoutesTest, BrowsersAreTakenAndLeftOut) {
  test::PlatformRig rig(with_push());
  const Person anna = rig.person("anna");
  const Person bert = rig.person("bert");
  const auto count = [&] {
    return rig.sql().run("SELECT COUNT(*) FROM app_push_targets")->integer(0, 0);
  };
  EXPECT_EQ(base::from_base64(rig.get(at("/push/key")).text("publicKey"))->size(), 65U);
  const std::string good = "https://push.example.net/a";
  EXPECT_EQ(rig.send("PUT", at("/me/push"), subscription(good), anna).status, 204);
  EXPECT_EQ(rig.send("PUT", at("/me/push"), subscription(good), anna).status, 204);
  EXPECT_EQ(count(), 1);
  for (const char* endpoint : {"http://push.example.net/a", "http://127.0.0.1:1/", "nonsense",
                               "https://user@push.example.net/", "https://localhost/x"}) {
    EXPECT_EQ(rig.send("PUT", at("/me/push"), subscription(endpoint), anna).status, 400)
        << endpoint;
  }
  json::object wrong = subscription(good);
  wrong["keys"].as_object()["p256dh"] = base::to_base64url(base::Bytes(65, 4));
  EXPECT_EQ(rig.send("PUT", at("/me/push"), wrong, anna).text("field"), "keys.p256dh");
  wrong = subscription(good);
  wrong["keys"].as_object()["auth"] = "AAAA";
  EXPECT_EQ(rig.send("PUT", at("/me/push"), wrong, anna).text("field"), "keys.auth");
  EXPECT_EQ(rig.send("DELETE", at("/me/push"), {{"endpoint", good}}, bert).status, 204);
  EXPECT_EQ(count(), 1) << "only one's own";
  EXPECT_EQ(rig.send("DELETE", at("/me/push"), {{"endpoint", good}}, anna).status, 204);
  EXPECT_EQ(count(), 0);

  test::PlatformRig without;
  const Person carl = without.person("carl");
  EXPECT_EQ(without.get(at("/push/key")).status, 404);
  EXPECT_EQ(without.send("PUT", at("/me/push"), subscription(good), carl).status, 404);
}

TEST(NoticeRoutesTest, LettersEndByTheirCode) {
  test::PlatformRig rig;
  const Person anna = rig.person("anna");
  const auto key = LetterKey::open(rig.folder());
  ASSERT_TRUE(key.has_value());
  const std::string code = key->sign("unsubscribe", anna.id);
  const auto digest = [&] { return rig.get(at("/me/notifications"), anna).text("digest"); };
  (void)rig.send("PUT", at("/me/notifications"), {{"digest", "daily"}}, anna);
  EXPECT_EQ(
      rig.send("POST", at("/unsubscribe"), {{"code", anna.id + ".AAAAAAAAAAAAAAAAAAAAAA"}}).status,
      400);
  EXPECT_EQ(digest(), "daily");
  EXPECT_EQ(rig.send("POST", at("/unsubscribe"), {{"code", code}}).status, 204);
  EXPECT_EQ(digest(), "off");

  (void)rig.send("PUT", at("/me/notifications"), {{"digest", "instant"}}, anna);
  const Told click = rig.ask({.method = "POST",
                              .target = at("/unsubscribe/now?code=" + code),
                              .octets = "List-Unsubscribe=One-Click",
                              .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}});
  EXPECT_EQ(click.status, 204) << click.body;
  EXPECT_EQ(digest(), "off");
}

TEST(NoticeRoutesTest, DailyLettersGoOutOnceWhenTheyAreDue) {
  auto folder = io::TemporaryDirectory::create();
  ASSERT_TRUE(folder.has_value());
  PlatformSettings settings = test::easy_settings();
  settings.data_dir = folder->path();
  const std::string url = "sqlite:" + folder->path() + "/kept.db";
  {
    test::PlatformRig before(settings, url);
    const Person anna = before.person("anna");
    const Person bert = before.person("bert");
    make_followed(before, bert, anna);
    (void)before.send("PUT", at("/me/notifications"), {{"digest", "daily"}}, anna);
    go_live(before, bert, io::Loop::wall_now());
    ASSERT_TRUE(before.sql().run("UPDATE app_notice_settings SET digest_due = 0"));
  }
  // A server looks when it starts.
  test::PlatformRig rig(settings, url);
  const auto letters = [&] {
    return rig.sql().run("SELECT receiver FROM app_letters WHERE kind = 'digest'");
  };
  const auto end = io::Loop::precise_now() + std::chrono::seconds(10);
  while (letters()->empty() && io::Loop::precise_now() < end) (void)rig.get(at("/about"));
  ASSERT_EQ(letters()->size(), 1U);
  EXPECT_EQ(letters()->text(0, 0), "anna@example.org");
  const auto due = rig.sql().run("SELECT digest_due, told_until FROM app_notice_settings");
  const std::int64_t now = io::Loop::wall_now().time_since_epoch().count();
  EXPECT_GT(due->integer(0, 0), now);
  EXPECT_LE(due->integer(0, 0), now + std::int64_t{24} * 3600 * 1'000'000);
}

}  // namespace
}  // namespace app
