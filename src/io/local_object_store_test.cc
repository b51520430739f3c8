#include "io/local_object_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <filesystem>

#include "base/check.h"
#include "io/files.h"
#include "io/io_test_support.h"
#include "io/object_files.h"

namespace io {
namespace {

using base::ErrorCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LocalObjectStoreTest : public ::testing::Test {
 protected:
  LocalObjectStoreTest() : folder_(TemporaryDirectory::create()) { restart(); }

  void restart(const LocalObjectStoreOptions& options = {}) {
    store_.reset();
    auto opened = open_local_object_store(loop_, root(), options);
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }
  std::string root() const { return folder_->path() + "/objects"; }

  // Waits for one answer; nothing may come from inside the call.
  template <class Result, class Begin>
  base::Expected<Result> wait(Begin begin) {
    std::optional<base::Expected<Result>> answer;
    const auto pending = begin([&](base::Expected<Result> result) { answer = std::move(result); });
    EXPECT_FALSE(answer.has_value());
    CHECK(test::drive(loop_, [&] { return answer.has_value(); }));
    return std::move(*answer);
  }
  base::Expected<void> put(std::string bucket, std::string key, std::string content) {
    return wait<void>([&](auto done) {
      return store_->put({.name = {bucket, key}, .content = {base::Slice::take(content)}},
                         std::move(done));
    });
  }
  base::Expected<void> put_file(std::string bucket, std::string key, std::string path) {
    return wait<void>([&](auto done) {
      return store_->put_file({.name = {bucket, key}, .path = path}, std::move(done));
    });
  }
  // A file outside of the store.
  std::string file_with(const std::string& folder, std::string_view content) {
    std::string path = folder + "/file";
    CHECK(write_file_atomic(path, base::as_bytes(content), 0600).has_value());
    return path;
  }
  base::Expected<base::Slice> get(GetObject object) {
    return wait<base::Slice>(
        [&](auto done) { return store_->get(std::move(object), std::move(done)); });
  }
  std::string text(std::string bucket, std::string key) {
    const auto got = get({.name = {std::move(bucket), std::move(key)}});
    return got ? std::string(got->text()) : "error: " + got.error().message;
  }
  base::Expected<ObjectInfo> head(std::string bucket, std::string key) {
    return wait<ObjectInfo>(
        [&](auto done) { return store_->head({bucket, key}, std::move(done)); });
  }
  base::Expected<void> remove(std::string bucket, std::string key) {
    return wait<void>([&](auto done) { return store_->remove({bucket, key}, std::move(done)); });
  }
  std::vector<std::string> keys(ListObjects which, std::string* next = nullptr) {
    const auto page =
        wait<ObjectPage>([&](auto done) { return store_->list(which, std::move(done)); });
    EXPECT_TRUE(page.has_value()) << page.error().message;
    std::vector<std::string> out;
    for (const ObjectInfo& object : page->objects) out.push_back(object.key);
    if (next != nullptr) *next = page->next;
    return out;
  }
  // Every file of a bucket, by its path.
  std::vector<std::string> files(const std::string& bucket) {
    std::vector<std::string> out;
    const std::filesystem::path folder = root() + "/" + bucket;
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
      if (file.is_regular_file()) out.push_back(file.path().lexically_relative(folder).string());
    }
    std::ranges::sort(out);
    return out;
  }

