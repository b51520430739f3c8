#include "app/letters/letter_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <set>
#include <string>

#include "io/files.h"
#include "io/sql_test_support.h"

namespace app {
namespace {

using namespace std::chrono_literals;

const base::WallTime kNow{std::chrono::hours(500'000)};

Letter letter(const std::string& to, const std::string& kind = "verify") {
  return {.to = to, .subject = "Hi " + to, .text = "code 123\n", .kind = kind};
}

TEST(LetterKeyTest, SealsAndSigns) {
  const LetterKey key(base::as_bytes("one key"));
  const LetterKey other(base::as_bytes("another"));
  const base::Bytes sealed = key.seal("for anna", "text");
  EXPECT_EQ(key.open_sealed("for anna", sealed), "text");
  EXPECT_FALSE(key.open_sealed("for bert", sealed));
  EXPECT_FALSE(other.open_sealed("for anna", sealed));
  EXPECT_FALSE(key.open_sealed("for anna", {}));

  const std::string code = key.sign("unsubscribe", "account1");
  EXPECT_EQ(key.read_signed("unsubscribe", code), "account1");
  EXPECT_FALSE(key.read_signed("verify", code));
  EXPECT_FALSE(other.read_signed("unsubscribe", code));
  for (const std::string& wrong :
       {std::string(), std::string("account1"), std::string("account1."),
        "account2" + code.substr(8), code.substr(0, code.size() - 1), code + "A", "." + code}) {
    EXPECT_FALSE(key.read_signed("unsubscribe", wrong)) << wrong;
  }
}

TEST(LetterKeyTest, IsMadeOnceAndReadableByItsOwnerOnly) {
  auto folder = io::TemporaryDirectory::create();
  ASSERT_TRUE(folder.has_value());
  const std::string path = folder->path() + "/letters.key";
  const auto first = LetterKey::open(folder->path());
  const auto again = LetterKey::open(folder->path());
  ASSERT_TRUE(first && again);
  EXPECT_EQ(first->sign("a", "b"), again->sign("a", "b"));
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  ASSERT_TRUE(io::write_file_atomic(path, base::as_bytes("short"), 0600));
  EXPECT_EQ(LetterKey::open(folder->path()).error().code, base::ErrorCode::kInvalid);
  EXPECT_NE(LetterKey::open("")->sign("a", "b"), LetterKey::open("")->sign("a", "b"));
}

class LetterStoreTest : public io::test::SqlTest {
 protected:
  void SetUp() override {
    database_ = open();
    sql_ = std::move(*database_->connect());
    ASSERT_TRUE(make_letter_tables(*sql_));
    ASSERT_TRUE(make_letter_tables(*sql_)) << "a second start changes nothing";
  }
  void add(const Letter& given, Tray tray = Tray::kOut, base::WallTime now = kNow) {
    ASSERT_TRUE(sql_->begin(true));
    const auto added = store_.add(*sql_, given, tray, now);
    ASSERT_TRUE(added.has_value()) << added.error().message;
    ASSERT_TRUE(sql_->commit());
  }
  std::string next(base::WallTime now) {
    const auto found = store_.next(*sql_, now);
    EXPECT_TRUE(found.has_value());
    return *found ? (*found)->letter.to : "";
  }

  std::unique_ptr<io::SqlDatabase> database_;
  std::unique_ptr<io::SqlConnection> sql_;
  const LetterKey key_{base::as_bytes("key")};
  const LetterStore store_{key_};
};
ROSTRUM_INSTANTIATE_SQL_TEST(LetterStoreTest);

TEST_P(LetterStoreTest, LettersGoInOrderAndDigestsLast) {
  add(letter("digest@x", "digest"), Tray::kOut, kNow - 1h);
  add(letter("first@x"));
  add(letter("second@x"));
  add(letter("later@x"), Tray::kOut, kNow + 1h);
  for (const char* expected : {"first@x", "second@x", "digest@x", ""}) {
    EXPECT_EQ(next(kNow), expected);
    const auto found = store_.next(*sql_, kNow);
    if (*found) ASSERT_TRUE(store_.remove(*sql_, (*found)->id));
  }
  EXPECT_EQ(*store_.next_due(*sql_), kNow + 1h);
  EXPECT_EQ(*store_.count(*sql_, Tray::kOut), 1);
}

TEST_P(LetterStoreTest, ALetterIsWholeAgainAndSealedMeanwhile) {
  Letter given = letter("a@x");
  given.unsubscribe_url = "https://x/u";
  add(given);
  const auto found = store_.next(*sql_, kNow);
  ASSERT_TRUE(found && *found);
  EXPECT_TRUE((*found)->is_readable);
  EXPECT_EQ((*found)->letter.subject, given.subject);
  EXPECT_EQ((*found)->letter.text, given.text);
  EXPECT_EQ((*found)->letter.unsubscribe_url, given.unsubscribe_url);
  EXPECT_EQ((*found)->created_at, kNow);
  const auto row = sql_->run("SELECT sealed FROM app_letters");
  EXPECT_EQ(std::string(base::as_text(row->octets(0, 0))).find("123"), std::string::npos);

  const LetterKey other(base::as_bytes("other"));
  const auto blind = LetterStore(other).next(*sql_, kNow);
  EXPECT_FALSE((*blind)->is_readable);
  EXPECT_EQ((*blind)->letter.text, "");
}

TEST_P(LetterStoreTest, OneAtATimeHasALetter) {
  add(letter("a@x"));
  const auto mine = *store_.next(*sql_, kNow);
  const auto theirs = mine;
  EXPECT_TRUE(*store_.claim(*sql_, *mine, kNow + 15min));
  EXPECT_FALSE(*store_.claim(*sql_, *theirs, kNow + 20min));
  EXPECT_EQ(next(kNow), "");
  EXPECT_EQ(next(kNow + 15min), "a@x") << "whoever had it has gone";
  ASSERT_TRUE(store_.put_back(*sql_, mine->id, kNow));
  EXPECT_EQ((*store_.next(*sql_, kNow))->attempts, 1);
  ASSERT_TRUE(store_.remove(*sql_, mine->id));
  EXPECT_FALSE(*store_.claim(*sql_, *mine, kNow));
  EXPECT_FALSE(store_.next_due(*sql_)->has_value());
}

TEST_P(LetterStoreTest, TheMailboxKeepsTheNewestAndNothingOfItIsSent) {
  for (int i = 0; i < LetterStore::kMaxMailbox + 5; ++i) {
    add(letter("p" + std::to_string(i)), Tray::kMailbox);
  }
  EXPECT_EQ(next(kNow + 1h), "");
  const auto shown = store_.mailbox(*sql_);
  ASSERT_EQ(shown->size(), 500U);
  EXPECT_EQ(shown->front().letter.to, "p504");
  EXPECT_EQ(shown->back().letter.to, "p5");
  EXPECT_EQ((*store_.find_in_mailbox(*sql_, shown->front().id))->letter.text, "code 123\n");
  EXPECT_FALSE(store_.find_in_mailbox(*sql_, 1)->has_value()) << "it has gone";
  add(letter("out@x"));
  ASSERT_TRUE(store_.empty_mailbox(*sql_));
  EXPECT_TRUE(store_.mailbox(*sql_)->empty());
  EXPECT_EQ(next(kNow), "out@x");
}

TEST_P(LetterStoreTest, WhoIsDeletedGetsNoLetters) {
  add(letter("a@x"));
  add(letter("b@x"));
  ASSERT_TRUE(store_.remove_of(*sql_, "a@x"));
  EXPECT_EQ(next(kNow), "b@x");
}

}  // namespace
}  // namespace app
