#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <string>

#include "app/app_rig_test_support.h"
#include "io/mail_host_test_support.h"

namespace app {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

PlatformSettings settings_with(const std::string& mail_url) {
  PlatformSettings settings = test::easy_settings();
  settings.auto_verify = false;
  settings.mail.url = mail_url;
  settings.mail.from = "Kino <kino@example.org>";
  return settings;
}

int registered(test::PlatformRig& rig, const std::string& name) {
  return rig
      .send("POST", "/api/platform/v1/accounts",
            {{"name", name}, {"email", name + "@example.org"}, {"password", "Secret-word-1"}})
      .status;
}

// The code of a link in a letter as it came, soft line breaks and all.
std::string code_in(std::string letter) {
  for (std::size_t at = letter.find("=\n"); at != std::string::npos; at = letter.find("=\n", at)) {
    letter.erase(at, 2);
  }
  const std::size_t from = letter.find("?code=3D");
  if (from == std::string::npos) return {};
  return letter.substr(from + 8, letter.find('\n', from) - from - 8);
}

std::int64_t waiting(test::PlatformRig& rig) {
  return rig.sql().run("SELECT COUNT(*) FROM app_letters")->integer(0, 0);
}

// Asks the server something until the condition holds, or ten seconds have passed.
template <class Condition>
bool eventually(test::PlatformRig& rig, Condition condition) {
  const auto end = io::Loop::precise_now() + std::chrono::seconds(10);
  while (!condition()) {
    if (io::Loop::precise_now() > end) return false;
    (void)rig.get("/api/platform/v1/about");
  }
  return true;
}

TEST(PostTest, ALetterIsSentOnceAndItsLinkWorks) {
  io::test::MailHost host;
  test::PlatformRig rig(settings_with(host.url()));
  ASSERT_EQ(registered(rig, "anna"), 201);
  const auto letters = host.wait_for(1);
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_THAT(letters[0], HasSubstr("To: <anna@example.org>\n"));
  EXPECT_THAT(letters[0], HasSubstr("From: Kino <kino@example.org>\n"));
  EXPECT_TRUE(eventually(rig, [&] { return waiting(rig) == 0; })) << "it was written down as sent";
  const test::Told told =
      rig.send("POST", "/api/platform/v1/accounts/verify", {{"code", code_in(letters[0])}});
  EXPECT_EQ(told.status, 200) << told.body;
  EXPECT_EQ(rig.get("/api/platform/v1/mailbox").status, 404) << "letters go by mail here";
  ASSERT_EQ(registered(rig, "bert"), 201);
  EXPECT_EQ(host.wait_for(2).size(), 2U);
}

TEST(PostTest, WhatIsRefusedForNowWaitsAndIsSealed) {
  io::test::MailHost host({{"RCPT", "450 come back later"}});
  test::PlatformRig rig(settings_with(host.url()));
  ASSERT_EQ(registered(rig, "anna"), 201);
  const auto attempted = [&] {
    const auto row = rig.sql().run(
        "SELECT attempts, due_at - created_at FROM app_letters WHERE attempts = 1 AND due_at - "
        "created_at < 300000000");
    return !row->empty() && row->integer(0, 1) >= 60'000'000;
  };
  EXPECT_TRUE(eventually(rig, attempted)) << "it is tried again a minute later";
  const auto row = rig.sql().run("SELECT sealed FROM app_letters");
  EXPECT_THAT(std::string(base::as_text(row->octets(0, 0))), Not(HasSubstr("code")));
}

TEST(PostTest, WhatCannotBeSentIsToldToWhoeverWantsIt) {
  PlatformSettings wrong = settings_with("smtp://mail.example.org");
  wrong.mail.from = "nobody";
  auto folder = io::TemporaryDirectory::create();
  auto database = io::SqlDatabase::open({.url = "sqlite:" + folder->path() + "/x.db"});
  auto sql = (*database)->connect();
  io::Loop home;
  auto workers = io::SqlWorkers::create(**database, {});
  control::Settings below;
  below.secrets_file = folder->path() + "/secrets.key";
  below.objects.folder = folder->path() + "/objects";
  ASSERT_TRUE(control::prepare_database(**database));
  auto control = control::Control::create(std::move(below), **workers);
  ASSERT_TRUE(control.has_value());
  wrong.data_dir = folder->path();
  EXPECT_FALSE(Platform::create(wrong, **database, **workers, **control, home));
  wrong.mail.from = "Kino <kino@example.org>";
  wrong.mail.url = "mail.example.org";
  EXPECT_FALSE(Platform::create(wrong, **database, **workers, **control, home));
  workers->reset();
}

TEST(PostTest, TheMailboxIsForAdministrators) {
  PlatformSettings settings = settings_with("");
  settings.auto_verify = true;
  test::PlatformRig rig(settings);
  const test::Person admin = rig.person("chief", "administrator");
  const test::Person anna = rig.person("anna");
  ASSERT_EQ(
      rig.send("POST", "/api/platform/v1/password/forgot", {{"email", "anna@example.org"}}).status,
      202);
  EXPECT_EQ(rig.get("/api/platform/v1/mailbox").status, 403);
  EXPECT_EQ(rig.get("/api/platform/v1/mailbox", anna).status, 403);
  const test::Told told = rig.get("/api/platform/v1/mailbox", admin);
  ASSERT_EQ(told.status, 200) << told.body;
  const json::array letters = told.json().at("letters").as_array();
  ASSERT_EQ(letters.size(), 1U);
  const json::object& first = letters[0].as_object();
  EXPECT_EQ(first.at("to").as_string(), "anna@example.org");
  EXPECT_EQ(first.at("kind").as_string(), "reset");
  EXPECT_FALSE(first.contains("text"));
  const std::string place = "/api/platform/v1/mailbox/" + std::string(first.at("id").as_string());
  EXPECT_EQ(rig.get(place, anna).status, 403);
  EXPECT_THAT(rig.get(place, admin).text("text"), HasSubstr("http://live.example.org/reset?code="));
  EXPECT_EQ(rig.get("/api/platform/v1/mailbox/x", admin).status, 404);
  EXPECT_EQ(rig.get("/api/platform/v1/mailbox/999", admin).status, 404);
  EXPECT_EQ(rig.erase("/api/platform/v1/mailbox", anna).status, 403);
  EXPECT_EQ(rig.erase("/api/platform/v1/mailbox", admin).status, 204);
  EXPECT_EQ(rig.get(place, admin).status, 404);
}

TEST(PostTest, WhoGoesTakesTheirLettersAlong) {
  PlatformSettings settings = settings_with("");
  settings.auto_verify = true;
  test::PlatformRig rig(settings);
  const test::Person anna = rig.person("anna");
  (void)rig.send("POST", "/api/platform/v1/password/forgot", {{"email", "anna@example.org"}});
  EXPECT_EQ(waiting(rig), 1);
  ASSERT_EQ(rig.send("DELETE", "/api/platform/v1/me", {{"password", anna.password}}, anna).status,
            204);
  EXPECT_EQ(waiting(rig), 0);
}

}  // namespace
}  // namespace app
