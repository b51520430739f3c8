#include "app/channels/assets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>

#include "app/app_rig_test_support.h"
#include "base/bytes.h"
#include "io/files.h"

namespace app {
namespace {

namespace json = boost::json;
using test::easy_settings;
using test::Person;
using test::PlatformRig;
using test::Told;
using testing::HasSubstr;

constexpr char kAvatar[] = "/api/platform/v1/me/avatar";

// In the place of rostrum-av, which has tests of its own: the same exit codes, and a "picture" that
// tells what was asked for.
constexpr std::string_view kHelper = R"sh(#!/bin/sh
content=$(cat)
case "$content" in
  script*) echo "no picture" >&2; exit 3;;
  broken*) exit 4;;
  huge*) exit 5;;
  crash*) kill -9 $$;;
esac
printf 'image/png 256 256\n%s of %s' "$3" "$content"
)sh";

struct Rig {
  Rig() : folder(*io::TemporaryDirectory::create()), rig(settings_in(folder.path())) {}
  static PlatformSettings settings_in(const std::string& folder) {
    PlatformSettings settings = easy_settings();
    settings.helper = folder + "/helper";
    EXPECT_TRUE(io::write_file_atomic(settings.helper, base::as_bytes(kHelper), 0700));
    return settings;
  }
  Told put(const std::string& target, std::string octets, const Person& person) {
    return rig.ask(
        {.method = "PUT", .target = target, .octets = std::move(octets), .person = &person});
  }
  io::TemporaryDirectory folder;
  PlatformRig rig;
};

TEST(Assets, AreMadeAnewAndServedForEver) {
  Rig rig;
  const Person anna = rig.rig.person("anna");
  ASSERT_EQ(rig.rig.send("POST", "/api/platform/v1/me/channel", {}, anna).status, 201);
  const Told kept = rig.put(kAvatar, "face", anna);
  ASSERT_EQ(kept.status, 200) << kept.body;
  const Told picture = rig.rig.get(kept.text("url"));
  ASSERT_EQ(picture.status, 200);
  EXPECT_EQ(picture.body, "256x256 of face");
  EXPECT_EQ(picture.headers.get("Content-Type"), "image/png");
  EXPECT_EQ(picture.headers.get("X-Content-Type-Options"), "nosniff");
  EXPECT_THAT(std::string(picture.headers.get("Content-Security-Policy")),
              HasSubstr("default-src 'none'"));
  EXPECT_THAT(std::string(picture.headers.get("Cache-Control")), HasSubstr("immutable"));
  EXPECT_EQ(rig.rig.get("/api/platform/v1/channels/anna").text("avatarUrl"), kept.text("url"));

  // Another one has another address; the former stays for pages that name it.
  const Told other = rig.put(kAvatar, "another", anna);
  EXPECT_NE(other.text("url"), kept.text("url"));
  EXPECT_EQ(rig.rig.get("/api/platform/v1/channels/anna").text("avatarUrl"), other.text("url"));
  EXPECT_EQ(rig.rig.get(kept.text("url")).status, 200);
  EXPECT_EQ(rig.rig.erase(kAvatar, anna).status, 204);
  EXPECT_EQ(rig.rig.get("/api/platform/v1/channels/anna").text("avatarUrl"), "");
  EXPECT_EQ(rig.put("/api/platform/v1/me/banner", "wide", anna).status, 200);
  const std::string banner = rig.rig.get("/api/platform/v1/channels/anna").text("bannerUrl");
  EXPECT_EQ(rig.rig.get(banner).body, "1600x400 of wide");
}

TEST(Assets, RefuseWhatIsNoPicture) {
  Rig rig;
  const Person anna = rig.rig.person("anna");
  struct Row {
    std::string octets;
    int status;
    std::string type;
  };
  const Row rows[] = {
      {"script", 415, "WrongType"}, {"broken", 422, "BadPicture"},
      {"", 422, "BadPicture"},      {"crash", 422, "BadPicture"},
      {"huge", 413, "TooLarge"},    {std::string((1 << 20) + 1, 'x'), 413, "TooLarge"}};
  for (const Row& row : rows) {
    const Told told = rig.put(kAvatar, row.octets, anna);
    EXPECT_EQ(told.status, row.status) << told.body;
    EXPECT_EQ(told.type(), row.type);
  }
  EXPECT_EQ(rig.rig.get("/api/platform/v1/assets/none").status, 404);
  EXPECT_EQ(rig.rig.get("/api/platform/v1/assets/secrets.key").status, 404);
  EXPECT_EQ(rig.rig.ask({.method = "PUT", .target = kAvatar, .octets = "face"}).status, 401);
}

TEST(Assets, GoWithTheirOwners) {
  Rig rig;
  const Person anna = rig.rig.person("anna");
  const Person berta = rig.rig.person("berta");
  const std::string url = rig.put(kAvatar, "face", anna).text("url");
  ASSERT_EQ(rig.rig.get(url).status, 200);
  ASSERT_EQ(rig.rig
                .ask({.method = "DELETE",
                      .target = "/api/platform/v1/me",
                      .json = json::object{{"password", anna.password}},
                      .person = &anna})
                .status,
            204);
  // What is uploaded next sweeps, too, if nobody has before.
  for (int i = 0; i < 50 && rig.rig.get(url).status == 200; ++i) rig.put(kAvatar, "face", berta);
  EXPECT_EQ(rig.rig.get(url).status, 404);
}

// What the demo's pages do: ask for leave, send a form, look at the answer.
TEST(Assets, AreUploadedByFormsThatWereSigned) {
  Rig rig;
  const Person anna = rig.rig.person("anna");
  const std::string token = rig.rig.access_token(anna);
  const auto ask = [&](json::object body) {
    return rig.rig.ask({.method = "POST",
                        .target = "/channel/assets/imagePresignedPost/create",
                        .json = std::move(body),
                        .token = token});
  };
  EXPECT_EQ(ask({{"assetType", "avatar"}, {"contentType", "image/svg+xml"}}).type(),
            "InvalidPresignedPostInputException");
  const Told leave = ask({{"assetType", "avatar"}, {"contentType", "image/png"}});
  ASSERT_EQ(leave.status, 200) << leave.body;
  const std::string policy(leave.json().at("fields").at("policy").as_string());
  EXPECT_EQ(leave.text("url"), "http://live.example.org/channel/assets/upload");
  const auto upload = [&](const std::string& with) {
    return rig.rig.ask({.method = "POST",
                        .target = "/channel/assets/upload",
                        .octets = "--b\r\nContent-Disposition: form-data; name=\"policy\"\r\n\r\n" +
                                  with +
                                  "\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; "
                                  "filename=\"x\"\r\n\r\nface\r\n--b--\r\n",
                        .headers = {{"Content-Type", "multipart/form-data; boundary=b"},
                                    {"Origin", "https://elsewhere.example.org"}}});
  };
  const Told done = upload(policy);
  ASSERT_EQ(done.status, 204) << done.body;
  EXPECT_THAT(std::string(done.headers.get("Location")), HasSubstr("/api/platform/v1/assets/"));
  EXPECT_NE(done.headers.get("x-amz-version-id"), "");
  EXPECT_THAT(std::string(done.headers.get("Access-Control-Expose-Headers")),
              HasSubstr("x-amz-version-id"));
  std::string other = policy;
  other[0] = other[0] == 'a' ? 'b' : 'a';
  EXPECT_EQ(upload(other).status, 403);
  EXPECT_EQ(upload("").status, 403);
}

}  // namespace
}  // namespace app
