#include "control/recording/bucket_checks.h"

#include <gmock/gmock.h>

#include "control/recording/recording_rig_test_support.h"

namespace control {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

/// Does as it is told, for the two things that are asked of it.
class ToldStore final : public io::ObjectStore {
 public:
  struct Told {
    std::vector<std::string> done;  // "put bucket", "remove bucket"
    base::Expected<void> put, remove;
    bool is_silent = false;
  };
  ToldStore(io::Loop& loop, Told& told) : loop_(loop), told_(told) {}

  std::unique_ptr<Pending> put(io::PutObject object, Done<void> done) override {
    EXPECT_THAT(object.name.key, StartsWith("rostrum/v1/check/"));
    key_ = object.name.key;
    return answer("put " + object.name.bucket, told_.put, std::move(done));
  }
  std::unique_ptr<Pending> remove(io::ObjectName name, Done<void> done) override {
    EXPECT_EQ(name.key, key_);
    return answer("remove " + name.bucket, told_.remove, std::move(done));
  }
  std::unique_ptr<Pending> put_file(io::PutFile, Done<void>) override { return nobody(); }
  std::unique_ptr<Pending> get(io::GetObject, Done<base::Slice>) override { return nobody(); }
  std::unique_ptr<Pending> head(io::ObjectName, Done<io::ObjectInfo>) override { return nobody(); }
  std::unique_ptr<Pending> list(io::ListObjects, Done<io::ObjectPage>) override { return nobody(); }

 private:
  struct Handle final : Pending {
    std::shared_ptr<Done<void>> done;  // the answer under way sees whether it is gone
  };
  std::unique_ptr<Pending> answer(std::string what, base::Expected<void> result, Done<void> done) {
    told_.done.push_back(std::move(what));
    auto handle = std::make_unique<Handle>();
    if (told_.is_silent) return handle;
    handle->done = std::make_shared<Done<void>>(std::move(done));
    loop_.post([done = std::weak_ptr(handle->done), result] {
      if (const auto then = done.lock()) (*then)(result);
    });
    return handle;
  }
  static std::unique_ptr<Pending> nobody() {
    CHECK(false && "only put and remove are needed");
    return nullptr;
  }

  io::Loop& loop_;
  Told& told_;
  std::string key_;
};

class BucketChecksTest : public test::RecordingRig {
 protected:
  void add(const std::string& id, const std::string& state = "CREATING") {
    run("INSERT INTO recording_configurations (id, name, bucket, state, reconnect_window, "
        "thumbnails, renditions, tags, created_at) VALUES ($1, '', 'bucket', $2, 0, '{}', '{}', "
        "'{}', 0)",
        {id, state});
  }
  std::string state(const std::string& id) {
    return run("SELECT state FROM recording_configurations WHERE id = $1", {id}).text(0, 0);
  }
  /// Returns when the look at what an earlier run left is over: it could find what is added next.
  void start() {
    add("earlier");
    checks_.start();
    until([&] { return state("earlier") != "CREATING"; });
    told_.done.clear();
  }
  std::unique_ptr<io::ObjectStore> make() { return std::make_unique<ToldStore>(loop_, told_); }

  ToldStore::Told told_;
  BucketChecks checks_{loop_, *workers_, [this] { return make(); }};
};
ROSTRUM_INSTANTIATE_SQL_TEST(BucketChecksTest);

TEST_P(BucketChecksTest, ABucketThatCanBeWrittenToIsActive) {
  start();
  add("one");
  checks_.check("one", "bucket");
  until([&] { return state("one") != "CREATING"; });
  EXPECT_EQ(state("one"), "ACTIVE");
  EXPECT_THAT(told_.done, ElementsAre("put bucket", "remove bucket"));
  checks_.stop();
}

TEST_P(BucketChecksTest, OthersFail) {
  start();
  add("one");
  told_.put = base::fail(base::ErrorCode::kNotFound, "no such bucket");
  checks_.check("one", "bucket");
  until([&] { return state("one") != "CREATING"; });
  EXPECT_EQ(state("one"), "CREATE_FAILED");
  EXPECT_THAT(told_.done, ElementsAre("put bucket"));
  add("two");
  told_.put = base::Expected<void>{};
  told_.remove = base::fail(base::ErrorCode::kUnauthorized, "may not delete");
  checks_.check("two", "bucket");
  until([&] { return state("two") != "CREATING"; });
  EXPECT_EQ(state("two"), "CREATE_FAILED");
  checks_.stop();
}

TEST_P(BucketChecksTest, ASilentStoreFails) {
  BucketChecks impatient(loop_, *workers_, [this] { return make(); }, std::chrono::milliseconds(1));
  impatient.start();
  add("one");
  told_.is_silent = true;
  impatient.check("one", "bucket");
  until([&] { return state("one") != "CREATING"; });
  EXPECT_EQ(state("one"), "CREATE_FAILED");
  impatient.stop();
}

TEST_P(BucketChecksTest, WhatAnEarlierRunLeftIsChecked) {
  add("left");
  add("used", "ACTIVE");
  checks_.start();
  until([&] { return state("left") == "ACTIVE"; });
  EXPECT_THAT(told_.done, ElementsAre("put bucket", "remove bucket"));
  checks_.stop();
}

TEST_P(BucketChecksTest, AFolderNeedsNone) {
  EXPECT_FALSE(desk_->buckets().is_needed());
  settings_.objects.endpoint = "https://s3.example.com";
  settings_.objects.access_key_id = "id";
  settings_.objects.secret_access_key = "secret";
  RecordingDesk remote({.settings = settings_,
                        .sql = *workers_,
                        .events = *bus_,
                        .viewers = *gates_,
                        .board = board_,
                        .loop = loop_});
  EXPECT_TRUE(remote.buckets().is_needed());
  EXPECT_NE(remote.make_store(loop_), nullptr);
}

}  // namespace
}  // namespace control
