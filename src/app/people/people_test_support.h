// The platform for tests of people: on both databases, with letters that can be read.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "app/app_rig_test_support.h"
#include "base/check.h"
#include "io/sql_test_support.h"

namespace app::test {

namespace json = boost::json;

inline const std::string kP = "/api/platform/v1/";

/// As easy_settings(), but addresses have to be proven.
inline PlatformSettings careful_settings() {
  PlatformSettings settings = easy_settings();
  settings.auto_verify = false;
  return settings;
}

class PeopleTest : public io::test::SqlTest {
 protected:
  PlatformRig& begin(PlatformSettings settings = easy_settings()) {
    rig_.reset();  // a database is one program's at a time
    rig_ = std::make_unique<PlatformRig>(std::move(settings), url());
    return *rig_;
  }
  PlatformRig& rig() { return *rig_; }

  Told post(const std::string& path, json::object body) {
    return rig().send("POST", kP + path, std::move(body));
  }
  Told sign_in(const std::string& login, const std::string& password) {
    return post("session", {{"login", login}, {"password", password}});
  }
  bool is_signed_in(const Person& person) {
    return rig().get(kP + "session", person).json().at("signedIn").as_bool();
  }
  /// An administrator, made by the command line.
  Person administrator() {
    Person person{.id = {},
                  .name = "boss",
                  .email = {},
                  .password = "Secret-word-1",
                  .cookie = {},
                  .csrf = {}};
    auto made = create_account(
        rig().sql(),
        {.name = person.name, .email = {}, .password = person.password, .role = "administrator"});
    CHECK(made.has_value());
    person.id = made->id;
    return rig().signed_in(person);
  }
  /// How many letters went to that address, and the text of the newest; its code if it has one.
  struct Post {
    std::size_t count = 0;
    std::string kind;
    std::string text;
    std::string code;
  };
  Post letters_to(const std::string& address) {
    if (boss_.cookie.empty()) boss_ = administrator();
    Post post;
    const json::object mailbox = rig().get(kP + "mailbox", boss_).json();
    for (const json::value& entry : mailbox.at("letters").as_array()) {
      const json::object& letter = entry.as_object();
      if (letter.at("to").as_string() != address) continue;
      if (++post.count > 1) continue;  // the newest stands first
      post.kind = letter.at("kind").as_string().c_str();
      post.text =
          rig().get(kP + "mailbox/" + std::string(letter.at("id").as_string()), boss_).text("text");
    }
    const std::size_t at = post.text.find("?code=");
    if (at != std::string::npos) post.code = post.text.substr(at + 6, 32);
    return post;
  }
  /// What was posted for the writer is done.
  void settle() {
    EXPECT_TRUE(rig()
                    .workers()
                    .write_and_wait([](io::SqlConnection&) { return base::Expected<void>(); })
                    .has_value());
  }

 private:
  std::unique_ptr<PlatformRig> rig_;
  Person boss_;
};

}  // namespace app::test
