// Everything that channels ask of a database, on each of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>

#include "app/app_rig_test_support.h"
#include "base/bytes.h"
#include "io/files.h"
#include "io/sql_test_support.h"

namespace app {
namespace {

namespace json = boost::json;
using test::easy_settings;
using test::Person;
using test::PlatformRig;
using test::Told;

constexpr char kApi[] = "/api/platform/v1";

class ChannelsSqlTest : public io::test::SqlTest {};
ROSTRUM_INSTANTIATE_SQL_TEST(ChannelsSqlTest);

PlatformSettings settings_in(const std::string& folder) {
  PlatformSettings settings = easy_settings();
  settings.record = true;
  settings.helper = folder + "/helper";
  const std::string_view helper =
      "#!/bin/sh\ncat > /dev/null\nprintf 'image/jpeg 256 256\\npicture'\n";
  EXPECT_TRUE(io::write_file_atomic(settings.helper, base::as_bytes(helper), 0700));
  return settings;
}

TEST_P(ChannelsSqlTest, LiveFromTheirMakingToTheirEnd) {
  const auto folder = io::TemporaryDirectory::create();
  ASSERT_TRUE(folder);
  PlatformRig rig(settings_in(folder->path()), url());
  const std::string api = kApi;
  const Person anna = rig.person("Anna");
  const Person berta = rig.person("berta");
  const Person guard = rig.person("guard", "moderator");
  const auto send = [&](const char* method, const std::string& path, json::object body,
                        const Person& person, int status) {
    const Told told = rig.send(method, api + path, std::move(body), person);
    EXPECT_EQ(told.status, status) << method << " " << path << " " << told.body;
    return told;
  };
  const auto get = [&](const std::string& path, const Person& person) {
    const Told told = rig.get(api + path, person);
    EXPECT_EQ(told.status, 200) << path << " " << told.body;
    return told.json();
  };
  send("POST", "/me/channel", {}, anna, 201);
  send("POST", "/me/channel", {}, berta, 201);
  send("PATCH", "/me/channel",
       {{"title", "Z\u00FCrich by night"}, {"category", "Walks"}, {"membersOnly", true}}, anna,
       200);
  send("PUT", "/channels/ANNA/follow", {}, berta, 204);
  EXPECT_EQ(get("/channels/anna", berta).at("followers").as_int64(), 1);
  EXPECT_EQ(get("/following", berta).at("channels").as_array().size(), 1U);
  EXPECT_EQ(get("/directory", berta).at("following").as_array().size(), 1U);
  EXPECT_EQ(get("/search?q=z%C3%BCr", berta).at("channels").as_array().size(), 1U);
  EXPECT_EQ(get("/search?q=walks", berta).at("categories").as_array().size(), 1U);
  EXPECT_EQ(get("/categories", berta).at("categories").as_array().size(), 12U);
  EXPECT_EQ(get("/admin/channels?query=b", guard).at("channels").as_array().size(), 1U);
  EXPECT_EQ(get("/channels/anna/recordings", berta).at("recordings").as_array().size(), 0U);

  const Told kept =
      rig.ask({.method = "PUT", .target = api + "/me/avatar", .octets = "face", .person = &anna});
  ASSERT_EQ(kept.status, 200) << kept.body;
  EXPECT_EQ(rig.get(kept.text("url")).body, "picture");
  EXPECT_EQ(get("/channels/anna", berta).at("avatarUrl").as_string(), kept.text("url").c_str());
  const Told chosen = rig.ask({.method = "PUT",
                               .target = "/channel/preferences/update",
                               .json = json::object{{"avatar", json::object{{"name", "hippo"}}}},
                               .token = rig.access_token(anna)});
  EXPECT_EQ(chosen.status, 200) << chosen.body;
  EXPECT_EQ(get("/channels/anna", berta).at("avatar").as_string(), "hippo");
  EXPECT_FALSE(get("/channels/anna", berta).contains("avatarUrl"));
  send("POST", "/me/channel/key/reset", {}, anna, 200);
  send("PUT", "/me/name", {{"name", "anna.new"}}, anna, 200);
  EXPECT_EQ(get("/search?q=new", berta).at("channels").as_array().size(), 1U);

  const Told gone = rig.ask({.method = "DELETE",
                             .target = api + "/me",
                             .json = json::object{{"password", anna.password}},
                             .person = &anna});
  EXPECT_EQ(gone.status, 204) << gone.body;
  EXPECT_EQ(get("/following", berta).at("channels").as_array().size(), 0U);
  EXPECT_EQ(get("/search?q=new", berta).at("channels").as_array().size(), 0U);
}

}  // namespace
}  // namespace app
