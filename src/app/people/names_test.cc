#include "app/people/names.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace app {
namespace {

TEST(Names, HaveFourToTwentyOfTheirCharacters) {
  for (const std::string_view good : {"anna", "a.b_c", "A1234567890123456789", "____a"}) {
    EXPECT_TRUE(check_name(good).has_value()) << good;
  }
  for (const std::string_view bad :
       {"", "abc", "a12345678901234567890", "anna banana", "anna-b", "\xC3\xA4nna", "../..",
        "anna/b", "....", "____", "<b>a", "anna\n"}) {
    const auto fits = check_name(bad);
    ASSERT_FALSE(fits.has_value()) << bad;
    EXPECT_EQ(fits.error().type, "Invalid");
    EXPECT_EQ(fits.error().field, "name");
  }
}

TEST(Names, OfPagesCannotBeHadInAnyCase) {
  for (const std::string_view taken :
       {"health",  "manager", "following", "settings",    "login",       "register", "reset",
        "verify",  "search",  "admin",     "mailbox",     "channel",     "channels", "products",
        "metrics", "status",  "stages",    "watch",       "console",     "assets",   "player",
        "about",   "terms",   "privacy",   "unsubscribe", "event",       "events",   "download",
        "readyz",  "healthz", "polls",     "PROD",        "Favicon.ICO", "LogIn",    "api"}) {
    EXPECT_TRUE(is_reserved_name(taken, {})) << taken;
  }
  const std::vector<std::string> further = {"Staff"};
  EXPECT_TRUE(is_reserved_name("sTAFF", further));
  EXPECT_FALSE(is_reserved_name("anna", further));
  EXPECT_FALSE(is_reserved_name("login1", further));
}

TEST(Names, AddressesReadAsMailServersTakeThem) {
  for (const std::string_view good :
       {"a@b.cd", "first.last+tag@mail.example.org", "o'neil@example.org", "x@localhost",
        "a@xn--bcher-kva.example"}) {
    EXPECT_TRUE(check_email(good).has_value()) << good;
  }
  const std::string long_local = std::string(65, 'a') + "@example.org";
  const std::string long_all = "a@" + std::string(60, 'b') + "." + std::string(60, 'b') + "." +
                               std::string(60, 'b') + "." + std::string(60, 'b') + "." +
                               std::string(20, 'b');
  for (const std::string_view bad :
       {std::string_view(""), std::string_view("a"), std::string_view("a@"),
        std::string_view("@b.cd"), std::string_view("a@b"), std::string_view("a@@b.cd"),
        std::string_view("a b@b.cd"), std::string_view(".a@b.cd"), std::string_view("a..b@b.cd"),
        std::string_view("a@-b.cd"), std::string_view("a@b..cd"), std::string_view("a@b.cd."),
        std::string_view("a@b.cd\nBcc: c@d.ef"), std::string_view("<a@b.cd>"),
        std::string_view("a@b.cd,e@f.gh"), std::string_view("\"a\"@b.cd"),
        std::string_view("\xC3\xA4@b.cd"), std::string_view(long_local),
        std::string_view(long_all)}) {
    EXPECT_FALSE(check_email(bad).has_value()) << bad;
  }
}

TEST(Names, DomainsAreComparedWhole) {
  const std::vector<std::string> domains = {"example.org", "Other.Example"};
  EXPECT_TRUE(is_allowed_domain("a@example.org", domains));
  EXPECT_TRUE(is_allowed_domain("a@OTHER.example", domains));
  EXPECT_FALSE(is_allowed_domain("a@mail.example.org", domains));
  EXPECT_FALSE(is_allowed_domain("a@notexample.org", domains));
  EXPECT_TRUE(is_allowed_domain("a@anything.net", {}));
}

TEST(Names, SuggestionsAreNames) {
  const struct {
    std::string_view wish;
    unsigned number;
    std::string_view name;
  } rows[] = {{"Anna Banana", 0, "Anna_Banana"},
              {"anna@example.org", 3, "anna3"},
              {"a", 0, "a___"},
              {"", 12, "user12"},
              {"\xE6\x9D\x8E", 0, "user"},
              {"a name that is far too long for us", 7, "a_name_that_is_far_7"}};
  for (const auto& [wish, number, name] : rows) {
    EXPECT_EQ(name_like(wish, number), name);
    EXPECT_TRUE(check_name(name_like(wish, number)).has_value());
  }
}

TEST(Names, LooksByChanceAreOnesToChooseFrom) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_NE(std::ranges::find(avatars(), random_avatar()), avatars().end());
    EXPECT_NE(std::ranges::find(colors(), random_color()), colors().end());
  }
  std::string joined;
  for (const std::string_view avatar : avatars()) {
    joined += (joined.empty() ? "" : "|") + std::string(avatar);
  }
  EXPECT_EQ(joined, kAvatarChoices);
  joined.clear();
  for (const std::string_view color : colors()) {
    joined += (joined.empty() ? "" : "|") + std::string(color);
  }
  EXPECT_EQ(joined, kColorChoices);
}

}  // namespace
}  // namespace app