  Loop loop_;
  base::Expected<TemporaryDirectory> folder_;
  std::unique_ptr<ObjectStore> store_;
};

TEST_F(LocalObjectStoreTest, KeepsWhatIsPut) {
  ASSERT_TRUE(put("logs", "a/b/c.gz", "first"));
  EXPECT_EQ(text("logs", "a/b/c.gz"), "first");
  ASSERT_TRUE(put("logs", "a/b/c.gz", "second, longer"));
  restart();
  EXPECT_EQ(text("logs", "a/b/c.gz"), "second, longer");
  EXPECT_THAT(files("logs"), ElementsAre("a/b/c.gz"));  // nothing unfinished is left

  const auto info = head("logs", "a/b/c.gz");
  ASSERT_TRUE(info);
  EXPECT_EQ(info->key, "a/b/c.gz");
  EXPECT_EQ(info->size, 14U);
  EXPECT_LT(std::chrono::abs(info->modified_at - Loop::wall_now()), std::chrono::minutes(1));
}

TEST_F(LocalObjectStoreTest, JoinsPieces) {
  const auto written = wait<void>([&](auto done) {
    return store_->put({.name = {"b", "k"},
                        .content = {base::Slice::unowned(std::string_view("one ")), base::Slice(),
                                    base::Slice::unowned(std::string_view("two"))}},
                       std::move(done));
  });
  ASSERT_TRUE(written);
  EXPECT_EQ(text("b", "k"), "one two");
  ASSERT_TRUE(put("b", "nothing", ""));
  EXPECT_EQ(text("b", "nothing"), "");
}

TEST_F(LocalObjectStoreTest, AFileBecomesAnObjectUnderAnotherName) {
  const std::string path = file_with(folder_->path(), "first");
  ASSERT_TRUE(put("b", "a/k", "an older one"));
  ASSERT_TRUE(put_file("b", "a/k", path));
  EXPECT_EQ(text("b", "a/k"), "first");
  struct stat source{}, object{};
  ASSERT_EQ(::stat(path.c_str(), &source), 0);
  ASSERT_EQ(::stat((root() + "/b/a/k").c_str(), &object), 0);
  EXPECT_EQ(source.st_ino, object.st_ino);
  EXPECT_EQ(object.st_mode & 0777, 0644U);
  // Once more, as after a crash: nothing is left lying about.
  ASSERT_TRUE(put_file("b", "a/k", path));
  EXPECT_THAT(files("b"), ElementsAre("a/k"));
  // The file may go.
  ASSERT_EQ(::unlink(path.c_str()), 0);
  EXPECT_EQ(text("b", "a/k"), "first");
}

// Shared memory is another file system everywhere.
TEST_F(LocalObjectStoreTest, AFileOfAnotherFileSystemIsCopied) {
  const auto elsewhere = TemporaryDirectory::create("/dev/shm");
  ASSERT_TRUE(elsewhere);
  struct stat here{}, there{};
  ASSERT_EQ(::stat(root().c_str(), &here), 0);
  ASSERT_EQ(::stat(elsewhere->path().c_str(), &there), 0);
  ASSERT_NE(here.st_dev, there.st_dev);

  const std::string content = test::pattern((std::size_t{3} << 20) + 17);
  ASSERT_TRUE(put_file("b", "a/k", file_with(elsewhere->path(), content)));
  EXPECT_EQ(text("b", "a/k"), content);
  struct stat object{};
  ASSERT_EQ(::stat((root() + "/b/a/k").c_str(), &object), 0);
  EXPECT_EQ(object.st_mode & 0777, 0644U);
  EXPECT_THAT(files("b"), ElementsAre("a/k"));

  // Nobody waits for it any more.
  const ObjectFiles files_of_root(root());
  const std::atomic<bool> yes{true}, no{false};
  const PutFile again{.name = {"b", "again"}, .path = elsewhere->path() + "/file"};
  EXPECT_EQ(files_of_root.put_file(again, yes, no).error().code, ErrorCode::kClosed);
  EXPECT_EQ(files_of_root.put_file(again, no, yes).error().code, ErrorCode::kClosed);
  EXPECT_THAT(files("b"), ElementsAre("a/k"));
}

TEST_F(LocalObjectStoreTest, FilesThatCannotBePut) {
  EXPECT_EQ(put_file("b", "k", folder_->path() + "/missing").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(put_file("b", "k", folder_->path()).error().code, ErrorCode::kInvalid);
  const std::string path = file_with(folder_->path(), "x");
  EXPECT_EQ(put_file("b", "../k", path).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(put_file("b", ".incoming/k", path).error().code, ErrorCode::kInvalid);
  ASSERT_TRUE(put("b", "k", "y"));
  EXPECT_EQ(put_file("b", "k/below", path).error().code, ErrorCode::kConflict);
  const std::string large = folder_->path() + "/large";
  ASSERT_TRUE(write_file_atomic(large, {}, 0600));
  std::filesystem::resize_file(large, ObjectStore::kMaxFile + 1);
  EXPECT_EQ(put_file("b", "large", large).error().code, ErrorCode::kLimit);
  EXPECT_THAT(files("b"), ElementsAre("k"));
}

TEST_F(LocalObjectStoreTest, RangesOfALargeObject) {
  // Larger than what comes in one piece; a hole, so that it costs nothing.
  constexpr std::uint64_t kSize = std::uint64_t{5} << 30;
  const std::string path = file_with(folder_->path(), "");
  std::filesystem::resize_file(path, kSize);
  ASSERT_TRUE(put_file("b", "k", path));
  EXPECT_EQ(head("b", "k")->size, kSize);
  EXPECT_EQ(get({.name = {"b", "k"}}).error().code, ErrorCode::kLimit);
  EXPECT_EQ(get({.name = {"b", "k"}, .offset = 9}).error().code, ErrorCode::kLimit);
  const auto last = get({.name = {"b", "k"}, .offset = kSize - 3, .length = 10});
  ASSERT_TRUE(last);
  EXPECT_EQ(last->size(), 3U);
}

TEST_F(LocalObjectStoreTest, GivesParts) {
  ASSERT_TRUE(put("b", "k", "0123456789"));
  const struct {
    std::uint64_t offset;
    std::optional<std::uint64_t> length;
    std::string_view content;
  } rows[] = {{0, 4, "0123"}, {4, 3, "456"},  {8, 10, "89"}, {10, 1, ""},
              {99, {}, ""},   {7, {}, "789"}, {0, 0, ""},    {0, ~std::uint64_t{0}, "0123456789"}};
  for (const auto& row : rows) {
    const auto got = get({.name = {"b", "k"}, .offset = row.offset, .length = row.length});
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(got->text(), row.content);
  }
  EXPECT_EQ(get({.name = {"b", "k"}, .max_size = 9}).error().code, ErrorCode::kLimit);
  EXPECT_TRUE(get({.name = {"b", "k"}, .max_size = 10}));
  EXPECT_TRUE(get({.name = {"b", "k"}, .offset = 1, .max_size = 9}));
}

TEST_F(LocalObjectStoreTest, WhatIsNotThere) {
  ASSERT_TRUE(put("b", "a/file", "x"));
  for (const std::string key : {"other", "a", "a/other", "a/file/below", "c/d/e"}) {
    SCOPED_TRACE(key);
    EXPECT_EQ(get({.name = {"b", key}}).error().code, ErrorCode::kNotFound);
    EXPECT_EQ(head("b", key).error().code, ErrorCode::kNotFound);
    EXPECT_TRUE(remove("b", key));
  }
  EXPECT_EQ(head("nobucket", "a").error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(remove("nobucket", "a"));
  EXPECT_THAT(keys({.bucket = "nobucket"}), IsEmpty());
  EXPECT_EQ(text("b", "a/file"), "x");
}

TEST_F(LocalObjectStoreTest, AKeyCannotBeAFolderToo) {
  ASSERT_TRUE(put("b", "a/file", "x"));
  EXPECT_EQ(put("b", "a", "y").error().code, ErrorCode::kConflict);
  EXPECT_EQ(put("b", "a/file/below", "y").error().code, ErrorCode::kConflict);
  EXPECT_THAT(files("b"), ElementsAre("a/file"));
}

TEST_F(LocalObjectStoreTest, RemovesFoldersThatAreEmptyNow) {
  ASSERT_TRUE(put("b", "a/b/c/file", "x"));
  ASSERT_TRUE(put("b", "a/other", "y"));
  ASSERT_TRUE(remove("b", "a/b/c/file"));
  EXPECT_FALSE(file_exists(root() + "/b/a/b"));
  EXPECT_EQ(text("b", "a/other"), "y");
  ASSERT_TRUE(remove("b", "a/other"));
  EXPECT_TRUE(file_exists(root() + "/b"));
  ASSERT_TRUE(put("b", "a/again", "z"));
  EXPECT_EQ(text("b", "a/again"), "z");
}

TEST_F(LocalObjectStoreTest, ListsInTheOrderOfKeys) {
  // '-' and '.' sort before '/', which must hold across folders.
  const std::vector<std::string> sorted = {"a-b", "a.b/c", "a/b.c/d", "a/b0", "ab", "b/c/d"};
  for (const std::string& key : sorted) ASSERT_TRUE(put("b", key, key));
  EXPECT_EQ(keys({.bucket = "b"}), sorted);
  EXPECT_THAT(keys({.bucket = "b", .prefix = "a/"}), ElementsAre("a/b.c/d", "a/b0"));
  EXPECT_THAT(keys({.bucket = "b", .prefix = "a/b."}), ElementsAre("a/b.c/d"));
  EXPECT_THAT(keys({.bucket = "b", .prefix = "b/c/d"}), ElementsAre("b/c/d"));
  EXPECT_THAT(keys({.bucket = "b", .prefix = "../"}), IsEmpty());
  // Pages of every size give the same.
  for (std::size_t limit = 1; limit <= sorted.size() + 1; ++limit) {
    std::vector<std::string> collected;
    ListObjects which{.bucket = "b", .limit = limit};
    do {
      const auto page = keys(which, &which.after);
      ASSERT_LE(page.size(), limit);
      collected.insert(collected.end(), page.begin(), page.end());
    } while (!which.after.empty());
    EXPECT_EQ(collected, sorted) << limit;
  }
}

TEST_F(LocalObjectStoreTest, ListsEachFileOnceThoughLinksLeadInCircles) {
  ASSERT_TRUE(put("b", "a/file", "x"));
  std::filesystem::create_directory_symlink(root() + "/b", root() + "/b/a/round");
  const auto found = keys({.bucket = "b", .limit = 1000});
  EXPECT_EQ(found.front(), "a/file");
  EXPECT_LT(found.size(), 1000U);  // it ends
}

TEST_F(LocalObjectStoreTest, RefusesNamesThatLeadElsewhere) {
  const std::string keys[] = {"",
                              "/etc/passwd",
                              "..",
                              "../x",
                              "a/../b",
                              "a/..",
                              "./a",
                              "a/./b",
                              "a//b",
                              "a/",
                              "a\nb",
                              "a\x7f",
                              "\xff\xfe",
                              "\xc0\xae/x",
                              std::string("a\0b", 3),
                              std::string(1025, 'a'),
                              std::string(256, 'a'),
                              ".incoming",
                              ".incoming/x"};
  for (const std::string& key : keys) {
    SCOPED_TRACE(key);
    EXPECT_EQ(put("b", key, "x").error().code, ErrorCode::kInvalid);
    EXPECT_EQ(get({.name = {"b", key}}).error().code, ErrorCode::kInvalid);
    EXPECT_EQ(head("b", key).error().code, ErrorCode::kInvalid);
    EXPECT_EQ(remove("b", key).error().code, ErrorCode::kInvalid);
  }
  for (const std::string bucket : {"", ".", "..", ".incoming", "a/b", "a b", "-a", "\xc3\xa4"}) {
    SCOPED_TRACE(bucket);
    EXPECT_EQ(put(bucket, "k", "x").error().code, ErrorCode::kInvalid);
    const auto page = wait<ObjectPage>(
        [&](auto done) { return store_->list({.bucket = bucket}, std::move(done)); });
    EXPECT_EQ(page.error().code, ErrorCode::kInvalid);
  }
  EXPECT_TRUE(put("b", "\xc3\xa4 (1).txt", "umlaut"));
  EXPECT_EQ(text("b", "\xc3\xa4 (1).txt"), "umlaut");
}

TEST_F(LocalObjectStoreTest, RefusesPagesThatCannotBe) {
  for (const ListObjects& which :
       {ListObjects{.bucket = "b", .limit = 0}, ListObjects{.bucket = "b", .limit = 1001},
        ListObjects{.bucket = "b", .prefix = std::string(1025, 'a')},
        ListObjects{.bucket = "b", .after = "\xff"}}) {
    const auto page =
        wait<ObjectPage>([&](auto done) { return store_->list(which, std::move(done)); });
    EXPECT_EQ(page.error().code, ErrorCode::kInvalid);
  }
}

TEST_F(LocalObjectStoreTest, AFullQueueRefuses) {
  restart({.max_waiting = 4});
  int refused = 0, done = 0;
  std::vector<std::unique_ptr<ObjectStore::Pending>> pending;
  for (int i = 0; i < 400; ++i) {
    pending.push_back(store_->put(
        {.name = {"b", "k" + std::to_string(i)}, .content = {base::Slice::take(std::string("x"))}},
        [&](base::Expected<void> result) {
          ++done;
          if (!result) EXPECT_EQ(result.error().code, ErrorCode::kLimit);
          if (!result) ++refused;
        }));
  }
  ASSERT_TRUE(test::drive(loop_, [&] { return done == 400; }));
  EXPECT_GT(refused, 0);
  EXPECT_EQ(files("b").size(), static_cast<std::size_t>(400 - refused));
}

TEST_F(LocalObjectStoreTest, WaitingOctetsAreBounded) {
  restart({.max_waiting_octets = 100});
  // Alone even a larger one is let through; behind it nothing that has octets.
  std::vector<ErrorCode> errors;
  int done = 0;
  const auto then = [&](base::Expected<void> result) {
    ++done;
    if (!result) errors.push_back(result.error().code);
  };
  const auto large = base::Slice::take(std::string(std::size_t{8} << 20, 'x'));
  const auto first = store_->put({.name = {"b", "large"}, .content = {large}}, then);
  const auto second = store_->put({.name = {"b", "second"}, .content = {large}}, then);
  ASSERT_TRUE(test::drive(loop_, [&] { return done == 2; }));
  EXPECT_THAT(errors, ElementsAre(ErrorCode::kLimit));
  ASSERT_TRUE(put("b", "third", "x"));  // there is room again
  const auto huge = base::Slice::take(std::string(ObjectStore::kMaxObject + 1, 'x'));
  const auto third = store_->put({.name = {"b", "huge"}, .content = {huge}}, then);
  ASSERT_TRUE(test::drive(loop_, [&] { return done == 3; }));
  EXPECT_EQ(errors.back(), ErrorCode::kLimit);
}

TEST_F(LocalObjectStoreTest, WhoGivesUpHearsNothing) {
  bool called = false;
  auto pending = store_->put({.name = {"b", "k"}, .content = {base::Slice::take(std::string("x"))}},
                             [&](base::Expected<void>) { called = true; });
  pending.reset();
  ASSERT_TRUE(put("b", "other", "y"));
  EXPECT_FALSE(called);

  // The answer may destroy its own handle, and begin something else.
  bool second = false;
  pending = store_->head({"b", "other"}, [&](base::Expected<ObjectInfo>) {
    pending = store_->remove({"b", "other"}, [&](base::Expected<void>) { second = true; });
  });
  ASSERT_TRUE(test::drive(loop_, [&] { return second; }));
  pending.reset();
  // The store may end while things wait.
  for (int i = 0; i < 20; ++i) {
    (void)store_->put({.name = {"b", "k"}, .content = {base::Slice::take(std::string("x"))}},
                      [&](base::Expected<void>) { called = true; });
  }
  store_.reset();
  (void)loop_.run_once(std::chrono::milliseconds(0));
  EXPECT_FALSE(called);
}

// Root may write everywhere: as long as this lives the program is somebody else, to whom `folder`
// belongs.
class WithoutRights {
 public:
  explicit WithoutRights(const std::string& folder) : was_root_(::geteuid() == 0) {
    if (!was_root_) return;
    CHECK(::chown(folder.c_str(), kNobody, kNobody) == 0);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      CHECK(::chown(entry.path().c_str(), kNobody, kNobody) == 0);
    }
    CHECK(::seteuid(kNobody) == 0);
  }
  ~WithoutRights() {
    if (!was_root_) return;
    CHECK(::seteuid(0) == 0);
    // The leak checker looks into the program, which the change has forbidden.
    CHECK(::prctl(PR_SET_DUMPABLE, 1) == 0);
  }
  WithoutRights(const WithoutRights&) = delete;
  WithoutRights& operator=(const WithoutRights&) = delete;

 private:
  static constexpr uid_t kNobody = 65534;
  const bool was_root_;
};

TEST_F(LocalObjectStoreTest, WhatOthersMayNotWriteIsUnauthorized) {
  ASSERT_TRUE(put("b", "k", "x"));
  ASSERT_EQ(::chmod((root() + "/b/.incoming").c_str(), 0500), 0);
  const WithoutRights without(folder_->path());
  EXPECT_EQ(put("b", "k", "y").error().code, ErrorCode::kUnauthorized);
  EXPECT_EQ(text("b", "k"), "x");
}

TEST_F(LocalObjectStoreTest, WhatACrashLeftBehindGoesAfterADay) {
  const ObjectFiles files_of_root(root());
  ASSERT_TRUE(put("b", "k", "x"));
  for (const std::string name : {"old", "new"}) {
    const std::string path = root() + "/b/.incoming/" + name;
    ASSERT_TRUE(write_file_atomic(path, base::as_bytes("half"), 0644));
    if (name == "old") {
      const timeval times[2] = {{1'000'000, 0}, {1'000'000, 0}};
      ASSERT_EQ(::utimes(path.c_str(), times), 0);
    }
  }
  EXPECT_THAT(keys({.bucket = "b"}), ElementsAre("k"));
  restart();
  ASSERT_TRUE(put("b", "k", "y"));  // behind the cleaning
  EXPECT_THAT(files("b"), ElementsAre(".incoming/new", "k"));
}

TEST(ObjectStoreNames, SentencesShowShortAndPrintableNames) {
  const auto checked = check_object_name({"b", "..\n" + std::string(500, 'x') + "/.."});
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().message, HasSubstr("'..?xxx"));
  EXPECT_LT(checked.error().message.size(), 150U);
}

}  // namespace
}  // namespace io
